"""What the lake keeps of what is delivered."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bizops.lake import Delivery, Lake, LoadReport, TableSpec

ORDERS = TableSpec(
    "orders",
    (("id", pa.int64()), ("amount", pa.decimal128(18, 4)), ("note", pa.string()), ("at", pa.timestamp("us"))),
    key=("id",),
    time="at",
)


def deliver(lake: Lake, spec: TableSpec, rows: list[dict[str, object]], sha256: str = "") -> LoadReport:
    with lake.writing(), lake.staging(spec) as staged:
        numbered = [{**row, "_row": n} for n, row in enumerate(rows, 1)]
        for batch in pa.Table.from_pylist(numbered, spec.staged_schema()).to_batches():
            staged.write(batch)
        return lake.append(spec, staged, Delivery("test", sha256))


def current(lake: Lake, source: str) -> list[dict[str, object]]:
    snapshot = lake.snapshot()
    rows: list[dict[str, object]] = []
    for segment in snapshot.segments(source):
        gone = {(r["_delivery"], r["_row"]) for d in segment.deleted for r in pq.read_table(d.path).to_pylist()}
        rows += [r for r in pq.read_table(segment.path).to_pylist() if (r["_delivery"], r["_row"]) not in gone]
    assert len(rows) == snapshot.rows(source)
    return [{k: v for k, v in row.items() if not k.startswith("_")} for row in rows]


def order(id_: int, amount: int, day: int = 1, note: str | None = None) -> dict[str, object]:
    from decimal import Decimal

    return {"id": id_, "amount": Decimal(amount), "note": note, "at": datetime(2026, 1, day)}


def test_rows_come_back_as_they_were_delivered(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    report = deliver(lake, ORDERS, [order(1, 10), order(2, 20, day=31)])
    assert (report.rows, report.accepted) == (2, 2)
    assert current(lake, "orders") == [order(1, 10), order(2, 20, day=31)]


def test_a_row_with_a_known_key_and_other_content_corrects_the_old_one(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(1, 10), order(2, 20)])
    report = deliver(lake, ORDERS, [order(1, 11), order(2, 20), order(3, 30)])
    assert (report.accepted, report.duplicates, report.corrected) == (1, 1, 1)
    assert sorted(current(lake, "orders"), key=str) == sorted([order(1, 11), order(2, 20), order(3, 30)], key=str)
