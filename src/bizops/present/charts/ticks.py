"""Where an axis begins, ends and is marked: round numbers, each with a label of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from bizops.present.numbers import Scale, scale_for

_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True)
class Marked:
    """A domain and its marks, in the KPI's own unit; ``scale`` is what the labels are written in."""

    domain: tuple[float, float]
    ticks: tuple[tuple[float, str], ...]
    scale: Scale

    @property
    def broken(self) -> bool:
        """Whether zero lies outside, so that lengths from the edge mean nothing."""
        return self.domain[0] > 0 or self.domain[1] < 0


def marked(
    values: Iterable[float | None], unit: str, language: str, *, from_zero: bool = False, about: int = 4
) -> Marked:
    """The axis for some values: about so many steps of 1, 2 or 5 (times a power of ten).

    Bars begin ``from_zero``. Lines do so where zero is not far from the values; where values span nearly nothing, the
    axis is a tenth of them wide. No values give an axis from 0 to 1 without marks.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if not known:
        return Marked((0.0, 1.0), (), scale_for(1.0, unit, language))
    low, high = _reach(min(known), max(known), from_zero)
    scale = scale_for(max(abs(low), abs(high)), unit, language)
    step = _step((high - low) / scale.size, about)
    first, last = _floor(low / scale.size, step), -_floor(-high / scale.size, step)
    numbers = [_times(at, step) for at in range(first, last + 1)]
    labels = scale.labels(numbers, max(0, -step[1]))
    ticks = tuple((number * scale.size, label) for number, label in zip(numbers, labels, strict=True))
    if unit == "%" and high <= 100:
        ticks = tuple(tick for tick in ticks if tick[0] <= 100)
    ends = (min(low, ticks[0][0]), max(high, ticks[-1][0]))
    return Marked(ends, ticks, scale)


def _reach(low: float, high: float, from_zero: bool) -> tuple[float, float]:
    size = max(abs(low), abs(high))
    if size == 0:
        return 0.0, 1.0
    near_zero = 0 <= low <= 1.2 * (high - low) or 0 <= -high <= 1.2 * (high - low)
    if from_zero or near_zero:
        return min(low, 0.0), max(high, 0.0)
    if high - low < size * 1e-9:
        return low - size * 0.05, high + size * 0.05
    return low, high


def _step(length: float, about: int) -> tuple[int, int]:
    """A round step (digit, power of ten) that cuts a length into about so many (Heckbert, Nice Numbers, 1990)."""
    rough = length / about
    power = math.floor(math.log10(rough))
    share = rough / 10.0**power
    digit = min(_STEPS, key=lambda step: abs(math.log(share / step)))
    return (1, power + 1) if digit == 10 else (digit, power)


def _floor(value: float, step: tuple[int, int]) -> int:
    """How many steps a value is from zero, rounded down; a rounding error does not make it one less."""
    exact = value / _times(1, step)
    near = round(exact)
    return near if math.isclose(exact, near, rel_tol=1e-9, abs_tol=1e-9) else math.floor(exact)


def _times(count: int, step: tuple[int, int]) -> float:
    return float(f"{count * step[0]}e{step[1]}")
