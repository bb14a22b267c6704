"""How units are written, and read back.

    unit   = factor { ("*" | "/") factor }
    factor = ( name | "%" | positive integer ) [ "^" integer ]

Read from left to right: `EUR/fte*h` is `(EUR/fte)*h`. What :func:`unit_text` writes, :func:`read_unit` reads back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fractions import Fraction

from bizops.errors import BizopsError, did_you_mean
from bizops.units.names import (
    CALENDAR_LENGTHS,
    CURRENCIES,
    DATA,
    DATA_SCALES,
    NOUNS,
    PERCENT,
    TIME,
    TIME_SCALES,
)

HIGHEST_POWER = 9
"""No real unit has a higher power, and `h^999999` would take minutes to compute."""

_FACTOR = re.compile(
    r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<percent>%)|(?P<number>[1-9]\d{0,199}))(?:\s*\^\s*(?P<power>-?\d{1,3}))?\s*"
)


def read_unit(text: str, nouns: frozenset[str]) -> tuple[Fraction, dict[str, int]]:
    """Scale and powers of the unit that *text* names, or `unknown-unit` with the closest name there is."""
    scale, powers = Fraction(1), dict[str, int]()
    position, sign = 0, 1
    while True:
        match = _FACTOR.match(text, position)
        if match is None:
            raise BizopsError.of(
                "unknown-unit",
                f"'{text}' is not a unit.",
                hint="Write names joined by * and /, e.g. `EUR/fte`, `order/h`, `s^2`.",
            )
        size, dimension = _factor(match, nouns)
        power = sign * _checked(int(match["power"] or 1), text)
        scale *= size**power
        if dimension:
            powers[dimension] = _checked(powers.get(dimension, 0) + power, text)
        position = match.end()
        if position == len(text):
            return scale, powers
        if text[position] not in "*/":
            raise BizopsError.of("unknown-unit", f"'{text}' is not a unit: '{text[position]}' was not expected.")
        sign = -1 if text[position] == "/" else 1
        position += 1


def unit_text(scale: Fraction, dimensions: Iterable[tuple[str, int]]) -> str:
    """The canonical text of a unit: by names alone where there are such names, with a leading number otherwise."""
    powers = dict(dimensions)
    for percent in (False, True):
        for time_name in _choices(TIME, TIME_SCALES, powers):
            for data_name in _choices(DATA, DATA_SCALES, powers):
                size = TIME_SCALES[time_name] ** powers.get(TIME, 0) * DATA_SCALES[data_name] ** powers.get(DATA, 0)
                if size * (PERCENT if percent else 1) == scale:
                    return _product("%" if percent else "", powers, {TIME: time_name, DATA: data_name})
    return _product(str(scale), powers, {})


def _checked(power: int, text: str) -> int:
    if abs(power) > HIGHEST_POWER:
        raise BizopsError.of(
            "unknown-unit", f"'{text}' is not a unit: powers go from -{HIGHEST_POWER} to {HIGHEST_POWER}."
        )
    return power


def _factor(match: re.Match[str], nouns: frozenset[str]) -> tuple[Fraction, str | None]:
    """Size of one factor in its base dimension; numbers have none."""
    if match["number"]:
        return Fraction(int(match["number"])), None
    if match["percent"]:
        return PERCENT, None
    name = match["name"]
    if name in TIME_SCALES:
        return TIME_SCALES[name], TIME
    if name in DATA_SCALES:
        return DATA_SCALES[name], DATA
    if name in CURRENCIES or name in NOUNS or name in nouns:
        return Fraction(1), name
    if name.lower() in CALENDAR_LENGTHS:
        raise BizopsError.of(
            "unknown-unit",
            f"'{name}' is not a unit: calendar lengths differ, a month has 28 to 31 days.",
            hint="Use `d` or `week`, or read the KPI by that period.",
        )
    raise BizopsError.of("unknown-unit", f"There is no unit '{name}'.", hint=_closest(name, nouns))


def _closest(name: str, nouns: frozenset[str]) -> str | None:
    known = sorted({*TIME_SCALES, *DATA_SCALES, *CURRENCIES, *NOUNS, *nouns})
    for candidate in known:
        # difflib is case-sensitive: `eur` and `EUR` have nothing in common for it.
        if candidate.lower() == name.lower():
            return f"Did you mean '{candidate}'?"
    return did_you_mean(name, known)


def _choices(dimension: str, scales: Iterable[str], powers: Mapping[str, int]) -> Iterable[str]:
    return scales if dimension in powers else (dimension,)


def _product(number: str, powers: Mapping[str, int], names: Mapping[str, str]) -> str:
    # Money first, then what is counted, then data and time: `EUR/order`, `order/h`.
    rank = {TIME: 3, DATA: 2}
    ordered = sorted(powers, key=lambda name: (rank.get(name, 0 if name in CURRENCIES else 1), name))
    above = [_written(names.get(name, name), powers[name]) for name in ordered if powers[name] > 0]
    below = [_written(names.get(name, name), -powers[name]) for name in ordered if powers[name] < 0]
    if number and number != "1":
        above.insert(0, number)
    return "/".join(["*".join(above) or "1", *below])


def _written(name: str, power: int) -> str:
    return name if power == 1 else f"{name}^{power}"
