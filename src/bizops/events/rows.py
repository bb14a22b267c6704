"""From agreed rows to plans: the rows of a source or event, with the columns that are needed, lookups beside them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bizops.lake import Snapshot
from bizops.model.language import Lookup, Source
from bizops.model.model import Model
from bizops.model.typed import BOOLEAN, TIMESTAMP, Type, Typed, field, literal
from bizops.query.plan import Filter, Join, Plan, Project, Scan


@dataclass(frozen=True)
class Known:
    """What is known when a question is asked, and the instant it is asked for.

    ``loaded`` is the lake as it was at that instant, ``latest`` as it is now: rows of sources with ``known: time``
    count as known at their own time, whenever they were loaded.
    """

    model: Model
    loaded: Snapshot
    latest: Snapshot
    as_of: datetime

    @property
    def as_of_us(self) -> int:
        """The instant in microseconds since 1970."""
        return micros(self.as_of)

    def of(self, source: str) -> Snapshot:
        """The snapshot that holds what was known of a source."""
        return self.latest if self.model.sources[source].known == "time" else self.loaded

    def reach(self, source: str) -> tuple[int, int] | None:
        """First and last instant of which a source's rows know, in microseconds since 1970.

        Telemetry knows of every instant at which anything came from its sender, whether or not that was an event.
        """
        snapshot, own = self.of(source), self.model.sources[source]
        found = [snapshot.time_range(name) for name in (source, *((own.raw_table,) if own.is_telemetry else ()))]
        known = [span for span in found if span is not None]
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None


def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an instant with zone."""
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond


def source_plan(
    known: Known, source: Source, paths: Iterable[str], start_us: int | None = None, end_us: int | None = None
) -> Plan:
    """The source's current rows with the columns ``paths`` (own ones, and through lookups ``lookup.column``).

    Segments that cannot hold a time in [start_us, end_us) are not read; rows are not filtered by time here.
    """
    wanted = sorted(set(paths))
    own = {path for path in wanted if "." not in path}
    through: dict[str, list[str]] = {}
    for path in wanted:
        if "." in path:
            name, rest = path.split(".", 1)
            through.setdefault(name, []).append(rest)
    for name in through:
        lookup = source.lookups[name]
        own |= set(lookup.on)
        target = known.model.sources[lookup.source]
        if target.valid is not None and source.time is not None:
            own.add(source.time)
    if source.known == "time" and source.time is not None:
        own.add(source.time)
    plan = _scan(known, source, own, start_us, end_us)
    for name, columns in sorted(through.items()):
        plan = _with_lookup(known, plan, source, name, source.lookups[name], columns)
    return plan


def _scan(known: Known, source: Source, columns: Iterable[str], start_us: int | None, end_us: int | None) -> Plan:
    snapshot = known.of(source.name)
    segments = snapshot.segments(source.name, start_us, end_us)
    deleted = tuple(dict.fromkeys(deletion.path for segment in segments for deletion in segment.deleted))
    kinds = {name: source.columns[name].type for name in sorted(columns)}
    scan = Scan(source.name, tuple(snapshot.verified_paths(segments)), kinds, deleted)
    if source.known == "time" and source.time is not None:
        time = field(source.time, Type(source.columns[source.time].type))
        return Filter(scan, Typed("<=", BOOLEAN, (time, _instant_like(time, known.as_of))))
    return scan


def _instant_like(time: Typed, moment: datetime) -> Typed:
    text = moment.date().isoformat() if time.type.kind == "date" else moment.isoformat()
    return Typed("moment", time.type, (), text)


def _with_lookup(known: Known, plan: Plan, source: Source, name: str, lookup: Lookup, columns: list[str]) -> Plan:
    target = known.model.sources[lookup.source]
    valid = target.valid
    needed = set(columns) | set(lookup.on.values()) | ({valid.start, valid.end} if valid else set())
    rows = source_plan(known, target, needed)
    hidden = f"{name}."
    renamed = {f"{hidden}{path}": field(path, _type(known.model, target, path)) for path in sorted(needed)}
    on = tuple(
        (field(mine, _type(known.model, source, mine)), field(f"{hidden}{theirs}", _type(known.model, target, theirs)))
        for mine, theirs in lookup.on.items()
    )
    within = None
    if valid is not None and source.time is not None:
        at = field(source.time, _type(known.model, source, source.time))
        low = field(f"{hidden}{valid.start}", _type(known.model, target, valid.start))
        if low.type.kind == "date" and at.type.kind == "timestamp":
            at = Typed("day", low.type, (at,))
        within = (at, low, field(f"{hidden}{valid.end}", low.type))
    return Join(plan, Project(rows, renamed), on, "left", within)


def _type(model: Model, source: Source, path: str) -> Type:
    from bizops.model.relations import SourceFields

    typed = SourceFields(model, source).resolve(path)
    assert typed is not None, path
    return typed.type


def never() -> Typed:
    """A condition that holds for no row."""
    return literal(False, BOOLEAN)


def us_literal(us: int) -> Typed:
    """An instant as a constant."""
    return Typed("instant_us", TIMESTAMP, (), us)
