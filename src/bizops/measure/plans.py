"""Components to plans: one fused query for all components that are computed over the same rows.

:func:`fused_plan` answers many aggregates, slices and windows in one pass (conditional aggregates over grouping sets);
:func:`laid_out_plan` lays rows out for many ways to split, which :func:`way_plan` and :func:`mask_plan` then count (see
``docs/decisions``, 0064); :func:`survival_plan` the censored ones, slice by slice. Every plan's answer has the
columns
``$w`` (index of the window), ``$k`` (the key that tells components apart, see :func:`split_by_key`), ``grouping``
where there are several slices, ``$d0_0`` ... (the slices' values) and one column per component.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce

from bizops.events.rows import us_literal
from bizops.measure import tables
from bizops.measure.blocks import NO_VALUE
from bizops.measure.components import Base, Component
from bizops.measure.ground import Ground, lowered, rows_of
from bizops.measure.masks import Way, shifts_of
from bizops.measure.states import states_in_windows, weighted
from bizops.measure.windows import Window
from bizops.model.typed import BOOLEAN, DATE, INTEGER, TEXT, TIMESTAMP, Aggregate, Typed, absent, both, literal, present
from bizops.model.typed import field as named
from bizops.model.typing import ENDED
from bizops.query.plan import Filter, Given, Group, Join, Plan, Project, Survival

Dims = tuple[tuple[str, Typed], ...]
"""One way to split: the names of the slices and what they stand for; empty for the whole."""


WINDOW = named("$w", INTEGER)


def split_by_key(
    components: Sequence[Component],
) -> list[tuple[Typed | None, list[tuple[Component, Component, str | None]]]]:
    """Components in groups that one pass answers: ``(key field, [(asked for, computed, its key)])``.

    KPIs that differ only by ``operation = 'login'`` and ``operation = 'search'`` become one aggregate by operation.
    """
    found: Counter[Typed] = Counter()
    literals: dict[Typed, set[str]] = {}
    for component in components:
        for by, value in _equalities(component):
            found[by] += 1
            literals.setdefault(by, set()).add(value)
    best = max(found, key=lambda by: (found[by], repr(by)), default=None)
    if best is None or len(literals[best]) < 2:
        return [(None, [(c, c, None) for c in components])]
    keyed: list[tuple[Component, Component, str | None]] = []
    rest: list[Component] = []
    for component in components:
        values = [value for by, value in _equalities(component) if by == best]
        if len(values) == 1:
            remaining = frozenset(c for c in component.conditions if _equality(c) != (best, values[0]))
            keyed.append((component, replace(component, conditions=remaining), values[0]))
        else:
            rest.append(component)
    groups: list[tuple[Typed | None, list[tuple[Component, Component, str | None]]]] = [(best, keyed)]
    if rest:
        groups.append((None, [(c, c, None) for c in rest]))
    return groups


def _equalities(component: Component) -> list[tuple[Typed, str]]:
    return [pair for pair in map(_equality, component.conditions) if pair is not None]


def _equality(condition: Typed) -> tuple[Typed, str] | None:
    if condition.op == "=" and condition.args[1].op == "literal" and isinstance(condition.args[1].value, str):
        return condition.args[0], condition.args[1].value
    return None


# ------------------------------------------------------------------------------------------------------------ the pass


def fused_plan(
    ground: Ground,
    base: Base,
    by: Typed | None,
    computed: Sequence[Component],
    keys: Sequence[str],
    dims: Sequence[Dims],
    windows: Sequence[Window],
) -> Plan:
    """All components of a base, for all slices and windows, in one pass. Windows must be disjoint (except for
    states).
    """
    aggregates = _aggregates(base, computed)
    if base.kind == "groups":
        return _groups_plan(ground, base, aggregates, dims, windows)
    split: dict[str, Typed] = {"$k": by} if by is not None else {}
    for index, dim in enumerate(dims):
        split |= {f"$d{index}_{at}": typed for at, (_, typed) in enumerate(dim)}
    only = _rows_that_count(computed, by, keys)
    rows, plain = _projected(ground, base, only, split, aggregates, windows)
    head = ("$w", "$k") if by is not None else ("$w",)
    sets = tuple((*head, *(f"$d{index}_{at}" for at in range(len(dim)))) for index, dim in enumerate(dims))
    return Group(rows, sets, plain)


def _aggregates(base: Base, computed: Sequence[Component]) -> dict[str, Aggregate]:
    aggregates = {f"c{index}": _with_conditions(component) for index, component in enumerate(computed)}
    if base.snapshot is not None and base.snapshot.at in ("average", "total"):
        return {name: weighted(aggregate) for name, aggregate in aggregates.items()}
    return aggregates


def _projected(
    ground: Ground,
    base: Base,
    only: Typed | None,
    split: dict[str, Typed],
    aggregates: dict[str, Aggregate],
    windows: Sequence[Window],
) -> tuple[Plan, dict[str, Aggregate]]:
    """Rows with all that they are grouped by and counted for, each expression computed once; and the aggregates over
    these columns.
    """
    needed = [*split.values(), *([only] if only is not None else [])]
    for aggregate in aggregates.values():
        needed += [*aggregate.args, *(t for t in (aggregate.where, aggregate.by) if t is not None)]
    rows, window = _windowed(ground, base, needed, only, windows)
    columns: dict[str, Typed] = {"$w": window} | {n: lowered(ground, base, t) for n, t in split.items()}
    plain: dict[str, Aggregate] = {}
    for name, aggregate in aggregates.items():
        where = aggregate.where
        args = tuple(_column(columns, lowered(ground, base, arg)) for arg in aggregate.args)
        order = _column(columns, lowered(ground, base, aggregate.by)) if aggregate.by is not None else None
        condition = _column(columns, lowered(ground, base, where)) if where is not None else None
        plain[name] = replace(aggregate, args=args, by=order, where=condition)
    return Project(rows, columns), plain


def _column(columns: dict[str, Typed], typed: Typed) -> Typed:
    """The column that holds an expression, added when it is new."""
    if typed.op == "literal":
        return typed
    for name, known in columns.items():
        if known == typed:
            return named(name, typed.type)
    name = f"$x{len(columns)}"
    columns[name] = typed
    return named(name, typed.type)


def _with_conditions(component: Component) -> Aggregate:
    return replace(component.aggregate, where=both(*sorted(component.conditions, key=repr)))


def _rows_that_count(computed: Sequence[Component], by: Typed | None, keys: Sequence[str]) -> Typed | None:
    """A condition outside which no component has rows: what all of them ask for, and one of the keys."""
    common = frozenset.intersection(*(component.conditions for component in computed)) if computed else frozenset()
    conditions = sorted(common, key=repr)
    if by is not None:
        conditions.append(Typed("in", BOOLEAN, (by, *(literal(value, TEXT) for value in sorted(set(keys))))))
    return both(*conditions)


# ------------------------------------------------------------------------------------------------------ rows laid out

LAID_OUT = "laid_out"
"""The name under which an engine holds the rows of a pass that several queries share."""

CODED_KINDS = ("text", "integer", "boolean", "date")
"""Values of these kinds have one text, whoever writes it; others are grouped by as they are."""

Values = Mapping[Typed, Sequence[str | None]]
"""The values that a slice is known to have; in a layout they are numbered from 1, anything else is 0."""


def laid_out_plan(
    ground: Ground,
    base: Base,
    by: Typed | None,
    computed: Sequence[Component],
    keys: Sequence[str],
    dims: Sequence[Dims],
    values: Values,
    windows: Sequence[Window],
) -> tuple[Plan, dict[str, Aggregate]]:
    """The rows of a pass, with small numbers for keys and slice values; and the aggregates over their columns."""
    split: dict[str, Typed] = {"$k": _code(by, keys)} if by is not None else {}
    for index, dim in enumerate(dims):
        for at, (_, typed) in enumerate(dim):
            split[f"$d{index}_{at}"] = _code(typed, values[typed]) if typed in values else typed
    only = _rows_that_count(computed, by, keys)
    return _projected(ground, base, only, split, _aggregates(base, computed), windows)


def values_plan(
    ground: Ground,
    base: Base,
    by: Typed | None,
    computed: Sequence[Component],
    keys: Sequence[str],
    slices: Sequence[Typed],
    windows: Sequence[Window],
) -> Plan:
    """Which values some slices have, one grouping set each: ``$v0``, ``$v1`` ..."""
    columns = {f"$v{index}": typed for index, typed in enumerate(slices)}
    rows, _ = _projected(ground, base, _rows_that_count(computed, by, keys), columns, {}, windows)
    return Group(rows, tuple((name,) for name in columns), {})


def way_plan(keyed: bool, index: int, width: int, aggregates: dict[str, Aggregate]) -> Plan:
    """Aggregates over rows laid out, by one way to split."""
    head = ("$w", "$k") if keyed else ("$w",)
    return Group(Given(LAID_OUT), ((*head, *(f"$d{index}_{at}" for at in range(width))),), aggregates)


def mask_plan(keyed: bool, distinct: Aggregate, packs: Sequence[Sequence[Way]]) -> Plan:
    """For each thing that is to be counted once, from rows laid out: the masks ``$m0`` ... of the slice values that it
    occurs with, one bit each.
    """
    conditions = [*([distinct.where] if distinct.where is not None else []), *map(present, distinct.args)]
    rows = Filter(Given(LAID_OUT), reduce(lambda a, b: Typed("and", BOOLEAN, (a, b)), conditions))
    head = {name: named(name, INTEGER) for name in (("$w", "$k") if keyed else ("$w",))}
    things = {f"$t{at}": arg for at, arg in enumerate(distinct.args)}
    bits = {f"$b{at}": _bits(pack) for at, pack in enumerate(packs)}
    masks = {f"$m{at}": Aggregate("bit_or", INTEGER, (named(f"$b{at}", INTEGER),)) for at in range(len(packs))}
    return Group(Project(rows, {**head, **things, **bits}), ((*head, *things),), masks)


def _bits(pack: Sequence[Way]) -> Typed:
    """One bit for each way's value of the row, side by side."""
    bits = [
        Typed("bit", INTEGER, (named(way.column, INTEGER), literal(shift - 1, INTEGER)))
        for way, shift in zip(pack, shifts_of(pack), strict=True)
    ]
    return reduce(lambda a, b: Typed("bits", INTEGER, (a, b)), bits)


