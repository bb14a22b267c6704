"""What the lake keeps of what is delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest
from lake_rows import CLICKS, ORDERS, click, current, deliver, in_order, order

from bizops.errors import BizopsError
from bizops.lake import Lake, TableSpec

VERSIONED = replace(ORDERS, columns=(*ORDERS.columns, ("version", pa.int64())), version="version")


def test_rows_come_back_as_they_were_delivered(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    rows = [order(1, 10), order(2, 20, day=31, note="")]
    assert deliver(lake, ORDERS, rows).accepted == 2
    assert current(lake, "orders") == in_order(rows)


def test_every_delivered_row_is_counted_exactly_once(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10), order(2, 20)])
    report = deliver(lake, ORDERS, [order(1, 11), order(2, 20), order(3, 30), order(3, 31), order(3, 31)])
    assert (report.rows, report.accepted, report.duplicates, report.corrected, report.stale) == (5, 1, 2, 1, 1)
    assert current(lake, "orders") == in_order([order(1, 11), order(2, 20), order(3, 31)])


def test_a_correction_may_move_a_row_to_another_month(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10, month=1), order(2, 20, month=1)])
    deliver(lake, ORDERS, [order(1, 10, month=6)])
    assert current(lake, "orders") == in_order([order(1, 10, month=6), order(2, 20, month=1)])


def test_missing_values_are_equal_to_missing_values(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    nobody = {"id": None, "amount": None, "note": None, "at": None}
    deliver(lake, ORDERS, [nobody])
    assert deliver(lake, ORDERS, [nobody]).duplicates == 1
    assert deliver(lake, ORDERS, [{**nobody, "note": "x"}]).corrected == 1
    assert current(lake, "orders") == [{**nobody, "note": "x"}]


def test_an_older_version_never_replaces_a_newer_one(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, VERSIONED, [{**order(1, 10), "version": 5}])
    assert deliver(lake, VERSIONED, [{**order(1, 9), "version": 4}]).stale == 1
    assert deliver(lake, VERSIONED, [{**order(1, 8), "version": None}]).stale == 1
    assert current(lake, "orders") == [{**order(1, 10), "version": 5}]


def test_of_equal_versions_the_last_delivery_wins(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, VERSIONED, [{**order(1, 10), "version": 5}])
    assert deliver(lake, VERSIONED, [{**order(1, 9), "version": 5}]).corrected == 1
    assert current(lake, "orders") == [{**order(1, 9), "version": 5}]


def test_within_one_delivery_the_greatest_version_wins(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    versions = [{**order(1, amount), "version": version} for amount, version in ((1, 1), (3, 3), (2, 2), (0, None))]
    assert deliver(lake, VERSIONED, versions).stale == 3
    assert current(lake, "orders") == [{**order(1, 3), "version": 3}]


def test_genuine_duplicates_of_one_delivery_are_kept_and_never_added_again(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    rows = [click("a"), click("a"), click("b"), click(None), click(None)]
    assert deliver(lake, CLICKS, rows).accepted == 5
    assert deliver(lake, CLICKS, rows[:1]).duplicates == 1
    report = deliver(lake, CLICKS, [*rows, click("a")])
    assert (report.accepted, report.duplicates) == (1, 5)
    assert current(lake, "clicks") == in_order([*rows, click("a")])


def test_the_same_content_again_is_not_even_compared(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, CLICKS, [click("a")], sha256="f00")
    seq = lake.snapshot().seq
    assert deliver(lake, CLICKS, [click("a")], sha256="f00").already_loaded
    assert lake.snapshot().seq == seq


@pytest.mark.parametrize("spec", [CLICKS, replace(CLICKS, key=("page",))], ids=["without key", "with key"])
def test_the_same_content_read_in_another_way_replaces_what_it_made_before(tmp_path: Path, spec: TableSpec) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, spec, [click("a"), click("b"), click("b", day=2)], sha256="f00")
    before = datetime(9999, 1, 1)
    other = replace(spec, reading="another time zone")
    deliver(lake, other, [click("a", day=3), click("c", day=3)], sha256="f00")
    assert current(lake, "clicks") == in_order([click("a", day=3), click("c", day=3)])
    assert lake.snapshot(before).rows("clicks") == 2


def test_an_added_column_is_missing_in_rows_that_came_before(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10)])
    wider = replace(ORDERS, columns=(*ORDERS.columns, ("channel", pa.string())))
    assert deliver(lake, wider, [{**order(1, 10), "channel": None}]).duplicates == 1
    assert deliver(lake, wider, [{**order(1, 10), "channel": "web"}]).corrected == 1


def test_another_key_is_refused_until_the_rows_are_withdrawn(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, CLICKS, [click("a"), click("a")], sha256="f00")
    keyed = replace(CLICKS, key=("page",))
    with pytest.raises(BizopsError) as refused:
        deliver(lake, keyed, [click("b")])
    assert refused.value.problems[0].code == "key-changed"
    assert lake.withdraw("clicks") == 2
    assert deliver(lake, keyed, [click("a"), click("a")], sha256="f00").accepted == 1


def test_a_column_that_the_lake_keeps_for_itself_is_refused() -> None:
    with pytest.raises(BizopsError, match="reserved-name"):
        TableSpec("s", (("_row", pa.int64()),))


@pytest.mark.parametrize("name", ["../up", "", ".", "a\0"])
def test_a_source_cannot_lead_out_of_the_lake(name: str) -> None:
    with pytest.raises(BizopsError, match="bad-name"):
        replace(ORDERS, name=name)


def test_a_load_leaves_the_reserve_of_the_disk_alone(small_disk: Path) -> None:
    lake = Lake.open(small_disk / "lake")
    deliver(lake, ORDERS, [order(1, 10)])
    (small_disk / "filler").write_bytes(b"x" * (lake.room() + 4096))
    with pytest.raises(BizopsError) as caught:
        deliver(lake, ORDERS, [order(2, 20)])
    assert caught.value.problems[0].code == "disk-full"
    (small_disk / "filler").unlink()
    assert deliver(lake, ORDERS, [order(2, 20)]).accepted == 1
