"""Working time: how much of it lies between two instants, and which days are worked.

The open time up to an instant is compiled to a table with one row for each UTC day: what was open before that day, and
the intervals open within it. Then ``B(t) = before(day of t) + sum of clip(t - start, 0, end - start)``, and the working
time from a to b is ``B(b) - B(a)``: integer arithmetic that every SQL engine can do, and that is additive by design.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate, islice

from bizops.calendar.days import hours_on
from bizops.calendar.rules import CalendarRules, DayHours
from bizops.calendar.zone import DAY_US, ONE_DAY, day_start_us, local_day, local_us

Interval = tuple[int, int]
"""From and until, in microseconds since 1970."""


@dataclass(frozen=True)
class OpenTable:
    """Open time by UTC day, as columns. Days that have fewer intervals than others hold empty ones at their end.

    ``start_us`` and ``end_us`` hold a column for each interval of a day; there is at least one.
    """

    utc_day: list[int]
    before_us: list[int]
    start_us: tuple[list[int], ...]
    end_us: tuple[list[int], ...]

    def open_until(self, us: int) -> int:
        """Open microseconds from the start of the table until an instant on one of its days."""
        row = us // DAY_US - self.utc_day[0]
        within = 0
        for starts, ends in zip(self.start_us, self.end_us, strict=True):
            within += min(max(us - starts[row], 0), ends[row] - starts[row])
        return self.before_us[row] + within


@dataclass(frozen=True)
class WorkingDays:
    """Local days as columns: each ``day``, how many working days of the table lie ``before`` it, whether it is one."""

    day: list[date]
    before: list[int]
    is_working: list[bool]


def open_table(rules: CalendarRules, first_utc_day: int, last_utc_day: int, region: str | None) -> OpenTable:
    """The open time of each UTC day from first to last (days since 1970, both included)."""
    by_day: dict[int, list[Interval]] = {day: [] for day in range(first_utc_day, last_utc_day + 1)}
    for start, end in _open_intervals(rules, first_utc_day * DAY_US, (last_utc_day + 1) * DAY_US, region):
        for utc_day in range(start // DAY_US, (end - 1) // DAY_US + 1):
            by_day[utc_day].append((max(start, utc_day * DAY_US), min(end, (utc_day + 1) * DAY_US)))
    width = max([1, *(len(intervals) for intervals in by_day.values())])
    rows = [_padded(intervals, width, (day + 1) * DAY_US) for day, intervals in by_day.items()]
    open_us = [sum(end - start for start, end in row) for row in rows]
    columns = range(width)
    return OpenTable(
        utc_day=list(by_day),
        before_us=_sums_before(open_us),
        start_us=tuple([row[column][0] for row in rows] for column in columns),
        end_us=tuple([row[column][1] for row in rows] for column in columns),
    )


def working_days(rules: CalendarRules, first: date, last: date, region: str | None) -> WorkingDays:
    """The local days from first to last (both included), with the working days counted up to each."""
    days = [first + timedelta(days=index) for index in range((last - first).days + 1)]
    flags = [bool(hours_on(rules, day, region)) for day in days]
    return WorkingDays(days, _sums_before(flags), flags)


def is_operating(rules: CalendarRules, us: int, service: str | None) -> bool:
    """Whether services are meant to run at an instant: within operating hours and outside maintenance.

    Maintenance of single services counts only when *service* is one of them.
    """
    for window in rules.maintenance:
        concerned = not window.services or service in window.services
        if concerned and local_us(rules.zone, window.start) <= us < local_us(rules.zone, window.end):
            return False
    if rules.operating is None:
        return True
    day = local_day(rules.zone, us)
    return any(start <= us < end for start, end in _instants(rules.zone, day, rules.operating[day.weekday()]))


def _open_intervals(rules: CalendarRules, start_us: int, end_us: int, region: str | None) -> Iterator[Interval]:
    """Open intervals within [start, end), in order and apart: working hours without maintenance."""
    day = local_day(rules.zone, start_us)
    last = local_day(rules.zone, end_us)
    hours: list[Interval] = []
    while day <= last:
        hours += _instants(rules.zone, day, hours_on(rules, day, region))
        day += ONE_DAY
    closed = _merged(
        (local_us(rules.zone, window.start), local_us(rules.zone, window.end))
        for window in rules.maintenance
        if not window.services
    )
    for start, end in _without(_merged(hours), closed):
        if start < end_us and end > start_us:
            yield max(start, start_us), min(end, end_us)


def _instants(zone: str, day: date, hours: DayHours) -> list[Interval]:
    """The hours of a local day as instants.

    On a day when clocks go forward, hours that lie wholly in the gap do not exist, and others are shorter; when clocks
    go back, a time that comes twice is taken as its first.
    """
    found = []
    first, after = day_start_us(zone, day), day_start_us(zone, day + ONE_DAY)
    for opens, closes in hours:
        start = first if opens == time.min else local_us(zone, datetime.combine(day, opens))
        # Moved out of a gap over midnight, the end would reach into the next day.
        end = after if closes == time.min else min(local_us(zone, datetime.combine(day, closes)), after)
        if start < end:
            found.append((start, end))
    return found


def _merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same instants as intervals in order, none touching another."""
    merged: list[Interval] = []
    for start, end in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _without(intervals: list[Interval], holes: list[Interval]) -> Iterator[Interval]:
    """The intervals less the holes; both in order and apart."""
    passed = 0
    for start, end in intervals:
        while passed < len(holes) and holes[passed][1] <= start:
            passed += 1
        for hole_start, hole_end in islice(holes, passed, None):
            if hole_start >= end:
                break
            if hole_start > start:
                yield start, hole_start
            start = hole_end
        if start < end:
            yield start, end


def _sums_before(numbers: Iterable[int]) -> list[int]:
    """For each number, the sum of those before it."""
    return list(accumulate(numbers, initial=0))[:-1]


def _padded(intervals: list[Interval], width: int, day_end_us: int) -> list[Interval]:
    return intervals + [(day_end_us, day_end_us)] * (width - len(intervals))