def _code(typed: Typed, values: Sequence[str | None]) -> Typed:
    """The place of a row's slice value among the values; compared as what it is, since making texts is slow."""
    if not values:
        return literal(0, INTEGER)
    if typed.type.kind == "integer" and None not in values:
        place = Typed("position", INTEGER, (typed, *(literal(int(value or 0), INTEGER) for value in values)))
    else:
        as_text = typed if typed.type.kind == "text" else Typed("to_text", TEXT, (typed,))
        if None in values:
            as_text = Typed("coalesce", TEXT, (as_text, literal(NO_VALUE, TEXT)))
        told = [literal(NO_VALUE if value is None else value, TEXT) for value in values]
        place = Typed("position", INTEGER, (as_text, *told))
    return Typed("coalesce", INTEGER, (place, literal(0, INTEGER)))


# ---------------------------------------------------------------------------------------------------- other questions


def survival_plan(ground: Ground, component: Component, dim: Dims, windows: Sequence[Window]) -> Plan:
    """Kaplan-Meier estimate of one censored duration, for one way to split; the answer is in column ``c0``."""
    base, duration = component.base, component.aggregate.args[0]
    start, end = duration.args
    # A case that ended without reaching the step never will: it is neither open nor part of "how long it takes".
    # How many
    # do so is what `dropoff` tells. Counting it as 'not yet' would let a single open case move the value by any amount.
    may_come = Typed("or", BOOLEAN, (present(end), absent(named(ENDED, TIMESTAMP))))
    where = both(*sorted(component.conditions, key=repr), present(start), may_come)
    split = {f"$d0_{at}": typed for at, (_, typed) in enumerate(dim)}
    until = Typed("if", TIMESTAMP, (absent(end), Typed("now", TIMESTAMP), end))
    observed = Typed("duration", duration.type, (start, until))
    needed = [duration, observed, *([where] if where else []), *split.values()]
    rows, window = _windowed(ground, base, needed, where, windows)
    columns = {"$w": window} | {name: lowered(ground, base, typed) for name, typed in split.items()}
    columns |= {"$t": lowered(ground, base, observed), "$done": present(end)}
    keys = ("$w", *split)
    if component.aggregate.name == "survival_mean":
        return Survival(Project(rows, columns), keys, "$t", "$done", mean="c0")
    return Survival(Project(rows, columns), keys, "$t", "$done", {"c0": component.aggregate.param or 0.5})


