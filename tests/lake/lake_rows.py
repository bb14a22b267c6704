"""Delivers rows to a lake and reads them back, for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bizops.lake import Delivery, Lake, LoadReport, Snapshot, TableSpec

Row = Mapping[str, Any]

ORDERS = TableSpec(
    "orders",
    (("id", pa.int64()), ("amount", pa.decimal128(18, 4)), ("note", pa.string()), ("at", pa.timestamp("us"))),
    key=("id",),
    time="at",
)
CLICKS = TableSpec("clicks", (("page", pa.string()), ("ms", pa.float64()), ("at", pa.timestamp("us"))), time="at")


def order(id_: int, amount: int, day: int = 1, note: str | None = None, month: int = 1) -> Row:
    """A row of ORDERS."""
    return {"id": id_, "amount": Decimal(amount), "note": note, "at": datetime(2026, month, day)}


def click(page: str | None, day: int = 1, ms: float | None = 1.0) -> Row:
    """A row of CLICKS."""
    return {"page": page, "ms": ms, "at": datetime(2026, 1, day)}


def deliver(lake: Lake, spec: TableSpec, rows: Iterable[Row], sha256: str = "") -> LoadReport:
    """Append rows as one delivery."""
    with lake.writing(), lake.staging(spec) as staged:
        numbered = [{**row, "_row": number} for number, row in enumerate(rows, 1)]
        for batch in pa.Table.from_pylist(numbered, spec.staged_schema()).to_batches():
            staged.write(batch)
        return lake.append(spec, staged, Delivery("test", sha256))


def rows_of(snapshot: Snapshot, source: str) -> list[dict[str, Any]]:
    """The current rows without the own columns, in a fixed order."""
    rows: list[dict[str, Any]] = []
    for segment in snapshot.segments(source):
        gone = {(r["_delivery"], r["_row"]) for d in segment.deleted for r in pq.read_table(d.path).to_pylist()}
        found = pq.read_table(segment.path, partitioning=None).to_pylist()
        rows += [row for row in found if (row["_delivery"], row["_row"]) not in gone]
    assert len(rows) == snapshot.rows(source)
    return in_order({k: v for k, v in row.items() if not k.startswith("_")} for row in rows)


def current(lake: Lake, source: str) -> list[dict[str, Any]]:
    """What the lake holds now."""
    return rows_of(lake.snapshot(), source)


def in_order(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Rows in an order that does not depend on how they were delivered."""
    return sorted((dict(row) for row in rows), key=repr)
