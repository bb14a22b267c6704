"""Writing immutable segments: rows in time order, one file a month."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bizops.lake.files import Fault, StoredFile, publish
from bizops.lake.spec import ROW, UNDATED

ROW_GROUP = 122_880
SAMPLE_ROWS = 10_000
ALL = "all"


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment that is on disk but not yet in the manifest."""

    part: str
    rows: int
    min_us: int | None
    max_us: int | None
    file: StoredFile


def micros_of(column: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Instants or days as microseconds since 1970; NULL becomes 0."""
    instants = pc.cast(column, pa.timestamp("us"))
    return np.asarray(pc.fill_null(pc.cast(instants, pa.int64()), 0).to_numpy(zero_copy_only=False))


def write_segments(
    root: Path,
    directory: str,
    prefix: str,
    batches: Iterable[pa.RecordBatch],
    schema: pa.Schema,
    time: str | None,
    part: str,
    fault: Fault,
) -> list[NewSegment]:
    """Write rows as durable files: one a month when they come in order of ``time``, undated last; else one ``part``."""
    written: list[NewSegment] = []
    open_: _OpenSegment | None = None
    for month, batch in _by_month(batches, time) if time is not None else ((part, batch) for batch in batches):
        if open_ is not None and open_.part != month:
            written.append(open_.close(root, fault))
            open_ = None
        if open_ is None:
            open_ = _OpenSegment(root, f"{directory}/{month}/{prefix}-{len(written)}.parquet", month, schema, time)
        open_.write(batch)
    if open_ is not None:
        written.append(open_.close(root, fault))
    return written


def _by_month(batches: Iterable[pa.RecordBatch], time: str) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Cut batches where the month changes."""
    for batch in batches:
        column = batch.column(time)
        dated = batch.num_rows - column.null_count
        months = micros_of(column)[:dated].astype("datetime64[us]").astype("datetime64[M]")
        cuts = [0, *(np.flatnonzero(np.diff(months.astype(np.int64))) + 1).tolist(), dated]
        for start, end in pairwise(cuts):
            if end > start:
                yield str(months[start]), batch.slice(start, end - start)
        if dated < batch.num_rows:
            yield UNDATED, batch.slice(dated)


class _OpenSegment:
    """A segment being written to a temporary file, in whole row groups."""

    def __init__(self, root: Path, path: str, part: str, schema: pa.Schema, time: str | None) -> None:
        self.part = part
        self._path = path
        self._time = time
        self._schema = schema
        self._rows = 0
        self._waiting: list[pa.RecordBatch] = []
        self._bounds: tuple[int, int] | None = None
        (root / "tmp").mkdir(exist_ok=True)
        self._temporary = root / "tmp" / path.replace("/", "-")
        self._writer: pq.ParquetWriter | None = None

    def write(self, batch: pa.RecordBatch) -> None:
        self._rows += batch.num_rows
        if self._time is not None and self.part != UNDATED:
            micros = micros_of(batch.column(self._time))
            first = self._bounds[0] if self._bounds else int(micros[0])
            self._bounds = (first, int(micros[-1]))
        self._waiting.append(batch)
        if sum(waiting.num_rows for waiting in self._waiting) >= ROW_GROUP:
            self._flush(whole_groups_only=True)

    def close(self, root: Path, fault: Fault) -> NewSegment:
        self._flush(whole_groups_only=False)
        assert self._writer is not None, "a segment has rows"
        self._writer.close()
        stored = publish(root, self._temporary, self._path, fault)
        low, high = self._bounds or (None, None)
        return NewSegment(self.part, self._rows, low, high, stored)

    def _flush(self, *, whole_groups_only: bool) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        take = table.num_rows // ROW_GROUP * ROW_GROUP if whole_groups_only else table.num_rows
        if take:
            if self._writer is None:
                self._writer = _writer_for(self._temporary, table, self._time)
            self._writer.write_table(table.slice(0, take), row_group_size=ROW_GROUP)
        self._waiting = table.slice(take).to_batches()


def _writer_for(path: Path, sample: pa.Table, time: str | None) -> pq.ParquetWriter:
    """A writer that codes each column as its first rows suggest.

    Positions and sorted times are kept as differences, columns whose values repeat by dictionary, the others plainly: a
    dictionary of values that hardly repeat costs time and space.
    """
    rising = [name for name in (ROW, time) if name is not None]
    first = sample.slice(0, SAMPLE_ROWS)
    repeating = [
        name
        for name in first.column_names
        if name not in rising and pc.count_distinct(first[name]).as_py() < first.num_rows / 2
    ]
    differences = dict.fromkeys(rising, "DELTA_BINARY_PACKED")
    return pq.ParquetWriter(
        path,
        sample.schema,
        compression="zstd",
        compression_level=1,
        use_dictionary=repeating or False,
        column_encoding=differences,
        store_schema=False,
    )


def write_deletions(root: Path, path: str, table: pa.Table, fault: Fault) -> StoredFile:
    """Write a durable list of ``(_delivery, _row)`` that are no longer current."""
    (root / "tmp").mkdir(exist_ok=True)
    temporary = root / "tmp" / path.replace("/", "-")
    pq.write_table(table, temporary, compression="zstd", store_schema=False)
    return publish(root, temporary, path, fault)
