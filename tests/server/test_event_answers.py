"""What is answered to who sends events or changes: how many were taken, and what is wrong with the others."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bizops.intake.cloudevents import BATCH, SINGLE
from contract_schemas import schema_of
from serving import Served

EVENT: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "order.placed", "data": {"a": 1}}


def events(*ids: str) -> list[dict[str, Any]]:
    """CloudEvents with these ids."""
    return [{**EVENT, "id": name} for name in ids]


def counts(answer: Any) -> tuple[int, int, int, int]:
    """Status, accepted, duplicate, rejected; every answer has the form of the contract."""
    Draft202012Validator(schema_of("events")).validate(answer.json)
    return answer.status, answer.json["accepted"], answer.json["duplicate"], answer.json["rejected"]


def test_each_mode_of_cloudevents_is_taken(served: Served) -> None:
    assert counts(served.post_json("/v1/events", EVENT, SINGLE)) == (200, 1, 0, 0)
    assert counts(served.post_json("/v1/events", events("2", "3"), BATCH)) == (200, 2, 0, 0)
    binary = {"ce_specversion": "1.0", "ce_id": "4", "ce_source": "/shop", "ce_type": "order.placed"}
    assert counts(served.post_json("/v1/events", {"a": 1}, **binary)) == (200, 1, 0, 0)
    assert counts(served.post_json("/v1/events", {"type": "plain", "a": 1})) == (200, 1, 0, 0)
    lines = b'{"type": "line", "a": 1}\n{"type": "line", "a": 2}\n'
    assert counts(served.post("/v1/events", lines, "application/x-ndjson")) == (200, 2, 0, 0)

    rows = served.stored("local.events", 7)
    assert [row["type"] for row in rows] == ["order.placed"] * 4 + ["plain", "line", "line"]
    assert [row["data"]["a"] for row in rows] == [1, 1, 1, 1, 1, 1, 2]


def test_an_event_that_came_before_is_a_duplicate_and_stored_once(served: Served) -> None:
    assert counts(served.post_json("/v1/events", events("1", "1", "2"), BATCH)) == (200, 2, 1, 0)
    served.stored("local.events", 2)
    assert counts(served.post_json("/v1/events", events("2", "3"), BATCH)) == (200, 1, 1, 0)

    assert [row["id"] for row in served.stored("local.events", 3)] == ["1", "2", "3"]
    (status,) = served.ask("/v1/intake/status").json["senders"]
    assert (status["accepted"], status["duplicate"], status["queue"]) == (5, 2, 0)


def test_what_is_wrong_is_told_with_its_place_and_stops_no_other(served: Served) -> None:
    answer = served.post_json("/v1/events", [EVENT, {"id": "2"}, {**EVENT, "id": "3", "time": "soon"}], BATCH)

    assert counts(answer) == (200, 1, 0, 2)
    assert [(error["index"], error["code"]) for error in answer.json["errors"]] == [
        (1, "missing-attribute"),
        (2, "bad-time"),
    ]


def test_when_nothing_could_be_taken_the_request_was_bad(served: Served) -> None:
    answer = served.post_json("/v1/events", {**EVENT, "dataclassification": "top secret"}, SINGLE)
    assert counts(answer) == (400, 0, 0, 1)
    assert answer.json["errors"][0]["code"] == "unsupported-classification"
    assert counts(served.post_json("/v1/events", [], BATCH)) == (200, 0, 0, 0)


@pytest.mark.parametrize("path", ["/v1/events", "/v1/changes"])
def test_a_body_that_cannot_be_read_is_bad(served: Served, path: str) -> None:
    for body in (b"", b"{", b"\xff"):
        answer = served.post(path, body, "application/json")
        assert counts(answer) == (400, 0, 0, 0)
        assert answer.json["errors"][0]["code"] == "undecodable"
    assert counts(served.post(path, b"{}", "text/html")) == (415, 0, 0, 0)
    assert counts(served.post(path, b"{}", "application/json", Content_Encoding="br")) == (415, 0, 0, 0)
    bomb = gzip.compress(bytes(1 << 20)) * 80
    assert counts(served.post(path, bomb, "application/json", Content_Encoding="gzip")) == (413, 0, 0, 0)


def test_at_most_a_hundred_errors_are_told(served: Served) -> None:
    answer = served.post_json("/v1/events", [{}] * 250)
    assert (answer.json["rejected"], len(answer.json["errors"])) == (250, 100)


def test_changes_are_taken_like_events(served: Served) -> None:
    release = {"kind": "release", "time": "2026-03-31T12:00:00Z", "service": "shop", "version": "5.2", "id": "r-1"}
    assert counts(served.post_json("/v1/changes", release)) == (200, 1, 0, 0)
    assert counts(served.post_json("/v1/changes", [release, {"kind": "x"}])) == (200, 0, 1, 1)

    (row,) = served.stored("local.changes", 1)
    assert (row["kind"], row["service"], row["version"]) == ("release", "shop", "5.2")


def test_the_sender_is_who_holds_the_token_and_not_what_the_body_says(served: Served) -> None:
    served.post_json("/v1/events", {**EVENT, "sender": "boss", "source": "boss"}, SINGLE)

    (row,) = served.stored("local.events", 1)
    assert row["origin"] == "boss"
    assert json.loads(row["extensions"]) == {"sender": "boss"}
    assert served.lake.snapshot().rows("boss.events") == 0
