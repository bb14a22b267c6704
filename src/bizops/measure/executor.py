"""Runs what has to be computed: looks into the store first, fuses the rest into as few passes as memory allows."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bizops.calendar import Calendar
from bizops.errors import BizopsError
from bizops.events.journeys import cases_plan, sources_of
from bizops.events.rows import Known
from bizops.events.sources import sources_behind
from bizops.measure import tables
from bizops.measure.blocks import Block, block_of
from bizops.measure.components import Base, Component
from bizops.measure.found import Found
from bizops.measure.ground import Cases, Ground
from bizops.measure.laid_out import LaidOut, SliceValues
from bizops.measure.plans import Dims, fused_plan, split_by_key, survival_plan
from bizops.measure.store import ResultStore
from bizops.measure.windows import Window, disjoint
from bizops.model.language import Journey
from bizops.model.measures import measure_of
from bizops.model.model import Model
from bizops.model.typed import Typed
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Plan, read_as_local

ROWS_PER_PASS = 600_000
"""More rows at once make the hash tables of distinct counts fall out of the cache (see docs/decisions)."""

FEWEST_WAYS = 3
"""Ways to split from which on it pays to lay rows out before they are counted."""

YEARS_AROUND_US = 10 * 366 * tables.DAY_US
"""Other instants of a row (closed, delivered, due) are read in local time up to ten years around the data; beyond, the
first and last offset of the zone are taken to hold."""


@dataclass
class Demand:
    """Components of one base that are wanted for some ways to split and some windows."""

    base: Base
    calendar: Calendar
    dims: tuple[Dims, ...]
    components: dict[str, Component] = field(default_factory=dict)
    windows: set[Window] = field(default_factory=set)


class Executor:
    """Computes components for one question: one snapshot of the lake, one instant."""

    def __init__(self, known: Known, engine: Engine, store: ResultStore, derived: Path) -> None:
        self.known = known
        self.engine = engine
        self.store = store
        self.derived = derived
        self.found = Found()
        self.states: dict[Hashable, str] = {}
        self._prints: dict[tuple[str, str, Window], str] = {}
        self._cases: dict[str, Cases] = {}
        self._rates: dict[tuple[date, date], pa.Table] = {}

    # ------------------------------------------------------------------------------------------------- fingerprints

    def sources(self, base: Base) -> tuple[str, ...]:
        """All sources a base hangs on, the time-bounded one first."""
        model = self.known.model
        if base.kind == "cases":
            return sources_of(self.known, model.journeys[base.name])
        return sources_behind(model, base.name)

    def fingerprint(self, base: Base, calendar: Calendar, window: Window) -> str:
        """Changes whenever values of the window might: with the rows in it, with lookups and rates, with the
        calendar.
        """
        slot = (base.text, calendar.fingerprint, window)
        if slot not in self._prints:
            self._prints[slot] = self._fingerprint(base, calendar, window)
        return self._prints[slot]

    def _fingerprint(self, base: Base, calendar: Calendar, window: Window) -> str:
        digest = blake2b(digest_size=16)
        known, model = self.known, self.known.model
        main, *others = self.sources(base)
        bounded = base.kind in ("rows", "groups") and self.happens_at(base)
        span = (
            (_days_us(window) if self._by_day(base) else (window.start_us, window.end_us)) if bounded else (None, None)
        )
        digest.update(known.of(main).fingerprint(main, *span).encode())
        for other in others:
            digest.update(known.of(other).fingerprint(other).encode())
        if model.currencies is not None:
            digest.update(model.definition_hash("currencies", "currencies").encode())
            if model.currencies.rates_from is not None:
                rates = model.currencies.rates_from.source
                digest.update(known.of(rates).fingerprint(rates).encode())
        if base.kind == "cases":
            digest.update(str(self.now_us(base)).encode())
        if any(model.sources[name].known == "time" for name in (main, *others)):
            digest.update(str(min(self.now_us(base), window.end_us)).encode())
        digest.update(calendar.fingerprint.encode())
        return digest.hexdigest()

    def happens_at(self, base: Base) -> bool:
        """Whether rows are measured by the very time by which their source files them."""
        time = base.time
        return time is not None and time.op == "field" and time.value == self.known.model.sources[base.name].time

    @staticmethod
    def _by_day(base: Base) -> bool:
        return base.time is not None and base.time.type.kind == "date"

    def now_us(self, base: Base) -> int:
        """The last known instant of the base's sources, or the instant asked for if that is earlier."""
        ends = [r[1] for name in self.sources(base) if (r := self.known.reach(name)) is not None]
        return min([self.known.as_of_us, max(ends, default=self.known.as_of_us)])

    # ---------------------------------------------------------------------------------------------------- computing

    def fulfil(self, demand: Demand) -> None:
        """Finds or computes everything demanded; what is found is in :attr:`found`."""
        windows = sorted(demand.windows)
        dims = tuple(map(dims_text, demand.dims))
        prints = {window: self.fingerprint(demand.base, demand.calendar, window) for window in windows}
        held = self.store.find(((window, prints[window]) for window in windows), dims)
        missing: dict[frozenset[str], list[Window]] = {}
        for window in windows:
            lacking = set(demand.components)
            for kept in held.get((window, prints[window]), ()):
                have = lacking & set(kept.block.where)
                position = kept.positions[window, prints[window]]
                if have:
                    calendar = demand.calendar.fingerprint
                    self.found.add(kept.block, calendar, {window: position}, kept.dims, sorted(have))
                lacking -= have
            if lacking:
                missing.setdefault(frozenset(lacking), []).append(window)
        for keys, lacking_windows in missing.items():
            components = {key: demand.components[key] for key in sorted(keys)}
            self._compute(demand, components, lacking_windows, prints)

    def _compute(
        self, demand: Demand, components: dict[str, Component], windows: list[Window], prints: dict[Window, str]
    ) -> None:
        ground = self.ground(demand, windows)
        plain = {k: c for k, c in components.items() if not c.aggregate.name.startswith("survival")}
        censored = {k: c for k, c in components.items() if k not in plain}
        if plain:
            keys = {component: key for key, component in plain.items()}
            for by, group in split_by_key(list(plain.values())):
                self._fused(demand, ground, by, group, keys, windows, prints)
        for key, component in censored.items():
            self._censored(demand, ground, key, component, windows, prints)

    def _fused(
        self,
        demand: Demand,
        ground: Ground,
        by: Typed | None,
        group: Sequence[tuple[Component, Component, str | None]],
        keys: dict[Component, str],
        windows: list[Window],
        prints: dict[Window, str],
    ) -> None:
        computed = list(dict.fromkeys(component for _, component, _ in group))
        column = {component: f"c{index}" for index, component in enumerate(computed)}
        where = {keys[asked]: (column[component], key) for asked, component, key in group}
        texts = sorted({key for *_, key in group if key is not None})
        if demand.base.kind in ("rows", "cases") and len(demand.dims) >= FEWEST_WAYS:
            values = self._slice_values(demand)

            def clock(plan: Plan, family: Sequence[Window]) -> Clock:
                return self.clock(ground, demand.base, plan, family)

            laid = LaidOut(ground, demand.base, by, tuple(texts), computed, demand.dims, values, clock)
            for family in self._families(demand, windows):
                self._keep(demand, laid.block(family, where), family, prints)
            return
        for family in self._families(demand, windows):
            parts = []
            for index, dims in self._passes(demand):
                plan = fused_plan(ground, demand.base, by, computed, texts, dims, family)
                answer = self._run(plan, ground, demand.base, family)
                block = block_of(answer, where, [len(dim) for dim in dims], by is not None)
                parts.append(block.table if index < 0 else _as_dim(block.table, index))
            whole = Block(pa.concat_tables(parts).combine_chunks(), where, self.engine.last_query)
            self._keep(demand, whole, family, prints)

    def _slice_values(self, demand: Demand) -> SliceValues:
        """The values that slices had in what is found already: in the months before, mostly."""
        found = {
            dim[0][1]: self.found.slice_values(demand.calendar.fingerprint, dims_text(dim))
            for dim in demand.dims
            if len(dim) == 1
        }
        return {typed: values for typed, values in found.items() if values}

    @staticmethod
    def _passes(demand: Demand) -> list[tuple[int, tuple[Dims, ...]]]:
        """All ways to split at once; for grouped rows one by one, since splitting changes the groups."""
        if demand.base.kind == "groups":
            return [(index, (dim,)) for index, dim in enumerate(demand.dims)]
        return [(-1, demand.dims)]

    def _censored(
        self,
        demand: Demand,
        ground: Ground,
        key: str,
        component: Component,
        windows: list[Window],
        prints: dict[Window, str],
    ) -> None:
        where: dict[str, tuple[str, str | None]] = {key: ("c0", None)}
        for family in disjoint(windows):
            parts = []
            for index, dim in enumerate(demand.dims):
                answer = self._run(survival_plan(ground, component, dim, family), ground, demand.base, family)
                parts.append(_as_dim(block_of(answer, where, [len(dim)], False).table, index))
            self._keep(
                demand, Block(pa.concat_tables(parts).combine_chunks(), where, self.engine.last_query), family, prints
            )

    def _run(self, plan: Plan, ground: Ground, base: Base, family: Sequence[Window]) -> pa.Table:
        return self.engine.run(plan, self.clock(ground, base, plan, family), ground.tables)

    def _keep(self, demand: Demand, block: Block, family: Sequence[Window], prints: dict[Window, str]) -> None:
        dims = tuple(map(dims_text, demand.dims))
        self.store.keep(block, [(window, prints[window]) for window in family], dims)
        positions = {window: at for at, window in enumerate(family)}
        self.found.add(block, demand.calendar.fingerprint, positions, dims, sorted(block.where))

    def _families(self, demand: Demand, windows: list[Window]) -> list[list[Window]]:
        """Disjoint windows, cut into passes that hold about as many rows as fit the cache."""
        if demand.base.kind == "states" or demand.base.time is None:
            return [windows]
        families = []
        for family in disjoint(windows):
            if not self._by_day(demand.base) and not tables.on_ticks(family):
                families += [[window] for window in family]
                continue
            part: list[Window] = []
            rows = 0.0
            for window in family:
                more = self._estimate(demand.base, window)
                if part and rows + more > ROWS_PER_PASS:
                    families.append(part)
                    part, rows = [], 0.0
                part.append(window)
                rows += more
            families.append(part)
        return families

    def _estimate(self, base: Base, window: Window) -> float:
        if base.kind == "cases" or not self.happens_at(base):
            return 0.0
        total = 0.0
        for segment in self.known.of(base.name).segments(base.name, window.start_us, window.end_us):
            if segment.min_us is None or segment.max_us is None:
                continue
            inside = min(segment.max_us, window.end_us) - max(segment.min_us, window.start_us) + 1
            total += segment.rows * inside / (segment.max_us - segment.min_us + 1)
        return total

    # --------------------------------------------------------------------------------------------------- the ground

    def cases(self, journey: Journey, calendar: Calendar, columns: Sequence[str]) -> pa.Table:
        """The case table of a journey: one row a case."""
        base = Base("cases", journey.name, None)
        if not any(self.known.of(source).rows(source) for source in self.sources(base)):
            raise BizopsError.of("no-data", f"No data are loaded for the journey '{journey.name}'.")
        self.ground(Demand(base, calendar, ()), [])
        return pq.read_table(self._cases[journey.name].path, columns=list(columns))

    def ground(self, demand: Demand, windows: Sequence[Window]) -> Ground:
        """What plans over a demand's base stand on."""
        first, last = self._reach(demand.base, windows)
        ground = Ground(self.known, self.engine, demand.calendar, self._cases, first, last, self._rates)
        if demand.base.kind == "cases":
            self._build_cases(demand.base, ground)
        return ground

    def _reach(self, base: Base, windows: Sequence[Window]) -> tuple[int, int]:
        ranges = [r for name in self.sources(base) if (r := self.known.reach(name)) is not None]
        first = min([window.start_us for window in windows] + [low for low, _ in ranges])
        last = max([window.end_us for window in windows] + [high for _, high in ranges])
        return first, last

    def clock(self, ground: Ground, base: Base, plan: Plan, family: Sequence[Window] = ()) -> Clock:
        """What local time is while the rows happen; and long around, where the plan reads other instants of theirs."""
        first, last = ground.first_us - YEARS_AROUND_US, ground.last_us + YEARS_AROUND_US
        if family and base.kind in ("rows", "groups") and all(instant == base.time for instant in read_as_local(plan)):
            first, last = family[0].start_us, family[-1].end_us
        offsets = tuple(ground.calendar.offsets(first, last + 1))
        week_start = {"monday": 1, "sunday": 7, "saturday": 6}[ground.calendar.week_start]
        now = self.now_us(base) if base.kind == "cases" else self.known.as_of_us
        return Clock(offsets, now, week_start)

    def _build_cases(self, base: Base, ground: Ground) -> None:
        """The journey's case table as a file of its own, made anew only when what it is made from has changed."""
        if base.name in self._cases:
            return
        model = self.known.model
        journey = model.journeys[base.name]
        attributes = attributes_of(model, base.name)
        digest = blake2b(digest_size=16)
        digest.update(model.definition_hash("journeys", base.name).encode())
        digest.update(repr(sorted(attributes)).encode())
        digest.update(ground.calendar.fingerprint.encode())
        for name in self.sources(base):
            digest.update(self.known.of(name).fingerprint(name).encode())
            if model.sources[name].known == "time":
                digest.update(str(self.now_us(base)).encode())
        path = self.derived / f"{base.name}-{digest.hexdigest()}.parquet"
        if not path.exists():
            self.derived.mkdir(parents=True, exist_ok=True)
            plan = cases_plan(self.known, journey, attributes)
            answer = self.engine.run(plan, self.clock(ground, base, plan), ground.tables)
            temporary = path.with_suffix(f".{threading.get_ident()}.part")  # others may be making it too
            pq.write_table(answer, temporary, compression="zstd")
            temporary.rename(path)
        schema = pq.read_schema(path)
        self._cases[base.name] = Cases(str(path), {name: _kind(schema.field(name).type) for name in schema.names})


