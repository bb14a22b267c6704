"""Telemetry is in the lake once, by day, whatever is sent again, cut otherwise, or killed in between."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.lake import DELIVERY, ROW, Lake, TableSpec
from bizops.lake.telemetry import RawRows, sweep

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


def test_rows_without_a_value_in_their_identity_are_known_too(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    nameless = pa.table({"time": [START], "origin": pa.nulls(1, pa.string()), "id": ["x"]})
    other = nameless.set_column(2, "id", pa.array(["y"]))
    batches = [RawRows("shop.events", rows, ("origin", "id"), "test") for rows in (nameless, nameless, other)]
    assert [lake.take([batch], None)[0].accepted for batch in batches] == [1, 0, 1]


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


def dies(root: Path, point: str, visit: int, act: Callable[[Lake], object]) -> None:
    """Do something to the lake in a process that ends at a point of the write."""

    def fault(reached: str) -> None:
        seen.append(reached)
        if seen.count(point) == visit and reached == point:
            os._exit(9)

    seen: list[str] = []
    pid = os.fork()
    if pid == 0:
        try:
            act(Lake.open(root, fault=fault))
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("point", "visit"), POINTS)
def test_a_writer_that_dies_leaves_rows_and_mark_together(point: str, visit: int, tmp_path: Path) -> None:
    new = raw(span(2), span(3, START + timedelta(days=1)))
    Lake.open(tmp_path).take([raw(span(1))], 1)
    dies(tmp_path, point, visit, lambda lake: lake.take([new], 2))
    lake = Lake.open(tmp_path)
    done = point == "after-manifest"
    assert (numbers(lake), lake.log_mark()) == (([1, 2, 3], 2) if done else ([1], 1))
    lake.take([new], 2)
    assert (numbers(lake), lake.verify()) == ([1, 2, 3], [])


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("point", ["before-manifest", "in-manifest", "after-manifest"])
def test_an_upkeep_that_dies_is_done_or_not_and_can_be_done_again(point: str, tmp_path: Path) -> None:
    """Deriving anew, letting go of days, taking a person out, merging: each killed, then repeated."""
    lake = Lake.open(tmp_path)
    lake.derive(SPEC, [derived((START, "A", 0))], ("m", "1"), None)
    for number in (1, 2):
        lake.take([raw(span(number, user="p_kim"), span(number + 10, START + timedelta(days=9), user="p_lee"))], number)
    upkeep: list[tuple[Callable[[Lake], object], Callable[[], object]]] = [
        (
            lambda lake: lake.derive(SPEC, [derived((START, "B", 0))], ("m", "2"), date.min),
            lambda: (lake.mark("m"), lake.snapshot().rows("orders")),
        ),
        (lambda lake: lake.rewrite({"p_kim": "nobody"}), lambda: [row["attributes"]["user"] for row in current(lake)]),
        (lambda lake: lake.compact("shop.spans"), lambda: len(lake.snapshot().segments("shop.spans"))),
        (lambda lake: lake.expire("shop.spans", date(2026, 3, 5)), lambda: numbers(lake)),
    ]
    for act, seen in upkeep:
        before = seen()
        dies(tmp_path, point, 1, act)
        between = seen()
        assert lake.verify() == []
        act(lake)
        assert seen() != before
        assert between == (seen() if point == "after-manifest" else before)
    assert (numbers(lake), lake.verify()) == ([11, 12], [])
    with lake.manifest.reading() as connection:
        known = {path for (path,) in connection.execute("SELECT path FROM segments")}
    assert known == {path.relative_to(tmp_path).as_posix() for path in (tmp_path / "segments").rglob("*.parquet")}


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_files_that_were_to_be_swept_when_the_process_died_are_swept_by_the_next(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    lake.take([raw(span(1), span(2, START + timedelta(days=9)))], 1)
    lake.expire("shop.spans", date(2026, 3, 5))
    with lake.writing(), lake.manifest.writing() as connection:  # all that a sweep had done when it was killed
        assert len(sweep(connection, "shop.spans", 2**60)) == 1
    dies(tmp_path, "before-manifest", 1, lambda lake: lake.take([raw(span(3))], 2))
    lake.take([raw(span(3))], 2)
    assert len(list((tmp_path / "segments").rglob("*.parquet"))) == 2
    assert (numbers(lake), lake.verify()) == ([2, 3], [])


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
    lake.take([raw(span(1, user="p_kim", note="x"))], None)
    lake.take([raw(span(2, user="p_lee", note="p_kim!"))], None)
    lake.compact("shop.spans")
    past = lake.snapshot()
    assert lake.rewrite({"p_kim": "erased_1"}) == 2
    assert lake.rewrite({"p_kim": "erased_1"}) == 0
    assert [row["attributes"]["user"] for row in current(lake)] == ["erased_1", "p_lee"]
    assert past.verified_paths(Lake.open(tmp_path).snapshot().segments("shop.spans"))
    assert lake.verify() == []


def test_a_text_within_json_is_rewritten_too_and_what_is_missing_stays_missing(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    rows = pa.table(
        {
            "time": [START, START + timedelta(seconds=1)],
            "attributes": pa.array([{"user": "p_kim"}, None]),
            "events": ['[{"name":"login","attributes":{"user.id":"p_kim","of":["p_kimono","p_kim"]}}]', None],
            "body": ['"p_kim" said hello', "{"],
        }
    )
    lake.take([RawRows("shop.logs", rows, ("time",), "test")], None)
    assert lake.rewrite({"p_kim": 'say "x"'}) == 1
    (segment,) = lake.snapshot().segments("shop.logs")
    first, second = pq.read_table(segment.path, partitioning=None).to_pylist()
    assert json.loads(first["events"]) == [
        {"name": "login", "attributes": {"user.id": 'say "x"', "of": ["p_kimono", 'say "x"']}}
    ]
    assert (first["attributes"], first["body"]) == ({"user": 'say "x"'}, '"p_kim" said hello')
    assert (second["attributes"], second["events"], second["body"]) == (None, None, "{")


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
