"""The scorecard: every KPI at a glance, with every label decided here; renderers only place them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bizops.measure import Comparison, Value
from bizops.measure.noise import judge
from bizops.measure.targets import status, target_for, target_value
from bizops.measure.value import Refusal
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.charts import Chart, Tone, spark_chart
from bizops.present.texts import reason, say, text_of
from bizops.present.verdict import verdict_of

SPARK = 13
"""Periods a sparkline shows: a year of months and the month to compare with."""

SIGNS = {"good": "●", "watch": "◐", "bad": "○"}
"""A status at a glance, without colour."""


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
    usual: tuple[tuple[float, float] | None, ...]
    unfinished: str | None
    fresh_until: str | None
    unusual: float
    verdict: str
    verdict_text: str
    news: bool

    def spark_chart(self, language: str) -> Chart:
        """The last periods as a small line, with their usual range."""
        return spark_chart(self.title, self.spark, self.unit, language, self.usual, self.tone)

    @property
    def tone(self) -> Tone:
        """The colour of what is out of the usual."""
        return "better" if self.verdict == "better" else "worse" if self.verdict == "worse" else "ink"

    @property
    def signal(self) -> str:
        """The verdict in a word, where the value lies outside its usual range."""
        return self.verdict_text if self.verdict in ("better", "worse", "changed") else ""


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

    def reasons(self) -> tuple[str, ...]:
        """Why some changes are not given, each reason once."""
        notes = (note for row in self.rows for note in (row.previous_note, row.year_ago_note))
        return tuple(dict.fromkeys(note for note in notes if note is not None))


def scorecard(
    model: Model,
    before: Mapping[str, Sequence[Value]],
    year: Mapping[str, Sequence[Value]],
    kpis: Sequence[str],
    *,
    filters: Mapping[str, str] | None = None,
    language: str | None = None,
) -> Scorecard:
    """The scorecard of some KPIs from their last values, compared with the period (and the year) before.

    ``filters`` name the segment that the values are of: its targets count, not those of the whole.
    """
    language = language or model.settings.language
    segment = filters or {}
    rows = tuple(_row(model, model.kpis[name], before[name], year[name], segment, language) for name in kpis)
    title = text_of(model.settings.title, language) or say("scorecard", language)
    return Scorecard(title, language, sentence(rows, language), rows)


def _row(
    model: Model,
    kpi: Kpi,
    before: Sequence[Value],
    year: Sequence[Value],
    segment: Mapping[str, str],
    language: str,
) -> Row:
    judged = judge(model, before)
    shown = judged.value
    last = before[-1] if before else None
    compared_year = next((v.compared for v in year if shown is not None and v.period == shown.period), None)
    target = target_for(model, kpi.name, segment)
    aim = verdict = None
    if shown is not None and target is not None and shown.value is not None:
        aim = target_value(model, target, model.calendar(kpi.calendar), shown.period)
        verdict = status(kpi, target, aim, shown.value)
    previous, previous_note = _change(shown.compared if shown else None, kpi, language)
    year_ago, year_note = _change(compared_year, kpi, language)
    found = verdict_of(kpi, judged, last)
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
        refusal=_why_not(shown or last, language),
        target=aim,
        target_display=numbers.display(aim, kpi.unit, language, kpi.decimals, short=True),
        status=verdict,
        status_text=say(verdict, language) if verdict else "",
        previous=previous,
        previous_note=previous_note,
        relative=shown.compared.relative if shown and shown.compared else None,
        year_ago=year_ago,
        year_ago_note=year_note,
        spark=judged.course[-SPARK:],
        usual=tuple(judged.range(at) for at in range(judged.first, judged.at + 1))[-SPARK:],
        unfinished=_unfinished(last, shown, kpi, language),
        fresh_until=last.fresh_until.isoformat() if last and last.fresh_until else None,
        unusual=judged.distance,
        verdict=found,
        verdict_text=say(found, language),
        news=judged.fresh,
    )


def _why_not(value: Value | None, language: str) -> str | None:
    """Why there is no number; without any value there are no data at all."""
    if value is None:
        return reason(Refusal.of("no-data"), language)
    return reason(value.refusal, language) if value.refusal is not None else None


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
        return numbers.NONE, reason(compared.refusal, language)
    return numbers.change_text(compared.change, compared.relative, kpi.unit, language, kpi.decimals), None


def sentence(rows: Sequence[Row], language: str) -> str:
    """What a reader should know first: what moved most, how the targets stand, what is not complete."""
    parts = []
    told = (row for row in rows if row.news and row.previous != numbers.NONE)
    most = max(told, key=lambda row: row.unusual, default=None)
    if most is not None:
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
