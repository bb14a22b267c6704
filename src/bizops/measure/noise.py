"""Signal or noise: the one place that decides whether a value lies outside a KPI's usual ups and downs."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from bizops.measure.value import Value
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.model.series import Series, series_of

HISTORY = 24
"""Values before the judged one that the usual range is made from, where there are as many."""

LEAST = 7
"""With fewer values than that nothing is usual yet."""

LASTING = 8
"""So many values in a row on one side of their mean are a new level, not chance (Western Electric, rule 4)."""

MEAN_RANGE, MEDIAN_RANGE, LARGEST_RANGE = 2.66, 3.145, 3.268
"""3 / 1.128, 3 / 0.954 and the D4 of two values: Wheeler and Chambers, Understanding SPC, 1992."""

_TREND = 2.576
"""Beyond 1 % of chance, two-sided."""

_STRAYING = 0.1
"""The share of values that may lie outside the range about a drift."""


@dataclass(frozen=True)
class Usual:
    """Where values usually lie: a centre, level or with a steady drift, and as far to each side.

    Positions count from the first value of the history; ``start`` is the first one the range was made from. Nothing
    lies beyond ``least`` and ``most``: counts are never negative, shares never more than all.
    """

    start: int
    centre: float
    drift: float
    reach: float
    least: float = -math.inf
    most: float = math.inf

    def middle(self, at: int) -> float:
        """The middle of the usual range at a position."""
        return self.centre + self.drift * (at - self.start)

    def range(self, at: int) -> tuple[float, float]:
        """The usual range at a position, lower end first."""
        low, high = (min(max(self.middle(at) + way, self.least), self.most) for way in (-self.reach, self.reach))
        return low, high

    def side(self, at: int, value: float) -> int:
        """-1 below the usual range, 1 above it, 0 within: noise."""
        low, high = self.range(at)
        return (value > high) - (value < low)

    def distance(self, at: int, value: float) -> float:
        """How far a value lies from the middle; 3 is the end of the usual range."""
        return 3 * abs(value - self.middle(at)) / self.reach


def usual(history: Sequence[float | None], *, share: bool = False) -> Usual | None:
    """The usual range by the values before the one that is judged; None where they are too few or never differ.

    An individuals chart (XmR): the mean, and 2.66 mean moving ranges to each side. Where values drift (Mann 1945,
    Kendall 1975) and keep to it, the centre drifts with them (Theil 1950, Sen 1968) and ranges are those about the
    drift; where a level has lasted for ``LASTING`` values, only that level counts. Where one moving range is larger
    than chance allows, an outlier would hide the next one: then medians take the place of means. A None is a gap, which
    no range spans. A ``share`` is one of 100.
    """
    level = _level_since(history)
    for start in dict.fromkeys((0, level)):
        known = _known(history, start)
        drift = _drift(known) if len(known) >= LEAST else 0.0
        found = _about(start, known, drift, share) if drift else None
        # A drift is believed where values keep to it; a step is none.
        if found and sum(found.side(start + at, value) != 0 for at, value in known) <= len(known) * _STRAYING:
            return found
    return _about(level, _known(history, level), 0.0, share)


def _known(history: Sequence[float | None], start: int) -> list[tuple[int, float]]:
    """The values from a position on, counted from there."""
    return [(at, value) for at, value in enumerate(history[start:]) if value is not None]


def _about(start: int, known: Sequence[tuple[int, float]], drift: float, share: bool) -> Usual | None:
    """The usual range about a drift."""
    level = [(at, value - drift * at) for at, value in known]
    ranges = [abs(later - earlier) for (at, earlier), (then, later) in pairwise(level) if then == at + 1]
    if len(ranges) < LEAST - 1:
        return None
    mean_range = statistics.fmean(ranges)
    values = [value for _, value in level]
    if max(ranges) > LARGEST_RANGE * mean_range:
        centre, reach = statistics.median(values), MEDIAN_RANGE * statistics.median(ranges)
    else:
        centre, reach = statistics.fmean(values), MEAN_RANGE * mean_range
    numbers = [value for _, value in known]
    if reach <= 1e-9 * max(map(abs, numbers)):
        return None  # what never differs but for rounding has no noise to be measured by
    least = 0.0 if min(numbers) >= 0 else -math.inf
    most = 100.0 if share and max(numbers) <= 100 else math.inf
    return Usual(start, centre, drift, reach, least, most)


def _level_since(history: Sequence[float | None]) -> int:
    """Where the present level begins: values before a run of ``LASTING`` or more on one side of the mean are past."""
    start = 0
    while True:
        known = [(at, value) for at, value in enumerate(history) if at >= start and value is not None]
        if len(known) < LEAST + LASTING:
            return start
        mean = statistics.fmean(value for _, value in known)
        run = 0
        for _, value in reversed(known):
            if (value > mean) != (known[-1][1] > mean) or value == mean:
                break
            run += 1
        if run < LASTING or run == len(known):
            return start
        start = known[-run][0]


def _drift(known: Sequence[tuple[int, float]]) -> float:
    """The change from one period to the next that goes through all of them; 0 where chance may have made it."""
    n = len(known)
    slopes = [(later - earlier) / (then - at) for (at, earlier), (then, later) in combinations(known, 2)]
    balance = sum((slope > 0) - (slope < 0) for slope in slopes)
    chance = math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    return statistics.median(slopes) if abs(balance) > _TREND * chance else 0.0


@dataclass(frozen=True)
class Judged:
    """The last complete value of a KPI beside its usual range.

    ``at`` is its place among the values, ``first`` that of the first one of the history (positions of ``usual`` count
    from there). ``fresh`` tells that the value before lay within: the news of this period.
    """

    value: Value | None
    at: int
    first: int
    course: tuple[float | None, ...]
    usual: Usual | None = None
    side: int = 0
    distance: float = 0.0
    fresh: bool = False

    def range(self, at: int) -> tuple[float, float] | None:
        """The usual range at a place among the values; None where there is none."""
        if self.usual is None or not self.first + self.usual.start <= at <= self.at:
            return None
        return self.usual.range(at - self.first)


def judge(model: Model, values: Sequence[Value]) -> Judged:
    """The last complete value of a KPI, judged by those before it: signal, or noise.

    What begins anew each year is not judged: that fall is the calendar's.
    """
    shown = next((at for at in reversed(range(len(values))) if values[at].completeness == "complete"), None)
    if shown is None:
        return Judged(None, -1, 0, ())
    told = [value.value if value.completeness == "complete" else None for value in values[: shown + 1]]
    first = max(next((at for at, one in enumerate(told) if one is not None), shown), shown - HISTORY)
    course, value, last = tuple(told[first:]), values[shown], told[shown]
    found = None if begins_anew(model, model.kpis[value.kpi]) else usual(course[:-1], share=value.unit == "%")
    if found is None or last is None:
        return Judged(value, shown, first, course)
    at = len(course) - 1
    side, before = found.side(at, last), course[at - 1]
    fresh = side != 0 and before is not None and found.side(at - 1, before) != side
    return Judged(value, shown, first, course, found, side, found.distance(at, last), fresh)


def begins_anew(model: Model, kpi: Kpi) -> bool:
    """Whether the KPI starts from nothing each year."""
    if kpi.kind in ("measure", "journey"):
        return False
    if kpi.index:
        return any(begins_anew(model, model.kpis[part]) for part in kpi.index)
    return _holds_to_date(model, series_of(model, kpi))


def _holds_to_date(model: Model, node: Series) -> bool:
    if node.op == "kpi":
        return begins_anew(model, model.kpis[node.name])
    return node.op == "to_date" or any(_holds_to_date(model, part) for part in node.args)
