"""A running server keeps tables up with what came, and lets go of what is too old."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bizops.intake import flush
from bizops.server import upkeep
from serving import Served, rows_of
from serving import served as serving
from small_workspace import MakeSmall

YAML = """
sources:
  shop_events:
    kind: events
    sender: local
    columns:
      store: {type: text}
      amount: {type: number}
events:
  order_placed: {source: shop_events, where: type = 'order.placed', fields: {amount: amount}}
kpis:
  orders: {kind: measure, over: order_placed, value: count(), unit: order}
"""


@pytest.fixture
def shop(small: MakeSmall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)
    with serving(small(YAML, now="2026-04-10").workspace) as running:
        yield running


def placed(number: int, day: date = date(2026, 3, 31)) -> dict[str, object]:
    """An order as an event."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return {"type": "order.placed", "id": f"{number}", "time": noon.isoformat(), "store": "North", "amount": 12.5}


def rows(served: Served, table: str, number: int) -> int:
    """How many rows a table has, as soon as there are so many."""
    until = time.monotonic() + 20
    while time.monotonic() < until and served.lake.snapshot().rows(table) < number:
        time.sleep(0.02)
    return served.lake.snapshot().rows(table)


def test_events_are_mapped_as_they_come(shop: Served) -> None:
    shop.post_json("/v1/events", [placed(1), placed(2), {"type": "other", "id": "3"}])
    assert rows(shop, "shop_events", 2) == 2
    shop.post_json("/v1/events", [placed(2), placed(4)])
    assert rows(shop, "shop_events", 3) == 3

    card = shop.ask("/scorecard.json").json
    assert card["rows"][0]["kpi"] == "orders"


def test_a_broken_model_stops_no_telemetry_and_is_caught_up_with_when_it_is_mended(
    shop: Served, caplog: pytest.LogCaptureFixture
) -> None:
    path = shop.workspace.root / "model" / "model.yaml"
    sound = path.read_text()
    path.write_text("sources: [")
    for number in range(3):
        assert shop.post_json("/v1/events", placed(number)).status == 200
        assert rows(shop, "local.events", number + 1) == number + 1
    assert shop.ask("/plain").status == 503
    assert len([record for record in caplog.records if record.name == "bizops.upkeep"]) == 1

    path.write_text(sound)
    shop.post_json("/v1/events", placed(9))
    assert rows(shop, "shop_events", 4) == 4


def test_days_whose_time_is_over_are_let_go_and_small_segments_merged(
    shop: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = shop.workspace.clock().date()
    (shop.workspace.root / "bizops.yaml").write_text("calendar: days\nretention: {events: 7 d}\n")
    shop.post_json("/v1/events", placed(0, today - timedelta(days=8)))
    for number in range(1, 6):
        shop.post_json("/v1/events", placed(number, today))
        rows(shop, "local.events", number + 1)
    before = len(shop.lake.snapshot().segments("local.events"))

    monkeypatch.setattr(upkeep, "TIDY_EVERY_S", 0.0)
    monkeypatch.setattr(upkeep, "MANY", 3)
    shop.post_json("/v1/events", placed(9, today))

    until = time.monotonic() + 20
    while time.monotonic() < until and sorted(row["id"] for row in rows_of(shop.lake, "local.events")) != KEPT:
        time.sleep(0.02)
    assert sorted(row["id"] for row in rows_of(shop.lake, "local.events")) == KEPT
    assert len(shop.lake.snapshot().segments("local.events")) < before
    assert shop.lake.verify() == []


KEPT = ["1", "2", "3", "4", "5", "9"]
