"""Rows that describe a state (a roster, a stock): which of them hold in a window, and for how long.

A state holds from its start to its end; a periodic snapshot holds until the next one is taken. ``last`` and ``first``
take the states at the window's edge; ``average`` and ``total`` weigh each by how long it holds within the window,
measured as time passes or in working days or hours.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from bizops.events.rows import source_plan
from bizops.measure import tables
from bizops.measure.components import Base
from bizops.measure.ground import Ground, lowered, region_of, regions_of, rows_of
from bizops.measure.windows import Window
from bizops.model.language import Source
from bizops.model.typed import (
    BOOLEAN,
    DATE,
    INTEGER,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Aggregate,
    Type,
    Typed,
    absent,
    both,
    literal,
)
from bizops.model.typed import field as named
from bizops.query.plan import Clock, Filter, Given, Group, Join, Plan, Project

WEIGHT = "$weight"


def states_in_windows(
    ground: Ground, base: Base, needed: Sequence[Typed], only: Typed | None, windows: Sequence[Window]
) -> tuple[Plan, Typed]:
    """Each state beside each window in which it holds, with its weight there in ``$weight``."""
    assert base.snapshot is not None
    source = ground.known.model.sources[base.name]
    start, end = _bounds(source)
    plan = rows_of(ground, base, [*needed, start, *([end] if source.valid else [])])
    if source.valid is None:
        plan = _until_next(ground, plan, source, start)
    if only is not None:
        plan = Filter(plan, lowered(ground, base, only))
    ground.tables["windows"] = tables.bounds(windows)
    beside = Join(plan, Given("windows"), (), "inner")
    edges = _Edges(start.type.kind == "date")
    at = base.snapshot.at
    if at in ("last", "first"):
        return Filter(beside, edges.holds_at(at, start, end)), named("$w", INTEGER)
    inside = Filter(beside, edges.overlaps(start, end))
    return _weighed(ground, base, inside, edges, start, end), named("$w", INTEGER)


def weighted(aggregate: Aggregate) -> Aggregate:
    """The aggregate with each state counting by its weight; only sums and counts have one."""
    weight = named(WEIGHT, NUMBER)
    if aggregate.name == "count":
        known = [Typed("not", BOOLEAN, (absent(arg),)) for arg in aggregate.args]
        return Aggregate("sum", NUMBER, (weight,), both(aggregate.where, *known))
    if aggregate.name != "sum":
        return aggregate
    return Aggregate("sum", NUMBER, (Typed("*", NUMBER, (aggregate.args[0], weight)),), aggregate.where)


def _bounds(source: Source) -> tuple[Typed, Typed]:
    if source.valid is not None:
        kind = Type(source.columns[source.valid.start].type)
        return named(source.valid.start, kind), named(source.valid.end, kind)
    assert source.time is not None
    kind = Type(source.columns[source.time].type)
    return named(source.time, kind), named("$until", kind)


def _until_next(ground: Ground, plan: Plan, source: Source, start: Typed) -> Plan:
    """Periodic snapshots: each holds until the next one, the last one until further notice."""
    assert source.time is not None
    taken = Group(source_plan(ground.known, source, (source.time,)), ((source.time,),), {})
    moments = sorted(m for m in ground.engine.run(taken, Clock()).column(source.time).to_pylist() if m is not None)
    kind = pa.date32() if start.type.kind == "date" else pa.timestamp("us")
    ground.tables["snapshots"] = pa.table(
        {"$taken": pa.array(moments, kind), "$until": pa.array([*moments[1:], None][: len(moments)], kind)}
    )
    return Join(plan, Given("snapshots"), ((start, named("$taken", start.type)),), "inner")


class _Edges:
    """The windows' edges in the terms of the states: days or instants."""

    def __init__(self, by_day: bool) -> None:
        self.by_day = by_day
        type_ = DATE if by_day else TIMESTAMP
        self.first, self.next = (named(name, type_) for name in (("$first", "$next") if by_day else ("$start", "$end")))

    def overlaps(self, start: Typed, end: Typed) -> Typed:
        """The state holds at some time of the window."""
        begun = Typed("<", BOOLEAN, (start, self.next))
        return Typed("and", BOOLEAN, (begun, _open_or(end, Typed(">", BOOLEAN, (end, self.first)))))

    def holds_at(self, at: str, start: Typed, end: Typed) -> Typed:
        """The state holds at the window's very start or end."""
        if at == "first":
            begun = Typed("<=", BOOLEAN, (start, self.first))
            return Typed("and", BOOLEAN, (begun, _open_or(end, Typed(">", BOOLEAN, (end, self.first)))))
        begun = Typed("<", BOOLEAN, (start, self.next))
        return Typed("and", BOOLEAN, (begun, _open_or(end, Typed(">=", BOOLEAN, (end, self.next)))))

    def clipped(self, start: Typed, end: Typed) -> tuple[Typed, Typed]:
        """The part of the state that lies in the window."""
        low = Typed("greatest", start.type, (start, self.first))
        high = Typed("if", end.type, (absent(end), self.next, Typed("least", end.type, (end, self.next))))
        return low, high


def _weighed(ground: Ground, base: Base, inside: Plan, edges: _Edges, start: Typed, end: Typed) -> Plan:
    """How long each state holds in the window: a share of it (``average``), or in days or working hours (``total``)."""
    assert base.snapshot is not None
    low, high = edges.clipped(start, end)
    spans = {"$low": low, "$high": high, "$from": edges.first, "$to": edges.next}
    plan = inside
    if base.snapshot.weight == "elapsed":
        us = Type("integer")
        held = Typed("duration", us, (low, high))
        whole = Typed("duration", us, (edges.first, edges.next))
        days = Typed("/", NUMBER, (held, literal(tables.DAY_US, INTEGER)))
        weight = Typed("/", NUMBER, (held, whole)) if base.snapshot.at == "average" else days
        return _with_weight(plan, weight)
    hours = base.snapshot.weight == "working_hours"
    ground.tables["working"] = tables.working_days(
        ground.calendar, ground.first_day, ground.last_day, regions_of(ground, base), hours
    )
    counted = {}
    for name, moment in spans.items():
        day = moment if edges.by_day else Typed("day", DATE, (moment,))
        beside = Project(
            Given("working"),
            {
                f"{name}.region": named("$region", TEXT),
                f"{name}.day": named("$day", DATE),
                name: named("$before", INTEGER),
            },
        )
        on = [(day, named(f"{name}.day", DATE))]
        if base.region is not None:
            on.append((region_of(ground, base.region), named(f"{name}.region", TEXT)))
        plan = Join(plan, beside, tuple(on), "left")
        counted[name] = named(name, INTEGER)
    held = Typed("-", INTEGER, (counted["$high"], counted["$low"]))
    whole = Typed("-", INTEGER, (counted["$to"], counted["$from"]))
    if base.snapshot.at == "average":
        return _with_weight(plan, Typed("/", NUMBER, (held, whole)))
    return _with_weight(plan, Typed("/", NUMBER, (held, literal(3600 if hours else 1, INTEGER))))


def _with_weight(plan: Plan, weight: Typed) -> Plan:
    return Project(plan, {WEIGHT: weight}, keep=True)


def _open_or(end: Typed, condition: Typed) -> Typed:
    return Typed("or", BOOLEAN, (absent(end), condition))
