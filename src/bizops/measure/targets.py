"""Where a KPI is meant to be, and whether a value is there."""

from __future__ import annotations

from collections.abc import Mapping

from bizops.calendar import Calendar, Grain, Period
from bizops.model.language import Band, Kpi, Target
from bizops.model.measures import measure_of
from bizops.model.model import Model
from bizops.model.series import series_of

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
    """Whether longer periods have larger values by nature: sums, counts, and what is made of them by plus and minus."""
    if kpi.kind == "ratio" or kpi.index:
        return False
    if kpi.kind in ("measure", "journey"):
        measure = measure_of(model, kpi)
        if measure.snapshot is not None:
            return measure.snapshot.at == "total"
        return measure.value.op == "agg" and measure.value.aggregates()[0].name in ("sum", "count", "distinct")
    return series_of(model, kpi).op in ("kpi", "+", "-", "to_date", "rolling", "offset")


def status(kpi: Kpi, target: Target, aim: float | None, value: float) -> str | None:
    """``good``, ``watch`` or ``bad``; None where there is no better or worse. Doing better than the target is good."""
    bands: Band = target.bands
    if kpi.direction == "range":
        if target.low is None or target.high is None:
            return None
        if target.low <= value <= target.high:
            return "good"
        return _graded(value / target.low if value < target.low else target.high / value, bands, best="watch")
    if aim is None or kpi.direction == "none":
        return None
    if aim <= 0 or value <= 0:
        better = value >= aim if kpi.direction == "up" else value <= aim
        return "good" if better else "bad"
    return _graded(value / aim if kpi.direction == "up" else aim / value, bands, best="good")


def _graded(reached: float, bands: Band, best: str) -> str:
    if reached >= bands.good:
        return best
    return "watch" if reached >= bands.warn else "bad"
