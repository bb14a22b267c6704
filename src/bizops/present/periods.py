"""Periods as people read them: ``June 2026``, ``Juni 2026``; on an axis ``Jun`` above ``2026``."""

from __future__ import annotations

from datetime import date

from bizops.calendar import Grain, Period

_MONTHS = {
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "de": (
        "Januar", "Februar", "März", "April", "Mai", "Juni",
        "Juli", "August", "September", "Oktober", "November", "Dezember",
    ),
}  # fmt: skip
_SHORT = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "de": ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"),
}
_QUARTER = {"en": "Q{number} {year}", "de": "{number}. Quartal {year}"}
_WEEK = {"en": "week {number}, {year}", "de": "KW {number}/{year}"}


def period_text(period: Period, language: str) -> str:
    """A period in a sentence; fiscal periods as the company calls them."""
    label = period.label
    match period.grain:
        case Grain.MONTH:
            return f"{_MONTHS[language][period.first_day.month - 1]} {period.first_day.year}"
        case Grain.QUARTER:
            return _QUARTER[language].format(number=label[-1], year=label[:4])
        case Grain.WEEK:
            return _WEEK[language].format(number=int(label[-2:]), year=label[:4])
        case Grain.DAY:
            return day_text(period.first_day, language)
        case Grain.HOUR:
            return f"{day_text(period.first_day, language)}, {label[11:13]}:00"
        case _:
            return label


def in_period(period: Period, language: str) -> str:
    """When something was: ``in June 2026``, ``on 1 Mar 2026``; ``im Juni 2026``, ``am 1. März 2026``."""
    text = period_text(period, language)
    if period.grain in (Grain.DAY, Grain.HOUR):
        return f"{'am' if language == 'de' else 'on'} {text}"
    return f"{'im' if language == 'de' and period.grain in (Grain.MONTH, Grain.QUARTER) else 'in'} {text}"


def day_text(day: date, language: str) -> str:
    """A day: ``1 Mar 2026``, ``1. März 2026``."""
    if language == "de":
        return f"{day.day}. {_MONTHS['de'][day.month - 1]} {day.year}"
    return f"{day.day} {_SHORT['en'][day.month - 1]} {day.year}"


def tick_texts(period: Period, language: str) -> tuple[str, str]:
    """What stands at an axis, and what stands below it wherever that changes."""
    day, label = period.first_day, period.label
    month = _SHORT[language][day.month - 1]
    match period.grain:
        case Grain.MONTH:
            return month, str(day.year)
        case Grain.QUARTER:
            return f"Q{label[-1]}", label[:4]
        case Grain.WEEK:
            return f"{'KW' if language == 'de' else 'W'} {int(label[-2:])}", label[:4]
        case Grain.DAY:
            return (f"{day.day}." if language == "de" else str(day.day)), f"{month} {day.year}"
        case Grain.HOUR:
            return f"{label[11:13]}:00", day_text(day, language)
        case Grain.FISCAL_MONTH | Grain.FISCAL_QUARTER:
            year, _, part = label.rpartition("-")
            return part, year
        case _:
            return label, ""
