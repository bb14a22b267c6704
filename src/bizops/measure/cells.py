"""Values of cells as arrays: how they are lined up, and the arithmetic between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from bizops.measure.blocks import Floats, Ints
from bizops.measure.components import Component, Parts
from bizops.model.series import Series


@dataclass
class Cells:
    """Values of one KPI by cell code (ascending), with what qualifies them; nan where nothing is known.

    ``rows`` used, ``persons`` touched, ``open`` cases, ``naive`` value without regard to open cases, ``unpriced``
    amounts. ``empty`` is the value where there are no rows, by window: 0 for a count, nothing for a sum.
    """

    codes: Ints
    value: Floats
    empty: Floats
    extras: dict[str, Floats] = field(default_factory=dict)

    def at(self, codes: Ints, n_ways: int) -> Cells:
        """The same for other cells; those without rows have the value of no rows."""
        value = values_at(codes, self.codes, self.value, self.empty[(codes >> 32) // n_ways])
        return Cells(codes, value, self.empty, {n: values_at(codes, self.codes, v) for n, v in self.extras.items()})

    def repeated(self, places: Ints, n_ways: int) -> Cells:
        """Cells of windows of which each is the one that stands at its place here."""
        window = (self.codes >> 32) // n_ways
        first, last = np.searchsorted(window, places, side="left"), np.searchsorted(window, places, side="right")
        take = np.concatenate([np.arange(low, high) for low, high in zip(first, last, strict=True)])
        moved = np.repeat(np.arange(len(places)), last - first) - window[take]
        return Cells(
            self.codes[take] + ((moved * n_ways) << 32),
            self.value[take],
            self.empty[places],
            {name: extra[take] for name, extra in self.extras.items()},
        )


def values_at(wanted: Ints, codes: Ints, values: Floats, missing: float | Floats = np.nan) -> Floats:
    if len(codes) == len(wanted) and np.array_equal(codes, wanted):
        return values
    if not len(codes):
        return np.broadcast_to(missing, wanted.shape).astype(np.float64)
    place = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    return np.where(codes[place] == wanted, values[place], missing)


def union_of(codes: Sequence[Ints], more: Ints | None = None) -> Ints:
    arrays = [c for c in codes if len(c)]
    if more is not None and len(more):
        arrays.append(more)
    if not arrays:
        return np.empty(0, dtype=np.int64)
    if all(len(a) == len(arrays[0]) and np.array_equal(a, arrays[0]) for a in arrays[1:]):
        return arrays[0]
    return np.unique(np.concatenate(arrays))


def combined(part: Parts, at: dict[Component, Floats]) -> tuple[Floats, Floats]:
    values = [at[component] for component in part.components]
    if part.rule == "mean":
        mean = arithmetic("/", values)
        return mean, mean
    if part.rule == "survival":
        naive, censored, opened = values
        return np.where(opened > 0, censored, naive), naive
    if part.rule == "survival-mean":
        total, count, censored, opened = values
        naive = arithmetic("/", [total, count])
        return np.where(opened > 0, censored, naive), naive
    return values[0], values[0]


def arithmetic(op: str, values: Sequence[Floats]) -> Floats:
    if op == "neg":
        return -values[0]
    left, right = values
    if op == "/":
        return np.where(right == 0, np.nan, left / np.where(right == 0, 1.0, right))
    return {"+": np.add, "-": np.subtract, "*": np.multiply}[op](left, right)


def index_of(node: Series, values: Sequence[Floats]) -> Floats:
    """Weighted scores from 0 to 100; a missing part leaves no value, weights are never shifted to the others."""
    total = np.zeros(len(values[0]))
    for (weight, worst, best), value in zip(node.scales, values, strict=True):
        total += weight * np.clip((value - worst) / (best - worst), 0.0, 1.0) * 100.0
    return total


def joined(name: str, one: Floats, other: Floats) -> Floats:
    if name == "persons":
        return np.fmin(one, other)
    return np.nan_to_num(one) + np.nan_to_num(other)


def least(groups: Ints, values: Floats, n: int) -> Floats:
    least = np.full(n, np.inf)
    np.minimum.at(least, groups, values)
    return np.where(np.isinf(least), np.nan, least)
