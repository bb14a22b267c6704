"""Local time of the simulated company: days, opening hours, and working time as a straight line that can be inverted.

All times inside the simulator are whole seconds of local clock time since the first midnight (``int64``). Shops are
closed at night, so that no simulated moment falls into the hour that daylight saving skips or repeats.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

FIRST_DAY = date(2024, 7, 1)
LAST_DAY = date(2026, 6, 30)
DAYS = (LAST_DAY - FIRST_DAY).days + 1
DAY_S = 86_400
ZONE = ZoneInfo("Europe/Berlin")

WEEKDAY_HOURS = (8 * 3600, 18 * 3600)
SATURDAY_HOURS = (9 * 3600, 13 * 3600)
END_OF_DATA_S = (DAYS - 1) * DAY_S + WEEKDAY_HOURS[1]
"""Closing time of the last day: nothing in the data is later."""

REGIONS = ("DE-BY", "DE-BE", "DE-NW", "DE-SN", "AT-8", "AT-9")

Seconds = NDArray[np.int64]
Numbers = NDArray[np.float64]


def day_number(day: date) -> int:
    """Which day of the simulation a date is; the first is 0."""
    return (day - FIRST_DAY).days


def all_days() -> list[date]:
    """Every simulated day."""
    return [FIRST_DAY + timedelta(days=n) for n in range(DAYS)]


def month_of_day() -> NDArray[np.int64]:
    """Month of every day, counted from the first simulated month."""
    return np.array([(d.year - FIRST_DAY.year) * 12 + d.month - FIRST_DAY.month for d in all_days()], dtype=np.int64)


def month_label(month: int) -> str:
    """A month counted from the first one, as ``2025-03``."""
    year, index = divmod(FIRST_DAY.year * 12 + FIRST_DAY.month - 1 + month, 12)
    return f"{year}-{index + 1:02d}"


def holidays_of(region: str) -> set[date]:
    """Public holidays of a region, with 15 August in Bavaria, which the law leaves to the parishes."""
    country, subdivision = region.split("-")
    years = range(FIRST_DAY.year, LAST_DAY.year + 1)
    found = set(holidays.country_holidays(country, subdiv=subdivision, years=years))
    if region == "DE-BY":
        found |= {date(year, 8, 15) for year in years}
    return found


@dataclass(frozen=True)
class Opening:
    """From when to when a place is open, day by day (seconds after midnight; equal when closed)."""

    start: Seconds
    end: Seconds

    @property
    def seconds(self) -> Seconds:
        """Open seconds of each day."""
        return self.end - self.start


def opening(region: str) -> Opening:
    """Opening hours in a region: weekdays 08-18, Saturdays 09-13, closed on Sundays and public holidays."""
    closed = holidays_of(region)
    hours = [
        (0, 0) if day in closed or day.weekday() == 6 else SATURDAY_HOURS if day.weekday() == 5 else WEEKDAY_HOURS
        for day in all_days()
    ]
    start, end = np.array(hours, dtype=np.int64).T
    return Opening(start, end)


@dataclass(frozen=True)
class WorkingTime:
    """Working seconds up to any moment, and the moment at which so many have passed.

    Past the end of the data work goes on in the same weekly rhythm, so that what is still open has an end too.
    """

    knots_clock: Numbers
    knots_worked: Numbers

    def worked(self, moment: Seconds) -> Numbers:
        """Working seconds between the first midnight and each moment."""
        worked: Numbers = np.interp(moment, self.knots_clock, self.knots_worked)
        return worked

    def moment(self, worked: Numbers) -> Seconds:
        """The moment at which so many working seconds have passed."""
        moment: Numbers = np.interp(worked, self.knots_worked, self.knots_clock)
        return np.rint(moment).astype(np.int64)


def working_time(hours: Opening, extra_weeks: int = 30) -> WorkingTime:
    """The working clock of a place."""
    weeks = np.tile(np.arange(DAYS - 7, DAYS), extra_weeks)
    start = np.concatenate([hours.start, hours.start[weeks]])
    end = np.concatenate([hours.end, hours.end[weeks]])
    midnight = np.arange(len(start), dtype=np.int64) * DAY_S
    clock = np.column_stack([midnight + start, midnight + end]).ravel()
    before = np.concatenate([[0], np.cumsum(end - start)[:-1]])
    worked = np.column_stack([before, before + end - start]).ravel()
    return WorkingTime(clock.astype(np.float64), worked.astype(np.float64))


def utc_micros(moment: Seconds) -> Seconds:
    """Local seconds as microseconds since 1970 in UTC."""
    noon_offset = np.array(
        [int(datetime(d.year, d.month, d.day, 12, tzinfo=ZONE).utcoffset().total_seconds()) for d in all_days()],  # type: ignore[union-attr]
        dtype=np.int64,
    )
    epoch = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())
    day = np.clip(moment // DAY_S, 0, DAYS - 1)
    return (moment + epoch - noon_offset[day]) * 1_000_000


def local_micros(moment: Seconds) -> Seconds:
    """Local seconds as microseconds since 1970 on the local clock, for files that carry no offset."""
    epoch = int(datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC).timestamp())
    return (moment + epoch) * 1_000_000
