"""Telemetry is in the lake once, by day, whatever is sent again, cut otherwise, or killed in between."""

from __future__ import annotations

import os
import sqlite3
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.lake import DELIVERY, ROW, Lake, TableSpec
from bizops.lake.telemetry import RawRows

IDENTITY = ("span", "time")
START = datetime(2026, 3, 1, 12)


def span(number: int, at: datetime | None = None, **attributes: Any) -> dict[str, Any]:
    return {"time": at or START + timedelta(minutes=number), "span": number, "attributes": attributes or {"k": "v"}}


def raw(*rows: dict[str, Any], identity: tuple[str, ...] = IDENTITY) -> RawRows:
    types = {"time": pa.timestamp("us"), "span": pa.int64()}
    columns = {name: pa.array([row[name] for row in rows], type_) for name, type_ in types.items()}
    table = pa.table(columns | {"attributes": pa.array([row["attributes"] for row in rows])})
    return RawRows("shop.spans", table, identity, "test")


def current(lake: Lake, table: str = "shop.spans") -> list[dict[str, Any]]:
    snapshot = lake.snapshot()
    rows = [row for s in snapshot.segments(table) for row in pq.read_table(s.path, partitioning=None).to_pylist()]
    return sorted(rows, key=lambda row: (row["span"], row["time"]))


def numbers(lake: Lake) -> list[int]:
    return [row["span"] for row in current(lake)]


