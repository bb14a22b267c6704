"""Which rows of telemetry are there already: exactly, whenever they came, without a window and without memory.

Rows are the same when their identity is, time included where it belongs to it. So only segments whose time range holds
the new rows' times can have them, and of these only the row groups that do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from bizops.lake.database import open_database
from bizops.lake.days import TIME
from bizops.lake.files import verify_file
from bizops.lake.segments import micros_of
from bizops.lake.snapshot import Segment
from bizops.lake.statements import col, parquet, query, same, source

HOUR_US = 3_600_000_000
_INDEX = "_index"


def new_rows(root: Path, rows: pa.Table, identity: tuple[str, ...], live: Sequence[Segment]) -> pa.Table:
    """The rows that are not in the segments yet, each once: the first of those that are the same."""
    keys = rows.select(list(identity)).append_column(_INDEX, pa.array(np.arange(rows.num_rows)))
    fresh = np.ones(rows.num_rows, dtype=np.bool_)
    if _some_may_repeat(keys.drop_columns(_INDEX)):
        firsts = keys.group_by(list(identity), use_threads=False).aggregate([(_INDEX, "min")])[f"{_INDEX}_min"]
        fresh[:] = False
        fresh[firsts.to_numpy()] = True
    groups = list(_where_they_may_be(rows, identity, live))
    if groups:
        with open_database(root / "tmp") as db:
            for indices, segments in groups:
                for segment in segments:
                    for file in segment.files:
                        verify_file(root, file)
                found = _found(db, keys.take(pa.array(indices)), identity, segments)
                fresh[found] = False
    return rows if fresh.all() else rows.filter(pa.array(fresh))


def _some_may_repeat(keys: pa.Table) -> bool:
    """Whether rows may be the same: surely not when their hashes all differ, which is known in a tenth of the time."""
    hashes = np.zeros(keys.num_rows, np.uint64)
    for column in keys.columns:
        words = _words(column)
        if words is None:
            return True
        for word in words:
            hashes = (hashes ^ word) * _ODD
            hashes ^= hashes >> np.uint64(29)
    return len(np.unique(hashes)) < len(hashes)


_ODD = np.uint64(0x9E3779B97F4A7C15)
"""Two to the 64th divided by the golden ratio: neighbours end up far apart (Knuth, volume 3, 6.4)."""


def _words(column: pa.ChunkedArray) -> list[npt.NDArray[np.uint64]] | None:
    """A column of ids, times or whole numbers as 64-bit words; None for others."""
    if column.null_count:
        return None
    if pa.types.is_fixed_size_binary(column.type) and column.type.byte_width % 8 == 0:
        width = column.type.byte_width
        array = column.combine_chunks()
        start = array.offset * width
        raw = np.frombuffer(array.buffers()[1], np.uint8)[start : start + len(array) * width]
        return list(np.ascontiguousarray(raw.view(np.uint64).reshape(-1, width // 8).T))
    if pa.types.is_timestamp(column.type) or pa.types.is_integer(column.type):
        return [column.to_numpy().astype(np.int64).view(np.uint64)]
    return None


def _where_they_may_be(
    rows: pa.Table, identity: tuple[str, ...], live: Sequence[Segment]
) -> Iterator[tuple[npt.NDArray[np.int64], list[Segment]]]:
    """Rows by the hour in which they happened, with the segments that reach into that hour's rows."""
    if not live:
        return
    if TIME not in identity:
        yield np.arange(rows.num_rows), list(live)
        return
    times = micros_of(rows[TIME])
    hours = times // HOUR_US
    for hour in np.unique(hours):
        indices = np.flatnonzero(hours == hour)
        low, high = int(times[indices].min()), int(times[indices].max())
        segments = [segment for segment in live if segment.meets(low, high + 1)]
        if segments:
            yield indices, segments


def _found(
    db: duckdb.DuckDBPyConnection, keys: pa.Table, identity: tuple[str, ...], segments: Sequence[Segment]
) -> npt.NDArray[np.int64]:
    """Indices of the keys that the segments hold."""
    db.register("keys", keys)
    stored = parquet()
    if TIME in identity:
        bounds = pc.min_max(keys[TIME])
        low, high = (
            exp.cast(exp.Literal.string(bounds[side].as_py().isoformat()), "TIMESTAMP") for side in ("min", "max")
        )
        stored = stored.where(exp.GTE(this=col(TIME), expression=low), exp.LTE(this=col(TIME), expression=high))
    # Of two rows without a value in an identity column, that column tells nothing; "=" would tell them apart.
    semi = exp.Join(this=stored.subquery("stored"), kind="SEMI", on=same(identity, "keys", "stored"))
    statement = exp.select(col(_INDEX)).from_(source("keys")).join(semi)
    paths = [segment.path for segment in segments]
    found = db.sql(query(statement), params=[paths]).to_arrow_table()
    db.unregister("keys")
    return np.asarray(found.column(_INDEX).to_numpy())
