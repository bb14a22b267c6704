"""Kept results are a convenience: losing them in the middle of a question costs time, not the answer."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa

from bizops.measure.blocks import Block
from bizops.measure.store import ResultStore
from bizops.measure.windows import Window

WINDOW = Window(0, 86_400_000_000, date(1970, 1, 1), date(1970, 1, 1))


def test_a_store_deleted_while_a_query_runs_keeps_nothing_and_then_works_again(tmp_path: Path) -> None:
    store = ResultStore(tmp_path / "results")
    block = Block(pa.table({"$w": [0], "c0": [1.0]}), {"component": ("c0", None)})
    assert store.find([(WINDOW, "data")], ["whole"]) == {}
    shutil.rmtree(tmp_path / "results")

    store.keep(block, [(WINDOW, "data")], ["whole"])
    assert store.find([(WINDOW, "data")], ["whole"]) == {}

    store.keep(block, [(WINDOW, "data")], ["whole"])
    assert [kept.dims for kept in store.find([(WINDOW, "data")], ["whole"])[WINDOW, "data"]] == [("whole",)]
    store.close()
