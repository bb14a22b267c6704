"""What a definition is made from: the definitions that its numbers change with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bizops.model.expression import Call, names, parse_expression, walk
from bizops.model.language import Definition, Event, Journey, Kpi, Link, Source
from bizops.model.scalars import Expression, ExprText
from bizops.model.structures import Kind, ListOf, MapOf, Nested, keys_of

if TYPE_CHECKING:
    from bizops.model.model import Model


def made_from(model: Model, definition: Definition) -> frozenset[tuple[str, str]]:
    """Section and name of every definition that this one is directly made from."""
    return frozenset(_made_from(model, definition))


def _made_from(model: Model, definition: Definition) -> Iterator[tuple[str, str]]:
    if isinstance(definition, Source):
        yield from (("sources", lookup.source) for lookup in definition.lookups.values())
    elif isinstance(definition, Event):
        yield "sources", definition.source
    elif isinstance(definition, Journey):
        yield from (("events", event) for step in definition.steps.values() for event in step.event)
        yield from (("events", event) for event in definition.chains.values())
    elif isinstance(definition, Kpi):
        yield from _of_kpi(model, definition)
    elif isinstance(definition, Link):
        yield "kpis", definition.kpi
        if definition.by:
            yield "kpis", definition.by
        yield from _named_kpis(model, definition.formula)
    if uses_conversion(definition) and model.currencies is not None:
        yield "currencies", "currencies"
        if model.currencies.rates_from:
            yield "sources", model.currencies.rates_from.source


def _of_kpi(model: Model, kpi: Kpi) -> Iterator[tuple[str, str]]:
    calendar = kpi.calendar or model.settings.calendar
    if calendar:
        yield "calendars", calendar
    if kpi.over:
        yield ("events" if kpi.over in model.events else "sources"), kpi.over
    if kpi.journey:
        yield "journeys", kpi.journey
    for name in (kpi.numerator, kpi.denominator, *kpi.index):
        if name:
            yield "kpis", name
    if kpi.kind == "series":
        yield from _named_kpis(model, kpi.value)


def _named_kpis(model: Model, formula: ExprText | None) -> Iterator[tuple[str, str]]:
    yield from (("kpis", name) for name in kpi_names(formula) if name in model.kpis)


def kpi_names(formula: ExprText | None) -> list[str]:
    """Names in a formula over KPIs; words such as `day` or `avg` in `across(...)` are among them."""
    return [name.name for name in names(parse_expression(formula.text))] if formula else []


def uses_conversion(definition: Definition) -> bool:
    """Whether one of its expressions converts money."""
    texts = _expressions(definition)
    return any(
        isinstance(part, Call) and part.name == "convert"
        for text in texts
        for part in walk(parse_expression(text.text))
    )


def _expressions(value: object) -> Iterator[ExprText]:
    if isinstance(value, ExprText):
        yield value
    elif isinstance(value, Definition):
        for name in _keys_with_expressions(type(value)):
            yield from _expressions(getattr(value, name))
    elif isinstance(value, dict):
        for part in value.values():
            yield from _expressions(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from _expressions(part)


_KEYS: dict[type[Definition], tuple[str, ...]] = {}


def _keys_with_expressions(cls: type[Definition]) -> tuple[str, ...]:
    if cls not in _KEYS:
        _KEYS[cls] = tuple(key.name for key in keys_of(cls).values() if _holds_expressions(key.kind))
    return _KEYS[cls]


def _holds_expressions(kind: Kind) -> bool:
    while isinstance(kind, MapOf | ListOf):
        kind = kind.item
    if isinstance(kind, Nested):
        return any(_holds_expressions(key.kind) for key in keys_of(kind.cls).values())
    return isinstance(kind, Expression)
