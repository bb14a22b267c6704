"""Journeys: one row per case, put together from the events of its steps.

Columns of a case: its key, the time of each step (no value: never reached), ``$visits.<step>``, ``$ended`` (when it
arrived at its last step or at one that ends it; no value: it is open), and the fields of the row that made its first
step.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bizops.events.rows import Known, source_plan
from bizops.model.language import Event, Journey, Step
from bizops.model.relations import EventFields, JourneyFields, event_rows, leads_to_case, scalar_of, start_step
from bizops.model.typed import (
    BOOLEAN,
    INTEGER,
    MICROSECOND,
    TEXT,
    TIMESTAMP,
    Aggregate,
    Type,
    Typed,
    absent,
    both,
    field,
    literal,
    present,
)
from bizops.model.typing import ENDED, visits_of
from bizops.query.plan import Filter, Group, Join, Plan, Project, Stack

STEP, AT = "$step", "$at"


def cases_plan(known: Known, journey: Journey, attributes: Iterable[str]) -> Plan:
    """All cases of a journey that have begun; ``attributes`` are the further fields wanted."""
    fields = JourneyFields(known.model, journey)
    wanted = {name: _needed(fields, name) for name in sorted(set(attributes))}
    happenings = Stack(
        tuple(
            _happenings(known, journey, index, step, name, wanted)
            for index, step in enumerate(journey.steps.values())
            for name in step.event
        )
    )
    cases: Plan = Group(happenings, ((journey.case,),), _per_case(journey, wanted))
    start = next(iter(journey.steps))
    cases = Filter(cases, present(field(start, TIMESTAMP)))
    for index, (name, step) in enumerate(journey.steps.items()):
        if step.match == "next":
            cases = _with_next(cases, happenings, journey, index, name, step, wanted)
    return Project(cases, {**_columns(journey, wanted), ENDED: _ended(journey)})


def sources_of(known: Known, journey: Journey) -> tuple[str, ...]:
    """The sources from which the cases are put together, lookups included."""
    from bizops.events.sources import sources_behind

    names: dict[str, None] = {}
    for event in (*(event for step in journey.steps.values() for event in step.event), *journey.chains.values()):
        names.update(dict.fromkeys(sources_behind(known.model, known.model.events[event].source)))
    return tuple(names)


def _needed(fields: JourneyFields, name: str) -> Typed:
    typed = fields.attribute(name)
    assert typed is not None, name
    return typed


def _happenings(
    known: Known, journey: Journey, index: int, step: Step, event_name: str, wanted: dict[str, Typed]
) -> Plan:
    """The rows that are one step: case, step number, time; and the wanted fields where the step begins the case."""
    event: Event = known.model.events[event_name]
    rows = event_rows(known.model, event)
    key = case_key(journey, event)
    case = scalar_of(known.model, rows.fields, event.keys[key])
    where = scalar_of(known.model, rows.fields, step.where, condition=True) if step.where else None
    assert rows.source is not None and rows.time is not None
    own = _own(known, journey, event, wanted) if index == 0 else {}
    conditions = both(rows.where, where, present(case), present(rows.time))
    assert conditions is not None
    used = frozenset().union(
        conditions.fields(), case.fields(), rows.time.fields(), *(t.fields() for t in own.values())
    )
    plan: Plan = Filter(source_plan(known, rows.source, used), conditions)
    columns = {
        journey.case: Typed("to_text", TEXT, (case,)),
        STEP: literal(index, INTEGER),
        AT: _as_instant(rows.time),
        **{name: own.get(name, Typed("nothing", typed.type)) for name, typed in wanted.items()},
    }
    return with_case(known, journey, key, Project(plan, columns), columns)


def case_key(journey: Journey, event: Event) -> str:
    """The key by which an event's rows find their case: the case's own, else one that a chain leads on from."""
    return next(name for name in (journey.case, *journey.chains) if name in event.keys)


def with_case(known: Known, journey: Journey, key: str, rows: Plan, columns: Mapping[str, Typed]) -> Plan:
    """Rows whose column ``journey.case`` holds a value of ``key``, told of every case that it leads to."""
    if key == journey.case:
        return rows
    links = _links(known, journey, leads_to_case(known.model, journey, key))
    linked = Join(rows, links, ((field(journey.case, TEXT), field(f"$from.{key}", TEXT)),), "inner")
    own = {name: field(name, typed.type) for name, typed in columns.items()}
    return Project(linked, own | {journey.case: field("$case", TEXT)})


def _links(known: Known, journey: Journey, way: tuple[str, ...]) -> Plan:
    """Pairs of a key's value (``$from.key``) and the case (``$case``) that a chain of events leads to, each once."""
    key, onward = way[:2]
    event = known.model.events[journey.chains[key]]
    rows = event_rows(known.model, event)
    start, end = (scalar_of(known.model, rows.fields, event.keys[name]) for name in (key, onward))
    conditions = both(rows.where, present(start), present(end))
    assert rows.source is not None and conditions is not None
    plan = Filter(source_plan(known, rows.source, conditions.fields() | start.fields() | end.fields()), conditions)
    mine, step = f"$from.{key}", "$case" if onward == journey.case else f"$on.{key}"
    pairs: Plan = Project(plan, {mine: Typed("to_text", TEXT, (start,)), step: Typed("to_text", TEXT, (end,))})
    if onward != journey.case:
        pairs = Join(
            pairs, _links(known, journey, way[1:]), ((field(step, TEXT), field(f"$from.{onward}", TEXT)),), "inner"
        )
    return Group(pairs, ((mine, "$case"),), {})


