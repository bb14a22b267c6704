"""What events and changes share: JSON bodies to records, and records to columns."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow as pa

from bizops.errors import BizopsError

MAX_KEYS = 200
MAX_VALUE = 8192
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT64 = range(-(1 << 63), 1 << 63)


@dataclass(frozen=True, slots=True)
class RowError:
    """Why one record of a body was not taken; ``index`` counts from 0."""

    index: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Records:
    """The records of one body that can be taken, and why the others cannot."""

    signal: str
    records: tuple[Mapping[str, Any], ...]
    errors: tuple[RowError, ...] = ()

    @property
    def accepted(self) -> int:
        return len(self.records)

    @property
    def rejected(self) -> int:
        return len(self.errors)

    @property
    def reason(self) -> str:
        return self.errors[0].message if self.errors else ""


def parsed(media: str, body: bytes) -> list[object]:
    """The records of a body: one object, a list of them, or one a line; a line that is no JSON is given as bytes."""
    if media in LINES:
        return [_line(line) for line in body.splitlines() if line.strip()]
    value = value_of(body)
    return value if isinstance(value, list) else [value]


def value_of(body: bytes) -> object:
    """The JSON value of a body; ``undecodable`` when it is none."""
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise BizopsError.of("undecodable", f"The body is no JSON: {error}.") from None


LINES = ("application/x-ndjson", "application/jsonl", "application/ndjson", "application/json-lines")


def _line(line: bytes) -> object:
    try:
        return orjson.loads(line)
    except ValueError:
        return line


def refusal(code: str, message: str) -> BizopsError:
    """Why a record is not taken."""
    return BizopsError.of(code, message)


def text_of(raw: Mapping[str, Any], name: str, *, needed: bool = False) -> str | None:
    """A text of a record, cut at 8 kB; numbers are taken as they are written."""
    value = raw.get(name)
    if value is None or value == "":
        if needed:
            raise refusal("missing-attribute", f"The attribute '{name}' is missing.")
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise refusal("bad-attribute", f"The attribute '{name}' is no text.")
    return str(value)[:MAX_VALUE]


def time_of(raw: Mapping[str, Any], name: str) -> int | None:
    """A time of a record in microseconds since 1970; it has to say its offset from UTC."""
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        shown = str(value)[:40]
        raise refusal("bad-time", f"'{shown}' is no time like 2026-03-31T12:00:00Z or 2026-03-31T14:00:00+02:00.")
    try:
        return (moment.astimezone(UTC) - _EPOCH) // timedelta(microseconds=1)
    except OverflowError:
        raise refusal("bad-time", f"'{str(value)[:40]}' is out of range.") from None


def hashed(raw: object, seen: Counter[str]) -> str:
    """An id for a record that has none: its content, and which of several alike in one body it is."""
    digest = hashlib.sha256(orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}-{seen[digest]}"


def as_json(value: object) -> str | None:
    """Compact JSON with sorted keys; None for nothing."""
    if value is None or value == {} or value == []:
        return None
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def split_columns(rows: Sequence[Mapping[str, Any]]) -> tuple[pa.StructArray | None, list[str | None]]:
    """Objects as a struct with a typed field for each key, and as JSON what has no place in it.

    The 200 most frequent keys with single values get a field; lists, objects and further keys stay JSON. Where a key
    has values of different types, they are written as texts.
    """
    counts: Counter[str] = Counter()
    for row in rows:
        counts.update(key for key, value in row.items() if _is_single(value))
    keys: dict[str, str] = {}
    for key, _ in counts.most_common():
        # Names that differ in their case alone would be one to SQL.
        if key and key.isprintable() and key.casefold() not in keys and len(keys) < MAX_KEYS:
            keys[key.casefold()] = key
    chosen = set(keys.values())
    rest = [
        as_json({key: value for key, value in row.items() if not (key in chosen and _is_single(value))})
        if any(value is not None and not (key in chosen and _is_single(value)) for key, value in row.items())
        else None
        for row in rows
    ]
    if not chosen:
        return None, rest
    fields = {key: _column([_single(row.get(key)) for row in rows]) for key in keys.values()}
    return pa.StructArray.from_arrays(list(fields.values()), names=list(fields)), rest


def _is_single(value: object) -> bool:
    return isinstance(value, str | bool | float) or (isinstance(value, int) and value in _INT64)


def _single(value: Any) -> Any:
    if not _is_single(value):
        return None
    return value[:MAX_VALUE] if isinstance(value, str) else value


def _column(values: list[Any]) -> pa.Array:
    types = {type(value) for value in values if value is not None}
    if types == {int, float}:
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if len(types) == 1:
        (type_,) = types
        return pa.array(values, {str: pa.string(), bool: pa.bool_(), int: pa.int64(), float: pa.float64()}[type_])
    return pa.array([None if value is None else _as_text(value) for value in values], pa.string())


def _as_text(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
