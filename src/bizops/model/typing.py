"""What expressions mean: names resolved, kinds and units checked, conversions written out.

:class:`Typer` turns a syntax tree into :class:`~bizops.model.typed.Typed` (a value per row) or
:class:`~bizops.model.typed.Formula` (arithmetic over aggregates). Whatever has no meaning (EUR added to seconds, a
sum of mixed currencies, an aggregate inside an aggregate) raises :class:`~bizops.model.expression.ExpressionError` at
its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from bizops.errors import BizopsError, did_you_mean
from bizops.model.expression import Binary, Call, Expr, ExpressionError, In, IsNull, Literal, Name, Num, Unary
from bizops.model.typed import (
    BOOLEAN,
    DATE,
    INTEGER,
    MICROSECOND,
    NULL,
    NUMBER,
    ONE,
    TEMPORAL,
    TEXT,
    TIMESTAMP,
    Aggregate,
    Formula,
    Type,
    Typed,
    both,
    field,
    literal,
)
from bizops.units import Unit


class Fields(Protocol):
    """The names an expression may use."""

    def resolve(self, path: str) -> Typed | None:
        """What a name stands for, or None when there is no such name."""

    def paths(self) -> Iterable[str]:
        """All names, for suggestions."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps, when the rows are cases of a journey."""


AGGREGATES = frozenset(
    [
        "count",
        "sum",
        "avg",
        "min",
        "max",
        "median",
        "stddev",
        "distinct",
        "share",
        "percentile",
        "percentile_disc",
        "first",
        "last",
        "rate",
        "conversion",
        "dropoff",
        "rework",
    ]
)
_STEP_FUNCTIONS = frozenset({"reached", "visits", "open", "age", "conversion", "dropoff", "rework"})
_TRUNCATIONS = frozenset({"day", "week", "month", "year"})
_RATE_LENGTHS = ("s", "min", "h", "d", "working_h", "working_d")


def _wrong(node: Expr, message: str, code: str = "wrong-type", hint: str | None = None) -> ExpressionError:
    return ExpressionError(code, message, node.pos, hint)


