"""How one engine says what an expression means: a closed table of functions.

Every operation of :mod:`bizops.model.typed` has one entry. An operation without entry is refused; nothing is passed
through by name, because names agree between engines more often than meanings do (see ``docs/decisions``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache, reduce
from typing import ClassVar

from sqlglot import exp

Builder = Callable[..., exp.Expr]


def call(name: str, *args: exp.Expr | str | int | float) -> exp.Expr:
    """A call of one of the engine's own functions."""
    return exp.Anonymous(
        this=name, expressions=[exp.convert(arg) if not isinstance(arg, exp.Expr) else arg for arg in args]
    )


def number(value: int | float | Fraction) -> exp.Expr:
    """A number as the engine reads it back unchanged."""
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, int):
        return exp.Literal.number(value) if value >= 0 else exp.Neg(this=exp.Literal.number(-value))
    return cast(exp.Literal.string(repr(value)), "DOUBLE")


def text(value: str) -> exp.Expr:
    """A text, quoted."""
    return exp.Literal.string(value)


def double(value: exp.Expr) -> exp.Expr:
    """The value as a float."""
    return cast(value, "DOUBLE")


def scale(value: exp.Expr, factor: Fraction) -> exp.Expr:
    """The value times an exact factor."""
    if factor.denominator == 1:
        return exp.Mul(this=paren(value), expression=number(factor.numerator))
    scaled = exp.Mul(this=double(value), expression=number(float(factor.numerator)))
    return exp.Div(this=scaled, expression=number(float(factor.denominator)))


