"""A KPI split by one of its slices: as lines over time, or as bars of the last complete period."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bizops.calendar import Period
from bizops.measure import Value
from bizops.measure.targets import target_for, target_value
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.charts.about import About
from bizops.present.charts.bars import Amount, bar_chart
from bizops.present.charts.chart import Chart
from bizops.present.charts.course import source_line, subtitle_of
from bizops.present.charts.lines import Line, line_chart
from bizops.present.periods import in_period
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
    about = _about(kpi, values, {name: now[name] for name in shown}, last, language, len(told) - len(shown))
    if kind == "bar":
        found = [(name, one) for name in shown if (one := now[name]) is not None]
        return bar_chart(about, [_amount(model, kpi, name, one) for name, one in found])
    periods = list(dict.fromkeys(value.period for value in values))
    return line_chart(about, periods, [_line(name, parts[name], periods) for name in shown])


def _about(
    kpi: Kpi, values: Sequence[Value], now: Mapping[str, Value | None], last: Period | None, language: str, left: int
) -> About:
    """Which part is highest and which lowest; what is withheld or left out."""
    claim = text_of(kpi.title, language) or kpi.name
    known = {name: one.value for name, one in now.items() if one is not None and one.value is not None}
    if len(known) > 1 and last is not None:
        high, low = (pick(known, key=lambda name: known[name]) for pick in (max, min))
        most, least = (
            numbers.display(known[name], kpi.unit, language, kpi.decimals, short=True) for name in (high, low)
        )
        claim = say(
            "highest_and_lowest", language, title=claim, when=in_period(last, language), high=high, low=low,
            most=most, least=least,
        )  # fmt: skip
    notes = [reason(value.refusal, language) for value in values if value.refusal and value.refusal.code in _WITHHELD]
    notes += [say("left_out", language, n=left)] if left else []
    source = source_line(values[-1], language) if values else ""
    return About(
        claim, subtitle_of(kpi, values, kpi.unit, language), source, language, kpi.unit, kpi.decimals, kpi.direction,
        tuple(dict.fromkeys(notes)),
    )  # fmt: skip


def _label(value: Value, by: str) -> str:
    part = value.slice[by]
    return "∅" if part is None else plain(part)


def _last_complete(values: Sequence[Value]) -> Period | None:
    complete = [value.period for value in values if value.completeness == "complete"]
    return max(complete, key=lambda period: period.start, default=None)


def _size(value: Value | None) -> float:
    return abs(value.value) if value is not None and value.value is not None else -1.0


def _amount(model: Model, kpi: Kpi, name: str, value: Value) -> Amount:
    compared = value.compared.value if value.compared is not None else None
    target = target_for(model, kpi.name, value.slice)
    aim = target_value(model, target, model.calendar(kpi.calendar), value.period) if target else None
    return Amount(name, value.value, compared, aim)


def _line(name: str, own: Sequence[Value], periods: Sequence[Period]) -> Line:
    by_period = {value.period: value for value in own}
    found = [by_period.get(period) for period in periods]
    unsure = tuple(at for at, value in enumerate(found) if value is not None and value.completeness != "complete")
    return Line(name, [value.value if value is not None else None for value in found], unsure=unsure)
