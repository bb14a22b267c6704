"""Reads JSON lines: one object a line, nested values by dotted names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from bizops.intake.batches import ROWS_PER_BLOCK, Block, Keys, text_block
from bizops.lake import RAW_LIMIT, Rejection

LONGEST_LINE = 16 << 20


def read_jsonl(file: BinaryIO, name: str, wanted: Sequence[str]) -> Iterator[Block]:
    """The wanted values as text, numbers exactly as they are written; positions are line numbers.

    A line that is no object is set aside. Raises ``missing-column`` when no line has a wanted name.
    """
    keys = Keys(name, wanted)
    rows: list[dict[str, str | None]] = []
    positions: list[int] = []
    torn: list[Rejection] = []
    for number, line in enumerate(_lines(file), 1):
        if not line.strip():
            continue
        found = _object(line, number)
        if isinstance(found, Rejection):
            torn.append(found)
        else:
            row = {header: value for header in wanted if (value := _lookup(found, header)) is not _ABSENT}
            keys.note((*row, *found))
            rows.append({header: _text(value) for header, value in row.items()})
            positions.append(number)
        if len(rows) + len(torn) >= ROWS_PER_BLOCK:
            yield text_block(wanted, rows, positions, torn)
            rows, positions, torn = [], [], []
    yield text_block(wanted, rows, positions, torn)
    keys.check()


_ABSENT = object()


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines; what is left of one that is too long is skipped."""
    while line := file.readline(LONGEST_LINE):
        yield line
        while len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            line = file.readline(LONGEST_LINE)


def _object(line: bytes, number: int) -> dict[str, Any] | Rejection:
    raw = line[:RAW_LIMIT].decode("utf-8", "replace").rstrip("\r\n")
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        found = json.loads(text, parse_float=str, parse_int=str)
    except UnicodeDecodeError:
        return Rejection(number, None, "bad-encoding", "The line is not valid UTF-8.", raw)
    except (ValueError, RecursionError) as error:
        return Rejection(number, None, "torn-row", f"The line is not valid JSON: {error}.", raw)
    if not isinstance(found, dict):
        return Rejection(number, None, "torn-row", "The line is not a JSON object.", raw)
    return found


def _lookup(found: dict[str, Any], header: str) -> Any:
    """The value under a name, or down a dotted path."""
    value: Any = found.get(header, _ABSENT)
    if value is _ABSENT and "." in header:
        value = found
        for part in header.split("."):
            value = value.get(part, _ABSENT) if isinstance(value, dict) else _ABSENT
    return value


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)
