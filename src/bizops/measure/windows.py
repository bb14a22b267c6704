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


def rolling(calendar: Calendar, period: Period, span: Duration) -> Period:
    """The span that ends with the period."""
    if period.grain is Grain.HOUR:
        raise BizopsError.of(
            "bad-period", "Rolling values are counted in whole days.", hint="Take a day or a longer period."
        )
    following = date.fromordinal(period.last_day.toordinal() + 1)
    first = calendar.period(_back(following, span).isoformat())
    return calendar.total_period(first.start, period.end)


def to_date(calendar: Calendar, period: Period, grain: str) -> Period:
    """From the beginning of the enclosing year, quarter ... to the end of the period."""
    return calendar.to_date(Grain(grain), period)


def offset(calendar: Calendar, period: Period, span: Duration) -> Period | None:
    """The period of the same kind that lies a span earlier; None where there is no counterpart."""
    try:
        if span.unit == "year":
            for _ in range(span.amount):
                period = calendar.year_ago(period)
            return period
        earlier = calendar.period(_back(period.first_day, span).isoformat())
        if period.grain is Grain.TOTAL:
            days = (period.last_day - period.first_day).days
            last = calendar.period(date.fromordinal(earlier.first_day.toordinal() + days).isoformat())
            return calendar.total_period(earlier.start, last.end)
        return calendar.containing(period.grain, earlier.start)
    except BizopsError:
        return None


def _back(day: date, span: Duration) -> date:
    if span.unit in ("d", "week"):
        return date.fromordinal(day.toordinal() - span.amount * (7 if span.unit == "week" else 1))
    months = span.amount * {"month": 1, "quarter": 3, "year": 12}[span.unit]
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal() - 1
    return date.fromordinal(min(date(year, month + 1, 1).toordinal() + day.day - 1, last))


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
