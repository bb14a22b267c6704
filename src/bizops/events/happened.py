"""What happened to the digital services in a stretch of time: releases, incidents, campaigns, as they were told."""

from __future__ import annotations

import pyarrow as pa

from bizops.events.rows import Known, source_plan, us_literal
from bizops.model.language import Source
from bizops.model.typed import BOOLEAN, TEXT, TIMESTAMP, Typed, both, field, present
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Filter, Plan, Project, Stack, Top

_TEXTS = ("kind", "service", "version", "title")


def changes_between(known: Known, engine: Engine, start_us: int, end_us: int, limit: int) -> pa.Table:
    """The last so many changes of a stretch of time, the newest first: time, until, kind, service, version, title."""
    sources = [source for source in known.model.sources.values() if source.kind == "changes"]
    parts = tuple(_changes(known, source, start_us, end_us) for source in sources)
    if not parts:
        texts = {name: pa.string() for name in _TEXTS}
        return pa.schema({"time": pa.timestamp("us"), "until": pa.timestamp("us"), **texts}).empty_table()
    by = (("time", True), *((name, False) for name in _TEXTS))
    return engine.run(Top(Stack(parts), by, limit), Clock())


def _changes(known: Known, source: Source, start_us: int, end_us: int) -> Plan:
    time = field("time", TIMESTAMP)
    inside = (Typed(">=", BOOLEAN, (time, us_literal(start_us))), Typed("<", BOOLEAN, (time, us_literal(end_us))))
    where = both(present(time), *inside)
    assert where is not None
    columns = {"time": time, "until": field("until", TIMESTAMP), **{name: field(name, TEXT) for name in _TEXTS}}
    return Project(Filter(source_plan(known, source, columns, start_us, end_us), where), columns)
