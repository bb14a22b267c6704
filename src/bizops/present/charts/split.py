"""A KPI split by one of its slices: as lines over time, or as bars of the last complete period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bizops.calendar import Period
from bizops.measure import Value
from bizops.measure.targets import target_for, target_value
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.charts.about import About
from bizops.present.charts.bars import Amount, bar_chart
from bizops.present.charts.chart import Chart
from bizops.present.charts.course import rows_text, source_line, subtitle_of, unit_words
from bizops.present.charts.lines import Line, line_chart
from bizops.present.numbers import scale_for
from bizops.present.periods import in_period, period_text
from bizops.present.texts import plain, reason, say, text_of

MOST = 12
"""So many parts are shown, the largest; a chart of more is a table."""

_WITHHELD = ("small-group", "suppressed")


def split_chart(model: Model, kpi: Kpi, values: Sequence[Value], by: str, language: str, kind: str = "line") -> Chart:
    """The parts of a KPI beside each other; ``values`` are those of each part, the oldest first.

    ``kind`` is ``line`` or ``bar``. Parts that are withheld are not drawn, and the chart says so.
    """
    parts: dict[str, list[Value]] = {}
    for value in values:
        parts.setdefault(_label(value, by), []).append(value)
    last = _last_complete(values)
    now = {name: next((value for value in own if value.period == last), None) for name, own in parts.items()}
    told = [name for name in parts if any(value.value is not None for value in parts[name])]
    shown = sorted(told, key=lambda name: -_size(now[name]))[:MOST]
    notes = [reason(value.refusal, language) for value in values if value.refusal and value.refusal.code in _WITHHELD]
    if len(shown) < len(told):
        notes.append(say("largest", language, n=len(shown), all=len(told)))
    drawn = [value for value in now.values() if value is not None] if kind == "bar" else values
    about = About(
        claim=_claim(kpi, now, last, language),
        subtitle=_subtitle(kpi, drawn, kind, language),
        source=source_line(values[-1], language) if values else "",
        language=language,
        unit=kpi.unit,
        decimals=kpi.decimals,
        good=kpi.direction,
        notes=tuple(dict.fromkeys(notes)),
    )
    if kind == "bar":
        found = [one for name in shown if (one := now[name]) is not None]
        amounts = [_amount(model, kpi, by, one) for one in found]
        return bar_chart(replace(about, notes=(*about.notes, *_keys(found, amounts, language))), amounts)
    periods = list(dict.fromkeys(value.period for value in values))
    return line_chart(about, periods, [_line(name, parts[name], periods) for name in shown])


def _claim(kpi: Kpi, now: Mapping[str, Value | None], last: Period | None, language: str) -> str:
    """Which part is highest and which lowest, of all that are told."""
    title = text_of(kpi.title, language) or kpi.name
    known = {name: one.value for name, one in now.items() if one is not None and one.value is not None}
    if len(known) < 2 or last is None:
        return title
    high, low = (pick(known, key=lambda name: known[name]) for pick in (max, min))
    most, least = (numbers.display(known[name], kpi.unit, language, kpi.decimals, short=True) for name in (high, low))
    when = in_period(last, language)
    return say("highest_and_lowest", language, title=title, when=when, high=high, low=low, most=most, least=least)


def _subtitle(kpi: Kpi, drawn: Sequence[Value], kind: str, language: str) -> str:
    scale = scale_for(max((_size(value) for value in drawn), default=0.0), kpi.unit, language).name
    if kind == "line" or not drawn:
        return subtitle_of(drawn, scale, language)
    unit, period = unit_words(scale, language), period_text(drawn[0].period, language)
    return say("in_one_period", language, unit=unit, period=period, rows=rows_text(drawn, language))


def _keys(found: Sequence[Value], amounts: Sequence[Amount], language: str) -> list[str]:
    """What the grey bars and the outlines are."""
    earlier = [value.compared.period for value in found if value.compared is not None and value.compared.period]
    keys = [say("grey_is", language, period=period_text(earlier[0], language))] if earlier else []
    return keys + ([say("outline_is", language)] if any(one.target is not None for one in amounts) else [])


def _label(value: Value, by: str) -> str:
    part = value.slice[by]
    return "∅" if part is None else plain(part)


def _last_complete(values: Sequence[Value]) -> Period | None:
    complete = [value.period for value in values if value.completeness == "complete"]
    return max(complete, key=lambda period: period.start, default=None)


def _size(value: Value | None) -> float:
    return abs(value.value) if value is not None and value.value is not None else -1.0


def _amount(model: Model, kpi: Kpi, by: str, value: Value) -> Amount:
    compared = value.compared.value if value.compared is not None else None
    target = target_for(model, kpi.name, value.slice)
    aim = target_value(model, target, model.calendar(kpi.calendar), value.period) if target else None
    return Amount(_label(value, by), value.value, compared, aim)


def _line(name: str, own: Sequence[Value], periods: Sequence[Period]) -> Line:
    by_period = {value.period: value for value in own}
    found = [by_period.get(period) for period in periods]
    unsure = tuple(at for at, value in enumerate(found) if value is not None and value.completeness != "complete")
    return Line(name, [value.value if value is not None else None for value in found], unsure=unsure)
