"""From a source's definition to the table that the lake keeps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa

from bizops.lake import TableSpec

if TYPE_CHECKING:
    from bizops.model.language import Source

TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "decimal": pa.decimal128(18, 4),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""How the model's types are stored."""


def table_spec(source: Source) -> TableSpec:
    """What the lake has to know about a source; ``reading`` is everything that decides how its files are read."""
    columns = tuple((name, TYPES[column.type]) for name, column in source.columns.items())
    how = [[c.header, c.format, c.zone, c.nulls, c.required, c.values, c.min, c.max] for c in source.columns.values()]
    files = [source.format, source.delimiter, source.encoding, source.decimal_comma, source.sheet, source.zone]
    return TableSpec(
        name=source.name,
        columns=columns,
        key=tuple(source.key),
        version=source.version,
        time=source.time,
        reading=json.dumps([how, files]),
    )


def headers_of(source: Source) -> tuple[str, ...]:
    """The names under which a delivery has the source's columns."""
    return tuple(column.header or name for name, column in source.columns.items())