@dataclass(frozen=True)
class Typer:
    """Gives meaning to expressions over some fields; ``nouns`` are the model's own counting units."""

    fields: Fields
    nouns: frozenset[str] = frozenset()
    base_currency: str | None = None

    # ------------------------------------------------------------------------------------------------ values per row

    def scalar(self, node: Expr) -> Typed:
        """A value per row."""
        if isinstance(node, Num):
            return self._number(node)
        if isinstance(node, Literal):
            kind = {str: TEXT, bool: BOOLEAN}.get(type(node.value), NULL)
            return literal(node.value, kind)
        if isinstance(node, Name):
            return self._field(node)
        if isinstance(node, Unary):
            return self._unary(node)
        if isinstance(node, Binary):
            return self._binary(node)
        if isinstance(node, In):
            items = [self._aligned(node, self.scalar(node.arg), self.scalar(item))[1] for item in node.items]
            inside = Typed("in", BOOLEAN, (self.scalar(node.arg), *items))
            return Typed("not", BOOLEAN, (inside,)) if node.negated else inside
        if isinstance(node, IsNull):
            is_null = Typed("is_null", BOOLEAN, (self.scalar(node.arg),))
            return Typed("not", BOOLEAN, (is_null,)) if node.negated else is_null
        return self._call(node)

    def boolean(self, node: Expr) -> Typed:
        """A condition per row."""
        typed = self.scalar(node)
        if typed.type.kind not in ("boolean", "null"):
            raise _wrong(
                node, f"A condition is needed here, but this is {typed.type}.", hint="Compare it: '... = ...'."
            )
        return typed

    def _number(self, node: Num) -> Typed:
        exact = Fraction(Decimal(node.text))
        value = int(exact) if exact.denominator == 1 else float(exact)
        kind = "integer" if isinstance(value, int) else "number"
        return literal(value, Type(kind, self.unit(node.unit, node) if node.unit else ONE))

    def unit(self, text: str, node: Expr) -> Unit:
        """A unit written in an expression."""
        try:
            return Unit.parse(text, self.nouns)
        except BizopsError as error:
            problem = error.problems[0]
            raise ExpressionError(problem.code, problem.message, node.pos, problem.hint) from None

    def _field(self, node: Name) -> Typed:
        typed = self.fields.resolve(node.name)
        if typed is None:
            hint = did_you_mean(node.name, self.fields.paths())
            raise _wrong(node, f"There is no '{node.name}' here.", "unknown-reference", hint)
        return typed

    def _unary(self, node: Unary) -> Typed:
        if node.op == "not":
            return Typed("not", BOOLEAN, (self.boolean(node.arg),))
        arg = self._numeric(node.arg, "'-'")
        if arg.op == "literal" and isinstance(arg.value, int | float):
            return replace(arg, value=-arg.value)
        return Typed("neg", arg.type, (arg,))

    def _numeric(self, node: Expr, where: str) -> Typed:
        typed = self.scalar(node)
        if not typed.type.is_numeric and typed.type.kind != "null":
            raise _wrong(node, f"{where} needs a number, but this is {typed.type}.")
        return typed

    def _binary(self, node: Binary) -> Typed:
        if node.op in ("and", "or"):
            return Typed(node.op, BOOLEAN, (self.boolean(node.left), self.boolean(node.right)))
        left, right = self.scalar(node.left), self.scalar(node.right)
        if node.op in ("*", "/"):
            for part, typed in ((node.left, left), (node.right, right)):
                if not typed.type.is_numeric:
                    raise _wrong(part, f"'{node.op}' needs numbers, but this is {typed.type}.")
            return Typed(node.op, self._product_type(node, left.type, right.type), (left, right))
        if node.op in ("+", "-"):
            if node.op == "-" and left.type.kind in TEMPORAL and right.type.kind in TEMPORAL:
                raise _wrong(node, "Times are not subtracted with '-'.", hint="Write duration(earlier, later).")
            for part, typed in ((node.left, left), (node.right, right)):
                if not typed.type.is_numeric:
                    raise _wrong(part, f"'{node.op}' needs numbers, but this is {typed.type}.")
        left, right = self._aligned(node, left, right)
        if node.op in ("+", "-"):
            return Typed(node.op, self._sum_type(left.type, right.type), (left, right))
        return Typed(node.op, BOOLEAN, (left, right))

    def _product_type(self, node: Binary, left: Type, right: Type) -> Type:
        if left.currency or right.currency:
            if (node.op == "/" and right.currency) or (left.currency and right.currency):
                raise _wrong(
                    node,
                    "Amounts in mixed currencies are neither multiplied nor divided by.",
                    "mixed-currency",
                    "Use convert(amount) first.",
                )
            other = right if left.currency else left
            if not other.unit.is_dimensionless:
                raise _wrong(
                    node,
                    "Amounts in mixed currencies are only multiplied by plain numbers.",
                    "mixed-currency",
                    "Use convert(amount) first.",
                )
            return Type(
                "number" if node.op == "/" or "number" in (left.kind, right.kind) else "decimal",
                left.unit * right.unit if node.op == "*" else left.unit / right.unit,
                left.currency or right.currency,
            )
        unit = left.unit * right.unit if node.op == "*" else left.unit / right.unit
        if node.op == "/":
            return Type("number", unit)
        kinds = {left.kind, right.kind}
        return Type("number" if "number" in kinds else "decimal" if "decimal" in kinds else "integer", unit)

    @staticmethod
    def _sum_type(left: Type, right: Type) -> Type:
        kinds = {left.kind, right.kind}
        kind = "number" if "number" in kinds else "decimal" if "decimal" in kinds else "integer"
        return Type(kind, left.unit, left.currency or right.currency)

    def _aligned(self, node: Expr, left: Typed, right: Typed) -> tuple[Typed, Typed]:
        """Both sides in the left side's unit; a bare number takes the unit of what it stands beside."""
        a, b = left.type, right.type
        if "null" in (a.kind, b.kind):
            return left, right
        if a.is_numeric and b.is_numeric:
            if a.currency != b.currency and not (_bare(left) or _bare(right)):
                raise _wrong(
                    node,
                    f"{_cap(a)} and {b} cannot be added or compared.",
                    "mixed-currency",
                    "Use convert(amount) first.",
                )
            if a.unit == b.unit or a.currency:
                return left, right
            if _bare(right):
                return left, replace(right, type=replace(b, unit=a.unit))
            if _bare(left):
                return replace(left, type=replace(a, unit=b.unit)), right
            if not a.unit.compatible(b.unit):
                raise _wrong(node, f"{_cap(a)} and {b} cannot be added or compared.", "unit-mismatch")
            return left, scaled(right, b.unit.factor_to(a.unit), a.unit)
        if a.kind == b.kind:
            return left, right
        if a.kind in TEMPORAL and b.kind == "text" and right.op == "literal":
            return left, _moment(node, a, str(right.value))
        if {a.kind, b.kind} == TEMPORAL:
            raise _wrong(node, "A date and a time cannot be compared.", hint="Use day(...) on the time.")
        raise _wrong(node, f"{_cap(a)} and {b} cannot be compared.")

    # ------------------------------------------------------------------------------------------------------ functions

    def _call(self, node: Call) -> Typed:
        if node.name in AGGREGATES:
            raise _wrong(
                node, f"{node.name}(...) sums up many rows and has no meaning for a single one.", "misplaced-aggregate"
            )
        if node.where is not None or node.by is not None:
            raise _wrong(node, f"{node.name}(...) takes no 'where' or 'by'.")
        rule = _SCALAR_FUNCTIONS.get(node.name)
        if rule is None:
            hint = did_you_mean(node.name, [*_SCALAR_FUNCTIONS, *AGGREGATES])
            raise _wrong(node, f"There is no function '{node.name}'.", "unknown-function", hint)
        if node.name in _STEP_FUNCTIONS and not self.fields.steps:
            raise _wrong(node, f"{node.name}(...) has a meaning only for the cases of a journey.", "misplaced-function")
        return rule(self, node)

    def _arity(self, node: Call, low: int, high: int | None = None) -> None:
        high = low if high is None else high
        if not low <= len(node.args) <= high:
            wanted = str(low) if low == high else f"{low} to {high}" if high < 1000 else f"at least {low}"
            raise _wrong(
                node, f"{node.name}(...) takes {wanted} value{'s' if wanted != '1' else ''}, not {len(node.args)}."
            )

    def _texts(self, node: Call, low: int, high: int | None = None) -> tuple[Typed, ...]:
        self._arity(node, low, high)
        args = tuple(self.scalar(arg) for arg in node.args)
        for part, typed in zip(node.args, args, strict=True):
            if typed.type.kind not in ("text", "null"):
                raise _wrong(part, f"{node.name}(...) needs text, but this is {typed.type}.")
        return args

    def _if(self, node: Call) -> Typed:
        self._arity(node, 3)
        condition = self.boolean(node.args[0])
        then, other = self._aligned(node, self.scalar(node.args[1]), self.scalar(node.args[2]))
        return Typed("if", self._common(then, other), (condition, then, other))

    def _common(self, left: Typed, right: Typed) -> Type:
        if left.type.kind == "null":
            return right.type
        if right.type.kind == "null":
            return left.type
        return self._sum_type(left.type, right.type) if left.type.is_numeric else left.type

    def _coalesce(self, node: Call) -> Typed:
        self._arity(node, 2, 1000)
        result = self.scalar(node.args[0])
        parts = [result]
        for arg in node.args[1:]:
            _, right = self._aligned(node, result, self.scalar(arg))
            parts.append(right)
            result = Typed("coalesce", self._common(result, right), tuple(parts))
        return result

    def _abs(self, node: Call) -> Typed:
        self._arity(node, 1)
        arg = self._numeric(node.args[0], "abs(...)")
        return Typed("abs", arg.type, (arg,))

    def _temporal(self, node: Expr, where: str) -> Typed:
        typed = self.scalar(node)
        if typed.type.kind not in TEMPORAL:
            raise _wrong(node, f"{where} needs a date or time, but this is {typed.type}.")
        return typed

    def _truncated(self, node: Call) -> Typed:
        self._arity(node, 1)
        return Typed(node.name, DATE, (self._temporal(node.args[0], f"{node.name}(...)"),))

    def _part_of_time(self, node: Call) -> Typed:
        self._arity(node, 1)
        arg = self._temporal(node.args[0], f"{node.name}(...)")
        if node.name == "hour" and arg.type.kind == "date":
            raise _wrong(node.args[0], "hour(...) needs a time; this is a date.")
        return Typed(node.name, INTEGER, (arg,))

    def _is_working_day(self, node: Call) -> Typed:
        self._arity(node, 1)
        return Typed("is_working_day", BOOLEAN, (self._temporal(node.args[0], "is_working_day(...)"),))

    def _duration(self, node: Call) -> Typed:
        self._arity(node, 2)
        start, end = (self._temporal(arg, "duration(...)") for arg in node.args)
        if start.type.kind != end.type.kind:
            raise _wrong(
                node, "duration(...) needs two dates or two times, not one of each.", hint="Use day(...) on the time."
            )
        return Typed("duration", Type("integer", MICROSECOND), (start, end))

    def _convert(self, node: Call) -> Typed:
        self._arity(node, 1)
        arg = self._numeric(node.args[0], "convert(...)")
        if self.base_currency is None:
            raise _wrong(node, "convert(...) needs the section 'currencies' with a base.", "missing-currencies")
        base = Unit.parse(self.base_currency, frozenset())
        if arg.type.currency is None and arg.type.unit.currency is None:
            raise _wrong(node.args[0], f"convert(...) needs an amount of money, but this is {arg.type}.")
        return Typed("convert", Type("decimal", base), (arg,))

    def _extract(self, node: Call) -> Typed:
        args = self._texts(node, 2)
        pattern = args[1].value if args[1].op == "literal" else None
        if not isinstance(pattern, str):
            raise _wrong(node.args[1], "extract(...) needs a pattern in quotes.")
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise _wrong(node.args[1], f"'{pattern}' is no pattern: {error}.", "bad-pattern") from None
        if groups != 1:
            raise _wrong(
                node.args[1],
                f"The pattern has {groups} groups in brackets; the one that is wanted is needed.",
                "bad-pattern",
                "Write extract(body, 'order=([0-9]+)'); further brackets as (?:...).",
            )
        return Typed("extract", TEXT, args)

    def _number_of(self, node: Call) -> Typed:
        return Typed("to_number", NUMBER, self._texts(node, 1))

    def _step(self, node: Expr) -> str:
        if isinstance(node, Name) and node.name in self.fields.steps:
            return node.name
        hint = did_you_mean(node.name, self.fields.steps) if isinstance(node, Name) else None
        raise _wrong(node, "The name of a step is needed here.", "unknown-reference", hint)

    def _reached(self, node: Call) -> Typed:
        self._arity(node, 1)
        step = field(self._step(node.args[0]), TIMESTAMP)
        return Typed("not", BOOLEAN, (Typed("is_null", BOOLEAN, (step,)),))

    def _visits(self, node: Call) -> Typed:
        self._arity(node, 1)
        return field(visits_of(self._step(node.args[0])), INTEGER)

    def _open(self, node: Call) -> Typed:
        self._arity(node, 0)
        return Typed("is_null", BOOLEAN, (field(ENDED, TIMESTAMP),))

    def _age(self, node: Call) -> Typed:
        self._arity(node, 0)
        return Typed("duration", Type("integer", MICROSECOND), (field(ANCHOR, TIMESTAMP), Typed("now", TIMESTAMP)))

    # ----------------------------------------------------------------------------------------------------- aggregates

    def formula(self, node: Expr) -> Formula:
        """Arithmetic over aggregates."""
        if isinstance(node, Num):
            number = self._number(node)
            return Formula("literal", number.type, value=float(str(number.value)))
        if isinstance(node, Unary) and node.op == "-":
            arg = self.formula(node.arg)
            return Formula("neg", arg.type, (arg,))
        if isinstance(node, Binary) and node.op in ("+", "-", "*", "/"):
            return combined(node, self.formula(node.left), self.formula(node.right))
        if isinstance(node, Call) and node.name in AGGREGATES:
            return self._aggregate(node)
        raise _wrong(
            node,
            "A value for a whole period is needed here: an aggregate such as sum(...) or count().",
            "not-an-aggregate",
        )

    def _aggregate(self, node: Call) -> Formula:
        if node.name in _STEP_FUNCTIONS and not self.fields.steps:
            raise _wrong(node, f"{node.name}(...) has a meaning only for the cases of a journey.", "misplaced-function")
        where = self.boolean(node.where) if node.where is not None else None
        if node.by is not None and node.name not in ("first", "last"):
            raise _wrong(node, f"{node.name}(...) takes no 'by'.")
        return _AGGREGATE_RULES[node.name](self, node, where)

    def _agg_count(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 0, 1)
        return _agg(Aggregate("count", INTEGER, tuple(self.scalar(arg) for arg in node.args), where))

    def _agg_distinct(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1, 8)
        return _agg(Aggregate("distinct", INTEGER, tuple(self.scalar(arg) for arg in node.args), where))

    def _agg_numeric(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1)
        arg = self.scalar(node.args[0])
        if node.name in ("min", "max") and arg.type.kind in ("timestamp", "date"):
            raise _wrong(node.args[0], f"{node.name}(...) of a time is no number; use it in 'each' with first or last.")
        if not arg.type.is_numeric:
            hint = (
                "share(condition) gives the share of rows for which it holds." if arg.type.kind == "boolean" else None
            )
            raise _wrong(node.args[0], f"{node.name}(...) needs a number, but this is {arg.type}.", hint=hint)
        if arg.type.currency:
            raise _wrong(
                node.args[0],
                f"{node.name}(...) of amounts in mixed currencies has no meaning.",
                "mixed-currency",
                "Use convert(amount) first.",
            )
        kind = arg.type.kind if node.name in ("sum", "min", "max") else "number"
        return _agg(Aggregate(node.name, Type(kind, arg.type.unit), (arg,), where))

    def _agg_share(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1)
        return _agg(Aggregate("share", NUMBER, (self.boolean(node.args[0]),), where))

    def _agg_percentile(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1 if node.name == "median" else 2)
        arg = self._agg_numeric(Call("avg", node.args[:1], None, None, node.pos), where).aggregate
        assert arg is not None
        if node.name == "median":
            return _agg(replace(arg, name="percentile", param=0.5))
        rank = node.args[1]
        if not isinstance(rank, Num) or rank.unit not in (None, "%") or not 0 < float(rank.text) < 100:
            raise _wrong(rank, "The rank of a percentile is a number between 0 and 100.")
        return _agg(replace(arg, name=node.name, param=float(Fraction(Decimal(rank.text)) / 100)))

    def _agg_ordered(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1)
        arg = self.scalar(node.args[0])
        by = self.scalar(node.by) if node.by is not None else None
        if by is None:
            raise _wrong(node, f"{node.name}(...) needs an order.", hint=f"Write {node.name}(x by time).")
        return _agg(Aggregate(node.name, arg.type, (arg,), where, by))

    def _agg_rate(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1)
        length = node.args[0]
        if not isinstance(length, Name) or length.name not in _RATE_LENGTHS:
            raise _wrong(length, f"rate(...) takes one of {', '.join(_RATE_LENGTHS)}.")
        unit = Unit.parse(length.name.removeprefix("working_"), frozenset())
        count = _agg(Aggregate("count", INTEGER, (), where))
        return Formula(
            "/", Type("number", ONE / unit), (count, Formula("length", Type("number", unit), value=length.name))
        )

    def _agg_conversion(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 2)
        start, end = (self._reached(Call("reached", (arg,), None, None, arg.pos)) for arg in node.args)
        if node.name == "conversion":
            return _agg(Aggregate("share", NUMBER, (end,), both(where, start)))
        ended = Typed("not", BOOLEAN, (Typed("is_null", BOOLEAN, (field(ENDED, TIMESTAMP),)),))
        settled = Typed("or", BOOLEAN, (end, ended))
        return _agg(Aggregate("share", NUMBER, (Typed("not", BOOLEAN, (end,)),), both(where, start, settled)))

    def _agg_rework(self, node: Call, where: Typed | None) -> Formula:
        self._arity(node, 1)
        reached = self._reached(Call("reached", node.args, None, None, node.pos))
        visits = self._visits(Call("visits", node.args, None, None, node.pos))
        return _agg(
            Aggregate("share", NUMBER, (Typed(">", BOOLEAN, (visits, literal(1, INTEGER))),), both(where, reached))
        )


