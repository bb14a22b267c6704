"""A number never travels alone: a value with its unit, period, definition, data, completeness; or a refusal that
says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bizops.calendar import Period

REFUSALS: dict[str, str] = {
    "no-data": "There are no data for this period.",
    "no-value": "No row of this period has what the value is made of.",
    "small-group": "The value is withheld: it would tell about fewer people than the minimum group.",
    "suppressed": "The value is withheld: with it, a withheld neighbour could be worked out.",
    "missing-rate": "Amounts without an exchange rate cannot be added.",
    "sampled": "Senders kept a sample only: rows are not counted as if they were all. Write sum(weight) to estimate.",
    "not-reached": "Too few cases have ended to know this value.",
    "no-such-slice": "The KPI cannot be split this way.",
    "partial-period": "A period that is not complete is not compared.",
    "no-counterpart": "There is no earlier period to compare with.",
}
"""Why a number is not given, by stable code."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no number: a stable code and a sentence."""

    code: str
    message: str

    @classmethod
    def of(cls, code: str) -> Refusal:
        """The refusal of that code."""
        return cls(code, REFUSALS[code])


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same KPI in an earlier period: its value, the change to it, or why there is none."""

    period: Period | None
    value: float | None
    change: float | None
    relative: float | None
    refusal: Refusal | None


@dataclass(frozen=True, slots=True)
class Value:
    """One number of a KPI and everything needed to trust it.

    ``value`` is None exactly when ``refusal`` says why. ``completeness`` is ``complete``, ``running`` (the period is
    not over), ``late`` (it is over, data are missing), ``truncated`` (the data begin later than the period) or
    ``empty``. ``naive`` is the value without regard to the ``open_cases``. Instants are UTC.
    """

    kpi: str
    period: Period
    slice: Mapping[str, str | None]
    value: float | None
    unit: str
    refusal: Refusal | None
    completeness: str
    fresh_until: datetime | None
    rows: int | None
    definition: str
    fingerprint: str
    as_of: datetime
    naive: float | None = None
    open_cases: int | None = None
    compared: Comparison | None = None
    notes: tuple[str, ...] = ()
