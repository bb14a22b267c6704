"""Fiscal years: where they start, what they are called, how they are divided into months and quarters.

A fiscal year is identified by the calendar year of its nominal first day (``year``); its name may be another.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from bizops.calendar.rules import WEEK_PATTERNS, FiscalYear

_PIVOT = 70
"""Two-digit years from here on are 19xx; those below are 20xx."""


@lru_cache(maxsize=1024)
def month_starts(fiscal: FiscalYear, first_weekday: int, year: int) -> tuple[date, ...]:
    """First days of the 12 fiscal months, and of the next fiscal year."""
    if fiscal.weeks is None:
        months = [fiscal.month - 1 + index for index in range(13)]
        return tuple(date(year + month // 12, month % 12 + 1, fiscal.day) for month in months)
    starts = [_nearest_week_start(fiscal, first_weekday, year)]
    for weeks in (WEEK_PATTERNS[fiscal.weeks] * 4)[:-1]:
        starts.append(starts[-1] + timedelta(weeks=weeks))
    return (*starts, _nearest_week_start(fiscal, first_weekday, year + 1))


def fiscal_year_of(fiscal: FiscalYear, first_weekday: int, day: date) -> int:
    """The fiscal year that holds a day."""
    # With week patterns it may start in the last days of the year before.
    year = day.year + 1
    while month_starts(fiscal, first_weekday, year)[0] > day:
        year -= 1
    return year


def fiscal_label(fiscal: FiscalYear, year: int) -> str:
    """What the fiscal year is called, e.g. `FY2026`."""
    name = year + _years_to_name(fiscal)
    return fiscal.label.format(
        year=f"{name:04}", yy=f"{name % 100:02}", next=f"{name + 1:04}", next_yy=f"{(name + 1) % 100:02}"
    )


def split_fiscal_label(fiscal: FiscalYear, label: str) -> tuple[int, str] | None:
    """The fiscal year that a label begins with, and what follows (nothing, `-Q1`, `-P03`); None for other labels."""
    match = _label_pattern(fiscal.label).fullmatch(label)
    if match is None:
        return None
    found = match.groupdict()
    if "year" in found:
        name = int(found["year"])
    elif "next" in found:
        name = int(found["next"]) - 1
    else:
        name = _full_year(int(found["yy"])) if "yy" in found else _full_year(int(found["next_yy"])) - 1
    year = name - _years_to_name(fiscal)
    # `FY26/28` has the form of a label, but names no year.
    return (year, match["rest"]) if fiscal_label(fiscal, year) + match["rest"] == label else None


@lru_cache(maxsize=64)
def _label_pattern(template: str) -> re.Pattern[str]:
    pattern = re.escape(template)
    for name, digits in (("year", 4), ("yy", 2), ("next", 4), ("next_yy", 2)):
        pattern = pattern.replace(re.escape(f"{{{name}}}"), rf"(?P<{name}>\d{{{digits}}})", 1)
    return re.compile(rf"{pattern}(?P<rest>|-Q[1-4]|-P(?:0[1-9]|1[0-2]))", re.ASCII)


def _full_year(two_digits: int) -> int:
    return two_digits + (1900 if two_digits >= _PIVOT else 2000)


def _years_to_name(fiscal: FiscalYear) -> int:
    """Years from the nominal first day to the naming one: only a year from 1 January ends in the year it starts."""
    return 1 if fiscal.named_by == "end" and (fiscal.month, fiscal.day) != (1, 1) else 0


def _nearest_week_start(fiscal: FiscalYear, first_weekday: int, year: int) -> date:
    nominal = date(year, fiscal.month, fiscal.day)
    past = (nominal.weekday() - first_weekday) % 7
    return nominal - timedelta(days=past if past <= 3 else past - 7)
