"""Merges the small segments of a month into one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from sqlglot import exp

from bizops.lake.database import open_database
from bizops.lake.files import Fault, verify_file
from bizops.lake.segments import ROW_GROUP, NewSegment, write_segments
from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW
from bizops.lake.statements import col, live_rows, query, source

SMALL_ROWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Merged:
    """Segments that took the place of others."""

    columns: tuple[tuple[str, str], ...]
    time: str | None
    new: list[NewSegment]
    old: tuple[int, ...]


def merge_small(
    root: Path, name: str, segments: Sequence[Segment], time: str | None, seq: int, fault: Fault
) -> list[Merged]:
    """Write one segment for every month that has several small ones, or one with corrected rows."""
    groups: dict[tuple[str, tuple[tuple[str, str], ...]], list[Segment]] = {}
    for segment in segments:
        if segment.rows < SMALL_ROWS or segment.deleted:
            groups.setdefault((segment.part, segment.columns), []).append(segment)
    merged: list[Merged] = []
    for (_, columns), group in sorted(groups.items()):
        if len(group) > 1 or group[0].deleted:
            new = _merge(root, name, group, time, f"{seq}-{len(merged)}", fault)
            merged.append(Merged(columns, time, new, tuple(segment.id for segment in group)))
    return merged


def _merge(
    root: Path, name: str, group: Sequence[Segment], time: str | None, prefix: str, fault: Fault
) -> list[NewSegment]:
    for segment in group:
        for file in segment.files:
            verify_file(root, file)
    schema = pq.read_schema(group[0].path)
    by = time if time in schema.names and group[0].part not in ("all", "undated") else None
    with open_database(root / "tmp") as db:
        live_rows(db, group[0].columns, group, "_file")
        rows = exp.select(*(col(n) for n in schema.names)).from_(source("live"))
        order = [exp.Ordered(this=col(n)) for n in ((by,) if by else ()) + (DELIVERY, ROW)]
        batches = db.sql(query(rows.order_by(*order))).to_arrow_reader(ROW_GROUP)
        return write_segments(
            root, f"segments/{name}", prefix, _typed(batches, schema), schema, by, group[0].part, fault
        )


def _typed(batches: Iterator[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield batch.cast(schema)
