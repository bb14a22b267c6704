"""What stands behind a KPI's number: its measures and sources, its completeness, its data, its query."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b

from bizops.calendar import Calendar, Period
from bizops.measure.completeness import completeness, worst
from bizops.measure.components import Base
from bizops.measure.evaluate import Evaluator, Periods
from bizops.measure.windows import Window
from bizops.model.model import Model
from bizops.model.series import Series, series_of


def leaves(model: Model, name: str) -> tuple[str, ...]:
    """The measures that a KPI is made of in the end."""
    kpi = model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        return (name,)
    return tuple(dict.fromkeys(leaf for part in sorted(series_of(model, kpi).kpis()) for leaf in leaves(model, part)))


def sources_of_kpi(model: Model, name: str) -> tuple[str, ...]:
    """The sources in which a KPI's rows happen (not those only looked up)."""
    found: dict[str, None] = {}
    for leaf in leaves(model, name):
        kpi = model.kpis[leaf]
        if kpi.kind == "journey":
            events = [e for step in model.journeys[kpi.journey or ""].steps.values() for e in step.event]
            found.update(dict.fromkeys(model.events[event].source for event in events))
        else:
            over = kpi.over or ""
            found[model.events[over].source if over in model.events else over] = None
    return tuple(found)


def state_of(evaluator: Evaluator, name: str, period: Period) -> str:
    """Completeness of a KPI's period: the worst of what it is made of, each over its own window."""
    kpi = evaluator.model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        base: Base = evaluator.recipe(kpi)[0].rows.base
        return completeness(evaluator.executor, base, evaluator.calendar(kpi), period)
    return _series_state(evaluator, evaluator.series(kpi), evaluator.calendar(kpi), period)


def _series_state(evaluator: Evaluator, node: Series, calendar: Calendar, period: Period) -> str:
    if node.op == "kpi":
        return state_of(evaluator, node.name, period)
    inner = (period,) if node.op == "across" else evaluator.windows_of(node, calendar, (period,))
    return worst(
        [_series_state(evaluator, arg, calendar, p) if p is not None else "empty" for arg in node.args for p in inner]
    )


def fingerprint_of(evaluator: Evaluator, name: str, period: Period) -> str:
    """Changes with the data of every window that a KPI's period is made of."""
    digest = blake2b(digest_size=8)
    for leaf, window in dict.fromkeys(_windows_behind(evaluator, name, (period,))):
        kpi = evaluator.model.kpis[leaf]
        base: Base = evaluator.recipe(kpi)[0].rows.base
        digest.update(evaluator.executor.fingerprint(base, evaluator.calendar(kpi), window).encode())
    return digest.hexdigest()


def _windows_behind(evaluator: Evaluator, name: str, periods: Periods) -> Iterator[tuple[str, Window]]:
    """Measures and windows that a KPI's periods are made of."""
    kpi = evaluator.model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        yield from ((name, Window.of(period)) for period in periods if period is not None)
        return
    ahead = [(evaluator.series(kpi), periods)]
    while ahead:
        node, asked = ahead.pop()
        if node.op == "kpi":
            yield from _windows_behind(evaluator, node.name, asked)
        inner = evaluator.windows_of(node, evaluator.calendar(kpi), asked)
        if node.op == "across" and inner:
            known = [part for part in inner if part is not None]
            inner = (evaluator.calendar(kpi).total_period(known[0].start, known[-1].end),) if known else ()
        ahead += [(arg, inner) for arg in node.args]


def query_of(evaluator: Evaluator, name: str) -> str:
    texts = []
    for leaf in leaves(evaluator.model, name):
        kpi = evaluator.model.kpis[leaf]
        recipe, _ = evaluator.recipe(kpi)
        for part in recipe.parts[:1]:
            texts.append(
                evaluator.executor.found.query(evaluator.key(part.components[0]), evaluator.calendar(kpi).fingerprint)
            )
    return ";\n".join(dict.fromkeys(text for text in texts if text))


def impossible_ways(evaluator: Evaluator, name: str) -> tuple[tuple[str, ...], ...]:
    """Ways to split that not every part of the KPI has."""
    missing = []
    for way in evaluator.splits.ways:
        for leaf in leaves(evaluator.model, name):
            if not set(way) <= set(evaluator.model.kpis[leaf].slices):
                missing.append(way)
                break
    return tuple(missing)
