"""All checks of a model whose names and values are sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from bizops.errors import Problem
from bizops.model.checks.benchmarks import check_benchmark
from bizops.model.checks.calendars import check_calendar, check_currencies
from bizops.model.checks.cycles import check_cycles
from bizops.model.checks.events import check_event, check_journey
from bizops.model.checks.expressions import check_meaning
from bizops.model.checks.kpis import check_kpi
from bizops.model.checks.links import check_link
from bizops.model.checks.sources import check_source
from bizops.model.checks.targets import check_targets
from bizops.model.checks.terms import check_terms
from bizops.model.dependencies import made_from
from bizops.model.language import Definition, Kpi
from bizops.model.model import Model

_OF_FORM: Mapping[str, Callable[[Model, Any], list[Problem]]] = {
    "calendars": lambda _, calendar: check_calendar(calendar),
    "currencies": lambda model, _: check_currencies(model),
    "sources": check_source,
    "events": check_event,
    "journeys": check_journey,
    "kpis": check_kpi,
    "links": check_link,
    "benchmarks": check_benchmark,
}
"""Checks of single definitions. What later ones are made from comes before them."""

_WITH_EXPRESSIONS = ("sources", "events", "journeys", "kpis", "links")


def check_model(model: Model) -> list[Problem]:
    """Everything that has no meaning; what is made from something flawed is not checked on."""
    cycles = check_cycles(model)
    return [*check_terms(model), *cycles, *_of_definitions(model), *check_targets(model)]


def _of_definitions(model: Model) -> Iterator[Problem]:
    flawed: set[tuple[str, str]] = set()
    for section, check in _OF_FORM.items():
        for definition in sorted(model.section(section).values(), key=_after_its_parts):
            problems = check(model, definition)
            leans_on_flaw = not flawed.isdisjoint(made_from(model, definition))
            if section in _WITH_EXPRESSIONS and not problems and not leans_on_flaw:
                problems = check_meaning(model, definition)
            if problems or leans_on_flaw:
                flawed.add((section, definition.name))
            yield from problems


def _after_its_parts(definition: Definition) -> bool:
    return isinstance(definition, Kpi) and definition.kind in ("ratio", "series")
