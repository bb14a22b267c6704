"""A snapshot shows one state, now or of the past, and its fingerprint tells states apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lake_rows import CLICKS, ORDERS, click, current, deliver, in_order, order, rows_of

from bizops.errors import BizopsError
from bizops.lake import Lake

JANUARY = (
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 10**6,
    int(datetime(2026, 2, 1, tzinfo=UTC).timestamp()) * 10**6,
)
JUNE = (
    int(datetime(2026, 6, 1, tzinfo=UTC).timestamp()) * 10**6,
    int(datetime(2026, 7, 1, tzinfo=UTC).timestamp()) * 10**6,
)


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> int:
        return int(self.now.timestamp()) * 10**9


def test_every_past_state_can_be_seen_again(tmp_path: Path) -> None:
    clock = Clock()
    lake = Lake.open(tmp_path, clock_ns=clock)
    states = {clock.now - timedelta(days=1): []}
    for rows in ([order(1, 10)], [order(1, 11), order(2, 20)], [order(2, 21, month=6)], []):
        deliver(lake, ORDERS, rows)
        states[clock.now] = current(lake, "orders")
        clock.now += timedelta(days=1)
    lake.compact("orders")
    assert {at: rows_of(lake.snapshot(at), "orders") for at in states} == states


def test_a_snapshot_in_hand_does_not_change(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10)])
    snapshot = lake.snapshot()
    deliver(lake, ORDERS, [order(1, 11), order(2, 20)])
    lake.compact("orders")
    assert rows_of(snapshot, "orders") == [order(1, 10)]


def test_commit_times_never_go_back_even_when_the_clock_does(tmp_path: Path) -> None:
    clock = Clock()
    lake = Lake.open(tmp_path, clock_ns=clock)
    deliver(lake, ORDERS, [order(1, 10)])
    first = lake.snapshot().loaded_at("orders")
    clock.now -= timedelta(days=400)
    deliver(lake, ORDERS, [order(2, 10)])
    second = lake.snapshot().loaded_at("orders")
    assert first is not None and second is not None and second > first


def test_late_data_change_the_fingerprint_of_the_periods_they_touch_and_of_no_other(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10, month=1), order(2, 20, month=6)])
    january, june = (lake.snapshot().fingerprint("orders", *period) for period in (JANUARY, JUNE))
    deliver(lake, ORDERS, [order(3, 30, month=1)])
    assert lake.snapshot().fingerprint("orders", *JANUARY) != january
    assert lake.snapshot().fingerprint("orders", *JUNE) == june


def test_a_correction_changes_the_period_it_leaves_and_the_one_it_enters(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10, month=1), order(2, 20, month=6), order(3, 5, month=9)])
    before = {p: lake.snapshot().fingerprint("orders", *p) for p in (JANUARY, JUNE)}
    september = (JUNE[1] + 40 * 86_400 * 10**6, JUNE[1] + 120 * 86_400 * 10**6)
    untouched = lake.snapshot().fingerprint("orders", *september)
    deliver(lake, ORDERS, [order(1, 10, month=6)])
    assert all(lake.snapshot().fingerprint("orders", *p) != old for p, old in before.items())
    assert lake.snapshot().fingerprint("orders", *september) == untouched


def test_loading_what_is_known_leaves_the_fingerprint_as_it_is(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    rows = [click("a"), click("a"), click("b")]
    deliver(lake, CLICKS, rows)
    before = lake.snapshot().fingerprint("clicks")
    deliver(lake, CLICKS, rows[::-1])
    assert lake.snapshot().fingerprint("clicks") == before
    assert [d.duplicates for d in lake.snapshot().deliveries("clicks")] == [0, 3]


def test_segments_are_found_by_time(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10, month=1), order(2, 20, month=6), {**order(3, 30), "at": None}])
    snapshot = lake.snapshot()
    assert [s.part for s in snapshot.segments("orders", *JUNE)] == ["2026-06", "undated"]
    assert snapshot.time_range("orders") == (JANUARY[0], JUNE[0])


def test_compaction_keeps_the_rows_and_leaves_one_segment_a_month(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    for n in range(5):
        deliver(lake, ORDERS, [order(n, n), order(100 + n, n, month=6)])
    deliver(lake, ORDERS, [order(0, 77)])
    rows = current(lake, "orders")
    assert lake.compact("orders") == 11
    assert current(lake, "orders") == rows
    assert [s.part for s in lake.snapshot().segments("orders")] == ["2026-01", "2026-06"]
    assert lake.compact("orders") == 0
    deliver(lake, ORDERS, [order(0, 78)])
    assert in_order([*[r for r in rows if r["id"] != 0], order(0, 78)]) == current(lake, "orders")


def test_a_lake_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    import sqlite3

    Lake.open(tmp_path)
    with sqlite3.connect(tmp_path / "manifest.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(BizopsError) as refused:
        Lake.open(tmp_path)
    assert refused.value.problems[0].code == "newer-format"
