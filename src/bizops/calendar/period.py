"""Periods: half-open stretches of time that have a grain and a label."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property

from bizops.calendar.zone import ONE_DAY, day_start_us, from_us, to_us


class Grain(StrEnum):
    """How finely time is cut. `total` is the whole range that is looked at."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    FISCAL_MONTH = "fiscal_month"
    FISCAL_QUARTER = "fiscal_quarter"
    FISCAL_YEAR = "fiscal_year"
    TOTAL = "total"


@dataclass(frozen=True)
class Period:
    """A stretch of time: ``start`` belongs to it, ``end`` does not (both UTC); both local days do."""

    grain: Grain
    label: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date

    @cached_property
    def start_us(self) -> int:
        """Microseconds since 1970 of the first instant."""
        return to_us(self.start)

    @cached_property
    def end_us(self) -> int:
        """Microseconds since 1970 of the first instant after it."""
        return to_us(self.end)

    def __str__(self) -> str:
        return self.label


def period_of_days(zone: str, grain: Grain, label: str, first_day: date, last_day: date) -> Period:
    """The period from the start of one local day to the end of another."""
    start = from_us(day_start_us(zone, first_day))
    end = from_us(day_start_us(zone, last_day + ONE_DAY))
    return Period(grain, label, start, end, first_day, last_day)
