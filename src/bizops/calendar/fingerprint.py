"""A short hash of everything that a calendar's results depend on."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import UTC, datetime

from bizops.calendar.rules import CalendarRules
from bizops.calendar.zone import offsets, to_us

_FROM_US = to_us(datetime(2000, 1, 1, tzinfo=UTC))
_UNTIL_US = to_us(datetime(2041, 1, 1, tzinfo=UTC))


def fingerprint(rules: CalendarRules) -> str:
    """16 hex digits that change with the definitions, with the zone's rules, and with the `holidays` package.

    The zone counts by its offsets of 2000 to 2040, not by the version of tzdata: most releases change other zones.
    """
    told = {field.name: getattr(rules, field.name) for field in fields(rules)}
    told["regions"] = sorted(rules.regions.items())
    # Sets have no order of their own.
    told["special_days"] = [(day.day, day.hours, sorted(day.regions)) for day in rules.special_days]
    told["maintenance"] = [(window.start, window.end, sorted(window.services)) for window in rules.maintenance]
    facts = {
        "told": {name: repr(value) for name, value in told.items()},
        "offsets": offsets(rules.zone, _FROM_US, _UNTIL_US),
        "holidays": _holidays_version() if rules.holidays or any(rules.regions.values()) else None,
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:16]


def _holidays_version() -> str:
    from importlib.metadata import version  # here: it takes 0.07 s; importing the package itself, 0.14 s

    return version("holidays")