ANCHOR, ENDED = "$anchor", "$ended"
"""Fields every case has: when it began (for this KPI), and when it ended (no value: it is open)."""


def visits_of(step: str) -> str:
    """The field that counts how often a case came to a step."""
    return f"$visits.{step}"


def _agg(aggregate: Aggregate) -> Formula:
    return Formula("agg", aggregate.type, aggregate=aggregate)


def _moment(node: Expr, type_: Type, text: str) -> Typed:
    """A text beside a date or time is one: local, ISO 8601."""
    try:
        datetime.fromisoformat(text) if type_.kind == "timestamp" else date.fromisoformat(text)
    except ValueError:
        wanted = "2026-03-01T14:00" if type_.kind == "timestamp" else "2026-03-01"
        raise _wrong(node, f"'{text}' is no {type_.kind}.", "bad-date", f"Write it like '{wanted}'.") from None
    return Typed("moment", type_, (), text)


def _bare(typed: Typed) -> bool:
    return typed.op == "literal" and typed.type.unit == ONE and typed.type.is_numeric


def _cap(type_: Type) -> str:
    text = str(type_)
    return text[0].upper() + text[1:]


def scaled(typed: Typed, factor: Fraction, unit: Unit) -> Typed:
    """The same quantity in another unit."""
    if factor == 1:
        return replace(typed, type=replace(typed.type, unit=unit))
    if typed.op == "literal" and isinstance(typed.value, int | float):
        exact = Fraction(str(typed.value)) * factor
        value = int(exact) if exact.denominator == 1 else float(exact)
        return Typed("literal", Type("integer" if isinstance(value, int) else "number", unit), (), value)
    kind = typed.type.kind if factor.denominator == 1 else "number"
    return Typed("scale", Type(kind, unit), (typed,), factor)


