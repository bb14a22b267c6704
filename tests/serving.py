"""A server in a thread, and a client that asks it anything."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from bizops.lake import Lake
from bizops.server import HOST, Server, listening, server
from bizops.workspace import Workspace


class Answer:
    """What was answered."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """A workspace that is served, and the port it is served on."""

    def __init__(self, workspace: Workspace, running: Server, thread: threading.Thread, port: int) -> None:
        self.workspace, self.port = workspace, port
        self.intake, self.application = running.intake, running.application
        self.grpc_address = running.grpc.address if running.grpc is not None else ""
        self._running, self._thread = running, thread

    def stop(self) -> None:
        """Ends it in order, and waits until it has ended."""
        self._running.should_exit = True
        self._thread.join()

    @property
    def lake(self) -> Lake:
        return self.workspace.lake

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Asks; an underscore in a header's name is a hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(HOST, self.port, timeout=30)
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()

    def post(self, path: str, body: bytes, media: str = "application/x-protobuf", **headers: str) -> Answer:
        """Sends a body."""
        return self.ask(path, "POST", body, Content_Type=media, **headers)

    def post_json(self, path: str, value: object, media: str = "application/json", **headers: str) -> Answer:
        """Sends a value as JSON."""
        return self.post(path, json.dumps(value).encode(), media, **headers)

    def stored(self, table: str, rows: int) -> list[dict[str, Any]]:
        """The rows of a raw table, as soon as there are so many and nothing waits any more."""
        until = time.monotonic() + 20
        while time.monotonic() < until:
            snapshot = self.lake.snapshot()
            if self.intake.oldest_us is None and snapshot.rows(table) >= rows:
                break
            time.sleep(0.02)
        return rows_of(self.lake, table)


def within_a_second(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true in time."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if holds():
            return True
    return holds()


def rows_of(lake: Lake, table: str) -> list[dict[str, Any]]:
    """Every row of a raw table, in the order of arrival."""
    import pyarrow.parquet as pq

    found: list[dict[str, Any]] = []
    for segment in lake.snapshot().segments(table):
        found += pq.read_table(lake.root / segment.file.path, partitioning=None).to_pylist()
    return sorted(found, key=lambda row: (row["_delivery"], row["_row"]))


@contextmanager
def served(workspace: Workspace, *, grpc_port: int | None = None) -> Iterator[Served]:
    """Serves a workspace on a free port until the block ends."""
    with listening(HOST, 0) as listener:
        running = server(workspace, listener, grpc_port=grpc_port)
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]})
        made = Served(workspace, running, thread, listener.getsockname()[1])
        thread.start()
        try:
            while not running.started:
                time.sleep(0.005)
            yield made
        finally:
            made.stop()
