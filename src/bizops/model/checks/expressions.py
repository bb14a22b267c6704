"""Expressions: names that exist, units that fit, values of the kind that is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import singledispatch

from bizops.errors import BizopsError, Problem
from bizops.model.checks.found import problems_of
from bizops.model.language import Definition, Event, Journey, Kpi, Link, Source
from bizops.model.measures import formula_of, measure_of
from bizops.model.model import Model
from bizops.model.relations import (
    AnyFields,
    EventFields,
    SourceFields,
    asks_row_only,
    journey_rows,
    rows_named,
    scalar_of,
)
from bizops.model.scalars import ExprText
from bizops.model.series import formula_over_kpis, in_unit, series_of
from bizops.model.typed import TEMPORAL

Attempt = Callable[[], object]


def check_meaning(model: Model, definition: Definition) -> list[Problem]:
    """What has no meaning in the expressions of a definition; each one is looked at, whatever is wrong with others."""
    return [problem for attempt in _attempts(definition, model) for problem in problems_of(attempt, definition.place())]


@singledispatch
def _attempts(definition: object, model: Model) -> Iterator[Attempt]:
    raise TypeError(f"no expressions in {definition!r}")


@_attempts.register
def _of_source(source: Source, model: Model) -> Iterator[Attempt]:
    yield from _value(model, SourceFields(model, source), source.where, "boolean")
    yield lambda: _check_lasting(model, source)


@_attempts.register
def _of_event(event: Event, model: Model) -> Iterator[Attempt]:
    columns = SourceFields(model, model.sources[event.source])
    yield from _values(model, columns, event.keys)
    yield from _values(model, columns, event.fields)
    yield from _value(model, EventFields(model, event), event.where, "boolean")
    yield from _value(model, EventFields(model, event), event.time, *TEMPORAL)


@_attempts.register
def _of_journey(journey: Journey, model: Model) -> Iterator[Attempt]:
    first = next(iter(journey.steps.values())).event[0]
    yield from _values(model, EventFields(model, model.events[first]), journey.fields)
    for step in journey.steps.values():
        for event in step.event:
            yield from _value(model, EventFields(model, model.events[event]), step.where, "boolean")


@_attempts.register
def _of_link(link: Link, model: Model) -> Iterator[Attempt]:
    formula = link.formula
    if formula is not None:
        yield lambda: in_unit(model, model.kpis[link.kpi], formula_over_kpis(model, formula), formula)


@_attempts.register
def _of_kpi(kpi: Kpi, model: Model) -> Iterator[Attempt]:
    if kpi.kind in ("ratio", "series"):
        yield lambda: series_of(model, kpi)
        return
    if kpi.kind == "journey":
        fields: AnyFields = journey_rows(model, model.journeys[kpi.journey or ""]).fields
    else:
        fields = rows_named(model, kpi.over or "").fields
    yield from _value(model, fields, kpi.where, "boolean")
    yield from _value(model, fields, kpi.time, *TEMPORAL)
    yield from _value(model, fields, kpi.region, "text")
    yield from _value(model, fields, kpi.minimum_group.of if kpi.minimum_group else None)
    yield from _values(model, fields, kpi.per)
    for text in kpi.each.values():
        yield lambda text=text: formula_of(model, fields, text, single=True)  # type: ignore[misc]
    yield lambda: measure_of(model, kpi)


def _check_lasting(model: Model, source: Source) -> None:
    if source.where is not None:
        condition = scalar_of(model, SourceFields(model, source), source.where, condition=True)
        if not asks_row_only(condition):
            message = "Which telemetry belongs to a source must not hang on lookups, local time or 'now'."
            hint = "Ask for it in the event's 'where'."
            raise BizopsError.of("unstable-condition", message, source.where.place_at(0), hint)


def _values(model: Model, fields: AnyFields, texts: Mapping[str, ExprText]) -> Iterator[Attempt]:
    for text in texts.values():
        yield from _value(model, fields, text)


def _value(model: Model, fields: AnyFields, text: ExprText | None, *kinds: str) -> Iterator[Attempt]:
    if text is not None:
        yield lambda: _check_value(model, fields, text, kinds)


def _check_value(model: Model, fields: AnyFields, text: ExprText, kinds: tuple[str, ...]) -> None:
    typed = scalar_of(model, fields, text, condition=kinds == ("boolean",))
    if kinds and typed.type.kind not in (*kinds, "null"):
        wanted = " or ".join(f"a {kind}" for kind in sorted(kinds))
        raise BizopsError.of("wrong-type", f"Here {wanted} is needed, but this is {typed.type}.", text.place_at(0))
