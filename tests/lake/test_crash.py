"""A writer that dies leaves the old state or the new one, and loading again completes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from lake_rows import ORDERS, current, deliver, in_order, order

from bizops.errors import BizopsError
from bizops.lake import Lake

OLD = [order(1, 10), order(2, 20, month=6)]
NEW = [order(1, 11), order(3, 30), order(4, 40, month=6)]
AFTER = in_order([order(1, 11), order(2, 20, month=6), order(3, 30), order(4, 40, month=6)])


def dies(write: Callable[[], object]) -> bool:
    """Run a write in a process of its own; whether it was stopped in its course."""
    pid = os.fork()
    if pid == 0:
        try:
            write()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) == 9


def stop_at(point: str, visit: int) -> Callable[[str], None]:
    """A fault that ends the process, as kill -9 would, at the n-th visit of a point."""
    visits = {point: 0}

    def fault(reached: str) -> None:
        if reached == point:
            visits[point] += 1
            if visits[point] == visit:
                os._exit(9)

    return fault


POINTS = [(point, visit) for point in ("before-rename", "after-rename") for visit in (1, 2, 3)]
POINTS += [("before-manifest", 1), ("in-manifest", 1), ("after-manifest", 1)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize(("point", "visit"), POINTS)
def test_a_killed_append_leaves_the_old_state_or_the_new_one(tmp_path: Path, point: str, visit: int) -> None:
    deliver(Lake.open(tmp_path), ORDERS, OLD, sha256="old")
    assert dies(lambda: deliver(Lake.open(tmp_path, fault=stop_at(point, visit)), ORDERS, NEW, sha256="new"))
    lake = Lake.open(tmp_path)
    assert current(lake, "orders") == (AFTER if point == "after-manifest" else in_order(OLD))
    assert lake.verify() == []
    deliver(lake, ORDERS, [])
    assert unknown_files(lake) == set()
    report = deliver(lake, ORDERS, NEW, sha256="new")
    assert report.already_loaded == (point == "after-manifest")
    assert current(lake, "orders") == AFTER
    assert unknown_files(lake) == set()


@pytest.mark.parametrize(
    ("point", "visit"), [("before-rename", 1), ("after-rename", 2), ("before-manifest", 1), ("after-manifest", 1)]
)
def test_a_killed_compaction_loses_no_row(tmp_path: Path, point: str, visit: int) -> None:
    for rows in (OLD, NEW):
        deliver(Lake.open(tmp_path), ORDERS, rows)
    assert dies(lambda: Lake.open(tmp_path, fault=stop_at(point, visit)).compact("orders"))
    lake = Lake.open(tmp_path)
    assert current(lake, "orders") == AFTER
    lake.compact("orders")
    assert current(lake, "orders") == AFTER
    assert unknown_files(lake) == set()


def test_the_lock_of_a_dead_writer_is_taken_over(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)

    def hold_and_die() -> None:
        with lake.writing():
            os._exit(9)

    assert dies(hold_and_die)
    assert deliver(lake, ORDERS, OLD).accepted == 2


def test_a_second_writer_gets_one_clear_error_and_changes_nothing(tmp_path: Path) -> None:
    first, second = Lake.open(tmp_path), Lake.open(tmp_path)
    with first.writing():
        with pytest.raises(BizopsError) as refused:
            deliver(second, ORDERS, NEW)
        deliver(first, ORDERS, OLD)
    (problem,) = refused.value.problems
    assert problem.code == "lake-locked"
    assert f"pid {os.getpid()}" in problem.message
    assert current(second, "orders") == in_order(OLD)


def unknown_files(lake: Lake) -> set[Path]:
    """Files in the lake that no commit knows."""
    with lake.manifest.reading() as connection:
        known = {
            lake.root / p for (p,) in connection.execute("SELECT path FROM segments UNION SELECT path FROM deletions")
        }
    return set(lake.root.rglob("*.parquet")) - known
