"""Which days a period has: for every grain of whole days, the period that holds a day, with its label."""

from __future__ import annotations

from datetime import date, timedelta

from bizops.calendar.fiscal import fiscal_label, fiscal_year_of, month_starts
from bizops.calendar.period import Grain, Period, period_of_days
from bizops.calendar.rules import CalendarRules
from bizops.calendar.zone import ONE_DAY


def period_holding(rules: CalendarRules, grain: Grain, day: date) -> Period:
    """The period of a grain (not hour, not total) that holds a local day."""
    match grain:
        case Grain.DAY:
            return _period(rules, grain, day.isoformat(), day, day + ONE_DAY)
        case Grain.WEEK:
            return week(rules, day)
        case Grain.MONTH:
            return month(rules, day.year, day.month)
        case Grain.QUARTER:
            return quarter(rules, day.year, (day.month + 2) // 3)
        case Grain.YEAR:
            return year(rules, day.year)
        case Grain.FISCAL_MONTH | Grain.FISCAL_QUARTER | Grain.FISCAL_YEAR:
            return _fiscal_holding(rules, grain, day)
        case _:
            raise ValueError(f"{grain} periods are not found by a day")


def year(rules: CalendarRules, number: int) -> Period:
    """A calendar year."""
    return _period(rules, Grain.YEAR, f"{number:04}", date(number, 1, 1), date(number + 1, 1, 1))


def quarter(rules: CalendarRules, of_year: int, number: int) -> Period:
    """A calendar quarter, 1 to 4."""
    first, end = date(of_year, 3 * number - 2, 1), date(of_year + number // 4, 3 * number % 12 + 1, 1)
    return _period(rules, Grain.QUARTER, f"{of_year:04}-Q{number}", first, end)


def month(rules: CalendarRules, of_year: int, number: int) -> Period:
    """A calendar month, 1 to 12."""
    end = date(of_year + number // 12, number % 12 + 1, 1)
    return _period(rules, Grain.MONTH, f"{of_year:04}-{number:02}", date(of_year, number, 1), end)


def week(rules: CalendarRules, day: date) -> Period:
    """The week that holds a day. It belongs to the year of its fourth day: ISO 8601 when weeks start on Monday."""
    first = day - timedelta(days=(day.weekday() - rules.first_weekday) % 7)
    fourth = first + timedelta(days=3)
    number = (fourth - date(fourth.year, 1, 1)).days // 7 + 1
    return _period(rules, Grain.WEEK, f"{fourth.year:04}-W{number:02}", first, first + timedelta(days=7))


def week_numbered(rules: CalendarRules, of_year: int, number: int) -> Period | None:
    """The n-th week of a year; None when the year has fewer."""
    # 4 January is always in the first week: that week has at least four days of the year.
    found = week(rules, date(of_year, 1, 4) + timedelta(weeks=number - 1))
    return found if found.label == f"{of_year:04}-W{number:02}" else None


def fiscal_year(rules: CalendarRules, number: int) -> Period:
    """The fiscal year whose nominal first day lies in this calendar year."""
    starts = month_starts(rules.fiscal, rules.first_weekday, number)
    return _period(rules, Grain.FISCAL_YEAR, fiscal_label(rules.fiscal, number), starts[0], starts[12])


def fiscal_quarter(rules: CalendarRules, of_year: int, number: int) -> Period:
    """A fiscal quarter, 1 to 4."""
    starts = month_starts(rules.fiscal, rules.first_weekday, of_year)
    label = f"{fiscal_label(rules.fiscal, of_year)}-Q{number}"
    return _period(rules, Grain.FISCAL_QUARTER, label, starts[3 * number - 3], starts[3 * number])


def fiscal_month(rules: CalendarRules, of_year: int, number: int) -> Period:
    """A fiscal month, 1 to 12."""
    starts = month_starts(rules.fiscal, rules.first_weekday, of_year)
    label = f"{fiscal_label(rules.fiscal, of_year)}-P{number:02}"
    return _period(rules, Grain.FISCAL_MONTH, label, starts[number - 1], starts[number])


def total(rules: CalendarRules, first_day: date, last_day: date) -> Period:
    """All days from one to another as a single period."""
    return _period(rules, Grain.TOTAL, f"{first_day}..{last_day}", first_day, last_day + ONE_DAY)


def fiscal_position(rules: CalendarRules, day: date) -> tuple[int, int]:
    """Fiscal year and fiscal month (1 to 12) that hold a day."""
    number = fiscal_year_of(rules.fiscal, rules.first_weekday, day)
    starts = month_starts(rules.fiscal, rules.first_weekday, number)
    return number, sum(start <= day for start in starts)


def _fiscal_holding(rules: CalendarRules, grain: Grain, day: date) -> Period:
    number, fiscal_month_number = fiscal_position(rules, day)
    if grain is Grain.FISCAL_YEAR:
        return fiscal_year(rules, number)
    if grain is Grain.FISCAL_QUARTER:
        return fiscal_quarter(rules, number, (fiscal_month_number + 2) // 3)
    return fiscal_month(rules, number, fiscal_month_number)


def _period(rules: CalendarRules, grain: Grain, label: str, first: date, end: date) -> Period:
    return period_of_days(rules.zone, grain, label, first, end - ONE_DAY)
