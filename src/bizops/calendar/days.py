"""Which days are free, and the hours of each day."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

from bizops.calendar.rules import CalendarRules, DayHours, PublicHolidays
from bizops.errors import BizopsError, did_you_mean

_ALSO_FREE = {("DE", "BY"): ("public", "catholic")}
"""Where holidays that the `holidays` package files under a confession are free for most people: 15 August in four of
five Bavarian communes. Corpus Christi in Saxony and Thuringia is not among them: few communes have it."""


def hours_on(rules: CalendarRules, day: date, region: str | None) -> DayHours:
    """Working hours on a local day: those of a special day, none on a public holiday, else those of the weekday.

    A special day named for the region goes before one for everywhere.
    """
    rules.check_region(region)
    specials = [special for special in rules.special_days if special.day == day]
    for special in specials:
        if region in special.regions:
            return special.hours
    for special in specials:
        if not special.regions:
            return special.hours
    return () if _is_holiday(rules, day, region) else rules.working[day.weekday()]


def _is_holiday(rules: CalendarRules, day: date, region: str | None) -> bool:
    """Whether a day is a public holiday; a region's own holidays take the place of the calendar's."""
    holidays = (rules.regions[region] if region is not None else None) or rules.holidays
    return holidays is not None and day in holidays_of_year(holidays, day.year)


@lru_cache(maxsize=1024)
def holidays_of_year(which: PublicHolidays, year: int) -> frozenset[date]:
    """The public holidays of a year, as observed; refuses countries and regions that the package does not know."""
    import holidays  # here, since it takes 0.14 s and many calendars have none

    check_holidays(which)
    categories: Any = _ALSO_FREE.get((which.country, which.region or ""))
    return frozenset(holidays.country_holidays(which.country, subdiv=which.region, years=year, categories=categories))


def check_holidays(which: PublicHolidays) -> None:
    """Refuses a country or region without known holidays, naming those that are."""
    import holidays

    countries = holidays.list_supported_countries()
    if which.country not in countries:
        raise BizopsError.of(
            "unknown-holidays",
            f"There are no holidays of a country '{which.country}'.",
            hint=did_you_mean(which.country, countries) or "Write the country's ISO code, e.g. DE or AT.",
        )
    regions = countries[which.country]
    if which.region is not None and which.region not in regions:
        raise BizopsError.of(
            "unknown-holidays",
            f"There are no holidays of a region '{which.region}' of {which.country}; "
            f"known: {', '.join(regions) or 'none'}.",
            hint=did_you_mean(which.region, regions),
        )
