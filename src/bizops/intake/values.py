"""From delivered values to typed ones: whole columns at once, and one by one only where that fails."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bizops.intake.instants import from_iso, from_local, to_utc

LEAF = 64
_TRUE = ("true", "yes", "ja", "y", "j", "1", "t")
_FALSE = ("false", "no", "nein", "n", "0", "f")
_TENTHS_OF_MILLI = Decimal("0.0001")
_LARGEST = Decimal(10) ** 14
_EXACT_FLOATS = 2**52 / 1e4


@dataclass(frozen=True, slots=True)
class Bad:
    """Why a value was not taken."""

    code: str
    message: str


Fast = Callable[[pa.Array], pa.Array]
Slow = Callable[[Any], Any]


def convert(values: pa.Array, fast: Fast, slow: Slow, to: pa.DataType) -> tuple[pa.Array, dict[int, Bad]]:
    """Typed values, and what is wrong at which index (those become NULL).

    ``fast`` types a whole array or raises; where it raises the array is halved until few values are left, which
    ``slow`` looks at one by one, giving the value or a :class:`Bad`.
    """
    bad: dict[int, Bad] = {}
    parts = list(_parts(values, 0, fast, slow, to, bad))
    return (parts[0] if len(parts) == 1 else pa.concat_arrays(parts) if parts else pa.array([], to)), bad


def _parts(
    values: pa.Array, offset: int, fast: Fast, slow: Slow, to: pa.DataType, bad: dict[int, Bad]
) -> Iterator[pa.Array]:
    try:
        yield fast(values)
        return
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        pass
    if len(values) > LEAF:
        half = len(values) // 2
        yield from _parts(values.slice(0, half), offset, fast, slow, to, bad)
        yield from _parts(values.slice(half), offset + half, fast, slow, to, bad)
        return
    typed = []
    for index, value in enumerate(values.to_pylist(), offset):
        made = None if value is None else slow(value)
        if isinstance(made, Bad):
            bad[index] = made
            made = None
        typed.append(made)
    yield pa.array(typed, to)


# -------------------------------------------------------------------------------------------------------------- numbers


def fast_integer(values: pa.Array) -> pa.Array:
    """Integers at once; hexadecimal, which Arrow would read, is left to the slow way to be refused."""
    if pa.types.is_string(values.type) and pc.any(pc.match_substring(values, "x", ignore_case=True)).as_py():
        raise pa.ArrowInvalid("hexadecimal")
    return pc.cast(values, pa.int64())


def slow_integer(value: Any) -> int | Bad:
    """An integer; `5.0` and `+5` are integers too."""
    number = _decimal(value)
    if number is None or number != number.to_integral_value():
        return Bad("bad-number", f"{_shown(value)} is not an integer.")
    if abs(number) >= 2**63:
        return Bad("out-of-range", f"{_shown(value)} has more digits than an integer can have.")
    return int(number)


def fast_number(values: pa.Array) -> pa.Array:
    """Floats at once; NaN means no value, infinity is left to the slow way."""
    numbers = pc.cast(values, pa.float64())
    if pc.any(pc.is_inf(numbers)).as_py():
        raise pa.ArrowInvalid("infinite")
    return pc.if_else(pc.is_nan(numbers), pa.scalar(None, pa.float64()), numbers)


def slow_number(value: Any) -> float | Bad | None:
    """A float."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.inf
    if math.isinf(number) or (isinstance(value, str) and "_" in value):
        return Bad("bad-number", f"{_shown(value)} is not a number.")
    return None if math.isnan(number) else number


def fast_decimal(values: pa.Array) -> pa.Array:
    """Exact decimals at once; floats when each is the float nearest to a decimal with 4 digits."""
    if pa.types.is_floating(values.type):
        floats = pc.cast(values.drop_null(), pa.float64()).to_numpy(zero_copy_only=False)
        if not np.array_equal(np.round(floats * 1e4) / 1e4, floats) or np.any(np.abs(floats) >= _EXACT_FLOATS):
            raise pa.ArrowInvalid("too precise")
    return pc.cast(values, pa.decimal128(18, 4))


@lru_cache(maxsize=1 << 16)
def slow_decimal(value: Any) -> Decimal | Bad | None:
    """An exact decimal with at most 4 digits after the point."""
    if isinstance(value, float) and math.isnan(value):
        return None
    number = _decimal(value)
    if number is None:
        return Bad("bad-number", f"{_shown(value)} is not a number.")
    if abs(number) >= _LARGEST:
        return Bad("out-of-range", f"{_shown(value)} has more than 14 digits before the point.")
    if number != number.quantize(_TENTHS_OF_MILLI):
        return Bad("too-precise", f"{_shown(value)} has more than 4 digits after the point.")
    return number.quantize(_TENTHS_OF_MILLI)


_COMMA_NUMBER = r"^\s*[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+)(?:,\d*)?\s*$"


def with_comma(fast: Fast, slow: Slow) -> tuple[Fast, Slow]:
    """The same for numbers written `1.234,50`; a point that does not part thousands is refused, not guessed at."""

    def fast_comma(values: pa.Array) -> pa.Array:
        if not pa.types.is_string(values.type):
            return fast(values)
        if not pc.all(pc.match_substring_regex(values, _COMMA_NUMBER)).as_py():
            raise pa.ArrowInvalid("not written with a decimal comma")
        return fast(pc.replace_substring(pc.replace_substring(values, ".", ""), ",", "."))

    def slow_comma(value: Any) -> Any:
        if not isinstance(value, str):
            return slow(value)
        if not re.match(_COMMA_NUMBER, value):
            return Bad("bad-number", f"{_shown(value)} is not a number with decimal comma.")
        return slow(value.replace(".", "").replace(",", "."))

    return fast_comma, slow_comma


