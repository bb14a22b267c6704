"""What a KPI's last complete value is beside its usual ups and downs, in a word and in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bizops.measure import Value
from bizops.measure.noise import Judged, judge
from bizops.measure.value import Refusal
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.periods import in_period, period_text
from bizops.present.texts import reason, say, text_of


@dataclass(frozen=True)
class Noise:
    """The usual range of the judged period, to compute with and to read."""

    low: float
    high: float
    display: str


@dataclass(frozen=True)
class Verdict:
    """``better``, ``worse`` or ``changed`` (where no direction is good) lie outside the usual range;
    ``within_noise``, ``not_judged`` (too few values yet), ``late``, ``no_data`` and ``refused`` do not say so.
    """

    verdict: str
    word: str
    sentence: str
    period: str | None
    value: float | None
    display: str
    change: str
    noise: Noise | None
    news: bool

    def as_dict(self) -> dict[str, Any]:
        """The form that programs get."""
        return asdict(self)


def verdict(model: Model, kpi: Kpi, values: Sequence[Value], language: str) -> Verdict:
    """The verdict on a KPI by its values, the oldest first."""
    judged = judge(model, values)
    return verdict_on(kpi, judged, values, language)


def verdict_on(kpi: Kpi, judged: Judged, values: Sequence[Value], language: str) -> Verdict:
    """The verdict on a value that is judged already."""
    value = judged.value
    kind = verdict_of(kpi, judged, values[-1] if values else None)
    limits = judged.range(judged.at)
    noise = None if limits is None else Noise(*limits, numbers.range_text(*limits, kpi.unit, language, kpi.decimals))
    change = numbers.NONE
    if value is not None and value.compared is not None and value.compared.refusal is None:
        compared = value.compared
        change = numbers.change_text(compared.change, compared.relative, kpi.unit, language, kpi.decimals)
    return Verdict(
        verdict=kind,
        word=say(kind, language),
        sentence=_sentence(kpi, kind, judged, values, noise, language),
        period=value.period.label if value else None,
        value=value.value if value else None,
        display=numbers.display(value.value if value else None, kpi.unit, language, kpi.decimals, short=True),
        change=change,
        noise=noise,
        news=judged.fresh,
    )


def verdict_of(kpi: Kpi, judged: Judged, last: Value | None) -> str:
    """The verdict in a word; ``last`` is the newest value, complete or not."""
    if last is not None and last.completeness == "late":
        return "late"
    if judged.value is None:
        return "no_data"
    if judged.value.refusal is not None:
        return "no_data" if judged.value.refusal.code in ("no-data", "no-value") else "refused"
    if judged.usual is None:
        return "not_judged"
    return judged_word(kpi, judged.side)


def judged_word(kpi: Kpi, side: int) -> str:
    """What it means to lie on that side of the usual range: the KPI says where good lies."""
    if side == 0:
        return "within_noise"
    if kpi.direction not in ("up", "down"):
        return "changed"
    return "better" if (side > 0) is (kpi.direction == "up") else "worse"


def _sentence(kpi: Kpi, kind: str, judged: Judged, values: Sequence[Value], noise: Noise | None, language: str) -> str:
    title, value = text_of(kpi.title, language) or kpi.name, judged.value
    if kind == "late":
        word = "not_judged" if judged.usual is None else judged_word(kpi, judged.side)
        known = value is not None and value.refusal is None
        before = _sentence(kpi, word, judged, values, noise, language) if known else ""
        period = period_text(values[-1].period, language)
        return say("is_late", language, title=title, period=period, before=before).strip()
    if value is None:
        return say("is_no_data", language, title=title, why=reason(Refusal.of("no-data"), language))
    if value.refusal is not None:
        why, period = reason(value.refusal, language), period_text(value.period, language)
        return say("is_refused", language, title=title, period=period, why=why)
    shown = numbers.display(value.value, kpi.unit, language, kpi.decimals, short=True)
    usual, when = noise.display if noise else "", in_period(value.period, language)
    return say(f"is_{kind}", language, title=title, value=shown, when=when, usual=usual)
