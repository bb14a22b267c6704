"""The scorecard: every KPI at a glance, with every label decided here; renderers only place them."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

from bizops.measure import Comparison, Value
from bizops.measure.targets import status, target_for, target_value
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.texts import say

SPARK = 13
"""Periods a sparkline shows: a year of months and the month to compare with."""


@dataclass(frozen=True)
class Row:
    """One KPI: its last complete period, and apart from it the one that is not complete."""

    kpi: str
    title: str
    owner: str
    direction: str
    unit: str
    period: str | None
    value: float | None
    display: str
    completeness: str | None
    refusal: str | None
    target: float | None
    target_display: str
    status: str | None
    status_text: str
    previous: str
    previous_note: str | None
    relative: float | None
    year_ago: str
    year_ago_note: str | None
    spark: tuple[float | None, ...]
    unfinished: str | None
    fresh_until: str | None
    unusual: float


@dataclass(frozen=True)
class Scorecard:
    """A sentence first, then the rows."""

    title: str
    language: str
    sentence: str
    rows: tuple[Row, ...]

    def as_dict(self) -> dict[str, Any]:
        """The form that programs get."""
        return {"title": self.title, "sentence": self.sentence, "rows": [asdict(row) for row in self.rows]}


def scorecard(
    model: Model, before: Mapping[str, Sequence[Value]], year: Mapping[str, Sequence[Value]], kpis: Sequence[str]
) -> Scorecard:
    """The scorecard of some KPIs from their last values, compared with the period (and the year) before."""
    language = model.settings.language
    rows = tuple(_row(model, model.kpis[name], before[name], year[name], language) for name in kpis)
    title = text_of(model.settings.title, language) or say("scorecard", language)
    return Scorecard(title, language, _sentence(rows, language), rows)


def text_of(text: Mapping[str, str] | None, language: str) -> str:
    """A text for people in a language, or in the other one where there is only that."""
    if not text:
        return ""
    return text.get(language) or next(iter(text.values()))


def _row(model: Model, kpi: Kpi, before: Sequence[Value], year: Sequence[Value], language: str) -> Row:
    shown = next((value for value in reversed(before) if value.completeness == "complete"), None)
    last = before[-1] if before else None
    compared_year = next((v.compared for v in year if shown is not None and v.period == shown.period), None)
    target = target_for(model, kpi.name, {})
    aim = verdict = None
    if shown is not None and target is not None and shown.value is not None:
        aim = target_value(model, target, model.calendar(kpi.calendar), shown.period)
        verdict = status(kpi, target, aim, shown.value)
    previous, previous_note = _change(shown.compared if shown else None, kpi, language)
    year_ago, year_note = _change(compared_year, kpi, language)
    complete = [value.value for value in before if value.completeness == "complete"]
    return Row(
        kpi=kpi.name,
        title=text_of(kpi.title, language) or kpi.name,
        owner=(kpi.owners.business or kpi.owners.it or "") if kpi.owners else "",
        direction=kpi.direction,
        unit=kpi.unit,
        period=shown.period.label if shown else None,
        value=shown.value if shown else None,
        display=numbers.display(shown.value if shown else None, kpi.unit, language, kpi.decimals, short=True),
        completeness=shown.completeness if shown else (last.completeness if last else None),
        refusal=shown.refusal.message if shown and shown.refusal else None,
        target=aim,
        target_display=numbers.display(aim, kpi.unit, language, kpi.decimals, short=True),
        status=verdict,
        status_text=say(verdict, language) if verdict else "",
        previous=previous,
        previous_note=previous_note,
        relative=shown.compared.relative if shown and shown.compared else None,
        year_ago=year_ago,
        year_ago_note=year_note,
        spark=tuple(complete[-SPARK:]),
        unfinished=_unfinished(last, shown, kpi, language),
        fresh_until=last.fresh_until.isoformat() if last and last.fresh_until else None,
        unusual=_unusual(complete),
    )


def _unfinished(last: Value | None, shown: Value | None, kpi: Kpi, language: str) -> str | None:
    """The newest period when it is not complete: shown, never judged."""
    if last is None or last is shown or last.value is None:
        return None
    state = "unfinished" if last.completeness == "running" else last.completeness
    text = numbers.display(last.value, kpi.unit, language, kpi.decimals, short=True)
    return f"{last.period.label}: {text} ({say(state, language)})"


def _change(compared: Comparison | None, kpi: Kpi, language: str) -> tuple[str, str | None]:
    if compared is None:
        return numbers.NONE, None
    if compared.refusal is not None:
        return numbers.NONE, compared.refusal.message
    if kpi.unit == "%" and compared.change is not None:
        sign = "+" if compared.change >= 0 else ""
        return f"{sign}{numbers.number(compared.change, language, 1)} pp", None
    if compared.relative is None and compared.change is not None:
        # From nothing to something is no percentage.
        sign = "+" if compared.change > 0 else ""
        return sign + numbers.display(compared.change, kpi.unit, language, kpi.decimals, short=True), None
    return numbers.change(compared.relative, language), None


def _unusual(values: Sequence[float | None]) -> float:
    """The last change as a multiple of the usual one (standard deviation of the changes before it); 0 when unknown."""
    known = [value for value in values if value is not None]
    steps = [later - earlier for earlier, later in pairwise(known)]
    if len(steps) < 7:
        return 0.0
    usual = statistics.stdev(steps[:-1])
    return abs(steps[-1]) / usual if usual > 0 else 0.0


def _sentence(rows: Sequence[Row], language: str) -> str:
    parts = []
    most = max(rows, key=lambda row: row.unusual, default=None)
    if most is not None and most.unusual > 2:
        parts.append(
            say("moved", language, title=most.title, change=most.previous, value=most.display, period=most.period)
        )
    else:
        parts.append(say("quiet", language))
    judged = [row.status for row in rows if row.status]
    counts = {name: judged.count(name) for name in ("good", "watch", "bad")}
    parts.append(say("against", language, **counts) if judged else say("no_targets", language))
    unfinished = sum(row.unfinished is not None for row in rows)
    if unfinished:
        parts.append(say("running", language, n=unfinished))
    return " ".join(parts)