def _groups_plan(
    ground: Ground, base: Base, aggregates: dict[str, Aggregate], dims: Sequence[Dims], windows: Sequence[Window]
) -> Plan:
    """One row per group first, then the aggregates over groups. Takes one way to split at a time."""
    (dim,) = dims
    inner = {name: formula.aggregates()[0] for name, formula in base.each}
    own = {name: typed for name, typed in dim if not (typed.op == "field" and typed.value in {*dict(base.per), *inner})}
    needed = [*dict(base.per).values(), *own.values(), *([base.where] if base.where is not None else [])]
    for aggregate in inner.values():
        needed += [*aggregate.args, *(t for t in (aggregate.where, aggregate.by) if t is not None)]
    rows, window = _windowed(ground, base, needed, base.where, windows)
    split = {
        **{f"$g.{name}": typed for name, typed in base.per},
        **{f"$s.{name}": typed for name, typed in own.items()},
    }
    one = tuple((name, typed) for name, typed in split.items())
    grouped = _regrouped(ground, base, rows, window, one, inner)
    columns: dict[str, Typed] = {"$w": WINDOW}
    columns |= {name: named(f"$g.{name}", typed.type) for name, typed in base.per}
    columns |= {name: named(f"$e.{name}", formula.type) for name, formula in base.each}
    for at, (name, typed) in enumerate(dim):
        source = named(f"$s.{name}", typed.type) if name in own else columns[str(typed.value)]
        columns[f"$d0_{at}"] = source
    sets = (("$w", *(f"$d0_{at}" for at in range(len(dim)))),)
    return Group(Project(grouped, columns), sets, aggregates)