def test_rows_are_kept_by_day_with_what_they_carry(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    (report,) = lake.take([raw(span(1, order="A"), span(2, START + timedelta(days=1), order="B"))], 7)
    assert (report.rows, report.accepted, report.duplicates, lake.log_mark()) == (2, 2, 0, 7)
    assert [s.part for s in lake.snapshot().segments("shop.spans")] == ["2026-03-01", "2026-03-02"]
    assert [row["attributes"] for row in current(lake)] == [{"order": "A"}, {"order": "B"}]
    assert ("attributes/order", "string") in lake.snapshot().segments("shop.spans")[0].columns


def test_what_came_before_changes_nothing_however_late_it_comes_again(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.take([raw(*map(span, range(5)))], 1)
    lake.take([raw(span(5, START + timedelta(days=40)))], 2)
    (report,) = Lake.open(tmp_path).take([raw(span(3), span(6), span(6))], 3)
    assert (report.accepted, report.duplicates, numbers(lake)) == (1, 2, [0, 1, 2, 3, 4, 5, 6])


def test_the_same_id_with_another_content_is_another_row(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.take([raw(span(1), span(1, START + timedelta(seconds=1)))], None)
    assert numbers(lake) == [1, 1]


def test_an_identity_without_time_is_known_whenever_it_came(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.take([raw(span(1), identity=("span",))], None)
    (report,) = lake.take([raw(span(1, START + timedelta(days=400)), identity=("span",))], None)
    assert (report.duplicates, len(current(lake))) == (1, 1)


@settings(deadline=None, max_examples=25)
@given(
    deliveries=st.lists(st.lists(st.integers(0, 30), min_size=1, max_size=12), min_size=1, max_size=6),
    restarts=st.sets(st.integers(0, 5)),
    merges=st.sets(st.integers(0, 5)),
)
def test_cutting_permuting_and_sending_again_leaves_every_row_once(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[list[int]], restarts: set[int], merges: set[int]
) -> None:
    root = tmp_path_factory.mktemp("lake")
    lake = Lake.open(root)
    for number, delivery in enumerate(deliveries):
        if number in restarts:
            lake = Lake.open(root)
        if number in merges:
            lake.compact("shop.spans")
        lake.take([raw(*(span(n, START + timedelta(hours=5 * n)) for n in delivery))], number)
    assert numbers(lake) == sorted({n for delivery in deliveries for n in delivery})
    assert lake.verify() == []


POINTS = [("before-rename", 1), ("after-rename", 2), ("before-manifest", 1), ("in-manifest", 1), ("after-manifest", 1)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("point", "visit"), POINTS)
def test_a_writer_that_dies_leaves_rows_and_mark_together(point: str, visit: int, tmp_path: Path) -> None:
    def fault(reached: str) -> None:
        seen.append(reached)
        if seen.count(point) == visit and reached == point:
            os._exit(9)

    seen: list[str] = []
    Lake.open(tmp_path).take([raw(span(1))], 1)
    pid = os.fork()
    if pid == 0:
        try:
            Lake.open(tmp_path, fault=fault).take([raw(span(2), span(3, START + timedelta(days=1)))], 2)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9
    lake = Lake.open(tmp_path)
    done = point == "after-manifest"
    assert (numbers(lake), lake.log_mark()) == (([1, 2, 3], 2) if done else ([1], 1))
    lake.take([raw(span(2), span(3, START + timedelta(days=1)))], 2)
    assert (numbers(lake), lake.verify()) == ([1, 2, 3], [])


def test_merged_segments_have_the_attributes_of_all_and_texts_where_types_differ(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    for row in (span(1, order="A"), span(2, amount=5), span(3, amount="five", order=None)):
        lake.take([raw(row)], None)
    assert lake.compact("shop.spans") == 3
    assert [row["attributes"] for row in current(lake)] == [
        {"order": "A", "amount": None}, {"order": None, "amount": "5"}, {"order": None, "amount": "five"},
    ]  # fmt: skip
    assert len(lake.snapshot().segments("shop.spans")) == 1
    assert lake.verify() == []


def test_days_that_are_over_go_and_files_follow_when_nobody_reads_them(tmp_path: Path) -> None:
    now = [datetime(2026, 3, 10, tzinfo=UTC)]
    lake = Lake.open(tmp_path, clock_ns=lambda: int(now[0].timestamp() * 1e9))
    lake.take([raw(span(1), span(2, START + timedelta(days=5)))], None)
    reader = lake.snapshot()
    assert lake.expire("shop.spans", date(2026, 3, 2)) == 1
    assert numbers(lake) == [2]
    assert lake.sweep("shop.spans", grace_s=3600) == 0
    assert all(Path(segment.path).exists() for segment in reader.segments("shop.spans"))
    now[0] += timedelta(hours=2)
    assert lake.sweep("shop.spans", grace_s=3600) == 1
    assert len(list((tmp_path / "segments").rglob("*.parquet"))) == 1
    assert lake.verify() == []


SPEC = TableSpec("orders", (("time", pa.timestamp("us")), ("order", pa.string())), time="time")


def derived(*rows: tuple[datetime, str, int]) -> pa.RecordBatch:
    return pa.record_batch(
        {
            "time": pa.array([at for at, _, _ in rows], pa.timestamp("us")),
            "order": pa.array([order for _, order, _ in rows]),
            DELIVERY: pa.array([1] * len(rows), pa.int64()),
            ROW: pa.array([row for _, _, row in rows], pa.int64()),
        }
    )


def test_derived_rows_and_how_far_they_go_are_written_together(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    assert lake.derive(SPEC, [derived((START, "A", 0))], ("mapped/orders", "1"), None) == 1
    assert lake.derive(SPEC, [derived((START + timedelta(days=3), "B", 1))], ("mapped/orders", "2"), None) == 1
    assert (lake.mark("mapped/orders"), lake.snapshot().rows("orders")) == ("2", 2)


def test_deriving_anew_replaces_from_a_day_on_and_past_states_stay(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.derive(SPEC, [derived((START, "old", 0), (START + timedelta(days=3), "A", 1))], ("m", "1"), None)
    before = lake.snapshot()
    lake.derive(SPEC, [derived((START + timedelta(days=3), "B", 1))], ("m", "2"), date(2026, 3, 2))

    def orders(snapshot: Any) -> list[str]:
        files = [pq.read_table(segment.path, partitioning=None) for segment in snapshot.segments("orders")]
        return sorted(order for file in files for order in file["order"].to_pylist())

    assert (orders(before), orders(lake.snapshot())) == (["A", "old"], ["B", "old"])


def test_a_rewritten_text_is_gone_from_every_state_and_rows_stay(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.take([raw(span(1, user="p_kim", note="x"), span(2, user="p_lee", note="p_kim!"))], None)
    lake.compact("shop.spans")
    past = lake.snapshot()
    assert lake.rewrite("shop.spans", {"p_kim": "erased_1"}) == 1
    assert lake.rewrite("shop.spans", {"p_kim": "erased_1"}) == 0
    assert [row["attributes"]["user"] for row in current(lake)] == ["erased_1", "p_lee"]
    assert past.verified_paths(Lake.open(tmp_path).snapshot().segments("shop.spans"))
    assert lake.verify() == []


def test_a_lake_of_the_first_format_is_taken_over(tmp_path: Path) -> None:
    Lake.open(tmp_path)
    with sqlite3.connect(tmp_path / "manifest.db") as connection:
        connection.execute("DROP TABLE marks")
        connection.execute("PRAGMA user_version = 1")
    connection.close()
    lake = Lake.open(tmp_path)
    lake.take([raw(span(1))], 4)
    assert lake.log_mark() == 4


def test_a_full_disk_stops_nothing_that_was_taken(small_disk: Path) -> None:
    lake = Lake.open(small_disk / "lake")
    lake.take([raw(span(1))], 1)
    filler = small_disk / "filler"
    disk = os.statvfs(small_disk)
    filler.write_bytes(b"x" * (disk.f_bavail * disk.f_frsize - 4096))
    assert lake.room() <= 0
    many = raw(*(span(n, note=f"{n * 7919:x}" * 40) for n in range(2, 3000)))
    with pytest.raises((OSError, sqlite3.OperationalError)):
        lake.take([many], 2)
    filler.unlink()
    lake = Lake.open(small_disk / "lake")
    assert (numbers(lake), lake.log_mark(), lake.verify()) == ([1], 1, [])
    lake.take([many], 2)
    assert len(numbers(lake)) == 2999
