"""What senders sent becomes the rows of sources: once, in one pass, and again when the mapping changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bizops.events.suggest import as_yaml
from bizops.model import read_model
from bizops.workspace import Span, Workspace

MODEL = """
calendars: {utc: {zone: UTC}}
sources:
  desk:
    kind: spans
    columns:
      order: {type: text, header: order.id}
      amount: {type: decimal, unit: EUR, header: order.amount}
      lines: {type: integer, header: order.lines}
events:
  authorised: {source: desk, where: name = 'authorise' and status = 'ok', keys: {order: order}}
kpis:
  authorisations: {kind: measure, over: authorised, value: count(), grain: day}
  amount: {kind: measure, over: authorised, value: sum(amount), unit: EUR, grain: day}
  lines: {kind: measure, over: authorised, value: sum(lines), grain: day}
"""
DAY_NS = 86_400 * 10**9
START_NS = 1_772_323_200 * 10**9


def request(*spans: tuple[int, str, dict[str, object]], day: int = 0) -> bytes:
    """One request of spans: number, name and attributes."""
    kinds = {str: "stringValue", int: "intValue", float: "doubleValue"}
    told = [
        {
            "traceId": f"{number + 1:032x}",
            "spanId": f"{number + 1:016x}",
            "name": name,
            "startTimeUnixNano": str(START_NS + day * DAY_NS + number * 10**9),
            "endTimeUnixNano": str(START_NS + day * DAY_NS + number * 10**9 + 10**6),
            "status": {"code": 1},
            "attributes": [{"key": key, "value": {kinds[type(value)]: value}} for key, value in attributes.items()],
        }
        for number, name, attributes in spans
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "order-desk"}}]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": told}]}]}).encode() + b"\n"


class Desk:
    """A workspace of which the model is written anew at will."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "model").mkdir()
        (root / "bizops.yaml").write_text("calendar: utc\n", encoding="utf-8")
        self.workspace = self.agree(MODEL)

    def agree(self, model: str) -> Workspace:
        (self.root / "model" / "all.yaml").write_text(model, encoding="utf-8")
        self.workspace = Workspace(self.root, lambda: datetime(2026, 3, 9, tzinfo=UTC))
        return self.workspace

    def send(self, *bodies: bytes) -> None:
        file = self.root / "sent.jsonl"
        file.write_bytes(b"".join(bodies))
        self.workspace.load_otlp("desk", [file])

    def value(self, kpi: str, day: str = "2026-03-01") -> float | None:
        (value,) = self.workspace.query([kpi], span=Span(day, day))
        return value.value


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def order(number: int, name: str = "authorise", amount: object = 10.5) -> tuple[int, str, dict[str, object]]:
    return number, name, {"order.id": f"A{number}", "order.amount": amount}


def test_only_what_is_some_event_is_mapped_and_only_once(desk: Desk) -> None:
    desk.send(request(order(1), order(2, "other"), order(3)))
    assert (desk.value("authorisations"), desk.value("amount")) == (2.0, 21.0)
    desk.send(request(order(3), order(4)), request(order(4)))
    assert (desk.value("authorisations"), desk.value("amount")) == (3.0, 31.5)
    assert desk.workspace.lake.snapshot().rows("desk") == 3


def test_an_attribute_is_read_as_the_model_says_whatever_senders_made_of_it(desk: Desk) -> None:
    desk.send(request((1, "authorise", {"order.amount": "12.50", "order.lines": "3"})))
    desk.send(request((2, "authorise", {"order.amount": 7, "order.lines": 4.0})))
    desk.send(request((3, "authorise", {"order.amount": "much", "order.lines": "many"})))
    assert (desk.value("amount"), desk.value("lines")) == (19.5, 7.0)


def test_another_mapping_derives_history_anew_and_says_so_before(desk: Desk) -> None:
    desk.send(request(order(1), order(2, "approve"), order(3)), request(order(4), day=1))
    assert desk.value("authorisations") == 2.0
    before = desk.workspace.model
    after = desk.agree(
        MODEL.replace("name = 'authorise'", "(name = 'authorise' or name = 'approve') and order <> 'A3'")
    )
    (change,) = after.mappings.diff(before)
    assert (change.before, change.after, change.added, change.removed, change.changed) == (3, 3, 1, 1, 0)
    assert [(done.rows, done.anew) for done in after.mappings.bring_up_to_date()] == [(3, True)]
    assert (desk.value("authorisations"), desk.value("authorisations", "2026-03-02")) == (2.0, 1.0)


def test_a_key_that_is_told_otherwise_is_a_change_that_needs_no_deriving(desk: Desk) -> None:
    desk.send(request(order(1), order(2)))
    desk.value("authorisations")
    before = desk.workspace.model
    after = desk.agree(MODEL.replace("keys: {order: order}", "keys: {order: lower(order)}"))
    (change,) = after.mappings.diff(before)
    assert (change.before, change.after, change.changed) == (2, 2, 2)
    assert after.mappings.bring_up_to_date() == []


def test_days_whose_telemetry_is_gone_keep_the_events_that_were_mapped(desk: Desk) -> None:
    desk.send(request(order(1)), request(order(2), day=2))
    assert desk.value("authorisations") == 1.0
    desk.workspace.lake.expire("desk.spans", datetime(2026, 3, 2).date())
    desk.agree(MODEL.replace("and status = 'ok'", ""))
    assert (desk.value("authorisations"), desk.value("authorisations", "2026-03-03")) == (1.0, 1.0)


def test_coverage_shows_what_nothing_is_mapped_from_and_keys_that_are_missing(desk: Desk) -> None:
    desk.send(request(order(1), order(2, "other"), order(3, "other"), (4, "authorise", {"x": "y"})))
    found = [(o.operation, o.rows, o.mapped) for o in desk.workspace.mappings.coverage()]
    assert found == [("other", 2, 0), ("authorise", 2, 2)]
    (health,) = desk.workspace.mappings.health(desk.workspace.known())
    assert (health.event, health.rows, health.missing) == ("authorised", 2, {"order": 1})


def test_a_suggestion_is_a_model_file(desk: Desk) -> None:
    desk.send(request(*(order(number, "POST /orders") for number in range(10))))
    text = as_yaml(desk.workspace.mappings.suggest(5))
    suggested = read_model({"model/suggested.yaml": text})
    (event,) = suggested.events.values()
    assert (event.name, list(event.keys)) == ("post_orders", ["order"])
    assert suggested.sources[event.source].columns["order"].header == "order.id"


def test_a_period_is_complete_when_anything_came_after_it(desk: Desk) -> None:
    desk.send(request(order(1)), request(order(2, "other"), day=1))
    (value,) = desk.workspace.query(["authorisations"], span=Span("2026-03-01", "2026-03-01"))
    assert value.completeness == "complete"
    (silent,) = desk.workspace.query(["authorisations"], span=Span("2026-03-02", "2026-03-02"))
    assert (silent.value, silent.refusal) == (0.0, None)


def test_what_belongs_to_a_source_must_not_hang_on_the_time_it_is_asked() -> None:
    from bizops.errors import BizopsError

    text = MODEL.replace("kind: spans\n", "kind: spans\n    where: hour(time) < 12\n")
    with pytest.raises(BizopsError) as caught:
        read_model({"model/a.yaml": text})
    assert [problem.code for problem in caught.value.problems] == ["unstable-condition"]
