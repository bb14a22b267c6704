"""What plans stand on: the rows of a base with all that its expressions need beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from hashlib import blake2b
from typing import TYPE_CHECKING

from bizops.calendar import Calendar
from bizops.events.rows import Known, source_plan
from bizops.measure import tables
from bizops.measure.components import Base
from bizops.measure.rates import rates_table
from bizops.model.typed import BOOLEAN, DATE, INTEGER, MICROSECOND, TEXT, Type, Typed, literal
from bizops.model.typed import field as named
from bizops.query.engine import Engine
from bizops.query.plan import Given, Join, Plan, Project, Scan

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Cases:
    """The case table of a journey, put together and kept as a file."""

    path: str
    kinds: dict[str, str]


@dataclass
class Ground:
    """What plans stand on: what is known, the calendar, case tables, how far the data reach, rates by that reach."""

    known: Known
    engine: Engine
    calendar: Calendar
    cases: dict[str, Cases]
    first_us: int
    last_us: int
    kept: dict[tuple[date, date], pa.Table]
    tables: dict[str, pa.Table] = field(default_factory=dict)

    @property
    def first_day(self) -> date:
        """A local day before which nothing lies."""
        return tables.utc(self.first_us).date() - timedelta(days=2)

    @property
    def last_day(self) -> date:
        """A local day after which nothing lies."""
        return tables.utc(self.last_us).date() + timedelta(days=2)


def rows_of(
    ground: Ground, base: Base, needed: Sequence[Typed], start_us: int | None = None, end_us: int | None = None
) -> Plan:
    """The base's rows with everything that expressions need beside them: lookups, rates, clocks."""
    paths = set(base.region.fields() if base.region else ()).union(*(typed.fields() for typed in needed))
    paths.update(currency for typed in needed for currency in _currency_columns(typed))
    if base.kind == "cases":
        cases = ground.cases[base.name]
        plan: Plan = Scan(
            base.name, (cases.path,), {name: kind for name, kind in cases.kinds.items() if name in paths | {"$ended"}}
        )
    else:
        source = ground.known.model.sources[base.name]
        prunes = base.time is not None and base.time.op == "field" and base.time.value == source.time
        own = {path for path in paths if not path.startswith("$")}  # `$weight` and the like are added later
        plan = source_plan(ground.known, source, own, *((start_us, end_us) if prunes else (None, None)))
    plan = _with_rates(ground, base, plan, needed)
    if any(typed.uses("is_working_day") for typed in needed):
        ground.tables["working_days"] = tables.open_days(ground.calendar, ground.first_day, ground.last_day)
    return _with_clocks(ground, base, plan, needed)


def _currency_columns(typed: Typed) -> list[str]:
    """Columns that say in which currency an amount to convert is."""
    found = [node.args[0].type.currency for node in typed.walk() if node.op == "convert"]
    return [currency for currency in found if currency is not None]


def _with_rates(ground: Ground, base: Base, plan: Plan, needed: Sequence[Typed]) -> Plan:
    """For each way an amount says its currency, the rate of the row's local day."""
    for name, currency in sorted({_rate_of(node) for typed in needed for node in typed.walk() if node.op == "convert"}):
        reach = ground.first_day, ground.last_day
        if reach not in ground.kept:
            ground.kept[reach] = rates_table(ground)
        ground.tables["rates"] = ground.kept[reach]
        assert base.time is not None
        day = base.time if base.time.type.kind == "date" else Typed("day", DATE, (base.time,))
        code = named(currency, TEXT) if currency else literal(name, TEXT)
        beside = Project(
            Given("rates"),
            {
                f"$currency.{name}": named("$currency", TEXT),
                f"$day.{name}": named("$day", DATE),
                f"$rate.{name}": named("$rate", Type("decimal")),
            },
        )
        plan = Join(
            plan, beside, ((code, named(f"$currency.{name}", TEXT)), (day, named(f"$day.{name}", DATE))), "left"
        )
    return plan


def _rate_of(convert: Typed) -> tuple[str, str]:
    type_ = convert.args[0].type
    return (type_.currency, type_.currency) if type_.currency else (str(type_.unit.currency), "")


def regions_of(ground: Ground, base: Base) -> list[str]:
    """The regions whose working time is told apart; the empty one is the calendar's own."""
    return [""] if base.region is None else ["", *ground.calendar.regions]


def region_of(ground: Ground, region: Typed) -> Typed:
    """A row's region; one that the calendar does not know (or none) has the calendar's own working time."""
    known = Typed("in", BOOLEAN, (region, *(literal(code, TEXT) for code in ground.calendar.regions)))
    return Typed("if", TEXT, (known, region, literal("", TEXT)))


def _with_clocks(ground: Ground, base: Base, plan: Plan, needed: Sequence[Typed]) -> Plan:
    """For durations in working time: the open-hours row of every instant's UTC day."""
    if base.clock != "working":
        return plan
    instants = {arg for typed in needed for node in typed.walk() if node.op == "duration" for arg in _instants(node)}
    table = tables.open_hours(ground.calendar, ground.first_us, ground.last_us, regions_of(ground, base))
    ground.tables["open_hours"] = table
    for instant in sorted(instants, key=repr):
        tag = _tag(instant)
        columns = {f"{name}.{tag}": named(name, TEXT if name == "$region" else INTEGER) for name in table.column_names}
        day = Typed("utc_day", INTEGER, (instant,))
        on = [(day, named(f"$day.{tag}", INTEGER))]
        if base.region is not None:
            on.append((region_of(ground, base.region), named(f"$region.{tag}", TEXT)))
        plan = Join(plan, Project(Given("open_hours"), columns), tuple(on), "left")
    return plan


def _instants(duration: Typed) -> list[Typed]:
    """The instants a working duration is taken between; a choice between instants is made on their clocks."""
    return list(duration.args)


def _tag(instant: Typed) -> str:
    return blake2b(repr(instant).encode(), digest_size=6).hexdigest()


def lowered(ground: Ground, base: Base, typed: Typed) -> Typed:
    """The expression with conversions and working durations written as arithmetic over joined columns."""
    if typed.op == "convert":
        name, _ = _rate_of(typed)
        return Typed("*", typed.type, (lowered(ground, base, typed.args[0]), named(f"$rate.{name}", Type("decimal"))))
    if typed.op == "duration" and base.clock == "working":
        width = (len(ground.tables["open_hours"].column_names) - 3) // 2
        start, end = (_open_until(arg, width) for arg in typed.args)
        return Typed("-", typed.type, (end, start))
    return replace(typed, args=tuple(lowered(ground, base, arg) for arg in typed.args))


def _open_until(instant: Typed, width: int) -> Typed:
    """Open microseconds before an instant: those before its UTC day, and the parts of the day's intervals behind it."""
    tag, us = _tag(instant), Type("integer", MICROSECOND)
    total = named(f"$before.{tag}", us)
    at = Typed("micros", us, (instant,))
    for index in range(width):
        start, end = named(f"$s{index}.{tag}", us), named(f"$e{index}.{tag}", us)
        inside = Typed("greatest", us, (Typed("-", us, (at, start)), literal(0, us)))
        part = Typed("least", us, (inside, Typed("-", us, (end, start))))
        total = Typed("+", us, (total, part))
    return total