def combined(node: Binary, left: Formula, right: Formula) -> Formula:
    """Arithmetic over two values of a period; sums and differences need one unit."""
    a, b = left.type, right.type
    for part, type_ in ((node.left, a), (node.right, b)):
        if not type_.is_numeric:
            raise _wrong(part, f"'{node.op}' needs numbers, but this is {type_}.")
    if node.op == "*":
        return Formula("*", Type("number", a.unit * b.unit), (left, right))
    if node.op == "/":
        return Formula("/", Type("number", a.unit / b.unit), (left, right))
    if right.op == "literal" and b.unit == ONE:
        return Formula(node.op, Type("number", a.unit), (left, right))
    if left.op == "literal" and a.unit == ONE:
        return Formula(node.op, Type("number", b.unit), (left, right))
    if not a.unit.compatible(b.unit):
        raise _wrong(node, f"{_cap(a)} and {b} cannot be added.", "unit-mismatch")
    factor = b.unit.factor_to(a.unit)
    if factor != 1:
        right = Formula("*", Type("number", a.unit), (right, Formula("literal", NUMBER, value=float(factor))))
    return Formula(node.op, Type("number", a.unit), (left, right))


def _text_function(result: Type, low: int, high: int | None = None) -> Callable[[Typer, Call], Typed]:
    return lambda typer, node: Typed(node.name, result, typer._texts(node, low, high))