def _decimal(value: Any) -> Decimal | None:
    try:
        number = Decimal(repr(value) if isinstance(value, float) else str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and "_" not in str(value) else None


# ------------------------------------------------------------------------------------------------------- other kinds


def fast_text(values: pa.Array) -> pa.Array:
    """Text at once; whole floats lose their `.0` (a customer number that a spreadsheet made a float)."""
    if pa.types.is_floating(values.type):
        whole = pc.cast(values, pa.int64())
        return pc.cast(whole, pa.string())
    return pc.cast(values, pa.string())


def slow_text(value: Any) -> str | Bad:
    """Text."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return Bad("bad-encoding", "The text is not valid UTF-8.")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def fast_boolean(values: pa.Array) -> pa.Array:
    """Yes or no at once."""
    if pa.types.is_boolean(values.type):
        return values
    words = pc.utf8_lower(pc.utf8_trim_whitespace(pc.cast(values, pa.string())))
    yes = pc.is_in(words, value_set=pa.array(_TRUE))
    known = pc.or_(yes, pc.is_in(words, value_set=pa.array(_FALSE)))
    if not pc.all(pc.or_(known, pc.is_null(words))).as_py():
        raise pa.ArrowInvalid("not boolean")
    return pc.if_else(pc.is_null(words), pa.scalar(None, pa.bool_()), yes)


def slow_boolean(value: Any) -> bool | Bad:
    """Yes or no."""
    word = str(value).strip().lower().removesuffix(".0")
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    return Bad("bad-boolean", f"{_shown(value)} is neither yes nor no.")


def date_converter(format_: str | None) -> tuple[Fast, Slow]:
    """How days are read: by a strptime format, or ISO 8601. An instant counts as its day in its own zone."""

    def fast(values: pa.Array) -> pa.Array:
        if pa.types.is_timestamp(values.type):
            local = (
                pc.local_timestamp(pc.cast(values, pa.timestamp("us", values.type.tz))) if values.type.tz else values
            )
            return pc.cast(pc.floor_temporal(local, unit="day"), pa.date32())
        if format_ is not None and pa.types.is_string(values.type):
            return pc.cast(pc.floor_temporal(parsed(values, format_), unit="day"), pa.date32())
        return pc.cast(values, pa.date32())

    @lru_cache(maxsize=1 << 16)
    def slow(value: Any) -> date | Bad:
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            text = str(value).strip()
            return (
                datetime.strptime(text, format_).date() if format_ is not None else datetime.fromisoformat(text).date()
            )
        except ValueError:
            expected = f"written as {format_}" if format_ is not None else "in ISO 8601"
            return Bad("bad-date", f"{_shown(value)} is not a date {expected}.")

    return fast, slow


def timestamp_converter(format_: str | None, zone: str) -> tuple[Fast, Slow]:
    """How instants are read; those without offset are local times of the zone. The result is in UTC."""

    def fast(values: pa.Array) -> pa.Array:
        if pa.types.is_string(values.type):
            if format_ is None:
                return from_iso(values, zone)
            if "%f" in format_:
                raise pa.ArrowInvalid("fractions are parsed one by one")
            return from_local(parsed(values, format_), zone)
        if pa.types.is_date(values.type):
            return from_local(pc.cast(values, pa.timestamp("us")), zone)
        if not pa.types.is_timestamp(values.type):
            raise pa.ArrowInvalid("not a time")
        return from_local(pc.cast(values, pa.timestamp("us", values.type.tz), safe=False), zone)

    @lru_cache(maxsize=1 << 16)
    def slow(value: Any) -> datetime | Bad:
        try:
            if isinstance(value, datetime):
                return to_utc(value, zone)
            text = str(value).strip()
            found = datetime.strptime(text, format_) if format_ is not None else datetime.fromisoformat(text)
            return to_utc(found, zone)
        except (ValueError, OverflowError):
            expected = f"written as {format_}" if format_ is not None else "in ISO 8601"
            return Bad("bad-timestamp", f"{_shown(value)} is not a time {expected}.")

    return fast, slow


def parsed(values: pa.Array, format_: str) -> pa.Array:
    """Times by a strptime format, or an error; so are days that a month does not have, which Arrow would roll over."""
    times = pc.strptime(values, format=format_, unit="us", error_is_null=True)
    if times.null_count > values.null_count:
        raise pa.ArrowInvalid("unparsed")
    suspects = values.filter(pc.less_equal(pc.day(times), 3)).unique()
    for text in suspects.to_pylist():
        if text is not None and not _is_real_day(text, format_):
            raise pa.ArrowInvalid("no such day")
    return times


@lru_cache(maxsize=1 << 16)
def _is_real_day(text: str, format_: str) -> bool:
    try:
        datetime.strptime(text.strip(), format_)
    except ValueError:
        return False
    return True


def _shown(value: Any) -> str:
    text = str(value)
    return f"'{text[:60]}…'" if len(text) > 60 else f"'{text}'"
