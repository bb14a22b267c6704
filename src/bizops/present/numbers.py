"""Numbers as people read them: digits by size, marks by language, units that suit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bizops.errors import BizopsError
from bizops.present.texts import say, unit_text
from bizops.units import CURRENCIES, Unit

NONE = "–"
_TIMES = (("ms", 0.001), ("s", 1.0), ("min", 60.0), ("h", 3600.0), ("d", 86_400.0))
_SHORT = {"en": ((1e9, "bn"), (1e6, "M"), (1e3, "k")), "de": ((1e9, "Mrd."), (1e6, "Mio."), (1e3, "Tsd."))}


def display(value: float | None, unit: str, language: str, decimals: int | None = None, short: bool = False) -> str:
    """A value with its unit: ``28,550.66 EUR/fte``, ``3.4 min``, ``12.3 %``; ``short`` writes ``5.98 M EUR``.

    A duration far from its unit's size is written in one that suits it (0.056 h is 3.4 min). What is no finite number
    is told as none.
    """
    if value is None or not math.isfinite(value):
        return NONE
    if time := _time(value, unit):
        value, unit = time
    word = ""
    if short and not unit.endswith("%") and abs(value) >= 1e5:
        (value, word), decimals = _shortened(value, language), None
    text = number(value, language, digits(value) if decimals is None else decimals)
    shown = "" if unit == "1" or _counts(unit) or (short and _only_counts(unit)) else unit_text(unit, language)
    return " ".join(part for part in (text, word, shown) if part)


def range_text(low: float, high: float, unit: str, language: str, decimals: int | None = None) -> str:
    """A range with its unit once, where both ends have the same: ``10.1 to 14.5 h``."""
    if decimals is None and _counts(unit) and high >= 10:
        decimals = 0
    first, last = (display(value, unit, language, decimals, short=True) for value in (low, high))
    bare, _, shown = first.partition(" ")
    same = shown == last.partition(" ")[2] or low == 0
    return say("to", language, low=bare if same else first, high=last)


def number(value: float, language: str, decimals: int) -> str:
    """A number with that many digits after the mark; halves are rounded to even, minus zero is zero."""
    if not math.isfinite(value):
        return NONE
    text = f"{value:,.{decimals}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.removeprefix("-")
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


@dataclass(frozen=True)
class Scale:
    """What all numbers of an axis are written in: ``size`` is one of it in the KPI's unit, ``name`` is ``M EUR``."""

    size: float
    name: str
    language: str

    def labels(self, sized: Sequence[float], decimals: int) -> tuple[str, ...]:
        """Numbers that were divided by the size, all with as many digits."""
        return tuple(number(value, self.language, decimals) for value in sized)


def scale_for(largest: float, unit: str, language: str) -> Scale:
    """The scale that suits the largest number of an axis: hours below 0.1 are minutes, 5,980,000 EUR are M EUR."""
    if time := _time(largest, unit):
        return Scale(largest / time[0], time[1], language)
    size, word = 1.0, ""
    if not unit.endswith("%") and largest >= 1e5:
        _, word = _shortened(largest, language)
        size = next(one for one, name in _SHORT[language] if name == word)
    shown = "" if unit == "1" or _counts(unit) else unit_text(unit, language)
    return Scale(size, " ".join(part for part in (word, shown) if part), language)


def change(relative: float | None, language: str) -> str:
    """A relative change with its sign: ``+3.4 %``."""
    if relative is None or not math.isfinite(relative):
        return NONE
    percent = relative * 100
    return signed(percent, language, 0 if abs(percent) >= 100 else 1) + " %"


def change_text(
    absolute: float | None, relative: float | None, unit: str, language: str, decimals: int | None = None
) -> str:
    """A change as people say it: of shares in points, from nothing in the KPI's own unit, of all else in percent."""
    if absolute is not None and not math.isfinite(absolute):
        return NONE
    if unit == "%" and absolute is not None:
        return f"{signed(absolute, language, max(1, decimals or 1))} {say('points', language)}"
    if relative is None and absolute is not None:
        return ("+" if absolute > 0 else "") + display(absolute, unit, language, decimals, short=True)
    return change(relative, language)


def signed(value: float, language: str, decimals: int) -> str:
    """A number that says which way: ``+3.4``, ``-0.2``; what rounds to zero has no sign."""
    text = number(value, language, decimals)
    return "+" + text if value > 0 and any(digit in text for digit in "123456789") else text


def digits(value: float) -> int:
    """How many digits after the mark a number of that size is written with."""
    size = abs(value)
    if value == int(value) and size < 1e15:
        return 0
    if 1e-9 <= size < 0.01:
        # Two digits that count: a small share is not nothing.
        return 1 - math.floor(math.log10(size))
    return 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3


def _shortened(value: float, language: str) -> tuple[float, str]:
    sizes = _SHORT[language]
    at = next(at for at, (size, _) in enumerate(sizes) if abs(value) >= size)
    if at > 0 and round(abs(value) / sizes[at][0], 1) >= 1000:
        return math.copysign(1.0, value), sizes[at - 1][1]  # 999,999 is 1 M, not 1,000.0 k
    return value / sizes[at][0], sizes[at][1]


def _time(value: float, unit: str) -> tuple[float, str] | None:
    scales = dict(_TIMES)
    if unit not in scales or value == 0 or 0.1 <= abs(value) < 1000:
        return None
    seconds = value * scales[unit]
    suited = [(name, size) for name, size in _TIMES if abs(seconds) >= size] or [_TIMES[0]]
    return seconds / suited[-1][1], suited[-1][0]


def _only_counts(unit: str) -> bool:
    """Things per things: items per customer; the KPI's name says that too."""
    return "/" in unit and all(_counts(part) for part in unit.replace("*", "/").split("/"))


def _counts(unit: str) -> bool:
    """A unit that only says what is counted; the KPI's name says it already."""
    if unit in dict(_TIMES) or unit in CURRENCIES or not unit.isidentifier():
        return False
    try:
        return not Unit.parse(unit).is_time
    except BizopsError:
        return True