_SCALAR_FUNCTIONS: dict[str, Callable[[Typer, Call], Typed]] = {
    "if": Typer._if,
    "coalesce": Typer._coalesce,
    "abs": Typer._abs,
    "lower": _text_function(TEXT, 1),
    "upper": _text_function(TEXT, 1),
    "trim": _text_function(TEXT, 1),
    "length": _text_function(INTEGER, 1),
    "starts_with": _text_function(BOOLEAN, 2),
    "ends_with": _text_function(BOOLEAN, 2),
    "contains": _text_function(BOOLEAN, 2),
    "concat": _text_function(TEXT, 2, 1000),
    "extract": Typer._extract,
    **dict.fromkeys(sorted(_TRUNCATIONS), Typer._truncated),
    "hour": Typer._part_of_time,
    "weekday": Typer._part_of_time,
    "is_working_day": Typer._is_working_day,
    "duration": Typer._duration,
    "convert": Typer._convert,
    "number": Typer._number_of,
    "reached": Typer._reached,
    "visits": Typer._visits,
    "open": Typer._open,
    "age": Typer._age,
}

_AGGREGATE_RULES: dict[str, Callable[[Typer, Call, Typed | None], Formula]] = {
    "count": Typer._agg_count,
    "distinct": Typer._agg_distinct,
    **dict.fromkeys(("sum", "avg", "min", "max", "stddev"), Typer._agg_numeric),
    "share": Typer._agg_share,
    **dict.fromkeys(("median", "percentile", "percentile_disc"), Typer._agg_percentile),
    **dict.fromkeys(("first", "last"), Typer._agg_ordered),
    "rate": Typer._agg_rate,
    **dict.fromkeys(("conversion", "dropoff"), Typer._agg_conversion),
    "rework": Typer._agg_rework,
}

SCALAR_FUNCTION_NAMES = frozenset(_SCALAR_FUNCTIONS)
"""Functions over the values of a row, for the reference."""
