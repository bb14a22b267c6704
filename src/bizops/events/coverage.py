"""How much of what arrives is mapped, so that a broken exporter or a renamed operation is seen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bizops.events.mapping import events_of, is_used_whole, of_row, telemetry_plan
from bizops.events.rows import Known, source_plan
from bizops.lake import Segment, Snapshot
from bizops.model.language import Event, Source
from bizops.model.model import Model
from bizops.model.relations import EventFields, SourceFields, event_rows, scalar_of
from bizops.model.telemetry import BUILT_IN, OPERATION
from bizops.model.typed import BOOLEAN, INTEGER, TEXT, TIMESTAMP, Aggregate, Typed, absent, both, field, literal
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Filter, Group, Plan, Project, Stack, Telemetry

PLACE = ("_delivery", "_row")


@dataclass(frozen=True, slots=True)
class OperationCoverage:
    """One operation of a sender: how many rows came, and how many of them are some event."""

    table: str
    service: str | None
    operation: str | None
    rows: int
    mapped: int


@dataclass(frozen=True, slots=True)
class EventHealth:
    """One event: how often it came, when last, and how often it came without a key (``missing`` by key)."""

    event: str
    rows: int
    last_us: int | None
    missing: dict[str, int]


def coverage(model: Model, snapshot: Snapshot, engine: Engine) -> list[OperationCoverage]:
    """Every operation of every sender, the busiest unmapped ones first."""
    found: list[OperationCoverage] = []
    for table in raw_tables(snapshot):
        segments = snapshot.segments(table)
        if segments:
            plan = _coverage_plan(model, table, segments, snapshot.verified_paths(segments))
            for row in engine.run(plan, Clock()).to_pylist():
                found.append(
                    OperationCoverage(table, row["service"], row["operation"], row["rows"], int(row["mapped"]))
                )
    return sorted(found, key=lambda o: (o.mapped - o.rows, -o.rows, o.table, o.service or "", o.operation or ""))


def raw_tables(snapshot: Snapshot) -> list[str]:
    """The tables that hold telemetry as it came."""
    return [name for name in snapshot.sources() if name.rpartition(".")[0] and name.rpartition(".")[2] in BUILT_IN]


def _coverage_plan(model: Model, table: str, segments: Sequence[Segment], paths: Sequence[str]) -> Plan:
    sources = [s for s in model.sources.values() if s.is_telemetry and s.raw_table == table]
    kind = table.rpartition(".")[2]
    marked = [_marked(model, source, segments, paths) for source in sources] or [_unmapped(kind, paths)]
    rows: Plan = marked[0]
    if len(marked) > 1:
        mapped = Aggregate("max", INTEGER, (field("mapped", INTEGER),))
        rows = Group(Stack(tuple(marked)), ((*PLACE, "service", "operation"),), {"mapped": mapped})
    sums = {"rows": Aggregate("count", INTEGER, ()), "mapped": Aggregate("sum", INTEGER, (field("mapped", INTEGER),))}
    return Group(rows, (("service", "operation"),), sums)


def _marked(model: Model, source: Source, segments: Sequence[Segment], paths: Sequence[str]) -> Plan:
    """The rows of a table, each with whether an event of the source is mapped from it."""
    fields = SourceFields(model, source)
    own = scalar_of(model, fields, source.where, condition=True) if source.where else literal(True, BOOLEAN)
    some = literal(is_used_whole(model, source), BOOLEAN)
    for event in events_of(model, source):
        where = of_row(event_rows(model, event).where) or literal(True, BOOLEAN)
        some = Typed("or", BOOLEAN, (some, Typed("coalesce", BOOLEAN, (where, literal(False, BOOLEAN)))))
    is_mapped = Typed("and", BOOLEAN, (Typed("coalesce", BOOLEAN, (own, literal(False, BOOLEAN))), some))
    return _with_operation(source.kind, telemetry_plan(source, segments, paths, 0), is_mapped)


def _unmapped(kind: str, paths: Sequence[str]) -> Plan:
    columns = {column.name: column.type for column in BUILT_IN[kind]}
    return _with_operation(kind, Telemetry(tuple(paths), columns, {}), literal(False, BOOLEAN))


def _with_operation(kind: str, rows: Plan, is_mapped: Typed) -> Plan:
    service, *operation = (field(name, TEXT) for name in OPERATION[kind])
    return Project(
        rows,
        {
            "service": service,
            "operation": Typed("coalesce", TEXT, tuple(operation)) if len(operation) > 1 else operation[0],
            "mapped": Typed("if", INTEGER, (is_mapped, literal(1, INTEGER), literal(0, INTEGER))),
            **{name: field(name, INTEGER) for name in PLACE},
        },
    )


def event_health(known: Known, engine: Engine) -> Iterator[EventHealth]:
    """How each event of telemetry is doing."""
    for event in known.model.events.values():
        if known.model.sources[event.source].is_telemetry:
            row = engine.run(_health_plan(known, event), Clock()).to_pylist()[0]
            missing = {name: row[f"without {name}"] for name in event.keys if row[f"without {name}"]}
            last = row["last"]
            yield EventHealth(event.name, row["rows"], last, missing)


def _health_plan(known: Known, event: Event) -> Plan:
    rows = event_rows(known.model, event)
    fields = EventFields(known.model, event)
    keys = {name: typed for name in event.keys if (typed := fields.resolve(name)) is not None}
    assert rows.source is not None and rows.time is not None
    happened = both(rows.where, Typed("not", BOOLEAN, (absent(rows.time),)))
    assert happened is not None
    used = happened.fields().union(rows.time.fields(), *(typed.fields() for typed in keys.values()))
    at = Typed("micros", INTEGER, (rows.time,)) if rows.time.type == TIMESTAMP else literal(0, INTEGER)
    columns = {"at": at, **{f"lacks {name}": Typed("is_null", BOOLEAN, (typed,)) for name, typed in keys.items()}}
    lacking = {f"without {name}": Aggregate("count", INTEGER, (), field(f"lacks {name}", BOOLEAN)) for name in keys}
    told = {
        "rows": Aggregate("count", INTEGER, ()),
        "last": Aggregate("max", INTEGER, (field("at", INTEGER),)),
        **lacking,
    }
    return Group(Project(Filter(source_plan(known, rows.source, used), happened), columns), ((),), told)
