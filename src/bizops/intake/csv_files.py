"""Reads CSV: Arrow's parser for whole blocks, and a forgiving one for blocks with torn rows.

A block is a few megabytes cut at the end of a row. When Arrow reads it and finds as many rows as it has line ends
outside quotes, the block is taken as it is. Otherwise each row is read on its own and the torn ones are set aside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from bizops.errors import BizopsError
from bizops.intake.batches import Block
from bizops.lake import RAW_LIMIT, Rejection

BLOCK_BYTES = 8 << 20
LONGEST_ROW = 1 << 20
MOST_LINES = 200
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What every row of a file has in common."""

    headers: tuple[str, ...]
    delimiter: str


def read_csv(
    file: BinaryIO, name: str, delimiter: str | None, block_bytes: int = BLOCK_BYTES
) -> tuple[tuple[str, ...], Iterator[Block]]:
    """Headers and rows of a CSV file in UTF-8, all values as text; positions are line numbers, the header's is 1."""
    head = _read_up_to_newline(file)
    head = head.removeprefix(_BOM)
    lines = 1
    while head and not head.strip():
        head, lines = _read_up_to_newline(file), lines + 1
    if not head:
        raise BizopsError.of("empty-file", f"{name} is empty: not even a header is there.")
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError:
        raise BizopsError.of(
            "bad-encoding",
            f"The header of {name} is not UTF-8.",
            hint="Name the file's `encoding` on the source, e.g. cp1252.",
        ) from None
    found = delimiter or sniff_delimiter(text)
    headers = tuple(field.strip() for field in next(csv.reader([text], delimiter=found)))
    return headers, _blocks(file, _Shape(headers, found), lines + 1, block_bytes)


def sniff_delimiter(header: str) -> str:
    """The separator that occurs most often in the header, outside quotes."""
    counts = {d: len(next(csv.reader([header], delimiter=d))) for d in _DELIMITERS}
    return max(_DELIMITERS, key=lambda d: counts[d])


def _read_up_to_newline(file: BinaryIO) -> bytes:
    return file.readline(LONGEST_ROW)


def _blocks(file: BinaryIO, shape: _Shape, line: int, block_bytes: int) -> Iterator[Block]:
    rest = b""
    while True:
        fresh = file.read(block_bytes)
        block = rest + fresh
        if not block:
            return
        last = not fresh
        parsed, rest, line = _parse(block, shape, line, last)
        if parsed is not None:
            yield parsed
        if last:
            return


def _parse(block: bytes, shape: _Shape, line: int, last: bool) -> tuple[Block | None, bytes, int]:
    """Rows of a block, the bytes left for the next one, and the line at which that begins."""
    if last and not block.endswith(b"\n"):
        block += b"\n"
    data = np.frombuffer(block, dtype=np.uint8)
    newlines = np.flatnonzero(data == ord("\n"))
    quotes = np.flatnonzero(data == ord('"'))
    ends = newlines[np.searchsorted(quotes, newlines) % 2 == 0] if len(quotes) else newlines
    if len(ends):
        cut = int(ends[-1]) + 1
        starts = np.concatenate(([0], ends[:-1] + 1))
        lengths = ends - starts
        starts = starts[(lengths > 1) | ((lengths == 1) & (data[starts] != ord("\r")))]
        rows = _parse_at_once(block[:cut], shape, len(starts))
        if rows is not None:
            positions = line + np.searchsorted(newlines, starts)
            return Block(rows, positions.astype(np.int64)), block[cut:], line + int(np.searchsorted(newlines, cut))
    return _parse_row_by_row(block, shape, line, last)


def _parse_at_once(block: bytes, shape: _Shape, expected: int) -> pa.RecordBatch | None:
    try:
        table = pacsv.read_csv(
            pa.BufferReader(block),
            read_options=pacsv.ReadOptions(column_names=list(shape.headers), block_size=max(len(block), 1)),
            parse_options=pacsv.ParseOptions(delimiter=shape.delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types={header: pa.string() for header in shape.headers}, strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows != expected:
        return None
    return table.combine_chunks().to_batches()[0]


def _parse_row_by_row(block: bytes, shape: _Shape, line: int, last: bool) -> tuple[Block, bytes, int]:
    """Read each row on its own. A row that is torn takes no other with it: reading goes on at the next line."""
    lines = block.splitlines(keepends=True) if b"\r" not in block else io.BytesIO(block).readlines()
    rows: list[list[str]] = []
    positions: list[int] = []
    torn: list[Rejection] = []
    at = 0
    while at < len(lines):
        taken, result = _row_at(lines, at, shape, last)
        if taken == 0:
            break
        if isinstance(result, Rejection):
            torn.append(Rejection(line + at, None, result.code, result.message, result.raw))
        elif result is not None:
            rows.append(result)
            positions.append(line + at)
        at += taken
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(shape.headers)
    table = pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], names=list(shape.headers))
    return Block(table, _positions(positions), tuple(torn)), b"".join(lines[at:]), line + at


def _row_at(lines: list[bytes], at: int, shape: _Shape, last: bool) -> tuple[int, list[str] | Rejection | None]:
    """How many lines the row beginning here takes, and its values, why it is torn, or None for an empty line.

    Takes 0 lines when the row goes on in the next block.
    """
    size = 0
    for count in range(1, MOST_LINES + 1):
        there = at + count <= len(lines)
        size += len(lines[at + count - 1]) if there else 0
        if not there or not (last or lines[at + count - 1].endswith(b"\n")):
            if last or size > LONGEST_ROW:
                break
            return 0, None
        try:
            text = b"".join(lines[at : at + count]).decode("utf-8")
        except UnicodeDecodeError:
            return 1, _torn("bad-encoding", "The row is not valid text in the file's encoding.", lines[at])
        if not text.strip("\r\n"):
            return 1, None
        try:
            values = next(csv.reader([text], delimiter=shape.delimiter, strict=True), [])
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                continue
            return 1, _torn("torn-row", f"The row cannot be split into fields: {error}.", lines[at])
        if len(values) == len(shape.headers):
            return count, values
        found = f"The row has {len(values)} fields, the header has {len(shape.headers)}."
        return 1, _torn("torn-row", found, lines[at])
    return 1, _torn("torn-row", "The row has no end: a quote is opened and never closed.", lines[at])


def _torn(code: str, message: str, raw: bytes) -> Rejection:
    return Rejection(0, None, code, message, raw[:RAW_LIMIT].decode("utf-8", "replace").rstrip("\r\n"))


def _positions(numbers: list[int]) -> npt.NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)
