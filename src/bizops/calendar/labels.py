"""Period labels, as people write them in targets, on the command line and in addresses."""

from __future__ import annotations

import re
from datetime import date

from bizops.calendar import spans
from bizops.calendar.fiscal import split_fiscal_label
from bizops.calendar.hours import hour_labelled
from bizops.calendar.period import Grain, Period
from bizops.calendar.rules import CalendarRules
from bizops.errors import BizopsError

_YEAR = r"(?P<year>[1-8]\d{3})"
_DAY = r"[1-8]\d{3}-\d{2}-\d{2}"
_CALENDAR_LABEL = re.compile(
    rf"{_YEAR}(?:-Q(?P<quarter>[1-4])|-W(?P<week>\d{{2}})|-(?P<month>0[1-9]|1[0-2]))?", re.ASCII
)
_DAYS_LABEL = re.compile(rf"(?P<first>{_DAY})(?:\.\.(?P<last>{_DAY}))?", re.ASCII)
_HOUR_LABEL = re.compile(rf"{_DAY}T[0-2]\d(?:[+-]\d{{2}}:\d{{2}}(?::\d{{2}})?)?", re.ASCII)


def period_labelled(rules: CalendarRules, label: str) -> Period:
    """The period that a label names, or `bad-period` with what is accepted."""
    try:
        period = _calendar(rules, label) or _fiscal(rules, label) or _days(rules, label) or _hour(rules, label)
    except ValueError as error:
        raise _bad(rules, f"'{label}' is not a date: {error}.") from error
    if period is None:
        raise _bad(rules, f"'{label}' is not a period.")
    if period.start == period.end:
        raise _bad(rules, f"'{label}' never came in {rules.zone}: its clocks skipped it.")
    return period


def _calendar(rules: CalendarRules, label: str) -> Period | None:
    match = _CALENDAR_LABEL.fullmatch(label)
    if match is None:
        return None
    year = int(match["year"])
    if match["quarter"]:
        return spans.quarter(rules, year, int(match["quarter"]))
    if match["month"]:
        return spans.month(rules, year, int(match["month"]))
    if match["week"]:
        found = spans.week_numbered(rules, year, int(match["week"]))
        if found is None:
            raise _bad(rules, f"The year {year} has no week {match['week']}.")
        return found
    return spans.year(rules, year)


def _fiscal(rules: CalendarRules, label: str) -> Period | None:
    found = split_fiscal_label(rules.fiscal, label)
    if found is None:
        return None
    year, part = found
    if not part:
        return spans.fiscal_year(rules, year)
    number = int(part[2:])
    return spans.fiscal_quarter(rules, year, number) if part[1] == "Q" else spans.fiscal_month(rules, year, number)


def _days(rules: CalendarRules, label: str) -> Period | None:
    match = _DAYS_LABEL.fullmatch(label)
    if match is None:
        return None
    first = date.fromisoformat(match["first"])
    if match["last"] is None:
        return spans.period_holding(rules, Grain.DAY, first)
    last = date.fromisoformat(match["last"])
    if last < first:
        raise _bad(rules, f"'{label}' ends before it starts.")
    return spans.total(rules, first, last)


def _hour(rules: CalendarRules, label: str) -> Period | None:
    if not _HOUR_LABEL.fullmatch(label):
        return None
    found = hour_labelled(rules.zone, label)
    if found is None:
        raise _bad(
            rules, f"There is no hour '{label}' in {rules.zone}: its clocks skipped it, or it has another offset."
        )
    return found


def _bad(rules: CalendarRules, message: str) -> BizopsError:
    fiscal = spans.period_holding(rules, Grain.FISCAL_YEAR, date(2026, 1, 1)).label
    return BizopsError.of(
        "bad-period",
        message,
        hint="Write 2026, 2026-Q1, 2026-03, 2026-W07, 2026-03-01, 2026-03-01T14, "
        f"{fiscal}, {fiscal}-Q1, {fiscal}-P03 or 2026-01-01..2026-03-31.",
    )
