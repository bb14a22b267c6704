"""Windows: the stretches of time over which values are measured, and how rows find theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bizops.calendar import Calendar, Grain, Period
from bizops.errors import BizopsError
from bizops.model.kinds import Duration

TICK_US = 900_000_000
"""Every zone's offset since 1972 is a multiple of 15 minutes, so ticks of this length never straddle two local days."""


@dataclass(frozen=True, order=True)
class Window:
    """A half-open stretch of time [start_us, end_us), and the local days it covers (both included)."""

    start_us: int
    end_us: int
    first_day: date
    last_day: date

    @classmethod
    def of(cls, period: Period) -> Window:
        """The window of a period."""
        return cls(period.start_us, period.end_us, period.first_day, period.last_day)

    def overlaps(self, other: Window) -> bool:
        """Whether both have an instant in common."""
        return self.start_us < other.end_us and other.start_us < self.end_us


def rolling(calendar: Calendar, period: Period, span: Duration) -> Window:
    """The span that ends with the period."""
    following = _next_start(calendar, period)
    return _between(calendar, _back(calendar, following, span), following)


def to_date(calendar: Calendar, period: Period, grain: str) -> Window:
    """From the beginning of the enclosing year, quarter ... to the end of the period."""
    return Window.of(calendar.to_date(Grain(grain), period))


def offset(calendar: Calendar, period: Period, span: Duration) -> Period | None:
    """The period of the same kind that lies a span earlier; None where there is no counterpart."""
    try:
        if span.unit == "year":
            for _ in range(span.amount):
                period = calendar.year_ago(period)
            return period
        start = calendar.period(_back(calendar, period.first_day, span).isoformat()).start
        return calendar.containing(period.grain, start)
    except BizopsError:
        return None


def _next_start(calendar: Calendar, period: Period) -> date:
    return date.fromordinal(period.last_day.toordinal() + 1)


def _back(calendar: Calendar, day: date, span: Duration) -> date:
    if span.unit in ("d", "week"):
        return date.fromordinal(day.toordinal() - span.amount * (7 if span.unit == "week" else 1))
    months = span.amount * {"month": 1, "quarter": 3, "year": 12}[span.unit]
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    return _clipped(year, month + 1, day.day)


def _clipped(year: int, month: int, day: int) -> date:
    """The day, or the last one of a shorter month."""
    last = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
    return date.fromordinal(min(date(year, month, 1).toordinal() + day - 1, last))


def _between(calendar: Calendar, first: date, end: date) -> Window:
    last = date.fromordinal(end.toordinal() - 1)
    start, finish = calendar.period(first.isoformat()), calendar.period(last.isoformat())
    return Window(start.start_us, finish.end_us, first, last)


def disjoint(windows: Sequence[Window]) -> list[list[Window]]:
    """The windows in as few families as needed, none of which holds two that overlap."""
    families: list[list[Window]] = []
    for window in sorted(set(windows)):
        for family in families:
            if family[-1].end_us <= window.start_us:
                family.append(window)
                break
        else:
            families.append([window])
    return families
