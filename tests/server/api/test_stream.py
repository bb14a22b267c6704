"""The stream of what changed: nothing is missed, nothing is told twice, and it ends with the server."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asked import Asked

from bizops.server import HOST
from bizops.server.api import stream


@contextmanager
def listening(asked: Asked, last_id: str | None = None) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a stream, each with its id."""
    connection = http.client.HTTPConnection(HOST, asked.served.port, timeout=10)
    connection.request("GET", "/api/v1/events", headers={"Last-Event-ID": last_id} if last_id else {})
    answer = connection.getresponse()
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.readline() == b"retry: 3000\n"
    try:
        yield _events(answer)
    finally:
        connection.close()


def _events(answer: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    for line in answer:
        field, _, value = line.decode().strip().partition(": ")
        if field == "id":
            name = value
        elif field == "data":
            yield name, json.loads(value)


def touch(asked: Asked, title: str) -> None:
    """Changes the model."""
    path = asked.served.workspace.root / "model" / "model.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text + f"  # {title}\n" if title == "nothing" else text.replace("Late orders", title), encoding="utf-8"
    )


def test_what_changes_is_told_and_what_was_missed_is_told_later(fresh: Asked) -> None:
    with listening(fresh) as events:
        touch(fresh, "Orders that are late")
        name, first = next(events)
        assert first["topics"] == ["model"]
    fresh.served.post_json("/v1/events", {"type": "order.placed", "id": "1"})
    with listening(fresh, name) as events:
        _, missed = next(events)
        assert "intake" in missed["topics"]
        assert missed["seq"] > first["seq"]


def test_after_a_restart_everything_may_have_changed(fresh: Asked) -> None:
    with listening(fresh, "00000000-7") as events:
        _, told = next(events)
    assert told["topics"] == ["data", "model", "intake", "jobs"]


def test_who_only_asks_for_its_head_is_not_kept_waiting(asked: Asked) -> None:
    answer = asked.served.ask("/api/v1/events", "HEAD")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


def test_more_than_so_many_do_not_listen(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MOST_LISTENERS", 0)
    assert asked.ask("/events", status=503).json["code"] == "too-many-readers"


def test_a_stream_does_not_keep_the_server_from_ending(fresh: Asked) -> None:
    with listening(fresh):
        begun = time.monotonic()
        fresh.served.stop()
    assert time.monotonic() - begun < 5
