"""Business events are taken as they are sent: CloudEvents in three modes, and plain JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from bizops.errors import BizopsError
from bizops.intake import cloudevents
from bizops.intake.cloudevents import BATCH, SINGLE, check, rows

RECEIVED = 1_770_000_000_000_000
ORDER: dict[str, Any] = {
    "specversion": "1.0",
    "id": "A-1",
    "source": "/shop",
    "type": "order.placed",
    "subject": "order/17",
    "time": "2026-03-31T14:00:00.25+02:00",
    "bamtxid": "17",
    "bampid": "order-to-cash",
    "bamptxsid": "placed",
    "correlationid": "c-1",
    "causationid": "b-1",
    "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "sampledrate": 4,
    "comexamplething": "x",
    "data": {"amount": 12.5, "items": 3, "paid": True, "store": "North", "lines": [1, 2]},
}


def taken(media: str, *events: object, headers: dict[str, str] | None = None) -> list[dict[str, Any]]:
    """The rows of a body; a single event is sent alone, several as a list."""
    body = json.dumps(events[0] if len(events) == 1 else events).encode()
    return made(check(media, headers or {}, body))


def made(*checked: Any) -> list[dict[str, Any]]:
    """Rows as dictionaries."""
    found: list[dict[str, Any]] = rows(checked, [RECEIVED] * len(checked)).to_pylist()
    return found


def codes(media: str, *events: object) -> list[tuple[int, str]]:
    """Which records of a list are refused, and why."""
    return [(error.index, error.code) for error in check(media, {}, json.dumps(events).encode()).errors]


def test_every_attribute_of_a_cloudevent_has_its_column() -> None:
    (row,) = taken(SINGLE, ORDER)

    assert row == {
        "time": datetime(2026, 3, 31, 12, 0, 0, 250_000),
        "id": "A-1",
        "origin": "/shop",
        "type": "order.placed",
        "subject": "order/17",
        "case": "17",
        "process": "order-to-cash",
        "step": "placed",
        "correlation": "c-1",
        "causation": "b-1",
        "trace": bytes.fromhex("0af7651916cd43dd8448eb211c80319c"),
        "weight": 4.0,
        "data": {"amount": 12.5, "items": 3, "paid": True, "store": "North"},
        "rest": '{"lines":[1,2]}',
        "extensions": '{"comexamplething":"x"}',
        "received": datetime(2026, 2, 2, 2, 40),
    }


def test_batch_binary_and_structured_mode_say_the_same() -> None:
    headers = {f"ce-{name}": str(value) for name, value in ORDER.items() if name != "data"}
    binary = made(check("application/json", headers, json.dumps(ORDER["data"]).encode()))
    batch = made(check(BATCH, {}, json.dumps([ORDER]).encode()))

    assert taken(SINGLE, ORDER) == binary == batch


def test_binary_headers_are_percent_encoded() -> None:
    headers = {"ce-specversion": "1.0", "ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-subject": "Stra%C3%9Fe%201"}

    (row,) = made(check("text/plain", headers, "schön".encode()))

    assert (row["subject"], row["data"]) == ("Straße 1", {"value": "schön"})


def test_plain_json_needs_a_type_and_its_other_keys_are_data() -> None:
    (row,) = taken("application/json", {"type": "order.placed", "case": "17", "amount": 5, "data": {"store": "North"}})

    assert (row["type"], row["case"], row["origin"], row["weight"]) == ("order.placed", "17", "", 1.0)
    assert row["data"] == {"store": "North", "amount": 5}
    assert row["time"] == row["received"]
    assert codes("application/json", {"amount": 5}, {"type": "x"}) == [(0, "missing-attribute")]


def test_an_event_without_id_is_known_again_by_its_content_and_counts_as_often_as_it_is_sent() -> None:
    event = {"type": "click", "time": "2026-03-31T12:00:00Z"}
    first = taken("application/json", event, event)

    assert first == taken("application/json", event, event)
    assert len({row["id"] for row in first}) == 2
    assert {row["id"] for row in taken("application/json", event)} < {row["id"] for row in first}


def test_a_line_that_is_no_json_stops_no_other() -> None:
    found = check("application/x-ndjson", {}, b'{"type": "a"}\n{"type": \n\n{"type": "b"}\n')

    assert [row["type"] for row in made(found)] == ["a", "b"]
    assert [(error.index, error.code) for error in found.errors] == [(1, "no-event")]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"id": ""}, "missing-attribute"),
        ({"source": None}, "missing-attribute"),
        ({"type": ["x"]}, "bad-attribute"),
        ({"specversion": "0.3"}, "bad-attribute"),
        ({"time": "yesterday"}, "bad-time"),
        ({"time": "2026-03-31T12:00:00"}, "bad-time"),
        ({"time": 1_770_000_000}, "bad-time"),
        ({"sampledrate": 0}, "bad-attribute"),
        ({"sampledrate": "often"}, "bad-attribute"),
        ({"data_base64": "§"}, "bad-attribute"),
        ({"dataclassification": "restricted"}, "unsupported-classification"),
    ],
)
def test_what_breaks_the_specification_or_cannot_be_honoured_is_refused(change: dict[str, Any], code: str) -> None:
    assert codes(BATCH, ORDER, {**ORDER, **change}, 5) == [(1, code), (2, "no-event")]


def test_a_classification_that_can_be_honoured_is_kept_with_the_event() -> None:
    (row,) = taken(SINGLE, {**ORDER, "dataclassification": "internal"})

    assert json.loads(row["extensions"]) == {"comexamplething": "x", "dataclassification": "internal"}


@pytest.mark.parametrize("parent", ["", "00-0-0-00", "00-" + "0" * 32 + "-b7ad6b7169203331-01", 7])
def test_a_broken_trace_does_not_make_an_event_worse(parent: object) -> None:
    assert taken(SINGLE, {**ORDER, "traceparent": parent})[0]["trace"] is None


def test_data_in_base64_are_read_where_they_are_json() -> None:
    (row,) = taken(SINGLE, {**ORDER, "data": None, "data_base64": "eyJhIjogMX0="})

    assert row["data"] == {"a": 1}


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1, 2], pa.int64()),
        ([1, 2.5], pa.float64()),
        ([True, False], pa.bool_()),
        ([1, "1"], pa.string()),
        ([True, 1], pa.string()),
        ([1, None], pa.int64()),
    ],
)
def test_a_key_has_the_type_of_all_its_values(values: list[Any], type_: pa.DataType) -> None:
    events = [{"type": "t", "id": str(n), "x": value} for n, value in enumerate(values)]
    table = rows([check("application/json", {}, json.dumps(events).encode())], [RECEIVED])

    assert table.schema.field("data").type.field("x").type == type_


def test_beyond_200_keys_and_names_that_differ_in_case_alone_stay_json() -> None:
    (row,) = taken("application/json", {"type": "t", **{f"k{n}": n for n in range(250)}})
    assert (len(row["data"]), len(json.loads(row["rest"]))) == (200, 50)

    (row,) = taken("application/json", {"type": "t", "Amount": 1, "amount": 2, "": 3})
    assert {**row["data"], **json.loads(row["rest"])} == {"Amount": 1, "amount": 2, "": 3}
    assert len(row["data"]) == 1


def test_a_value_is_cut_at_8_kilobytes() -> None:
    (row,) = taken("application/json", {"type": "t", "text": "x" * 20_000})

    assert len(row["data"]["text"]) == 8192


def test_events_of_several_bodies_become_one_table() -> None:
    one, two = (check(SINGLE, {}, json.dumps({**ORDER, "id": name}).encode()) for name in ("a", "b"))
    table = cloudevents.rows([one, two], [RECEIVED, RECEIVED + 1])

    assert table["id"].to_pylist() == ["a", "b"]
    assert table["received"].cast(pa.int64()).to_pylist() == [RECEIVED, RECEIVED + 1]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"type": "\\ud800"}', b"[" * 5000])
def test_a_body_that_is_no_json_cannot_be_decoded(body: bytes) -> None:
    with pytest.raises(BizopsError) as caught:
        check("application/json", {}, body)
    assert caught.value.problems[0].code == "undecodable"


def test_a_batch_is_a_list() -> None:
    with pytest.raises(BizopsError):
        check(BATCH, {}, json.dumps(ORDER).encode())
    assert check(BATCH, {}, b"[]").accepted == 0
