"""Tests beside the mapping: rows such as may arrive, and what each of them is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import pyarrow as pa

from bizops.errors import BizopsError, Place
from bizops.intake.tables import TYPES
from bizops.model.language import Event, Sample, Source
from bizops.model.model import Model
from bizops.model.relations import EventFields, SourceFields, event_rows, scalar_of
from bizops.model.typed import BOOLEAN, INTEGER, TEXT, Typed, both, field, literal
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Given, Plan, Project

NUMBER = "$number"
MATCHES = "$matches"


@dataclass(frozen=True, slots=True)
class SampleResult:
    """What became of one sample: ``found`` beside ``expected``; equal when it passed."""

    event: str
    number: int
    place: Place
    expected: str
    found: str

    @property
    def passed(self) -> bool:
        return self.expected == self.found


def try_samples(model: Model, engine: Engine) -> list[SampleResult]:
    """Every sample of every event, put through the mapping as rows that arrive are."""
    return [result for event in model.events.values() if event.samples for result in _of_event(model, event, engine)]


def _of_event(model: Model, event: Event, engine: Engine) -> Iterator[SampleResult]:
    source = model.sources[event.source]
    rows = _table(source, event.samples)
    fields = EventFields(model, event)
    answer = engine.run(_plan(model, event, source), Clock(), {"samples": rows}).to_pylist()
    by_number = {row[NUMBER]: row for row in answer}
    for number, sample in enumerate(event.samples):
        row = by_number[number]
        expected = {name: _plain(fields, name, text) for name, text in sample.expect.items()}
        found = {name: _plain(fields, name, row[name]) for name in sample.expect}
        yield SampleResult(
            event.name, number + 1, sample.place(), _told(sample.matches, expected), _told(row[MATCHES], found)
        )


def _plain(fields: EventFields, name: str, text: str | None) -> str | None:
    """A value as it is compared: numbers by what they are worth, whatever way they are written."""
    typed = fields.resolve(name)
    if text is None or typed is None or not typed.type.is_numeric:
        return text
    try:
        return format(Decimal(text).normalize(), "f")
    except InvalidOperation:
        return text


def _told(matches: bool, values: Mapping[str, str | None]) -> str:
    if not matches:
        return "not this event"
    return ", ".join([f"{name} = {value}" for name, value in values.items()]) or "this event"


def _plan(model: Model, event: Event, source: Source) -> Plan:
    fields = EventFields(model, event)
    own = scalar_of(model, SourceFields(model, source), source.where, condition=True) if source.where else None
    where = both(own, event_rows(model, event).where)
    names = (*event.keys, *event.fields)
    values = {name: typed for name in names if (typed := fields.resolve(name)) is not None}
    columns = {name: Typed("to_text", TEXT, (typed,)) for name, typed in values.items()}
    holds = Typed("coalesce", BOOLEAN, (where, literal(False, BOOLEAN))) if where else literal(True, BOOLEAN)
    return Project(Given("samples"), {NUMBER: field(NUMBER, INTEGER), MATCHES: holds, **columns})


def _table(source: Source, samples: Sequence[Sample]) -> pa.Table:
    """The samples as rows of the source; attributes may be called by their own names."""
    own = {column.header: name for name, column in source.columns.items() if column.header}
    rows = [{own.get(name, name): text for name, text in sample.given.items()} for sample in samples]
    given = {name: [row.get(name) for row in rows] for name in source.columns}
    columns = {name: _typed(source, name, values, samples) for name, values in given.items()}
    return pa.table({NUMBER: pa.array(range(len(samples)), pa.int64()), **columns})


def _typed(source: Source, name: str, values: list[str | None], samples: Sequence[Sample]) -> pa.Array:
    wanted = TYPES[source.columns[name].type]
    try:
        return pa.array(values, pa.string()).cast(wanted)
    except pa.ArrowInvalid:
        for sample, value in zip(samples, values, strict=True):
            try:
                pa.array([value], pa.string()).cast(wanted)
            except pa.ArrowInvalid:
                called = name if name in sample.given else source.columns[name].header or name
                message = f"'{value}' is no {source.columns[name].type}."
                raise BizopsError.of("wrong-type", message, sample.place("given", called)) from None
        raise
