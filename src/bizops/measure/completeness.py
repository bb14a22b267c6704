"""Is a period all there? Partial periods are shown as what they are and never compared."""

from __future__ import annotations

from datetime import date, timedelta

from bizops.calendar import Calendar, Period
from bizops.measure import tables
from bizops.measure.components import Base
from bizops.measure.executor import Executor
from bizops.model.language import Source

ORDER = ("complete", "running", "late", "truncated", "empty")
"""From best to worst; a value made of several is as good as the worst of them."""


def worst(states: list[str]) -> str:
    """The worst of some states of completeness."""
    return max(states, key=ORDER.index, default="complete")


def completeness(executor: Executor, base: Base, calendar: Calendar, period: Period) -> str:
    """How complete a base's rows are for a period; worked out once for all KPIs over the same rows."""
    slot = (base.kind, base.name, base.time, calendar.fingerprint, period)
    if slot not in executor.states:
        executor.states[slot] = _completeness(executor, base, calendar, period)
    return executor.states[slot]


def _completeness(executor: Executor, base: Base, calendar: Calendar, period: Period) -> str:
    if base.kind == "states" or base.time is None:
        return "running" if period.end_us > executor.known.as_of_us else "complete"
    states = []
    for name in executor.sources(base) if base.kind == "cases" else executor.sources(base)[:1]:
        source = executor.known.model.sources[name]
        reach = executor.known.reach(name) if source.time is not None else None
        if reach is None:
            if source.time is not None:
                states.append("empty")
            continue
        state = _of_source(executor, source, reach, calendar, period)
        if state == "empty" and base.kind != "cases" and not executor.happens_at(base):
            # Rows are filed by another time than the one measured by: there may be some, but surely not all.
            state = "late" if period.start_us > reach[0] else "truncated"
        states.append(state)
    return worst(states)


def _of_source(executor: Executor, source: Source, reach: tuple[int, int], calendar: Calendar, period: Period) -> str:
    first_us, last_us = reach
    last_us = min(last_us, executor.known.as_of_us)
    begins = source.since or _day(source, calendar, first_us)
    last_day = _day(source, calendar, last_us)
    if period.last_day < begins or period.first_day > last_day:
        return "running" if period.start_us <= executor.known.as_of_us < period.end_us else "empty"
    if period.end_us > executor.known.as_of_us:
        return "running"
    if period.first_day < begins:
        return "truncated"
    rhythm = source.every.fixed if source.every else None
    if rhythm is not None and last_us + rhythm // timedelta(microseconds=1) >= period.end_us:
        return "complete"
    return "complete" if last_day >= period.last_day else "late"


def _day(source: Source, calendar: Calendar, us: int) -> date:
    assert source.time is not None
    if source.columns[source.time].type == "date":
        return tables.utc(us).date()
    return calendar.local_day(tables.utc(us))


def fresh_until(executor: Executor, base: Base) -> int | None:
    """The last instant of which the base's rows know, in microseconds since 1970; the earliest over its sources."""
    ends = []
    for name in executor.sources(base) if base.kind == "cases" else executor.sources(base)[:1]:
        source = executor.known.model.sources[name]
        reach = executor.known.reach(name) if source.time is not None else None
        if reach is not None:
            ends.append(min(reach[1], executor.known.as_of_us))
    return min(ends, default=None)
