"""The terminal of the person who serves stays quiet, whatever readers and senders do."""

from __future__ import annotations

import logging
import socket
import struct
from contextlib import suppress

import pytest

from bizops.server import protocol
from otlp_requests import spans_body
from serving import Served

BODY = spans_body(range(1, 200))
POST = (
    b"POST /v1/traces HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-protobuf\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
)


def send(port: int, content: bytes, read: bool) -> bytes:
    """What the server says to some bytes; without reading, the connection is cut."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as reader:
        reader.sendall(content)
        if read:
            return reader.recv(65_536)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return b""


@pytest.fixture(autouse=True)
def as_served() -> None:
    """What `bizops start` sets."""
    logging.getLogger("uvicorn").setLevel(logging.ERROR)


def test_who_goes_away_leaves_no_traceback(served: Served, capfd: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        send(served.port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", read=False)
        send(served.port, POST + BODY[:100], read=False)
    for junk in (b"\x00\xff\r\n\r\n", b"GET " + b"/" * 70_000 + b" HTTP/1.1\r\n\r\n"):
        send(served.port, junk, read=False)
    assert b"200 OK" in send(served.port, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n", read=True)
    assert served.intake.waiting_bytes == 0

    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 2_000_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 2_000_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: x\r\n" * 300_000 + b"\r\n",
    ],
    ids=["header", "path", "headers"],
)
def test_endless_headers_are_not_listened_to(served: Served, request_: bytes) -> None:
    with suppress(ConnectionError):  # it may hang up before all was said
        assert b" 400 " in send(served.port, request_, read=True)
    assert served.ask("/healthz").status == 200


def test_who_never_ends_the_head_of_a_request_is_not_waited_for(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(protocol, "HEAD_WITHIN_S", 0.05)
    for head in (b"", b"POST /v1/traces HTTP/1.1\r\nHost: loc"):
        with socket.create_connection(("127.0.0.1", served.port), timeout=10) as slow:
            slow.sendall(head)
            assert slow.recv(100) == b""
