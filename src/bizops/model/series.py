"""Series KPIs: formulas over other KPIs, in typed form.

``rolling``, ``to_date``, ``offset`` and ``across`` change the window over which a KPI is measured; arithmetic joins
values of the same window. A window is always measured anew from the rows, never averaged from finer values, unless
``across`` says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bizops.errors import BizopsError, did_you_mean
from bizops.model.duration import Duration, parse_duration
from bizops.model.expression import Binary, Call, Expr, ExpressionError, Name, Num, Unary, parse_expression
from bizops.model.kinds import ExprText
from bizops.model.language import Kpi
from bizops.model.relations import problem_in
from bizops.model.typed import ONE
from bizops.units import Unit

if TYPE_CHECKING:
    from bizops.model.model import Model

GRAINS = ("hour", "day", "week", "month", "quarter", "year", "fiscal_month", "fiscal_quarter", "fiscal_year")
SPANS = frozenset({"d", "week", "month", "quarter", "year"})
ACROSS = ("avg", "median", "min", "max", "sum")


@dataclass(frozen=True)
class Series:
    """A node of a formula over KPIs.

    ``op`` is ``kpi`` (``name``), ``number`` (``number``), ``+ - * / neg``, ``rolling`` and ``offset`` (``span``),
    ``to_date`` (``name``: a grain), ``across`` (``name``: a grain; ``how``; ``empty_is_zero``) or ``index``
    (``scales``).
    """

    op: str
    unit: Unit
    args: tuple[Series, ...] = ()
    name: str = ""
    number: float = 0.0
    span: Duration | None = None
    how: str = ""
    empty_is_zero: bool = False
    scales: tuple[tuple[float, float, float], ...] = ()

    def kpis(self) -> frozenset[str]:
        """Names of the KPIs it is made of."""
        own = frozenset({self.name}) if self.op == "kpi" else frozenset()
        return own.union(*(arg.kpis() for arg in self.args))


def series_of(model: Model, kpi: Kpi) -> Series:
    """The typed formula of a ``ratio`` or ``series`` KPI, in the KPI's unit."""
    if kpi.kind == "ratio":
        upper, lower = (_kpi(model, name) for name in (kpi.numerator or "", kpi.denominator or ""))
        node = Series("/", upper.unit / lower.unit, (upper, lower))
        return in_unit(model, kpi, node, None)
    if kpi.index:
        parts = tuple(_kpi(model, name) for name in kpi.index)
        scales = tuple((part.weight, part.worst, part.best) for part in kpi.index.values())
        return Series("index", Unit.parse(kpi.unit, model.nouns), parts, scales=scales)
    assert kpi.value is not None
    return in_unit(model, kpi, formula_over_kpis(model, kpi.value), kpi.value)


def formula_over_kpis(model: Model, text: ExprText) -> Series:
    """A typed formula over KPIs; errors carry their place."""
    try:
        return _Typer(model).node(parse_expression(text.text))
    except ExpressionError as error:
        raise problem_in(text, error) from None


def in_unit(model: Model, kpi: Kpi, node: Series, text: ExprText | None) -> Series:
    """The same value in the KPI's unit; refuses a unit of another dimension."""
    from bizops.model.measures import without_counting

    unit = Unit.parse(kpi.unit, model.nouns)
    if node.unit.compatible(unit):
        factor = node.unit.factor_to(unit)
    elif without_counting(node.unit).compatible(without_counting(unit)):
        # A ratio of counts may be named by what it counts: order/customer is also 'order' per head.
        factor = without_counting(node.unit).factor_to(without_counting(unit))
    else:
        raise BizopsError.of(
            "unit-mismatch",
            f"'{kpi.name}' is declared in {kpi.unit}, but its value is in {node.unit}.",
            text.place_at(0) if text else kpi.place("unit"),
            f"Write 'unit: {node.unit}', or change the value.",
        )
    return _times(node, factor, unit)


def _times(node: Series, factor: Fraction, unit: Unit) -> Series:
    if factor == 1:
        return Series(
            node.op, unit, node.args, node.name, node.number, node.span, node.how, node.empty_is_zero, node.scales
        )
    return Series("*", unit, (node, Series("number", ONE, number=float(factor))))


def _kpi(model: Model, name: str) -> Series:
    return Series("kpi", Unit.parse(model.kpis[name].unit, model.nouns), name=name)


