"""Makes the files of one append: new segments, and the list of rows they outdate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bizops.lake.files import Fault, StoredFile, verify_file
from bizops.lake.merge import FILE, TIME, Outcome, comparing
from bizops.lake.segments import ALL, NewSegment, micros_of, write_deletions, write_segments
from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW, TableSpec
from bizops.lake.staging import Staging


@dataclass(frozen=True, slots=True)
class DeletedRows:
    """How many rows of one segment are outdated, and when they happened."""

    segment: int
    rows: int
    min_us: int | None
    max_us: int | None


@dataclass(frozen=True, slots=True)
class NewDeletions:
    """A deletion file that is on disk but not yet in the manifest."""

    file: StoredFile
    segments: tuple[DeletedRows, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that the manifest has to take up in one transaction."""

    outcome: Outcome
    segments: list[NewSegment]
    deletions: NewDeletions | None


def prepare(
    root: Path,
    spec: TableSpec,
    staged: Staging,
    live: Sequence[Segment],
    delivery: int,
    seq: int,
    replaced: Sequence[int],
    fault: Fault,
) -> Prepared:
    """Compare the staged rows with the current ones and write what the difference makes."""
    concerned = list(live) if spec.key or replaced else _overlapping(live, staged, spec)
    for segment in concerned:
        for file in segment.files:
            verify_file(root, file)
    with comparing(spec, staged.path, concerned, root / "tmp", replaced) as merge:
        outcome = merge.run()
        deletions = _write_outdated(root, spec, merge.outdated(), concerned, seq, fault)
        rows = _numbered(merge.new_rows(in_order=staged.sorted_by_time), spec, delivery)
        segments = write_segments(
            root, f"segments/{spec.name}", str(seq), rows, spec.arrow_schema(), spec.time, ALL, fault
        )
    return Prepared(outcome, segments, deletions)


def _overlapping(live: Sequence[Segment], staged: Staging, spec: TableSpec) -> list[Segment]:
    """Segments that can hold a row equal to a staged one."""
    if spec.time is None or staged.rows == 0:
        return list(live)
    column = pq.read_table(staged.path, columns=[spec.time]).column(spec.time)
    found = pc.min_max(column)
    if not found["min"].is_valid:
        return [segment for segment in live if segment.min_us is None]
    low, high = micros_of(pa.array([found["min"].as_py(), found["max"].as_py()], column.type)).tolist()
    return [segment for segment in live if segment.meets(low, high + 1)]


def _numbered(batches: Iterator[pa.RecordBatch], spec: TableSpec, delivery: int) -> Iterator[pa.RecordBatch]:
    """Put the delivery's number to every row."""
    schema = spec.arrow_schema()
    for batch in batches:
        number = pa.array(np.full(batch.num_rows, delivery, dtype=np.int32))
        columns = [number if f.name == DELIVERY else pc.cast(batch.column(f.name), f.type) for f in schema]
        yield pa.RecordBatch.from_arrays(columns, schema=schema)


def _write_outdated(
    root: Path, spec: TableSpec, outdated: pa.Table, live: Sequence[Segment], seq: int, fault: Fault
) -> NewDeletions | None:
    if outdated.num_rows == 0:
        return None
    by_path = {segment.path: segment.id for segment in live}
    counts = []
    for path in pc.unique(outdated.column(FILE)).to_pylist():
        rows = outdated.filter(pc.equal(outdated.column(FILE), path))
        low, high = _bounds(rows)
        counts.append(DeletedRows(by_path[path], rows.num_rows, low, high))
    table = pa.table(
        {DELIVERY: outdated.column(DELIVERY).cast(pa.int32()), ROW: outdated.column(ROW).cast(pa.int64())}
    ).sort_by([(DELIVERY, "ascending"), (ROW, "ascending")])
    return NewDeletions(write_deletions(root, f"deletions/{spec.name}/{seq}.parquet", table, fault), tuple(counts))


def _bounds(rows: pa.Table) -> tuple[int | None, int | None]:
    if TIME not in rows.column_names or rows.column(TIME).null_count:
        return None, None
    micros = micros_of(rows.column(TIME))
    return int(micros.min()), int(micros.max())
