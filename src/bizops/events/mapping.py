"""From telemetry to rows: what of it is some business event, taken in one pass.

A source of telemetry has a table of its own, derived from what its sender sent. It holds the rows that any event of the
source is, with all columns of the source; the events' keys and fields are worked out from these when they are asked
for, so that only a new column or another ``where`` makes it necessary to derive anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import reduce

from bizops.lake import Segment
from bizops.model.language import Event, Source
from bizops.model.model import Model
from bizops.model.relations import SourceFields, asks_row_only, event_rows, scalar_of
from bizops.model.telemetry import BUILT_IN
from bizops.model.typed import BOOLEAN, INTEGER, Typed, both, field
from bizops.query.plan import Attribute, Filter, Plan, Project, Telemetry

PLACES = ("attributes", "resource", "data")
"""Columns of raw tables that hold attributes, the nearest first; CloudEvents carry theirs in ``data``."""

_VERSION = 1
"""Changes when the same model comes to derive other rows."""


def events_of(model: Model, source: Source) -> list[Event]:
    """The events that are mapped from a source."""
    return [event for event in model.events.values() if event.source == source.name]


def is_used_whole(model: Model, source: Source) -> bool:
    """Whether something counts or looks up all rows of a source, not only those that are events."""
    measured = any(k.over == source.name for k in model.kpis.values() if k.over not in model.events)
    looked_up = any(x.source == source.name for other in model.sources.values() for x in other.lookups.values())
    rates = model.currencies is not None and model.currencies.rates_from is not None
    return measured or looked_up or (rates and model.currencies.rates_from.source == source.name)  # type: ignore[union-attr]


def mapped_rows(model: Model, source: Source) -> Typed | None:
    """Which of the sender's rows are kept for a source; None: all."""
    own = scalar_of(model, SourceFields(model, source), source.where, condition=True) if source.where else None
    if is_used_whole(model, source):
        return own
    conditions = [of_row(event_rows(model, event).where) for event in events_of(model, source)]
    if any(condition is None for condition in conditions):
        return own
    none = Typed("literal", BOOLEAN, (), False)
    some = reduce(lambda a, b: Typed("or", BOOLEAN, (a, b)), [c for c in conditions if c is not None] or [none])
    return both(own, some)


def of_row(where: Typed | None) -> Typed | None:
    """What a condition asks of the row itself; lookups, local time and 'now' are left to the asking."""
    if where is None:
        return None
    if where.op == "and":
        return both(*(of_row(part) for part in where.args))
    return where if asks_row_only(where) else None


def mapping_hash(model: Model, source: Source) -> str:
    """Changes when other rows, or other columns of them, would be derived."""
    where = mapped_rows(model, source)
    columns = [[name, c.type, c.header or name] for name, c in source.declared.items()]
    told = [_VERSION, source.raw_table, columns, repr(where)]
    return hashlib.blake2b(json.dumps(told).encode(), digest_size=8).hexdigest()


def telemetry_plan(source: Source, segments: Iterable[Segment], paths: Iterable[str], after: int) -> Plan:
    """A source's columns over raw segments, nothing left out; rows keep ``_delivery`` and ``_row``."""
    known = {name for segment in segments for name, _ in segment.columns}
    attributes = {}
    for name, column in source.declared.items():
        key = column.header or name
        attributes[name] = Attribute(key, tuple(p for p in PLACES if f"{p}/{key}" in known), column.type)
    built_in = {column.name: column.type for column in BUILT_IN[source.kind]}
    return Telemetry(tuple(paths), built_in, attributes, after)


def mapped_plan(model: Model, source: Source, rows: Plan) -> Plan:
    """Those rows that are kept, in the order of the source's columns."""
    where = mapped_rows(model, source)
    kept = rows if where is None else Filter(rows, where)
    own = {name: SourceFields(model, source).resolve(name) for name in source.columns}
    columns: dict[str, Typed] = {name: typed for name, typed in own.items() if typed is not None}
    return Project(kept, columns | {name: field(name, INTEGER) for name in ("_delivery", "_row")})
