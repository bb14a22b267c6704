"""How the cases of a journey went: through which steps, by which ways, how long between them. Pure: arrays in, numbers
out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bizops.calendar import Calendar, OpenTable

DAY_US = 86_400_000_000
Ints = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).max
"""The instant of what did not happen."""


@dataclass(frozen=True)
class CaseTimes:
    """When each case (a row) came to each step (a column), and when it ended: microseconds since 1970, or ``NEVER``."""

    steps: tuple[str, ...]
    at: Ints
    ended: Ints


@dataclass(frozen=True)
class StepFlow:
    """One step: how many cases came to it, and how long after the step before (median, 90 %), in microseconds."""

    step: str
    cases: int
    median_us: float | None
    p90_us: float | None


@dataclass(frozen=True)
class LinkFlow:
    """Cases that went straight from one step to another, how long that took (median), and the time of all together."""

    start: str
    end: str
    cases: int
    median_us: float
    total_us: float


@dataclass(frozen=True)
class Variant:
    """A way through the steps, in the order of time, and how many cases went it."""

    path: tuple[str, ...]
    cases: int


@dataclass(frozen=True)
class Flow:
    """All cases together. ``median_us`` and ``p90_us`` are from the first step to the end, open cases counted as not
    yet ended; None where too few have ended to know.
    """

    cases: int
    ended: int
    median_us: float | None
    p90_us: float | None
    ends: tuple[Variant, ...]
    steps: tuple[StepFlow, ...]
    links: tuple[LinkFlow, ...]
    variants: tuple[Variant, ...]

    @property
    def open(self) -> int:
        """Cases that have not ended."""
        return self.cases - self.ended


def flow_of(cases: CaseTimes, now_us: int, working: Calendar | None = None) -> Flow:
    """The flow of some cases; durations in working time of a calendar, or as time passes."""
    count = len(cases.at)
    clock = _Clock.over(cases, now_us, working) if working is not None else None
    order = np.argsort(cases.at, axis=1, kind="stable")
    times = np.take_along_axis(cases.at, order, axis=1)
    reached = times < NEVER
    steps: list[list[Ints]] = [[] for _ in cases.steps]
    links: list[LinkFlow] = []
    for start in range(len(cases.steps)):
        for end in range(len(cases.steps)):
            took = _between(times, order, reached, start, end, clock)
            if len(took):
                names = cases.steps[start], cases.steps[end]
                links.append(LinkFlow(*names, len(took), float(np.median(took)), float(took.sum())))
                steps[end].append(took)
    ended = cases.ended < NEVER
    until = np.where(ended, cases.ended, now_us)
    whole = _lengths(cases.at[:, 0], until, clock)
    return Flow(
        cases=count,
        ended=int(ended.sum()),
        median_us=censored_quantile(whole, ended, 0.5),
        p90_us=censored_quantile(whole, ended, 0.9),
        ends=_ends(cases),
        steps=tuple(
            _step(name, int((cases.at[:, at] < NEVER).sum()), steps[at]) for at, name in enumerate(cases.steps)
        ),
        links=tuple(sorted(links, key=lambda link: -link.cases)),
        variants=_variants(cases.steps, order, reached),
    )


def censored_quantile(lengths: Ints, done: npt.NDArray[np.bool_], q: float) -> float | None:
    """The time by which a share *q* of cases is done; those not done count as not yet (Kaplan and Meier 1958)."""
    order = np.lexsort((~done, lengths))
    at_risk = len(lengths) - np.arange(len(lengths))
    surviving = np.cumprod(np.where(done[order], 1 - 1 / at_risk, 1.0)) if len(lengths) else np.array([])
    reached = np.flatnonzero(surviving <= 1 - q + 1e-12)
    return float(lengths[order][reached[0]]) if len(reached) else None


def _ends(cases: CaseTimes) -> tuple[Variant, ...]:
    """At which step cases ended, the most common first; a case that ended at two at once counts at the further one."""
    at_end = (cases.at == cases.ended[:, None]) & (cases.ended < NEVER)[:, None]
    further = np.zeros(len(cases.at), bool)
    found = []
    for step in reversed(range(len(cases.steps))):
        here = at_end[:, step] & ~further
        further |= here
        if here.any():
            found.append(Variant((cases.steps[step],), int(here.sum())))
    return tuple(sorted(found, key=lambda end: (-end.cases, end.path)))


def _between(
    times: Ints, order: Ints, reached: npt.NDArray[np.bool_], start: int, end: int, clock: _Clock | None
) -> Ints:
    """How long cases took that went straight from one step to the other."""
    straight = (order[:, :-1] == start) & (order[:, 1:] == end) & reached[:, 1:]
    return _lengths(times[:, :-1][straight], times[:, 1:][straight], clock)


def _lengths(start: Ints, end: Ints, clock: _Clock | None) -> Ints:
    lengths: Ints = end - start if clock is None else clock.open_until(end) - clock.open_until(start)
    return lengths


def _step(name: str, cases: int, took: Sequence[Ints]) -> StepFlow:
    every = np.concatenate(took) if took else np.array([], np.int64)
    if not len(every):
        return StepFlow(name, cases, None, None)
    return StepFlow(name, cases, float(np.median(every)), float(np.quantile(every, 0.9)))


def _variants(names: tuple[str, ...], order: Ints, reached: npt.NDArray[np.bool_]) -> tuple[Variant, ...]:
    """The ways that cases went, the most common first."""
    coded = np.where(reached, order, -1)
    if not len(coded):
        return ()
    ways, counts = np.unique(coded, axis=0, return_counts=True)
    found = [
        Variant(tuple(names[step] for step in way if step >= 0), int(n)) for way, n in zip(ways, counts, strict=True)
    ]
    return tuple(sorted(found, key=lambda variant: (-variant.cases, variant.path)))


@dataclass(frozen=True)
class _Clock:
    """Working time up to any instant, for many at once."""

    first_day: int
    before: Ints
    starts: tuple[Ints, ...]
    ends: tuple[Ints, ...]

    @classmethod
    def over(cls, cases: CaseTimes, now_us: int, calendar: Calendar) -> _Clock:
        """The clock of a calendar, from the first instant of any case to the last."""
        known = cases.at[cases.at < NEVER]
        first = int(known.min()) if len(known) else now_us
        last = max(now_us, int(known.max()) if len(known) else now_us)
        table: OpenTable = calendar.open_table(first // DAY_US, last // DAY_US)
        return cls(
            table.utc_day[0],
            np.array(table.before_us, np.int64),
            tuple(np.array(column, np.int64) for column in table.start_us),
            tuple(np.array(column, np.int64) for column in table.end_us),
        )

    def open_until(self, us: Ints) -> Ints:
        """Open microseconds until each instant."""
        row = us // DAY_US - self.first_day
        total = self.before[row]
        for starts, ends in zip(self.starts, self.ends, strict=True):
            total = total + np.minimum(np.maximum(us - starts[row], 0), ends[row] - starts[row])
        return total
