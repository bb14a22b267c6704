"""What rows there are to measure, and what their fields stand for.

A KPI measures the rows of a source, the rows that are a business event, or the cases of a journey. Each is a
:class:`Rows`: where the rows come from, which ones count, when they happened, and a :meth:`Rows.resolve` that turns a
name into an expression over base fields. Base fields are columns of the source, columns of its lookups
(``customer.segment``), or what a journey knows of a case (its steps, ``$ended`` ...).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bizops.errors import BizopsError, Problem
from bizops.model.expression import ExpressionError, parse_expression
from bizops.model.kinds import ExprText
from bizops.model.language import Event, Journey, Source, Step
from bizops.model.typed import INTEGER, TEXT, TIMESTAMP, Type, Typed, field
from bizops.model.typing import ANCHOR, ENDED, Typer, visits_of
from bizops.units import Unit

if TYPE_CHECKING:
    from bizops.model.model import Model

_MAX_LOOKUPS = 4


def problem_in(text: ExprText, error: ExpressionError) -> BizopsError:
    """The error at its place in the file."""
    return BizopsError(Problem(error.code, error.message, text.place_at(error.offset), error.hint))


@dataclass(frozen=True)
class SourceFields:
    """The columns of a source and of its lookups."""

    model: Model
    source: Source
    steps: tuple[str, ...] = ()

    def resolve(self, path: str) -> Typed | None:
        """A column, or with dots a column reached through lookups."""
        type_ = _column_type(self.model, self.source, path)
        return None if type_ is None else field(path, type_)

    def paths(self) -> Iterable[str]:
        """Columns and lookup columns."""
        yield from self.source.columns
        for name, lookup in self.source.lookups.items():
            target = self.model.sources.get(lookup.source)
            yield from (f"{name}.{column}" for column in (target.columns if target else ()))


def _column_type(model: Model, source: Source, path: str) -> Type | None:
    parts = path.split(".")
    if len(parts) > _MAX_LOOKUPS:
        return None
    for step in parts[:-1]:
        lookup = source.lookups.get(step)
        target = model.sources.get(lookup.source) if lookup else None
        if target is None:
            return None
        source = target
    column = source.columns.get(parts[-1])
    if column is None:
        return None
    prefix = "".join(f"{part}." for part in parts[:-1])
    currency = f"{prefix}{column.currency}" if column.currency else None
    return Type(column.type, Unit.parse(column.unit or "1", model.nouns), currency)


@dataclass(frozen=True)
class EventFields:
    """The keys and fields of an event, and the columns of its source."""

    model: Model
    event: Event
    steps: tuple[str, ...] = ()

    @cached_property
    def base(self) -> SourceFields:
        """The fields of the source it is mapped from."""
        return SourceFields(self.model, self.model.sources[self.event.source])

    def resolve(self, path: str) -> Typed | None:
        """A key, a field, or a column of the source; in this order."""
        text = self.event.keys.get(path) or self.event.fields.get(path)
        if text is None:
            return self.base.resolve(path)
        return scalar_of(self.model, self.base, text)

    def paths(self) -> Iterable[str]:
        """All names an expression may use."""
        yield from self.event.keys
        yield from self.event.fields
        yield from self.base.paths()


@dataclass(frozen=True)
class JourneyFields:
    """Steps of a case, and the fields of the row that made its first step."""

    model: Model
    journey: Journey

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps in their order."""
        return tuple(self.journey.steps)

    @cached_property
    def start(self) -> EventFields:
        """The fields of the event that begins a case."""
        return EventFields(self.model, self.model.events[start_step(self.journey).event[0]])

    def resolve(self, path: str) -> Typed | None:
        """A step's time, what is known of every case, or a field of its first row."""
        if path in self.journey.steps or path in (ANCHOR, ENDED):
            return field(path, TIMESTAMP)
        if path == self.journey.case:
            return field(path, TEXT)
        if path in {visits_of(step) for step in self.journey.steps}:
            return field(path, INTEGER)
        typed = self.attribute(path)
        return None if typed is None else field(path, typed.type)

    def attribute(self, path: str) -> Typed | None:
        """What a case's own field is on the row that made the first step."""
        text = self.journey.fields.get(path)
        return self.start.resolve(path) if text is None else scalar_of(self.model, self.start, text)

    def paths(self) -> Iterable[str]:
        """All names an expression may use."""
        yield from self.journey.steps
        yield self.journey.case
        yield from self.journey.fields
        yield from self.start.paths()


