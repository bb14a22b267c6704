"""Telemetry in the lake: rows as senders sent them, kept by day, each once; and tables derived from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bizops.lake.commit import LoadReport, note_arrival, note_segments
from bizops.lake.days import TIME, columns_of, write_days
from bizops.lake.files import Fault, verify_file
from bizops.lake.known import new_rows
from bizops.lake.segments import NewSegment
from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW

MERGED_ROWS = 500_000
"""How many rows small segments of a day are merged to, at most: what a merge holds in memory."""


@dataclass(frozen=True, slots=True)
class RawRows:
    """Rows for a raw table (``sender.spans``), the columns that identify a row, and what the delivery is called."""

    table: str
    rows: pa.Table
    identity: tuple[str, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Taken:
    """One batch on disk, not yet in the manifest."""

    batch: RawRows
    number: int
    accepted: int
    schema: pa.Schema
    segments: list[NewSegment]

    def note(self, connection: Connection, seq: int) -> LoadReport:
        """Make it part of the lake."""
        counts = (self.batch.rows.num_rows, self.accepted)
        report = note_arrival(connection, self.number, self.batch.table, TIME, self.batch.name, counts, seq)
        note_segments(connection, self.batch.table, columns_of(self.schema), TIME, self.segments, seq)
        return report


def write_new(root: Path, batch: RawRows, live: Sequence[Segment], number: int, seq: int, fault: Fault) -> Taken:
    """Write those rows of a batch that are not in the lake yet."""
    rows = new_rows(root, batch.rows, batch.identity, live) if batch.rows.num_rows else batch.rows
    own = {DELIVERY: np.full(rows.num_rows, number, np.int32), ROW: np.arange(rows.num_rows, dtype=np.int64)}
    for name, values in own.items():
        rows = rows.append_column(name, pa.array(values))
    segments = write_days(root, batch.table, f"{seq}-{number}", rows, TIME, fault) if rows.num_rows else []
    return Taken(batch, number, rows.num_rows, rows.schema, segments)


def write_derived(
    root: Path, table: str, time: str, rows: Iterable[pa.RecordBatch], seq: int, fault: Fault
) -> list[NewSegment]:
    """Write derived rows, which carry the place of the row they come from, some hundred thousand at a time."""
    written: list[NewSegment] = []
    waiting: list[pa.RecordBatch] = []
    for batch in rows:
        waiting.append(batch)
        if sum(b.num_rows for b in waiting) >= MERGED_ROWS:
            written += _write(root, table, time, waiting, f"{seq}-{len(written)}", fault)
            waiting = []
    return written + _write(root, table, time, waiting, f"{seq}-{len(written)}", fault)


def _write(
    root: Path, table: str, time: str, batches: Sequence[pa.RecordBatch], prefix: str, fault: Fault
) -> list[NewSegment]:
    rows = pa.Table.from_batches(batches) if batches else None
    if rows is None or not rows.num_rows:
        return []
    own = {DELIVERY: pa.int32(), ROW: pa.int64()}
    schema = pa.schema([field.with_type(own.get(field.name, field.type)) for field in rows.schema])
    return write_days(root, table, prefix, rows.cast(schema), time, fault)


@dataclass(frozen=True, slots=True)
class MergedDay:
    """Segments of one day, and the ones that they take the place of."""

    schema: pa.Schema
    new: list[NewSegment]
    old: tuple[int, ...]


def merge_days(
    root: Path, table: str, segments: Sequence[Segment], time: str, seq: int, fault: Fault
) -> list[MergedDay]:
    """Merge the small segments of each day; attributes that only some of them have are without value in the others."""
    merged: list[MergedDay] = []
    for group in _small_groups(segments):
        for segment in group:
            for file in segment.files:
                verify_file(root, file)
        rows = united([pq.read_table(segment.path, partitioning=None) for segment in group])
        new = write_days(root, table, f"{seq}-m{len(merged)}", rows.sort_by(time), time, fault)
        merged.append(MergedDay(rows.schema, new, tuple(segment.id for segment in group)))
    return merged


def _small_groups(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments of a day that are small enough together to be one."""
    groups: list[list[Segment]] = []
    open_: dict[str, list[Segment]] = {}
    for segment in segments:
        if segment.rows > MERGED_ROWS // 2:
            continue
        group = open_.setdefault(segment.part, [])
        if sum(s.rows for s in group) + segment.rows > MERGED_ROWS:
            groups.append(group)
            open_[segment.part] = group = []
        group.append(segment)
    return [group for group in [*groups, *open_.values()] if len(group) > 1]


def united(tables: Sequence[pa.Table]) -> pa.Table:
    """Rows of tables whose columns differ; where types do, values become texts."""
    names = dict.fromkeys(name for table in tables for name in table.column_names)
    columns = {
        name: _united_column([table[name] if name in table.column_names else None for table in tables], tables)
        for name in names
    }
    return pa.table(columns)


def _united_column(columns: Sequence[pa.ChunkedArray | None], tables: Sequence[pa.Table]) -> pa.ChunkedArray:
    types = list(dict.fromkeys(column.type for column in columns if column is not None))
    if any(pa.types.is_struct(type_) for type_ in types):
        return _united_structs(columns, tables)
    told = [type_ for type_ in types if not pa.types.is_null(type_)] or types
    wanted = told[0] if len(told) == 1 else pa.float64() if all(map(_is_number, told)) else pa.string()
    parts = [
        pa.nulls(table.num_rows, wanted) if column is None else pc.cast(column.combine_chunks(), wanted, safe=False)
        for column, table in zip(columns, tables, strict=True)
    ]
    return pa.chunked_array(parts, wanted)


def _is_number(type_: pa.DataType) -> bool:
    return bool(pa.types.is_int64(type_) or pa.types.is_float64(type_))


def _united_structs(columns: Sequence[pa.ChunkedArray | None], tables: Sequence[pa.Table]) -> pa.ChunkedArray:
    children = [
        pa.table({"": pa.nulls(table.num_rows)}) if column is None else _children(column)
        for column, table in zip(columns, tables, strict=True)
    ]
    flat = united(children)
    names = [name for name in flat.column_names if name]
    missing = [
        pa.repeat(True, table.num_rows) if column is None else pc.is_null(column.combine_chunks())
        for column, table in zip(columns, tables, strict=True)
    ]
    mask = pa.chunked_array(missing, pa.bool_()).combine_chunks()
    parts = [flat[name].combine_chunks() for name in names]
    return pa.chunked_array([pa.StructArray.from_arrays(parts, names, mask=mask)])


def _children(column: pa.ChunkedArray) -> pa.Table:
    struct = column.combine_chunks()
    return pa.table(struct.flatten(), names=[child.name for child in struct.type])


def sweep(connection: Connection, table: str, before_us: int) -> list[str]:
    """Forget segments of a table that were retired before an instant; returns their paths, to be removed."""
    gone = connection.execute(
        "SELECT segments.id, path FROM segments JOIN commits ON retired = seq WHERE source = ? AND at_us < ?",
        (table, before_us),
    ).fetchall()
    connection.executemany("DELETE FROM segments WHERE id = ?", [(id_,) for id_, _ in gone])
    connection.execute(
        "DELETE FROM deliveries WHERE source = ? AND id < (SELECT max(id) FROM deliveries WHERE source = ?) "
        "AND made IN (SELECT seq FROM commits WHERE at_us < ?)",
        (table, table, before_us),
    )
    return [path for _, path in gone]
