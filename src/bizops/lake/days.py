"""Segments by day: how rows of telemetry, and rows derived from them, are written.

Rows keep the order in which they came. Attributes are columns within a struct; the manifest lists them as
``attributes/order.id``, so that one sees which segments have which without opening them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bizops.lake.files import Fault, publish
from bizops.lake.segments import ROW_GROUP, SAMPLE_ROWS, NewSegment, micros_of
from bizops.lake.spec import DELIVERY, ROW, UNDATED

TIME = "time"
_DIFFERENCES = (TIME, ROW, "received")
"""Columns that rise, or nearly so: kept as differences."""


def write_days(root: Path, table: str, prefix: str, rows: pa.Table, time: str, fault: Fault) -> list[NewSegment]:
    """Write rows as durable files, one a day (UTC); rows without time together."""
    written = []
    for number, (part, of_day) in enumerate(_by_day(rows, time)):
        bounds = pc.min_max(micros_of(of_day[time])) if part != UNDATED else None
        low, high = (bounds["min"].as_py(), bounds["max"].as_py()) if bounds is not None else (None, None)
        path = f"segments/{table}/{part}/{prefix}-{number}.parquet"
        (root / "tmp").mkdir(exist_ok=True)
        temporary = root / "tmp" / path.replace("/", "-")
        write_rows(of_day, temporary)
        written.append(NewSegment(part, of_day.num_rows, low, high, publish(root, temporary, path, fault)))
    return written


def _by_day(rows: pa.Table, time: str) -> Iterator[tuple[str, pa.Table]]:
    column = rows[time].combine_chunks()
    if column.null_count:
        yield UNDATED, rows.filter(pc.is_null(column))
        rows = rows.filter(pc.is_valid(column))
        column = rows[time].combine_chunks()
    days = micros_of(column).astype("datetime64[us]").astype("datetime64[D]")
    found = np.unique(days)
    for day in found:
        yield str(day), rows if len(found) == 1 else rows.filter(pa.array(days == day))


def first_day(part: str) -> date:
    """The day of a part; undated rows count as older than everything."""
    return date.min if part == UNDATED else date.fromisoformat(part)


def write_rows(rows: pa.Table, path: Path) -> None:
    """One Parquet file: values that repeat by dictionary, the others plainly."""
    sample = rows.slice(0, SAMPLE_ROWS)
    leaves = dict(_leaves(sample))
    differences = {name: "DELTA_BINARY_PACKED" for name in _DIFFERENCES if name in leaves and _rises(leaves[name])}
    repeating = [name for name, column in leaves.items() if name not in differences and _repeats(column)]
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=1,
        use_dictionary=repeating or False,
        column_encoding=differences,
        row_group_size=ROW_GROUP,
        store_schema=False,
        write_statistics=[name for name in (TIME, DELIVERY) if name in leaves] or False,
    )


def _leaves(rows: pa.Table) -> Iterator[tuple[str, pa.ChunkedArray]]:
    """Columns by their path in the file; those of structs one by one."""
    for name in rows.column_names:
        column = rows[name]
        if pa.types.is_struct(column.type):
            for child, array in zip(column.type, column.combine_chunks().flatten(), strict=True):
                yield f"{name}.{child.name}", pa.chunked_array([array])
        else:
            yield name, column


def _rises(column: pa.ChunkedArray) -> bool:
    return bool(pa.types.is_timestamp(column.type) or pa.types.is_integer(column.type))


def _repeats(column: pa.ChunkedArray) -> bool:
    if pa.types.is_null(column.type):
        return False
    distinct: int = pc.count_distinct(column).as_py()
    return distinct * 2 < len(column)


def columns_of(schema: pa.Schema) -> tuple[tuple[str, str], ...]:
    """Columns and their types as the manifest keeps them, without the lake's own."""
    found: list[tuple[str, str]] = []
    for field in schema:
        if field.name in (DELIVERY, ROW):
            continue
        if pa.types.is_struct(field.type):
            found.append((field.name, "struct"))
            found += [(f"{field.name}/{child.name}", str(child.type)) for child in field.type]
        else:
            found.append((field.name, str(field.type)))
    return tuple(found)