@dataclass(frozen=True)
class _Typer:
    model: Model

    def node(self, tree: Expr) -> Series:
        if isinstance(tree, Num):
            unit = Unit.parse(tree.unit, self.model.nouns) if tree.unit else ONE
            return Series("number", unit, number=float(tree.text))
        if isinstance(tree, Name):
            if tree.name not in self.model.kpis:
                hint = did_you_mean(tree.name, self.model.kpis)
                raise ExpressionError("unknown-reference", f"There is no KPI '{tree.name}'.", tree.pos, hint)
            return _kpi(self.model, tree.name)
        if isinstance(tree, Unary) and tree.op == "-":
            arg = self.node(tree.arg)
            return Series("neg", arg.unit, (arg,))
        if isinstance(tree, Binary) and tree.op in ("+", "-", "*", "/"):
            return self._arithmetic(tree)
        if isinstance(tree, Call):
            return self._call(tree)
        raise ExpressionError("wrong-type", "A formula over KPIs is needed here.", tree.pos)

    def _arithmetic(self, tree: Binary) -> Series:
        left, right = self.node(tree.left), self.node(tree.right)
        if tree.op == "*":
            return Series("*", left.unit * right.unit, (left, right))
        if tree.op == "/":
            return Series("/", left.unit / right.unit, (left, right))
        if left.op == "number" and left.unit == ONE:
            return Series(tree.op, right.unit, (left, right))
        if right.op == "number" and right.unit == ONE:
            return Series(tree.op, left.unit, (left, right))
        if not left.unit.compatible(right.unit):
            raise ExpressionError(
                "unit-mismatch", f"{left.unit} and {right.unit} cannot be added.", tree.pos, "Compare like with like."
            )
        return Series(tree.op, left.unit, (left, _times(right, right.unit.factor_to(left.unit), left.unit)))

    def _call(self, tree: Call) -> Series:
        if tree.where is not None or tree.by is not None:
            raise ExpressionError("wrong-type", f"{tree.name}(...) over KPIs takes no 'where' or 'by'.", tree.pos)
        if tree.name == "across":
            return self._across(tree)
        if tree.name not in ("rolling", "to_date", "offset"):
            hint = did_you_mean(tree.name, ("rolling", "to_date", "offset", "across"))
            raise ExpressionError("unknown-function", f"There is no function '{tree.name}' over KPIs.", tree.pos, hint)
        if len(tree.args) != 2:
            raise ExpressionError("wrong-type", f"{tree.name}(...) takes a KPI and a length of time.", tree.pos)
        arg = self.node(tree.args[0])
        if tree.name == "to_date":
            return Series("to_date", arg.unit, (arg,), name=self._grain(tree.args[1]))
        return Series(tree.name, arg.unit, (arg,), span=_span(tree.args[1]))

    def _across(self, tree: Call) -> Series:
        if len(tree.args) not in (3, 4):
            raise ExpressionError(
                "wrong-type", "across(...) takes a KPI, a grain and how to sum up: across(kpi, day, avg).", tree.pos
            )
        how = tree.args[2]
        if not isinstance(how, Name) or how.name not in ACROSS:
            raise ExpressionError("unknown-word", f"across(...) sums up by one of {', '.join(ACROSS)}.", how.pos)
        zero = len(tree.args) == 4
        if zero and not (isinstance(tree.args[3], Name) and tree.args[3].name == "zero"):
            raise ExpressionError(
                "unknown-word", "Only 'zero' may stand here: periods without a value count 0.", tree.args[3].pos
            )
        arg = self.node(tree.args[0])
        return Series("across", arg.unit, (arg,), name=self._grain(tree.args[1]), how=how.name, empty_is_zero=zero)

    def _grain(self, tree: Expr) -> str:
        if isinstance(tree, Name) and tree.name in GRAINS:
            return tree.name
        hint = did_you_mean(tree.name, GRAINS) if isinstance(tree, Name) else None
        raise ExpressionError("unknown-word", f"A grain is needed here: {', '.join(GRAINS)}.", tree.pos, hint)


def _span(tree: Expr) -> Duration:
    span = parse_duration(f"{tree.text} {tree.unit}") if isinstance(tree, Num) else None
    if span is None or span.unit not in SPANS or span.amount < 1:
        raise ExpressionError("wrong-type", "A length of time is needed here, e.g. '12 months' or '28 days'.", tree.pos)
    return span
