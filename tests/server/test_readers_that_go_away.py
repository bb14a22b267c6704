"""The terminal of the person who serves the page stays quiet, whatever readers do."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bizops.server import page_server
from small_workspace import MakeSmall

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""


@contextmanager
def serving(small: MakeSmall) -> Iterator[int]:
    """The port of a server; when it is left, every reader has been dealt with."""
    workspace = small(YAML, orders=[{"id": "a", "at": "2026-01-05T10:00"}])
    with page_server(workspace.workspace, 0) as server:
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def send(port: int, content: bytes, read: bool) -> bytes:
    """What the server says to some bytes; without reading, the connection is cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as reader:
        reader.sendall(content)
        if read:
            return reader.recv(65_536)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return b""


def test_a_reader_that_goes_away_leaves_no_traceback(small: MakeSmall, capfd: pytest.CaptureFixture[str]) -> None:
    with serving(small) as port:
        for _ in range(5):
            send(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", read=False)
        for junk in (b"\x00\xff\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n"):
            send(port, junk, read=False)
        assert b"200 OK" in send(port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", read=True)

    assert capfd.readouterr().err == ""


def test_what_may_not_be_done_is_answered_with_what_may(small: MakeSmall) -> None:
    with serving(small) as port:
        assert b"\r\nAllow: GET\r\n" in send(port, b"POST / HTTP/1.1\r\nHost: localhost\r\n\r\n", read=True)
