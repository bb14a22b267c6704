"""Where a KPI is meant to be, and whether a value is there."""

from __future__ import annotations

from collections.abc import Mapping

from bizops.calendar import Calendar, Grain, Period
from bizops.model.language import Band, Kpi, Target
from bizops.model.measures import measure_of
from bizops.model.model import Model
from bizops.model.series import Series, series_of

_WIDER = (Grain.FISCAL_QUARTER, Grain.QUARTER, Grain.FISCAL_YEAR, Grain.YEAR)


def target_for(model: Model, kpi: str, slice_: Mapping[str, str | None]) -> Target | None:
    """The target of a KPI for a segment; an empty slice is the whole."""
    for target in model.targets.values():
        if target.kpi == kpi and dict(target.slice) == dict(slice_):
            return target
    return None


def target_value(model: Model, target: Target, calendar: Calendar, period: Period) -> float | None:
    """The target for a period: its own entry, or that of the quarter or year around it.

    What adds up over time (revenue, orders) is never taken from a longer period: a year's revenue is no month's target.
    """
    if period.label in target.series:
        return target.series[period.label]
    if adds_up(model, model.kpis[target.kpi]):
        return None
    for grain in _WIDER:
        label = calendar.containing(grain, period.start).label
        if label in target.series:
            return target.series[label]
    return None


def adds_up(model: Model, kpi: Kpi) -> bool:
    """Whether longer periods have larger values by nature: sums, counts, and what is made of them."""
    if kpi.index:
        return False
    if kpi.kind in ("measure", "journey"):
        measure = measure_of(model, kpi)
        if measure.snapshot is not None:
            return measure.snapshot.at == "total"
        return measure.value.op == "agg" and measure.value.aggregates()[0].name in ("sum", "count", "distinct")
    return _adds_up(model, series_of(model, kpi))


def _adds_up(model: Model, node: Series) -> bool:
    if node.op == "kpi":
        return adds_up(model, model.kpis[node.name])
    if node.op == "/":
        # A year's revenue per order is like a month's; a year's revenue per (average) employee is twelve times as much.
        upper, lower = node.args
        return _adds_up(model, upper) and not _adds_up(model, lower)
    if node.op == "across":
        return node.how == "sum"
    return node.op in ("to_date", "rolling") or any(_adds_up(model, arg) for arg in node.args)


def status(kpi: Kpi, target: Target, aim: float | None, value: float) -> str | None:
    """``good``, ``watch`` or ``bad``; None where there is no better or worse. Doing better than the target is good."""
    bands: Band = target.bands
    if kpi.direction == "range":
        if target.low is None or target.high is None:
            return None
        if target.low <= value <= target.high:
            return "good"
        bound = target.low if value < target.low else target.high
        if bound <= 0 or value <= 0:  # shares of such a bound say nothing
            return "bad"
        return _graded(min(value / bound, bound / value), bands, best="watch")
    if aim is None or kpi.direction == "none":
        return None
    if aim <= 0 or value <= 0:
        better = value >= aim if kpi.direction == "up" else value <= aim
        return "good" if better else "bad"
    if kpi.direction == "up":
        return _graded(value / aim, bands, best="good")
    # Less is better: `warn` lies above `good`; left out, it is as far from the target as where more is better.
    share, limit = value / aim, bands.warn if bands.warn >= bands.good else 1 / bands.warn
    if share <= bands.good:
        return "good"
    return "watch" if share <= limit else "bad"


def _graded(reached: float, bands: Band, best: str) -> str:
    if reached >= bands.good:
        return best
    return "watch" if reached >= bands.warn else "bad"