def divide(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    """True division; nothing divided by zero is no value, on every engine."""
    return exp.Div(this=double(left), expression=exp.Nullif(this=double(right), expression=number(0)))


def finite_number(value: exp.Expr) -> exp.Expr:
    """A text read as a number; 'NaN' and 'Infinity' are none."""
    read = exp.TryCast(this=value, to=exp.DataType.build("DOUBLE"))
    return exp.Case(ifs=[exp.If(this=call("isfinite", read), true=read.copy())])


def all_of(conditions: Sequence[exp.Expr]) -> exp.Expr:
    """The conjunction of conditions."""
    parts = [paren(one) if isinstance(one, exp.Connector) else one for one in conditions]
    return reduce(lambda left, right: exp.And(this=left, expression=right), parts) if len(parts) > 1 else conditions[0]


# SQLGlot's own builders copy whatever they are given. Trees here are built once and used once, and copying them at
# every level took most of the time of a scorecard.


def paren(value: exp.Expr) -> exp.Expr:
    """The value in brackets."""
    return exp.Paren(this=value)


def cast(value: exp.Expr, type_: str) -> exp.Expr:
    """The value as another type."""
    return exp.Cast(this=value, to=_data_type(type_).copy())


@cache
def _data_type(name: str) -> exp.DataType:
    return exp.DataType.build(name)


def alias(value: exp.Expr, name: str) -> exp.Expr:
    """The value as a column of that name."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))


class DuckDb:
    """DuckDB's functions."""

    name = "duckdb"

    operators: ClassVar[dict[str, type[exp.Expr]]] = {
        "+": exp.Add,
        "-": exp.Sub,
        "*": exp.Mul,
        "=": exp.EQ,
        "<>": exp.NEQ,
        "<": exp.LT,
        "<=": exp.LTE,
        ">": exp.GT,
        ">=": exp.GTE,
    }

    functions: ClassVar[dict[str, Builder]] = {
        "not": lambda x: exp.Not(this=paren(x)),
        "is_null": lambda x: exp.Is(this=paren(x), expression=exp.null()),
        "in": lambda x, *items: exp.In(this=paren(x), expressions=list(items)),
        "neg": lambda x: exp.Neg(this=paren(x)),
        "/": divide,
        "if": lambda c, a, b: exp.Case(ifs=[exp.If(this=c, true=a)], default=b),
        "coalesce": lambda *xs: exp.Coalesce(this=xs[0], expressions=list(xs[1:])),
        "abs": lambda x: call("abs", x),
        "lower": lambda x: call("lower", x),
        "upper": lambda x: call("upper", x),
        "trim": lambda x: call("trim", x),
        "length": lambda x: call("length", x),
        "starts_with": lambda x, y: call("starts_with", x, y),
        "ends_with": lambda x, y: call("ends_with", x, y),
        "contains": lambda x, y: call("contains", x, y),
        # No group matched is an empty text to DuckDB, which is no value here.
        "extract": lambda x, y: exp.Nullif(this=call("regexp_extract", x, y, number(1)), expression=text("")),
        "concat": lambda *xs: call("concat", *xs),
        "to_number": finite_number,
        "to_text": lambda x: cast(x, "VARCHAR"),
        "and": lambda a, b: exp.And(this=paren(a), expression=paren(b)),
        "or": lambda a, b: exp.Or(this=paren(a), expression=paren(b)),
        "greatest": lambda a, b: call("greatest", a, b),
        "least": lambda a, b: call("least", a, b),
        "bit": lambda place, shift: exp.BitwiseLeftShift(
            this=cast(number(1), "BIGINT"),
            expression=paren(exp.Add(this=cast(place, "INTEGER"), expression=paren(shift))),
        ),
        "bits": lambda a, b: exp.BitwiseOr(this=paren(a), expression=paren(b)),
        "position": lambda x, *items: call("list_position", exp.Array(expressions=list(items)), x),
    }

    def timestamp(self, us: int) -> exp.Expr:
        """An instant."""
        return call("make_timestamp", number(us))

    def date(self, iso: str) -> exp.Expr:
        """A day."""
        return cast(text(iso), "DATE")

    def micros(self, ts: exp.Expr) -> exp.Expr:
        """Microseconds since 1970 of an instant."""
        return call("epoch_us", ts)

    def day_number(self, date: exp.Expr) -> exp.Expr:
        """Days since 1970 of a date."""
        return call("date_diff", "day", self.date("1970-01-01"), date)

    def plus_seconds(self, ts: exp.Expr, seconds: exp.Expr) -> exp.Expr:
        """An instant moved by seconds."""
        return exp.Add(this=ts, expression=call("to_seconds", seconds))

    def as_date(self, ts: exp.Expr) -> exp.Expr:
        """The day on which an instant without zone falls."""
        return cast(ts, "DATE")

    def hour_of(self, ts: exp.Expr) -> exp.Expr:
        """0 to 23."""
        return call("hour", ts)

    def weekday_of(self, date: exp.Expr) -> exp.Expr:
        """1 (Monday) to 7, as ISO 8601 counts."""
        return call("isodow", date)

    def first_of(self, part: str, date: exp.Expr) -> exp.Expr:
        """The first day of the month or year."""
        return cast(call("date_trunc", part, date), "DATE")

    def minus_days(self, date: exp.Expr, days: exp.Expr) -> exp.Expr:
        """A date some days earlier."""
        return exp.Sub(this=date, expression=cast(days, "INTEGER"))

    def whole_division(self, value: exp.Expr, by: int) -> exp.Expr:
        """Integer division towards minus infinity, for instants since the year 1; engines differ on negative ones."""
        shift = 10**17 // by
        positive = paren(exp.Add(this=value, expression=number(shift * by)))
        return exp.Sub(this=exp.IntDiv(this=positive, expression=number(by)), expression=number(shift))

    def read_segments(self, paths: Sequence[str]) -> exp.Expr:
        """The rows of Parquet files; a column that a file does not have is without value in its rows."""
        by_name = exp.EQ(this=exp.to_identifier("union_by_name"), expression=exp.true())
        return exp.Anonymous(
            this="read_parquet", expressions=[exp.Array(expressions=[text(path) for path in paths]), by_name]
        )

    def built_in(self, name: str, kind: str) -> exp.Expr:
        """A column of telemetry as it is kept; ids are bytes there and hex digits here."""
        column = exp.column(name, quoted=True)
        if name in ("trace", "span", "parent"):
            return call("lower", call("hex", column))
        return cast(column, self.column_types[kind])

    def attribute(self, key: str, places: Sequence[str], kind: str) -> exp.Expr:
        """What telemetry carries under a name, from the first place that has it; what cannot be read is no value."""
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        found = [call("struct_extract", exp.column(place, quoted=True), text(key)) for place in places]
        found.append(call("json_extract_string", exp.column("rest", quoted=True), text(pointer)))
        to = _data_type(self.column_types[kind]).copy()
        read: list[exp.Expr] = [exp.TryCast(this=cast(one, "VARCHAR"), to=to.copy()) for one in found]
        return exp.Coalesce(this=read[0], expressions=read[1:])

    column_types: ClassVar[dict[str, str]] = {
        "text": "VARCHAR",
        "integer": "BIGINT",
        "number": "DOUBLE",
        "decimal": "DECIMAL(18,4)",
        "boolean": "BOOLEAN",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    }

    def aggregate(self, name: str, args: Sequence[exp.Expr], by: exp.Expr | None, param: float | None) -> exp.Expr:
        """One aggregate without its filter; percentile definitions are Hyndman and Fan's type 7 and type 1."""
        if name == "tally":
            return exp.Count(this=exp.Star())
        if name == "count":
            return exp.Count(this=args[0] if args else exp.Star())
        if name == "distinct":
            what = args[0] if len(args) == 1 else call("row", *args)
            return exp.Count(this=exp.Distinct(expressions=[what]))
        if name == "percentile":
            return call("quantile_cont", double(args[0]), number(param or 0.0))
        if name == "percentile_disc":
            return call("quantile_disc", double(args[0]), number(param or 0.0))
        if name in ("of_first_row", "of_last_row"):
            # A value or its lack, of the one row that comes first by time and, in ties, by all that is taken of it.
            assert by is not None
            function = "arg_min_null" if name == "of_first_row" else "arg_max_null"
            return call(function, args[0], call("row", by, *args[1:]))
        if name in ("first", "last"):
            # Ties are broken by the value itself, so that the order of rows never decides.
            assert by is not None
            return call("arg_min" if name == "first" else "arg_max", args[0], call("row", by, args[0]))
        return call({"stddev": "stddev_samp"}.get(name, name), args[0])

    aggregates = frozenset(
        {
            "tally",
            "count",
            "distinct",
            "sum",
            "avg",
            "min",
            "max",
            "stddev",
            "percentile",
            "percentile_disc",
            "first",
            "last",
            "of_first_row",
            "of_last_row",
            "bit_or",
        }
    )


DUCKDB = DuckDb()
