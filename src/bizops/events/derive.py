"""Keeps the tables of telemetry sources up with what their senders sent, and with the model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from bizops.events.mapping import mapped_plan, mapping_hash, telemetry_plan
from bizops.intake import table_spec
from bizops.lake import Lake, Segment, Snapshot
from bizops.model.language import Source
from bizops.model.model import Model
from bizops.query.engine import Engine
from bizops.query.plan import Clock

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 1_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How far the table of a source has come: under which mapping, up to which delivery of its sender."""

    mapping: str = ""
    delivery: int = 0


@dataclass(frozen=True, slots=True)
class Derived:
    """What one run did for a source: rows written, and whether history was derived anew."""

    source: str
    rows: int
    anew: bool


def telemetry_sources(model: Model) -> list[Source]:
    """The sources that are mapped from telemetry."""
    return [source for source in model.sources.values() if source.is_telemetry]


def standing(lake: Lake, source: Source) -> Standing:
    """How far a source's table has come."""
    text = lake.mark(_mark(source))
    return Standing(**json.loads(text)) if text else Standing()


def is_behind(lake: Lake, model: Model, source: Source) -> bool:
    """Whether something came that is not mapped yet, or the mapping is another one now."""
    now = standing(lake, source)
    return now.mapping != mapping_hash(model, source) or now.delivery < _last_delivery(lake.snapshot(), source)


def derive(lake: Lake, engine: Engine, model: Model, source: Source) -> Derived:
    """Map what has come since the last time; everything that is still kept as it came, when the mapping has changed.

    One transaction: a crash leaves the table as it was, and the next run does the same again.
    """
    with lake.writing():
        now, wanted = standing(lake, source), mapping_hash(model, source)
        snapshot = lake.snapshot()
        last = _last_delivery(snapshot, source)
        anew = now.mapping != wanted
        if not anew and now.delivery >= last:
            return Derived(source.name, 0, anew=False)
        segments = snapshot.segments(source.raw_table)
        after = 0 if anew else now.delivery
        first_day = min((date.fromisoformat(segment.part) for segment in segments), default=None) if anew else None
        mark = json.dumps({"mapping": wanted, "delivery": last})
        rows = _mapped(snapshot, engine, model, source, segments, after)
        count = lake.derive(table_spec(source), rows, (_mark(source), mark), first_day)
        return Derived(source.name, count, anew)


def _mark(source: Source) -> str:
    return f"mapped/{source.name}"


def _last_delivery(snapshot: Snapshot, source: Source) -> int:
    return max((delivery.id for delivery in snapshot.deliveries(source.raw_table)), default=0)


def _mapped(
    snapshot: Snapshot, engine: Engine, model: Model, source: Source, segments: tuple[Segment, ...], after: int
) -> Iterator[pa.RecordBatch]:
    for group in _groups(segments):
        rows = telemetry_plan(source, group, snapshot.verified_paths(group), after)
        yield from engine.run(mapped_plan(model, source, rows), Clock()).to_batches()


def _groups(segments: tuple[Segment, ...]) -> Iterator[list[Segment]]:
    group: list[Segment] = []
    for segment in segments:
        group.append(segment)
        if sum(s.rows for s in group) >= ROWS_AT_ONCE:
            yield group
            group = []
    if group:
        yield group
