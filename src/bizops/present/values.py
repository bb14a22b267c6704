"""Values as programs get them: every number with its unit, its words and what is needed to trust it; and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TypedDict

from bizops.measure import Comparison, Refusal, Value
from bizops.present.numbers import NONE, change_text, display
from bizops.present.periods import period_text
from bizops.present.texts import reason


class RefusalForm(TypedDict):
    """Why there is no number."""

    code: str
    message: str


class PeriodForm(TypedDict):
    """A stretch of time: its instants (the end is not part of it) and its local days (both are)."""

    label: str
    grain: str
    start: str
    end: str
    first_day: str
    last_day: str
    display: str


class ComparisonForm(TypedDict):
    """The same KPI in the earlier period, and the change to it; ``refusal`` says why there is none."""

    period: str | None
    value: float | None
    display: str
    change: float | None
    relative: float | None
    change_display: str
    refusal: RefusalForm | None


class ValueForm(TypedDict):
    """One number with what is needed to trust it; ``value`` is null exactly when ``refusal`` is not."""

    kpi: str
    period: PeriodForm
    slice: dict[str, str | None]
    value: float | None
    unit: str
    display: str
    refusal: RefusalForm | None
    completeness: str
    fresh_until: str | None
    rows: int | None
    definition: str
    fingerprint: str
    as_of: str
    naive: float | None
    open_cases: int | None
    compared: ComparisonForm | None


def value_form(value: Value, language: str, decimals: int | None) -> ValueForm:
    """A value as programs get it."""
    period = value.period
    return ValueForm(
        kpi=value.kpi,
        period=PeriodForm(
            label=period.label,
            grain=str(period.grain),
            start=period.start.isoformat(),
            end=period.end.isoformat(),
            first_day=period.first_day.isoformat(),
            last_day=period.last_day.isoformat(),
            display=period_text(period, language),
        ),
        slice=dict(value.slice),
        value=value.value,
        unit=value.unit,
        display=display(value.value, value.unit, language, decimals),
        refusal=_refusal(value.refusal, language),
        completeness=value.completeness,
        fresh_until=value.fresh_until.isoformat() if value.fresh_until else None,
        rows=value.rows,
        definition=value.definition,
        fingerprint=value.fingerprint,
        as_of=value.as_of.isoformat(),
        naive=value.naive,
        open_cases=value.open_cases,
        compared=_compared(value.compared, value.unit, language, decimals),
    )


def _compared(compared: Comparison | None, unit: str, language: str, decimals: int | None) -> ComparisonForm | None:
    if compared is None:
        return None
    refused = compared.refusal is not None
    return ComparisonForm(
        period=compared.period.label if compared.period else None,
        value=compared.value,
        display=display(compared.value, unit, language, decimals),
        change=compared.change,
        relative=compared.relative,
        change_display=NONE if refused else change_text(compared.change, compared.relative, unit, language, decimals),
        refusal=_refusal(compared.refusal, language),
    )


def _refusal(refusal: Refusal | None, language: str) -> RefusalForm | None:
    return RefusalForm(code=refusal.code, message=reason(refusal, language)) if refusal else None


def values_csv(values: Sequence[Value]) -> str:
    """Values as CSV, one a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    slices = list(dict.fromkeys(name for value in values for name in value.slice))
    writer.writerow(["kpi", "period", *slices, "value", "unit", "refusal", "completeness", "rows"])
    for value in values:
        cells = [_inert(value.slice[name]) if name in value.slice else "" for name in slices]
        refusal = value.refusal.code if value.refusal else ""
        number = "" if value.value is None else repr(value.value)
        writer.writerow(
            [value.kpi, value.period.label, *cells, number, value.unit, refusal, value.completeness, value.rows]
        )
    return text.getvalue()


def _inert(text: str | None) -> str:
    """A slice value that no spreadsheet takes for a formula; ``∅`` for rows without one, which are not the whole."""
    if text is None:
        return "∅"
    return "'" + text if text.startswith(("=", "+", "-", "@", "\t", "\r", "\0")) else text
