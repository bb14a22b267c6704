"""Typed expressions: what later rooms compile, with every name resolved and every unit conversion written out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from bizops.units import Unit

ONE = Unit.parse("1", frozenset())
MICROSECOND = Unit.parse("us", frozenset())

NUMERIC = frozenset({"integer", "number", "decimal"})
TEMPORAL = frozenset({"date", "timestamp"})


@dataclass(frozen=True, slots=True)
class Type:
    """What a value is: its kind, its unit, and the column with its currency where each row has its own."""

    kind: str
    unit: Unit = ONE
    currency: str | None = None

    @property
    def is_numeric(self) -> bool:
        return self.kind in NUMERIC

    def __str__(self) -> str:
        if self.currency:
            return f"money in mixed currencies ({self.currency})"
        if self.is_numeric and self.unit != ONE:
            return str(self.unit)
        return {"integer": "a number", "number": "a number", "decimal": "a number"}.get(self.kind, f"a {self.kind}")


TEXT, BOOLEAN, DATE, TIMESTAMP = Type("text"), Type("boolean"), Type("date"), Type("timestamp")
INTEGER, NUMBER, NULL = Type("integer"), Type("number"), Type("null")


@dataclass(frozen=True, slots=True)
class Typed:
    """A node of a typed expression.

    ``op`` is ``field`` (``value``: its path), ``literal`` (``value``), ``scale`` (``value``: a Fraction), an
    operator, a function, or ``agg`` (``value``: an :class:`Aggregate`'s name).
    """

    op: str
    type: Type
    args: tuple[Typed, ...] = ()
    value: str | int | float | bool | Fraction | None = None

    def walk(self) -> Iterator[Typed]:
        """The node and everything below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    def fields(self) -> frozenset[str]:
        """Paths of all fields used."""
        return frozenset(str(node.value) for node in self.walk() if node.op == "field")

    def uses(self, *ops: str) -> bool:
        """Whether one of these operations occurs."""
        return any(node.op in ops for node in self.walk())


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate over rows: ``name``, what it is taken of, its inner filter, its order, its parameter."""

    name: str
    type: Type
    args: tuple[Typed, ...] = ()
    where: Typed | None = None
    by: Typed | None = None
    param: float | None = None


@dataclass(frozen=True, slots=True)
class Formula:
    """Arithmetic over aggregates (``agg``), numbers (``literal``) and period lengths (``length``)."""

    op: str
    type: Type
    args: tuple[Formula, ...] = ()
    aggregate: Aggregate | None = None
    value: float | str | None = None

    def walk(self) -> Iterator[Formula]:
        """The node and everything below it."""
        yield self
        for arg in self.args:
            yield from arg.walk()

    def aggregates(self) -> tuple[Aggregate, ...]:
        """The aggregates, in reading order."""
        return tuple(node.aggregate for node in self.walk() if node.aggregate is not None)


def literal(value: str | int | float | bool | None, type_: Type) -> Typed:
    """A constant."""
    return Typed("literal", type_, (), value)


def field(path: str, type_: Type) -> Typed:
    """A field by its path."""
    return Typed("field", type_, (), path)


TRUE = literal(True, BOOLEAN)


def absent(typed: Typed) -> Typed:
    """The condition that there is no value."""
    return Typed("is_null", BOOLEAN, (typed,))


def present(typed: Typed) -> Typed:
    """The condition that there is a value."""
    return Typed("not", BOOLEAN, (absent(typed),))


def both(*conditions: Typed | None) -> Typed | None:
    """The conjunction of the conditions that are given."""
    given = [c for c in conditions if c is not None]
    if not given:
        return None
    result = given[0]
    for condition in given[1:]:
        result = Typed("and", BOOLEAN, (result, condition))
    return result


def substituted(typed: Typed, path: str, by: Typed) -> Typed:
    """The expression with a field replaced by what it stands for."""
    if typed.op == "field" and typed.value == path:
        return by
    return replace(typed, args=tuple(substituted(arg, path, by) for arg in typed.args))


def substituted_in(formula: Formula, path: str, by: Typed) -> Formula:
    """The same for a formula's aggregates."""
    args = tuple(substituted_in(arg, path, by) for arg in formula.args)
    aggregate = formula.aggregate
    if aggregate is not None:
        aggregate = replace(
            aggregate,
            args=tuple(substituted(arg, path, by) for arg in aggregate.args),
            where=substituted(aggregate.where, path, by) if aggregate.where is not None else None,
            by=substituted(aggregate.by, path, by) if aggregate.by is not None else None,
        )
    return replace(formula, args=args, aggregate=aggregate)