@lru_cache(maxsize=4096)
def dims_text(dims: Dims) -> str:
    """A way to split, by name and meaning."""
    return blake2b(repr(dims).encode(), digest_size=8).hexdigest() + ":" + ",".join(name for name, _ in dims)


def attributes_of(model: Model, journey: str) -> frozenset[str]:
    """Fields of the first row that any KPI on the journey uses."""
    used: frozenset[str] = frozenset()
    for kpi in model.kpis.values():
        if kpi.kind == "journey" and kpi.journey == journey:
            measure = measure_of(model, kpi)
            typed = [measure.where, measure.person, measure.region, *measure.slices.values()]
            for aggregate in measure.value.aggregates():
                typed += [*aggregate.args, aggregate.where, aggregate.by]
            used = used.union(*(t.fields() for t in typed if t is not None))
    steps = model.journeys[journey].steps
    return frozenset(
        name for name in used if not name.startswith("$") and name not in steps and name != model.journeys[journey].case
    )


def _kind(type_: pa.DataType) -> str:
    if pa.types.is_integer(type_):
        return "integer"
    if pa.types.is_decimal(type_):
        return "decimal"
    if pa.types.is_floating(type_):
        return "number"
    if pa.types.is_timestamp(type_):
        return "timestamp"
    if pa.types.is_date(type_):
        return "date"
    return "boolean" if pa.types.is_boolean(type_) else "text"


def _as_dim(table: pa.Table, index: int) -> pa.Table:
    at = table.schema.get_field_index("$dim")
    return table.set_column(at, "$dim", pa.array(np.full(table.num_rows, index), pa.int32()))


def _days_us(window: Window) -> tuple[int, int]:
    return tables.day_us(window.first_day), tables.day_us(window.last_day) + tables.DAY_US