@dataclass(frozen=True)
class GroupFields:
    """After ``per`` and ``each``: the names given there."""

    given: dict[str, Type]
    steps: tuple[str, ...] = ()

    def resolve(self, path: str) -> Typed | None:
        """A name of ``per`` or ``each``."""
        type_ = self.given.get(path)
        return None if type_ is None else field(path, type_)

    def paths(self) -> Iterable[str]:
        """The names given."""
        return self.given


AnyFields = SourceFields | EventFields | JourneyFields | GroupFields


def scalar_of(model: Model, fields: AnyFields, text: ExprText, *, condition: bool = False) -> Typed:
    """A typed value per row; errors carry their place in the file."""
    try:
        typer = Typer(fields, model.nouns, model.base_currency)
        tree = parse_expression(text.text)
        return typer.boolean(tree) if condition else typer.scalar(tree)
    except ExpressionError as error:
        raise problem_in(text, error) from None


_ELSEWHERE = ("now", "is_working_day", "moment", "midnight", "day", "week", "month", "year", "hour", "weekday")


def asks_row_only(condition: Typed) -> bool:
    """Whether the row alone answers it for good: no lookup, no 'now', and no local time, which calendars decide."""
    return not condition.uses(*_ELSEWHERE) and all("." not in name for name in condition.fields())


@dataclass(frozen=True)
class Rows:
    """Rows that can be measured.

    ``source`` is the source they come from (None for the cases of a journey), ``where`` says which of its rows count,
    ``time`` when they happened (None for rows without time).
    """

    name: str
    fields: SourceFields | EventFields | JourneyFields
    source: Source | None
    journey: Journey | None
    where: Typed | None
    time: Typed | None


def source_rows(model: Model, source: Source) -> Rows:
    """All rows of a source."""
    fields = SourceFields(model, source)
    return Rows(source.name, fields, source, None, None, fields.resolve(source.time) if source.time else None)


def event_rows(model: Model, event: Event) -> Rows:
    """The rows of a source that are a business event."""
    fields = EventFields(model, event)
    source = model.sources[event.source]
    where = scalar_of(model, fields, event.where, condition=True) if event.where else None
    if event.time is not None:
        time: Typed | None = scalar_of(model, fields, event.time)
    else:
        time = fields.base.resolve(source.time) if source.time else None
    return Rows(event.name, fields, source, None, where, time)


def journey_rows(model: Model, journey: Journey) -> Rows:
    """The cases of a journey."""
    return Rows(journey.name, JourneyFields(model, journey), None, journey, None, field(ANCHOR, TIMESTAMP))


def leads_to_case(model: Model, journey: Journey, key: str) -> tuple[str, ...]:
    """The keys from one of a journey's chains to its case, both ends included; none where it does not get there."""
    way = [key]
    while way[-1] != journey.case:
        event = journey.chains.get(way[-1])
        keys = model.events[event].keys if event else {}
        onward = [name for name in (journey.case, *journey.chains) if name in keys and name not in way]
        if not onward:
            return ()
        way.append(onward[0])
    return tuple(way)


def start_step(journey: Journey) -> Step:
    """The step that begins a case."""
    return next(iter(journey.steps.values()))


def rows_named(model: Model, name: str) -> Rows:
    """The event or source of that name; events come first."""
    if name in model.events:
        return event_rows(model, model.events[name])
    return source_rows(model, model.sources[name])
