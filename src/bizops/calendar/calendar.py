"""The calendar of an organisation: one way to count time, for every number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache

from bizops.calendar import stepping, working
from bizops.calendar.days import hours_on
from bizops.calendar.fingerprint import fingerprint
from bizops.calendar.labels import period_labelled
from bizops.calendar.period import Grain, Period
from bizops.calendar.rules import CalendarRules, DayHours
from bizops.calendar.spans import total
from bizops.calendar.stepping import DayAlignment
from bizops.calendar.working import OpenTable, WorkingDays
from bizops.calendar.zone import EPOCH_DAY, from_us, local_day, offsets, to_us


@dataclass(frozen=True)
class Calendar(CalendarRules):
    """Cuts time into periods and measures working time, by the rules it was built with.

    All periods are whole local days, or local hours. Instants are aware datetimes, or microseconds since 1970 where the
    name ends in ``_us``. It can be hashed and compared; equal calendars count alike.
    """

    # ------------------------------------------------------------------------------------------------------- periods

    def period(self, label: str) -> Period:
        """The period that a label names, or `bad-period` with what is accepted.

        `2026`, `2026-Q1`, `2026-03`, `2026-W07`, `2026-03-01`, `2026-03-01T14`; `FY2026`, `FY2026-Q1`, `FY2026-P03` (as
        the fiscal label is written); `2026-01-01..2026-03-31`. Of an hour that comes twice the plain label is the
        first; the second is written with its offset: `2026-10-25T02+01:00`.
        """
        return period_labelled(self, label)

    def containing(self, grain: Grain, instant: datetime) -> Period:
        """The period of a grain that holds an instant; for `total`, its day."""
        return stepping.period_at(self, grain, to_us(instant))

    def periods(self, grain: Grain, start: datetime, end: datetime) -> list[Period]:
        """The periods that cover [start, end), in order: the first holds *start*, the last the instant before *end*."""
        return list(stepping.periods_between(self, grain, to_us(start), to_us(end)))

    def total_period(self, start: datetime, end: datetime) -> Period:
        """The local days that cover [start, end), as one period; labelled `2017-01-01..2018-12-31`."""
        return total(self, local_day(self.zone, to_us(start)), local_day(self.zone, to_us(end) - 1))

    def next(self, period: Period, n: int = 1) -> Period:
        """The period of the same grain that follows, or the n-th after."""
        for _ in range(n):
            period = stepping.period_after(self, period)
        return period

    def previous(self, period: Period, n: int = 1) -> Period:
        """The period of the same grain directly before, or the n-th before."""
        for _ in range(n):
            period = stepping.period_before(self, period)
        return period

    def year_ago(
        self, period: Period, align: DayAlignment = DayAlignment.SAME_WEEKDAY, region: str | None = None
    ) -> Period:
        """The period to compare with, a year before: same quarter, month, week number or fiscal period.

        Days and hours follow *align*: 364 days back, the same date, or the working day of the month with the same
        number. Where there is none (week 53, 29 February), `no-counterpart` says why.
        """
        return stepping.period_year_ago(self, period, align, region)

    def to_date(self, grain: Grain, until: Period) -> Period:
        """From the start of the year, fiscal quarter ... that holds the end of *until*, to that end; as a `total`."""
        return stepping.period_to_date(self, grain, until)

    # --------------------------------------------------------------------------------------------------- local time

    def offsets(self, start_us: int, end_us: int) -> list[tuple[int, int]]:
        """Which offset holds from when within [start, end): (from_us, seconds ahead of UTC), the first from *start*."""
        return list(offsets(self.zone, start_us, end_us))

    def local_day(self, instant: datetime) -> date:
        """The local day that holds an instant."""
        return local_day(self.zone, to_us(instant))

    # -------------------------------------------------------------------------------------------------- working time

    def is_working_day(self, day: date, region: str | None = None) -> bool:
        """Whether there are working hours on a local day."""
        return bool(self.working_intervals(day, region))

    def working_intervals(self, day: date, region: str | None = None) -> DayHours:
        """Working hours on a local day, special days and holidays considered; an end of 00:00 means 24:00."""
        return hours_on(self, day, region)

    def open_table(self, first_utc_day: int, last_utc_day: int, region: str | None = None) -> OpenTable:
        """Working hours less maintenance, by UTC day (days since 1970, both included), for any engine to count with."""
        self.check_region(region)
        return _open_table(self, first_utc_day, last_utc_day, region)

    def working_us(self, a_us: int, b_us: int, region: str | None = None) -> int:
        """Working time from a to b in microseconds; negative when b lies before a."""
        # Whole years around both, so that cases of the same years share one table.
        first_year, last_year = (from_us(us).year for us in (min(a_us, b_us), max(a_us, b_us)))
        first_day = (date(first_year, 1, 1) - EPOCH_DAY).days
        last_day = (date(last_year, 12, 31) - EPOCH_DAY).days
        table = self.open_table(first_day, last_day, region)
        return table.open_until(b_us) - table.open_until(a_us)

    def working_day_table(self, first: date, last: date, region: str | None = None) -> WorkingDays:
        """The local days from first to last (both included), with the working days before each."""
        return working.working_days(self, first, last, region)

    def is_operating(self, instant: datetime, service: str | None = None) -> bool:
        """Whether services (or one of them) are meant to run: within operating hours, outside maintenance."""
        return working.is_operating(self, to_us(instant), service)

    # ------------------------------------------------------------------------------------------------------ identity

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever results of this calendar might: definitions, zone rules, holidays."""
        return fingerprint(self)


@lru_cache(maxsize=32)
def _open_table(calendar: Calendar, first_utc_day: int, last_utc_day: int, region: str | None) -> OpenTable:
    return working.open_table(calendar, first_utc_day, last_utc_day, region)
