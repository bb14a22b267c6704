"""Components: the aggregates that engines compute and that are kept, and how a KPI's value is made of them.

``avg(x)`` is kept as a sum and a count, so that it shares them with other KPIs; ``share(c)`` as two counts; a
percentile as itself. A component belongs to a :class:`Base`, the rows it is computed over. Both have a key that
changes exactly when their meaning does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b

from bizops.events.sources import sources_behind
from bizops.model.language import Snapshot
from bizops.model.measures import Measure
from bizops.model.model import Model
from bizops.model.typed import (
    BOOLEAN,
    INTEGER,
    MICROSECOND,
    NUMBER,
    TIMESTAMP,
    Aggregate,
    Formula,
    Type,
    Typed,
    absent,
    both,
    field,
    literal,
    present,
)
from bizops.model.typing import ENDED


@dataclass(frozen=True)
class Base:
    """Rows that components are computed over.

    ``kind`` is ``rows`` (of a source), ``cases`` (of a journey), ``states`` (rows that hold over a while) or ``groups``
    (one row per combination of ``per``, with the aggregates ``each``; ``where`` then belongs to the base).
    """

    kind: str
    name: str
    time: Typed | None
    per: tuple[tuple[str, Typed], ...] = ()
    each: tuple[tuple[str, Formula], ...] = ()
    where: Typed | None = None
    snapshot: Snapshot | None = None
    region: Typed | None = None
    clock: str = "elapsed"

    @cached_property
    def text(self) -> str:
        """Everything that decides which rows these are."""
        snapshot = (self.snapshot.at, self.snapshot.weight) if self.snapshot else None
        parts = (self.kind, self.name, self.time, self.per, self.each, self.where, snapshot, self.region, self.clock)
        return repr(parts)


@dataclass(frozen=True)
class Component:
    """One aggregate over the rows of a base for which all ``conditions`` hold."""

    base: Base
    aggregate: Aggregate
    conditions: frozenset[Typed] = frozenset()

    @cached_property
    def text(self) -> str:
        """Everything that decides its value, apart from data and calendar."""
        return repr((self.aggregate, sorted(map(repr, self.conditions)))) + self.base.text

    def __hash__(self) -> int:
        return hash(self.text)

    def key(self, model: Model) -> str:
        """A stable name under which its values are kept."""
        section = "journeys" if self.base.kind == "cases" else "sources"
        names = [self.base.name] if section == "journeys" else list(sources_behind(model, self.base.name))
        definitions = "".join(model.definition_hash(section, name) for name in names)
        return blake2b((definitions + self.text).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True)
class Parts:
    """The components of one aggregate of a formula, and the rule that makes its value of them."""

    rule: str
    components: tuple[Component, ...]


@dataclass(frozen=True)
class Recipe:
    """What has to be computed for one measure.

    ``parts`` follow the formula's aggregates in reading order; ``rows`` counts the rows used; ``persons`` the people
    they touch; ``open_cases`` those not yet at the end of a duration; ``unpriced`` the amounts for which no rate is
    known; ``sampled`` the rows that stand for more than one.
    """

    measure: Measure
    parts: tuple[Parts, ...]
    rows: Component
    persons: Component | None
    open_cases: Component | None
    unpriced: Component | None
    sampled: Component | None

    def components(self) -> Iterator[Component]:
        """All of them, each as often as it is used."""
        for part in self.parts:
            yield from part.components
        yield self.rows
        for extra in (self.persons, self.open_cases, self.unpriced, self.sampled):
            if extra is not None:
                yield extra


def recipe_of(measure: Measure) -> Recipe:
    """Which components a measure is made of."""
    base = _base(measure)
    flat = replace(base, kind="rows", per=(), each=(), where=None) if base.kind == "groups" else base
    conditions = frozenset(_conjuncts(both(measure.rows.where, measure.where)))
    inner = frozenset[Typed]() if base.kind == "groups" else conditions
    parts = tuple(_parts(measure, base, inner, aggregate) for aggregate in measure.value.aggregates())
    opens = [c for part in parts if part.rule in ("survival", "survival-mean") for c in part.components[-1:]]
    return Recipe(
        measure,
        parts,
        rows=Component(flat, Aggregate("tally" if base.kind == "states" else "count", INTEGER), conditions),
        persons=Component(flat, Aggregate("distinct", INTEGER, (measure.person,)), conditions)
        if measure.person
        else None,
        open_cases=opens[0] if opens else None,
        unpriced=_unpriced(measure, flat, conditions),
        sampled=_sampled(measure, flat, conditions),
    )


def _base(measure: Measure) -> Base:
    rows = measure.rows
    if rows.journey is not None:
        return Base("cases", rows.journey.name, measure.time, region=measure.region, clock=measure.clock)
    assert rows.source is not None
    if measure.snapshot is not None:
        return Base("states", rows.source.name, measure.time, snapshot=measure.snapshot, region=measure.region)
    if measure.per:
        where = both(rows.where, measure.where)
        return Base(
            "groups", rows.source.name, measure.time, tuple(measure.per.items()), tuple(measure.each.items()), where
        )
    return Base("rows", rows.source.name, measure.time)


def _conjuncts(condition: Typed | None) -> list[Typed]:
    if condition is None:
        return []
    if condition.op == "and":
        return [part for arg in condition.args for part in _conjuncts(arg)]
    return [condition]


def _parts(measure: Measure, base: Base, conditions: frozenset[Typed], aggregate: Aggregate) -> Parts:
    own = conditions | frozenset(_conjuncts(aggregate.where))
    plain = replace(aggregate, where=None)

    def component(
        name: str, type_: Type, *args: Typed, param: float | None = None, also: frozenset[Typed] = frozenset()
    ) -> Component:
        return Component(base, Aggregate(name, type_, args, None, None, param), own | also)

    duration = _censored_duration(measure, aggregate)
    if duration is not None:
        start, end = duration.args
        still_open = frozenset({absent(end), present(start), absent(field(ENDED, TIMESTAMP))})
        opened = component("count", INTEGER, also=still_open)
        if aggregate.name == "avg":
            mean = component("survival_mean", Type("number", MICROSECOND), duration)
            total, n = component("sum", aggregate.type, duration), component("count", INTEGER, duration)
            return Parts("survival-mean", (total, n, mean, opened))
        naive = Component(base, plain, own)
        censored = component("survival", Type("number", MICROSECOND), duration, param=aggregate.param)
        return Parts("survival", (naive, censored, opened))
    if aggregate.name == "avg":
        arg = aggregate.args[0]
        return Parts("mean", (component("sum", aggregate.type, arg), component("count", INTEGER, arg)))
    if aggregate.name == "share":
        condition = aggregate.args[0]
        known = present(condition)
        return Parts(
            "mean",
            (
                component("count", INTEGER, also=frozenset(_conjuncts(condition))),
                component("count", INTEGER, also=frozenset({known})),
            ),
        )
    return Parts("same", (Component(base, plain, own),))


def _censored_duration(measure: Measure, aggregate: Aggregate) -> Typed | None:
    """The duration between steps whose end may still be open, when the measure asks for open cases to be counted."""
    if not measure.censored or aggregate.name not in ("percentile", "percentile_disc", "avg") or measure.per:
        return None
    (arg,) = aggregate.args
    is_plain = arg.op == "duration" and all(a.op == "field" and a.type == TIMESTAMP for a in arg.args)
    return arg if is_plain else None


def _unpriced(measure: Measure, flat: Base, conditions: frozenset[Typed]) -> Component | None:
    """Counts rows with an amount that counts and is to be converted, but for which there is no rate."""
    plain = frozenset(condition for condition in conditions if not condition.uses("convert"))
    lacking = [_without_rate(node, []) for condition in conditions for node in _converts(condition)]
    for formula in (measure.value, *measure.each.values()):
        for aggregate in formula.aggregates():
            where = _conjuncts(aggregate.where)
            own = [condition for condition in where if not condition.uses("convert")]
            lacking += [_without_rate(node, own) for typed in (*aggregate.args, *where) for node in _converts(typed)]
    if not lacking:
        return None
    any_of = lacking[0]
    for condition in lacking[1:]:
        any_of = Typed("or", BOOLEAN, (any_of, condition))
    return Component(flat, Aggregate("tally", INTEGER), plain | {any_of})


_ADDS_UP = ("count", "sum", "distinct")
WEIGHT = "weight"


def _sampled(measure: Measure, flat: Base, conditions: frozenset[Typed]) -> Component | None:
    """Counts rows that stand for more than one, where a KPI counts or adds up rows without asking for their weight."""
    source = measure.rows.source
    if source is None or not source.is_telemetry or WEIGHT not in source.columns:
        return None
    aggregates = [a for formula in (measure.value, *measure.each.values()) for a in formula.aggregates()]
    asked = any(WEIGHT in typed.fields() for a in aggregates for typed in (*a.args, *((a.where,) if a.where else ())))
    if asked or not any(a.name in _ADDS_UP for a in aggregates):
        return None
    stands_for_more = Typed("<>", BOOLEAN, (field(WEIGHT, NUMBER), literal(1.0, NUMBER)))
    return Component(flat, Aggregate("tally", INTEGER), conditions | {stands_for_more})


def _converts(typed: Typed) -> list[Typed]:
    return [node for node in typed.walk() if node.op == "convert"]


def _without_rate(convert: Typed, where: list[Typed]) -> Typed:
    lacking = both(*where, present(convert.args[0]), absent(convert))
    assert lacking is not None
    return lacking