def _regrouped(ground: Ground, base: Base, rows: Plan, window: Typed, split: Dims, inner: dict[str, Aggregate]) -> Plan:
    columns: dict[str, Typed] = {"$w": window}
    columns |= {name: lowered(ground, base, typed) for name, typed in split}
    plain = {}
    for name, aggregate in inner.items():
        args = tuple(_column(columns, lowered(ground, base, arg)) for arg in aggregate.args)
        order = _column(columns, lowered(ground, base, aggregate.by)) if aggregate.by is not None else None
        where = _column(columns, lowered(ground, base, aggregate.where)) if aggregate.where is not None else None
        plain[f"$e.{name}"] = replace(aggregate, args=args, by=order, where=where)
    return Group(Project(rows, columns), (("$w", *(name for name, _ in split)),), plain)


# ---------------------------------------------------------------------------------------------- rows and their windows


def _windowed(
    ground: Ground, base: Base, needed: Sequence[Typed], only: Typed | None, windows: Sequence[Window]
) -> tuple[Plan, Typed]:
    """The base's rows that count, and the index of the window each belongs to."""
    if base.kind == "states":
        return states_in_windows(ground, base, needed, only, windows)
    if base.time is None:
        return _in_every_window(ground, base, needed, only, windows)
    by_day = base.time.type.kind == "date"
    first = tables.day_us(windows[0].first_day) if by_day else windows[0].start_us
    last = tables.day_us(windows[-1].last_day + timedelta(days=1)) if by_day else windows[-1].end_us
    plan = rows_of(ground, base, [*needed, base.time], first, last)
    inside = both(*_between(base.time, windows, by_day), lowered(ground, base, only) if only is not None else None)
    assert inside is not None
    plan = Filter(plan, inside)
    if len(windows) == 1:
        return plan, literal(0, INTEGER)
    ground.tables["ticks"] = tables.days(windows) if by_day else tables.ticks(windows)
    tick = Typed("day_number" if by_day else "tick", INTEGER, (base.time,))
    return Join(plan, Given("ticks"), ((tick, named("tick", INTEGER)),), "inner"), WINDOW


def _in_every_window(
    ground: Ground, base: Base, needed: Sequence[Typed], only: Typed | None, windows: Sequence[Window]
) -> tuple[Plan, Typed]:
    """Rows without time hold always: they count in each window."""
    plan = rows_of(ground, base, needed)
    if only is not None:
        plan = Filter(plan, lowered(ground, base, only))
    ground.tables["windows"] = tables.bounds(windows)
    return Join(plan, Given("windows"), (), "inner"), WINDOW


def _between(time: Typed, windows: Sequence[Window], by_day: bool) -> list[Typed]:
    if by_day:
        first = Typed("moment", DATE, (), windows[0].first_day.isoformat())
        last = Typed("moment", DATE, (), windows[-1].last_day.isoformat())
        return [Typed(">=", BOOLEAN, (time, first)), Typed("<=", BOOLEAN, (time, last))]
    return [
        Typed(">=", BOOLEAN, (time, us_literal(windows[0].start_us))),
        Typed("<", BOOLEAN, (time, us_literal(windows[-1].end_us))),
    ]