def _own(known: Known, journey: Journey, event: Event, wanted: dict[str, Typed]) -> dict[str, Typed]:
    """What the wanted fields are on the rows of an event; some events that begin a case may lack some."""
    fields = EventFields(known.model, event)
    found: dict[str, Typed] = {}
    for name, typed in wanted.items():
        text = journey.fields.get(name)
        own = fields.resolve(name) if text is None else scalar_of(known.model, fields, text)
        if own is not None and own.type.kind == typed.type.kind:
            found[name] = own
    return found


def _as_instant(time: Typed) -> Typed:
    return time if time.type.kind == "timestamp" else Typed("midnight", TIMESTAMP, (time,))


def _per_case(journey: Journey, wanted: dict[str, Typed]) -> dict[str, Aggregate]:
    at, number = field(AT, TIMESTAMP), field(STEP, INTEGER)
    columns: dict[str, Aggregate] = {}
    for index, (name, step) in enumerate(journey.steps.items()):
        is_step = Typed("=", BOOLEAN, (number, literal(index, INTEGER)))
        columns[visits_of(name)] = Aggregate("count", INTEGER, (), is_step)
        if step.match != "next":
            columns[name] = Aggregate("max" if step.match == "last" else "min", TIMESTAMP, (at,), is_step)
    begins = Typed("=", BOOLEAN, (number, literal(0, INTEGER)))
    taken = tuple(field(name, typed.type) for name, typed in wanted.items())
    of_row = "of_last_row" if start_step(journey).match == "last" else "of_first_row"
    for name, typed in wanted.items():
        columns[name] = Aggregate(of_row, typed.type, (field(name, typed.type), *taken), begins, at)
    return columns


def _with_next(
    cases: Plan, happenings: Plan, journey: Journey, index: int, name: str, step: Step, wanted: dict[str, Typed]
) -> Plan:
    """The first time of a step at or after the step it follows."""
    order = list(journey.steps)
    after = field(step.after or order[index - 1], TIMESTAMP)
    at = field(AT, TIMESTAMP)
    mine = Filter(happenings, Typed("=", BOOLEAN, (field(STEP, INTEGER), literal(index, INTEGER))))
    key = f"$case.{name}"
    theirs = Project(mine, {key: field(journey.case, TEXT), AT: at})
    both_sides = Join(cases, theirs, ((field(journey.case, TEXT), field(key, TEXT)),), "inner")
    elapsed = Typed("duration", Type("integer", MICROSECOND), (after, at))
    later = Typed(">=", BOOLEAN, (elapsed, literal(0, INTEGER)))
    if step.within is not None:
        later = Typed("and", BOOLEAN, (later, Typed("<=", BOOLEAN, (elapsed, literal(_micros(step), INTEGER)))))
    found = Group(Filter(both_sides, later), ((journey.case,),), {name: Aggregate("min", TIMESTAMP, (at,))})
    named = Project(found, {key: field(journey.case, TEXT), name: field(name, TIMESTAMP)})
    return Join(cases, named, ((field(journey.case, TEXT), field(key, TEXT)),), "left")


def _micros(step: Step) -> int:
    assert step.within is not None and step.within.fixed is not None
    return step.within.fixed // timedelta(microseconds=1)


def _columns(journey: Journey, wanted: dict[str, Typed]) -> dict[str, Typed]:
    return {
        journey.case: field(journey.case, TEXT),
        **{name: field(name, TIMESTAMP) for name in journey.steps},
        **{visits_of(name): field(visits_of(name), INTEGER) for name in journey.steps},
        **{name: field(name, typed.type) for name, typed in wanted.items()},
    }


def _ended(journey: Journey) -> Typed:
    """The earliest of the last step and the steps that end a case."""
    last = list(journey.steps)[-1]
    earliest = field(last, TIMESTAMP)
    for name in journey.ended_by:
        other = field(name, TIMESTAMP)
        sooner = Typed("or", BOOLEAN, (absent(earliest), Typed("<", BOOLEAN, (other, earliest))))
        earliest = Typed("if", TIMESTAMP, (Typed("and", BOOLEAN, (present(other), sooner)), other, earliest))
    return earliest
