"""Reads Excel workbooks."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from bizops.errors import BizopsError, did_you_mean
from bizops.intake.batches import ROWS_PER_BLOCK, Block, Reading
from bizops.intake.streams import Limits


def read_xlsx(path: Path, sheet: str | None, limits: Limits) -> Reading:
    """The rows of one sheet below its first non-empty row, the header; positions are the sheet's row numbers."""
    try:
        with zipfile.ZipFile(path) as archive:
            limits.check(path.name, path.stat().st_size, sum(entry.file_size for entry in archive.infolist()))
        workbook = CalamineWorkbook.from_path(path)
        if sheet is not None and sheet not in workbook.sheet_names:
            raise BizopsError.of(
                "missing-sheet", f"{path.name} has no sheet '{sheet}'.", hint=did_you_mean(sheet, workbook.sheet_names)
            )
        rows = workbook.get_sheet_by_name(sheet or workbook.sheet_names[0]).to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, CalamineError) as error:
        raise BizopsError.of("unreadable-file", f"{path} is not a readable workbook: {error}.") from error
    numbered = ((number, row) for number, row in enumerate(rows, 1) if any(cell != "" for cell in row))
    _, first = next(numbered, (0, []))
    if not first:
        raise BizopsError.of("empty-file", f"{path.name} is empty: not even a header is there.")
    headers = tuple(str(_canonical(cell) or "").strip() for cell in first)
    return Reading(headers, _blocks(numbered, headers), path.stat().st_size)


def _blocks(numbered: Iterator[tuple[int, list[Any]]], headers: Sequence[str]) -> Iterator[Block]:
    for first in numbered:
        part = list(islice(chain([first], numbered), ROWS_PER_BLOCK))
        columns = [_column([row[at] if at < len(row) else "" for _, row in part]) for at in range(len(headers))]
        table = pa.RecordBatch.from_arrays(columns, names=list(headers))
        yield Block(table, np.array([number for number, _ in part], dtype=np.int64))


def _column(cells: list[Any]) -> pa.Array:
    """Cells of one kind keep their type; where kinds are mixed all become text."""
    values = [None if cell == "" else cell for cell in cells]
    kinds = {type(value) for value in values if value is not None}
    if kinds <= {datetime, date} and datetime in kinds:
        instants = [v if v is None or isinstance(v, datetime) else datetime(v.year, v.month, v.day) for v in values]
        return pa.array(instants, pa.timestamp("us"))
    for kind, type_ in ((date, pa.date32()), (bool, pa.bool_())):
        if kinds == {kind}:
            return pa.array(values, type_)
    if kinds and kinds <= {int, float}:
        return pa.array([None if v is None else float(v) for v in values], pa.float64())
    return pa.array([_canonical(value) for value in values], pa.string())


def _canonical(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if isinstance(value, date) else str(value)
