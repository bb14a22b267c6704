"""Events that have a time, journeys whose steps share a key."""

from __future__ import annotations

from collections.abc import Iterator

from bizops.errors import Problem
from bizops.model.checks.found import as_list, unknown
from bizops.model.language import Event, Journey, Source, Step
from bizops.model.model import Model
from bizops.model.relations import leads_to_case


@as_list
def check_event(model: Model, event: Event) -> Iterator[Problem]:
    """It happens at some time, in an operation that exists."""
    source = model.sources[event.source]
    if event.time is None and source.time is None:
        message = f"It is not known when '{event.name}' happens: {source.name} has no 'time'."
        yield Problem("missing-time", message, event.place("source"), "Give the event, or its source, a 'time'.")
    if event.operation is not None:
        if event.service is None:
            message = f"'{event.operation}' is an operation of which service?"
            yield Problem("missing-key", message, event.place("operation"), "Add 'service'.")
        elif event.operation not in (operations := model.services[event.service].operations):
            yield unknown(event.operation, operations, "operation", event.place("operation"), of=event.service)
    yield from _check_samples(source, event)


def _check_samples(source: Source, event: Event) -> Iterator[Problem]:
    given = {*source.columns, *(column.header for column in source.columns.values() if column.header)}
    told = [*event.keys, *event.fields]
    for sample in event.samples:
        for name in sample.given:
            if name not in given:
                at = sample.place("given", name)
                yield unknown(name, given, "column or attribute", at, of=source.name, code="unknown-column")
        for name in sample.expect:
            if name not in told:
                yield unknown(name, told, "key or field", sample.place("expect", name), of=event.name)


@as_list
def check_journey(model: Model, journey: Journey) -> Iterator[Problem]:
    """Every step's events carry the case key, and steps that are named exist."""
    if not journey.steps:
        yield Problem("missing-key", f"'{journey.name}' has no steps.", journey.place("steps"))
    for number, (name, step) in enumerate(journey.steps.items()):
        for index, event in enumerate(step.event):
            keys = model.events[event].keys
            if journey.case not in keys and not any(key in journey.chains for key in keys):
                yield Problem(
                    "missing-case-key",
                    f"'{event}' has no key '{journey.case}', by which the cases of '{journey.name}' are joined.",
                    step.place("event", index),
                    f"Its keys: {', '.join(keys)}. 'chains' may lead from one of them to the case."
                    if keys
                    else f"Add 'keys: {{{journey.case}: ...}}' to the event.",
                )
        yield from _check_order(journey, name, number, step)
    yield from _check_chains(model, journey)
    for index, name in enumerate(journey.ended_by):
        if name not in journey.steps:
            yield unknown(name, journey.steps, "step", journey.place("ended_by", index), of=journey.name)


def _check_chains(model: Model, journey: Journey) -> Iterator[Problem]:
    """Every chain is an event with that key and another one that leads on, and in the end to the case."""
    for key, event in journey.chains.items():
        keys, place = model.events[event].keys, journey.place("chains", key)
        if key not in keys:
            yield unknown(key, keys, "key", place, of=event)
        elif not leads_to_case(model, journey, key):
            message = f"'{event}' does not lead from '{key}' to '{journey.case}'."
            yield Problem("missing-case-key", message, place, f"It needs the key '{journey.case}' too.")


def _check_order(journey: Journey, name: str, number: int, step: Step) -> Iterator[Problem]:
    if step.match != "next":
        for key in ("after", "within"):
            if getattr(step, key) is not None:
                message = f"'{key}' has no meaning where match is '{step.match}', only for 'next'."
                yield Problem("key-not-for-kind", message, step.place(key), "Write 'match: next', or remove it.")
        return
    if step.after is None and number == 0:
        yield Problem("missing-key", f"'{name}' is the first step: after which one?", step.place("match"))
    if step.after == name:
        yield Problem("cycle", f"'{name}' cannot follow itself.", step.place("after"))
    elif step.after is not None and step.after not in journey.steps:
        yield unknown(step.after, journey.steps, "step", step.place("after"), of=journey.name)
