"""From the calendar as it is written to the calendar that counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, cast

from bizops.calendar import Calendar, DayHours, FiscalYear, Maintenance, PublicHolidays, SpecialDay
from bizops.errors import BizopsError, Problem
from bizops.model import language
from bizops.model.binding import closest

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG = dict(zip(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), range(7), strict=True))
_DAY_NUMBERS = {name: number for number, name in enumerate(_DAYS)} | _LONG


def calendar_from(written: language.CalendarDef) -> Calendar:
    """The calendar; what has no meaning in it is refused with its place."""
    fiscal = _fiscal(written)
    try:
        return Calendar(
            zone=written.zone,
            week_start=cast(Literal["monday", "sunday", "saturday"], written.week_start),
            working=_week(written, "working", written.working),
            operating=_week(written, "operating", written.operating) if written.operating else None,
            holidays=_holidays(written.holidays),
            regions={code: _holidays(region.holidays) for code, region in written.regions.items()},
            special_days=tuple(SpecialDay(day.date, day.hours, frozenset(day.regions)) for day in written.special_days),
            maintenance=tuple(_maintenance(window) for window in written.maintenance),
            fiscal=fiscal,
        )
    except BizopsError as error:
        raise _placed(error, written) from error


def _placed(error: BizopsError, at: language.Definition, *path: str) -> BizopsError:
    return BizopsError(*(Problem(p.code, p.message, p.place or at.place(*path), p.hint) for p in error.problems))


def _holidays(written: language.Holidays | None) -> PublicHolidays | None:
    return None if written is None else PublicHolidays(written.country, written.region)


def _week(written: language.CalendarDef, key: str, hours: Mapping[str, DayHours]) -> tuple[DayHours, ...]:
    week: dict[int, DayHours] = {}
    for name, day_hours in hours.items():
        for day in _days(written, key, name):
            if day in week:
                raise BizopsError.of(
                    "bad-hours", f"The hours of '{_DAYS[day]}' are given twice.", written.place(key, name), "Keep one."
                )
            week[day] = day_hours
    return tuple(week.get(day, ()) for day in range(7))


def _days(written: language.CalendarDef, key: str, name: str) -> list[int]:
    first, _, last = (part.strip() for part in name.lower().partition("-"))
    for day in (first, last or first):
        if day not in _DAY_NUMBERS:
            raise BizopsError.of(
                "unknown-word",
                f"'{name}' is no weekday: days are {', '.join(_DAYS)}, and ranges such as mon-fri.",
                written.place(key, name),
                closest(day, _DAYS),
            )
    start, end = _DAY_NUMBERS[first], _DAY_NUMBERS[last or first]
    return [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]


def _maintenance(window: language.Maintenance) -> Maintenance:
    start, end = _local(window, "start", window.start), _local(window, "end", window.end)
    if start >= end:
        raise BizopsError.of(
            "bad-maintenance",
            f"The maintenance ends at {window.end}, which is not after its start.",
            window.place("end"),
        )
    return Maintenance(start, end, frozenset(window.services))


def _local(window: language.Maintenance, key: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is not None:
        raise BizopsError.of(
            "bad-date", f"'{text}' is no local date and time.", window.place(key), "Write it as 2026-03-01T22:00."
        )
    return moment


def _fiscal(written: language.CalendarDef) -> FiscalYear:
    fiscal = written.fiscal_year
    if fiscal is None:
        return FiscalYear()
    month, _, day = fiscal.start.partition("-")
    if not (month.isdigit() and day.isdigit()):
        raise BizopsError.of(
            "bad-date", f"'{fiscal.start}' is no month and day.", fiscal.place("start"), "Write it as 07-01."
        )
    try:
        return FiscalYear(
            int(month),
            int(day),
            cast(Literal["start", "end"], fiscal.named_by),
            fiscal.label,
            cast(Literal["4-4-5", "4-5-4", "5-4-4"] | None, fiscal.weeks),
        )
    except BizopsError as error:
        raise _placed(error, fiscal, "label" if "label" in error.problems[0].message else "start") from error
