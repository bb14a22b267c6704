"""Binds delivered columns to a source's columns, types them, and sorts out the rows that break a rule."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.errors import BizopsError
from bizops.intake import values as v
from bizops.intake.batches import Block, missing_column
from bizops.intake.tables import TYPES, table_spec
from bizops.intake.values import Bad
from bizops.lake import RAW_LIMIT, Rejection

if TYPE_CHECKING:
    from bizops.model.language import Column, Source


class Binding:
    """The way from one delivery's headers to a source's columns."""

    def __init__(self, source: Source, headers: Sequence[str], name: str) -> None:
        """Raises ``missing-column`` when the delivery ``name`` lacks a header that the source needs."""
        self._source = source
        self._schema = table_spec(source).staged_schema()
        self._headers = {n: column.header or n for n, column in source.columns.items()}
        for header in self._headers.values():
            if header not in headers:
                raise missing_column(name, header, headers)
            if list(headers).count(header) > 1:
                raise BizopsError.of("ambiguous-column", f"{name} has more than one column '{header}'.")

    def typed(self, block: Block) -> tuple[pa.RecordBatch, list[Rejection]]:
        """The block's rows in the source's types, and those that cannot be taken."""
        columns: list[pa.Array] = []
        wrong: dict[int, tuple[str, Bad]] = {}
        for name, column in self._source.columns.items():
            delivered = _column(block.table, self._headers[name])
            array, bad = self._convert(delivered, column)
            broken = {**_broken_rules(array, column), **bad}
            if name == self._source.time:
                broken = {**_outside_of_time(array), **broken}
            for index, why in broken.items():
                wrong.setdefault(index, (name, why))
            columns.append(array)
        batch = pa.RecordBatch.from_arrays([*columns, pa.array(block.positions)], schema=self._schema)
        if not wrong:
            return batch, []
        good = np.ones(batch.num_rows, dtype=bool)
        good[list(wrong)] = False
        return batch.filter(pa.array(good)), self._rejections(block, wrong)

    def _convert(self, delivered: pa.Array, column: Column) -> tuple[pa.Array, dict[int, Bad]]:
        values = _without_nulls(delivered, column)
        zone = column.zone or self._source.zone
        fast, slow = _CONVERTERS[column.type](column, zone)
        if self._source.decimal_comma and column.type in _NUMERIC:
            fast, slow = v.with_comma(fast, slow)
        return v.convert(values, fast, slow, TYPES[column.type])

    def _rejections(self, block: Block, wrong: dict[int, tuple[str, Bad]]) -> list[Rejection]:
        found = []
        for index, (field, bad) in sorted(wrong.items()):
            raw = json.dumps(block.table.slice(index, 1).to_pylist()[0], default=str, ensure_ascii=False)[:RAW_LIMIT]
            found.append(Rejection(int(block.positions[index]), field, bad.code, bad.message, raw))
        return found


_NUMERIC = ("integer", "number", "decimal")
_CONVERTERS: dict[str, Callable[[Column, str], tuple[v.Fast, v.Slow]]] = {
    "text": lambda column, zone: (v.fast_text, v.slow_text),
    "integer": lambda column, zone: (v.fast_integer, v.slow_integer),
    "number": lambda column, zone: (v.fast_number, v.slow_number),
    "decimal": lambda column, zone: (v.fast_decimal, v.slow_decimal),
    "boolean": lambda column, zone: (v.fast_boolean, v.slow_boolean),
    "date": lambda column, zone: v.date_converter(column.format),
    "timestamp": lambda column, zone: v.timestamp_converter(column.format, zone),
}


def _column(table: pa.RecordBatch, header: str) -> pa.Array:
    array = table.column(header)
    if isinstance(array.type, pa.BaseExtensionType):
        storage = array.storage  # PostgreSQL's numeric arrives as text that is marked as opaque
        array = storage if pa.types.is_string(storage.type) else pa.array([_shown(v) for v in array.to_pylist()])
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_large_string(array.type) or pa.types.is_string_view(array.type):
        array = pc.cast(array, pa.string())
    return array


def _shown(value: object) -> str | None:
    return None if value is None else str(value)


def _without_nulls(values: pa.Array, column: Column) -> pa.Array:
    """Empty texts, and those that mean 'no value', become NULL."""
    if not pa.types.is_string(values.type):
        return values
    return pc.if_else(pc.is_in(values, value_set=pa.array(["", *column.nulls])), pa.scalar(None, pa.string()), values)


def _broken_rules(values: pa.Array, column: Column) -> dict[int, Bad]:
    """Which rows break a rule of the column."""
    broken: dict[int, Bad] = {}
    if column.min is not None or column.max is not None:
        numbers = pc.cast(values, pa.float64())
        low = pc.less(numbers, -np.inf if column.min is None else column.min)
        high = pc.greater(numbers, np.inf if column.max is None else column.max)
        for index in _where(pc.or_(low, high)):
            broken[index] = Bad(
                "out-of-range", f"{values[index].as_py()} is not between {column.min} and {column.max}."
            )
    if column.values:
        known = pa.array(column.values, pa.string())
        texts = pc.cast(values, pa.string())
        for index in _where(pc.and_(pc.is_valid(texts), pc.invert(pc.is_in(texts, value_set=known)))):
            broken[index] = Bad("not-allowed", f"'{texts[index].as_py()}' is none of the allowed values.")
    if column.required and values.null_count:
        for index in _where(pc.is_null(values)):
            broken[index] = Bad("missing-value", "There is no value, and the column is required.")
    return broken


def _outside_of_time(values: pa.Array) -> dict[int, Bad]:
    """Rows outside of what a business measures: 0001-01-01 and 9999-12-31 stand for no date."""
    years = pc.year(values)
    outside = pc.or_(pc.less(years, FIRST_YEAR), pc.greater(years, LAST_YEAR))
    message = f"Nothing is measured before {FIRST_YEAR} or after {LAST_YEAR}."
    return {index: Bad("out-of-range", f"{values[index].as_py()}: {message}") for index in _where(outside)}


FIRST_YEAR, LAST_YEAR = 1900, 2200


def _where(mask: pa.Array) -> npt.NDArray[np.int64]:
    return np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))
