"""Lengths of time as people write them: `90 min`, `2 d`, `6 weeks`, `12 months`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

_NAMES: Mapping[str, tuple[str, ...]] = {
    "s": ("second", "seconds"),
    "min": ("minute", "minutes"),
    "h": ("hour", "hours"),
    "d": ("day", "days"),
    "week": ("weeks",),
    "month": ("months",),
    "quarter": ("quarters",),
    "year": ("years",),
}
UNITS: Mapping[str, str] = {name: unit for unit, names in _NAMES.items() for name in (unit, *names)}
"""Every accepted name, and the unit that it means."""

_FIXED: Mapping[str, timedelta] = {
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "week": timedelta(weeks=1),
}
_FORM = re.compile(r"(?P<amount>[0-9]{1,6})\s*(?P<unit>[a-z]+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """A whole number of units of time; months, quarters and years are as long as the calendar makes them."""

    amount: int
    unit: str

    @property
    def fixed(self) -> timedelta | None:
        """The length, where it does not hang on the calendar; a day has 24 hours."""
        length = _FIXED.get(self.unit)
        return None if length is None else self.amount * length

    def __str__(self) -> str:
        plural = "s" if self.amount != 1 and len(self.unit) > 3 else ""
        return f"{self.amount} {self.unit}{plural}"


def parse_duration(text: str) -> Duration | None:
    """The length of time that a text names, or None.

    >>> parse_duration("6 weeks")
    Duration(amount=6, unit='week')
    """
    match = _FORM.fullmatch(text.strip())
    if match is None or match["unit"] not in UNITS:
        return None
    return Duration(int(match["amount"]), UNITS[match["unit"]])
