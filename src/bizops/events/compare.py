"""What another mapping would change in history, before it does."""

from __future__ import annotations

from dataclasses import dataclass

from bizops.events.mapping import of_row, telemetry_plan
from bizops.lake import Snapshot
from bizops.model.language import Event
from bizops.model.model import Model
from bizops.model.relations import EventFields, SourceFields, asks_row_only, event_rows, scalar_of
from bizops.model.typed import INTEGER, TEXT, Aggregate, Typed, both, field, literal
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Filter, Group, Plan, Project, Stack

PLACE = ("_delivery", "_row")


@dataclass(frozen=True, slots=True)
class EventChange:
    """One event under two mappings, counted over the telemetry that is still kept as it came.

    ``changed`` rows are the event under both, with other keys or fields, or at another time.
    """

    event: str
    before: int
    after: int
    added: int
    removed: int
    changed: int


def compare(before: Model, after: Model, snapshot: Snapshot, engine: Engine) -> list[EventChange]:
    """Every event of telemetry that either model has, in the order of their names."""
    names = sorted({event.name for model in (before, after) for event in _events(model)})
    return [_compared(name, before, after, snapshot, engine) for name in names]


def _events(model: Model) -> list[Event]:
    return [event for event in model.events.values() if model.sources[event.source].is_telemetry]


def _compared(name: str, before: Model, after: Model, snapshot: Snapshot, engine: Engine) -> EventChange:
    sides = [
        plan
        for side, model in enumerate((before, after))
        for event in _events(model)
        if event.name == name and (plan := _rows(model, event, snapshot, side)) is not None
    ]
    if not sides:
        return EventChange(name, 0, 0, 0, 0, 0)
    first, last = (Aggregate(how, INTEGER, (field("side", INTEGER),)) for how in ("min", "max"))
    told = Aggregate("distinct", INTEGER, (field("told", TEXT),))
    by_row = Group(Stack(tuple(sides)), (("table", *PLACE),), {"first": first, "last": last, "told": told})
    counted = Group(by_row, (("first", "last", "told"),), {"rows": Aggregate("count", INTEGER, ())})
    found = {(r["first"], r["last"], r["told"]): r["rows"] for r in engine.run(counted, Clock()).to_pylist()}
    removed, added = found.get((0, 0, 1), 0), found.get((1, 1, 1), 0)
    same, changed = found.get((0, 1, 1), 0), found.get((0, 1, 2), 0)
    return EventChange(name, same + changed + removed, same + changed + added, added, removed, changed)


def _rows(model: Model, event: Event, snapshot: Snapshot, side: int) -> Plan | None:
    """The rows that are an event under a model: where each stands, and all that the event says of it as one text."""
    source = model.sources[event.source]
    segments = snapshot.segments(source.raw_table)
    if not segments:
        return None
    fields = EventFields(model, event)
    own = scalar_of(model, SourceFields(model, source), source.where, condition=True) if source.where else None
    rows = event_rows(model, event)
    where = both(own, of_row(rows.where))
    plan = telemetry_plan(source, segments, snapshot.verified_paths(segments), 0)
    names = (*event.keys, *event.fields)
    parts: list[Typed] = []
    for name in names:
        value = fields.resolve(name)
        if value is not None and asks_row_only(value):
            text = Typed("coalesce", TEXT, (Typed("to_text", TEXT, (value,)), literal("∅", TEXT)))
            parts += [literal(f"␟{name}=", TEXT), text]
    assert rows.time is not None
    at = Typed("coalesce", TEXT, (Typed("to_text", TEXT, (rows.time,)), literal("", TEXT)))
    columns = {
        "table": literal(source.raw_table, TEXT),
        **{name: field(name, INTEGER) for name in PLACE},
        "side": literal(side, INTEGER),
        "told": Typed("concat", TEXT, (at, *parts)) if parts else at,
    }
    return Project(Filter(plan, where) if where is not None else plan, columns)
