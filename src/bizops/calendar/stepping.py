"""From one period to another: the next, the previous, all within a range, the one a year ago."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum

from bizops.calendar import spans
from bizops.calendar.days import hours_on
from bizops.calendar.hours import hour_labelled, hours_between
from bizops.calendar.period import Grain, Period
from bizops.calendar.rules import CalendarRules
from bizops.calendar.zone import ONE_DAY, local_day
from bizops.errors import BizopsError


class DayAlignment(StrEnum):
    """Which day of last year a day is compared with."""

    SAME_WEEKDAY = "same_weekday"
    SAME_DATE = "same_date"
    NTH_WORKING_DAY = "nth_working_day"


def period_at(rules: CalendarRules, grain: Grain, us: int) -> Period:
    """The period of a grain that holds an instant; for `total`, that day."""
    if grain is Grain.HOUR:
        return next(hours_between(rules.zone, us, us + 1))
    day = local_day(rules.zone, us)
    return spans.total(rules, day, day) if grain is Grain.TOTAL else spans.period_holding(rules, grain, day)


def periods_between(rules: CalendarRules, grain: Grain, start_us: int, end_us: int) -> Iterator[Period]:
    """The periods that cover [start, end), in order."""
    if start_us >= end_us:
        return
    if grain is Grain.HOUR:
        yield from hours_between(rules.zone, start_us, end_us)
    elif grain is Grain.TOTAL:
        yield spans.total(rules, local_day(rules.zone, start_us), local_day(rules.zone, end_us - 1))
    else:
        period = period_at(rules, grain, start_us)
        yield period
        while period.end_us < end_us:
            period = period_after(rules, period)
            yield period


def period_after(rules: CalendarRules, period: Period) -> Period:
    """The period of the same grain that starts where this one ends; for `total`, as many days."""
    if period.grain is Grain.TOTAL:
        days = period.last_day - period.first_day
        return spans.total(rules, period.last_day + ONE_DAY, period.last_day + ONE_DAY + days)
    # By instant, not by date: a day that the zone skipped (Samoa, 30 December 2011) is no period.
    return period_at(rules, period.grain, period.end_us)


def period_before(rules: CalendarRules, period: Period) -> Period:
    """The period of the same grain that ends where this one starts; for `total`, as many days."""
    if period.grain is Grain.TOTAL:
        days = period.last_day - period.first_day
        return spans.total(rules, period.first_day - ONE_DAY - days, period.first_day - ONE_DAY)
    return period_at(rules, period.grain, period.start_us - 1)


def period_to_date(rules: CalendarRules, grain: Grain, until: Period) -> Period:
    """From the start of the period of *grain* that holds the end of *until*, to the end of *until*."""
    if until.grain is Grain.HOUR:
        raise BizopsError.of(
            "bad-period", "Values to date are counted in whole days.", hint="Take a day or a longer period."
        )
    around = period_at(rules, grain, until.end_us - 1)
    return spans.total(rules, around.first_day, until.last_day)


def period_year_ago(rules: CalendarRules, period: Period, align: DayAlignment, region: str | None) -> Period:
    """The period that this one is compared with a year before, or `no-counterpart`."""
    first = period.first_day
    match period.grain:
        case Grain.YEAR:
            return spans.year(rules, first.year - 1)
        case Grain.QUARTER:
            return spans.quarter(rules, first.year - 1, (first.month + 2) // 3)
        case Grain.MONTH:
            return spans.month(rules, first.year - 1, first.month)
        case Grain.WEEK:
            return _week_year_ago(rules, period)
        case Grain.FISCAL_YEAR | Grain.FISCAL_QUARTER | Grain.FISCAL_MONTH:
            return _fiscal_year_ago(rules, period)
        case Grain.DAY:
            day = _day_year_ago(rules, period, first, align, region)
            return _existing(period, spans.period_holding(rules, Grain.DAY, day))
        case Grain.HOUR:
            day = _day_year_ago(rules, period, first, align, region)
            return _existing(period, hour_labelled(rules.zone, f"{day}{period.label[10:]}"))
        case Grain.TOTAL:
            last = _same_date(period, period.last_day)
            return spans.total(rules, _same_date(period, first), last)


def _week_year_ago(rules: CalendarRules, period: Period) -> Period:
    year, number = period.label.split("-W")
    return _existing(period, spans.week_numbered(rules, int(year) - 1, int(number)))


def _fiscal_year_ago(rules: CalendarRules, period: Period) -> Period:
    year, number = spans.fiscal_position(rules, period.first_day)
    if period.grain is Grain.FISCAL_YEAR:
        return spans.fiscal_year(rules, year - 1)
    if period.grain is Grain.FISCAL_QUARTER:
        return spans.fiscal_quarter(rules, year - 1, (number + 2) // 3)
    return spans.fiscal_month(rules, year - 1, number)


def _day_year_ago(rules: CalendarRules, period: Period, day: date, align: DayAlignment, region: str | None) -> date:
    if align is DayAlignment.SAME_WEEKDAY:
        return day - timedelta(days=364)
    if align is DayAlignment.SAME_DATE:
        return _same_date(period, day)
    working_days = _working_days_of_month(rules, day, region)
    if day not in working_days:
        raise _no_counterpart(period, "it is not a working day")
    year_ago = _working_days_of_month(rules, day.replace(year=day.year - 1, day=1), region)
    position = working_days.index(day)
    if position >= len(year_ago):
        raise _no_counterpart(period, f"that month had only {len(year_ago)} working days")
    return year_ago[position]


def _working_days_of_month(rules: CalendarRules, day: date, region: str | None) -> list[date]:
    month = spans.month(rules, day.year, day.month)
    days = [month.first_day + ONE_DAY * index for index in range((month.last_day - month.first_day).days + 1)]
    return [each for each in days if hours_on(rules, each, region)]


def _same_date(period: Period, day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError as error:
        raise _no_counterpart(period, f"{day.year - 1} had no 29 February") from error


def _existing(period: Period, found: Period | None) -> Period:
    if found is None or found.start == found.end:
        raise _no_counterpart(period, "the year before had no such week, day or hour")
    return found


def _no_counterpart(period: Period, why: str) -> BizopsError:
    return BizopsError.of("no-counterpart", f"{period.label} has no counterpart a year ago: {why}.")
