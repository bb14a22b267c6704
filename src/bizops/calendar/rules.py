"""What a calendar is told: the zone, the week, working hours, free days, the fiscal year. Checked once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from string import Formatter
from typing import Literal

from bizops.calendar.zone import zone_info
from bizops.errors import BizopsError, did_you_mean

DayHours = tuple[tuple[time, time], ...]
"""Open intervals of a day, in order, not overlapping; an end of 00:00 means 24:00."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEK_PATTERNS: Mapping[str, tuple[int, int, int]] = {"4-4-5": (4, 4, 5), "4-5-4": (4, 5, 4), "5-4-4": (5, 4, 4)}
NEVER: tuple[DayHours, ...] = ((),) * 7


@dataclass(frozen=True)
class PublicHolidays:
    """The public holidays of a country (ISO code) or of one of its regions."""

    country: str
    region: str | None = None


@dataclass(frozen=True)
class SpecialDay:
    """A day unlike its weekday: worked during ``hours`` (none: free), in these ``regions``; without any, everywhere."""

    day: date
    hours: DayHours = ()
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Maintenance:
    """A planned interruption in local time, of these ``services`` or, without any, of all."""

    start: datetime
    end: datetime
    services: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FiscalYear:
    """When the fiscal year starts and how it is called.

    It is named by the calendar year in which it starts or ends; ``label`` writes that year as `{year}` or `{yy}` and
    the one after as `{next}` or `{next_yy}`. Two digits stand for 1970 to 2069. With ``weeks``, it starts on the first
    day of the week nearest to the given day, and its months are whole weeks; a 53rd week goes to the last one.
    """

    month: int = 1
    day: int = 1
    named_by: Literal["start", "end"] = "end"
    label: str = "FY{year}"
    weeks: Literal["4-4-5", "4-5-4", "5-4-4"] | None = None

    def __post_init__(self) -> None:
        if not self.weeks and self.day > 28:
            raise _bad("A fiscal year of calendar months starts on a day from 1 to 28, so that every month has it.")
        try:
            date(2026, self.month, self.day)
        except ValueError as error:
            raise _bad(f"{self.month:02}-{self.day:02} is not a day of every year.") from error
        names = {name for _, name, _, _ in Formatter().parse(self.label) if name is not None}
        if not names or names - {"year", "yy", "next", "next_yy"}:
            raise _bad(
                f"The fiscal label '{self.label}' does not say the year.",
                "Use {year} or {yy} for the naming year, {next} or {next_yy} for the one after.",
            )
        if not re.search(r"[^\d-]", re.sub(r"{\w+}", "", self.label)):
            raise _bad(
                f"The fiscal label '{self.label}' could be taken for a calendar year.",
                "Begin it with letters: FY{year}.",
            )


@dataclass(frozen=True)
class CalendarRules:
    """One way to count time, as plain data. ``working`` and ``operating`` hold the hours of Monday to Sunday.

    ``operating`` None means always. ``regions`` maps the codes that data use to their public holidays, which take the
    place of the calendar's own ``holidays``; None keeps those.
    """

    zone: str
    week_start: Literal["monday", "sunday", "saturday"] = "monday"
    working: tuple[DayHours, ...] = NEVER
    operating: tuple[DayHours, ...] | None = None
    holidays: PublicHolidays | None = None
    regions: Mapping[str, PublicHolidays | None] = field(default_factory=dict, hash=False)
    special_days: tuple[SpecialDay, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    fiscal: FiscalYear = FiscalYear()

    def __post_init__(self) -> None:
        zone_info(self.zone)
        for week in (self.working, self.operating or NEVER):
            if len(week) != 7:
                raise _bad(f"Hours are given for {len(week)} days: a week has 7.")
            for weekday, hours in zip(WEEKDAYS, week, strict=True):
                _check_hours(weekday, hours)
        for special in self.special_days:
            _check_hours(special.day.isoformat(), special.hours)
            for region in sorted(special.regions):
                self.check_region(region)
        for window in self.maintenance:
            if window.start >= window.end:
                raise _bad(f"The maintenance that starts on {window.start:%Y-%m-%dT%H:%M} ends before that.")

    @property
    def first_weekday(self) -> int:
        """The day on which weeks start, Monday being 0."""
        return WEEKDAYS.index(self.week_start)

    def check_region(self, region: str | None) -> None:
        """Refuses a region code that the calendar was not told about."""
        if region is not None and region not in self.regions:
            known = ", ".join(sorted(self.regions)) or "none"
            raise BizopsError.of(
                "unknown-region",
                f"The calendar has no region '{region}'; known: {known}.",
                hint=did_you_mean(region, self.regions),
            )


def _check_hours(day: str, hours: DayHours) -> None:
    end_before: time | None = time.min
    for start, end in hours:
        if end_before is None or start < end_before:
            raise _bad(f"The hours of {day} overlap or are out of order at {start:%H:%M}.")
        if end == time.min:
            end_before = None
        elif end <= start:
            raise _bad(
                f"The hours of {day} end at {end:%H:%M}, before they start at {start:%H:%M}.",
                "Hours past midnight belong to the next day: write 22:00-24:00, and 00:00-06:00 on the next.",
            )
        else:
            end_before = end


def _bad(message: str, hint: str | None = None) -> BizopsError:
    return BizopsError.of("bad-calendar", message, hint=hint)
