"""Targets: periods that exist and are no finer than the KPI, slices that the KPI has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bizops.calendar import Grain
from bizops.errors import BizopsError, Problem
from bizops.model.checks.found import as_list, unknown
from bizops.model.language import Band, Kpi, Target
from bizops.model.model import Model

_FINENESS: Mapping[str, int] = {
    "hour": 0,
    "day": 1,
    "week": 2,
    "month": 3,
    "fiscal_month": 3,
    "quarter": 4,
    "fiscal_quarter": 4,
    "year": 5,
    "fiscal_year": 5,
    "total": 6,
}


@as_list
def check_targets(model: Model) -> Iterator[Problem]:
    """Every target fits its KPI, and there is one for each segment."""
    seen: dict[tuple[str, frozenset[tuple[str, str]]], Target] = {}
    for target in model.targets.values():
        kpi = model.kpis[target.kpi]
        first = seen.setdefault((target.kpi, frozenset(target.slice.items())), target)
        if first is not target:
            message = f"'{target.kpi}' has a target for this segment already, at {first.place('kpi')}."
            yield Problem("duplicate-name", message, target.place("kpi"), "Put all periods into one 'series'.")
        for name in target.slice:
            if name not in kpi.slices:
                place = target.place("slice", name)
                yield unknown(name, kpi.slices, "slice", place, of=kpi.name, code="unknown-slice")
        yield from _check_periods(model, kpi, target)
        yield from _check_range(kpi, target)
        yield from _check_bands(kpi, target)


def _check_periods(model: Model, kpi: Kpi, target: Target) -> Iterator[Problem]:
    if not target.series:
        yield Problem("missing-value", "A target without periods says nothing.", target.place("series"))
    try:
        calendar = model.calendar(kpi.calendar)
    except BizopsError:
        return  # the calendar's own problem, reported with it
    for label in target.series:
        place = target.place("series", label)
        try:
            period = calendar.period(label)
        except BizopsError as error:
            problem = error.problems[0]
            yield Problem(problem.code, problem.message, place, problem.hint)
            continue
        if period.grain != Grain.TOTAL and _FINENESS[period.grain] < _FINENESS[kpi.grain]:
            yield Problem(
                "wrong-grain",
                f"'{label}' is a {_said(period.grain)}, but '{kpi.name}' is read by the {_said(kpi.grain)}.",
                place,
                f"Give targets by the {_said(kpi.grain)}, or set the KPI's 'grain' to {period.grain}.",
            )


def _said(grain: str) -> str:
    return grain.replace("_", " ")


def _check_range(kpi: Kpi, target: Target) -> Iterator[Problem]:
    for key in ("low", "high"):
        if getattr(target, key) is not None and kpi.direction != "range":
            message = f"'{key}' has no meaning: '{kpi.name}' has direction '{kpi.direction}', not 'range'."
            yield Problem("key-not-for-kind", message, target.place(key), "Remove it.")
    if target.low is not None and target.high is not None and target.low >= target.high:
        yield Problem("bad-range", f"The range ends at {target.high:g}, not above its start.", target.place("high"))


def _check_bands(kpi: Kpi, target: Target) -> Iterator[Problem]:
    good, warn = target.bands.good, target.bands.warn
    if warn != Band().warn and ((kpi.direction == "up" and warn > good) or (kpi.direction == "down" and warn < good)):
        where = "below" if kpi.direction == "up" else "above"
        message = f"Where '{kpi.direction}' is good, 'warn' lies {where} 'good' ({good:g}), not at {warn:g}."
        yield Problem("bad-range", message, target.place("bands", "warn"))
