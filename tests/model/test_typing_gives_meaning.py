"""Names, kinds, units and currencies: what an expression means, and what has no meaning."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bizops.model.expression import ExpressionError, parse_expression
from bizops.model.typed import BOOLEAN, DATE, INTEGER, NUMBER, TEXT, TIMESTAMP, Type, Typed, field
from bizops.model.typing import Typer
from bizops.units import Unit


def money(currency: str) -> Type:
    return Type("decimal", Unit.parse(currency, frozenset()))


FIELDS = {
    "amount": Type("decimal", currency="code"),
    "fee": Type("decimal", currency="fee_code"),
    "price": money("EUR"),
    "dollars": money("USD"),
    "wait": Type("number", Unit.parse("s", frozenset())),
    "size": Type("number", Unit.parse("MB", frozenset())),
    "n": INTEGER,
    "x": NUMBER,
    "name": TEXT,
    "code": TEXT,
    "late": BOOLEAN,
    "day": DATE,
    "at": TIMESTAMP,
    "until": TIMESTAMP,
}


@dataclass(frozen=True)
class Sample:
    steps: tuple[str, ...] = ()

    def resolve(self, path: str) -> Typed | None:
        if path in self.steps:
            return field(path, TIMESTAMP)
        return field(path, FIELDS[path]) if path in FIELDS else None

    def paths(self) -> tuple[str, ...]:
        return (*FIELDS, *self.steps)


ROWS = Typer(Sample(), frozenset({"order"}), "EUR")
CASES = Typer(Sample(("opened", "solved")), frozenset(), "EUR")


def unit_of(text: str) -> str:
    return str(ROWS.scalar(parse_expression(text)).type.unit)


@pytest.mark.parametrize(
    ("text", "kind", "unit"),
    [
        ("n + n", "integer", "1"),
        ("n + x", "number", "1"),
        ("n / n", "number", "1"),
        ("price + 1", "decimal", "EUR"),
        ("price * n", "decimal", "EUR"),
        ("price / price", "number", "1"),
        ("price / wait", "number", "EUR/s"),
        ("wait + 1 min", "number", "s"),
        ("duration(at, until)", "integer", "us"),
        ("if(late, price, 0)", "decimal", "EUR"),
        ("coalesce(wait, 2 min)", "number", "s"),
        ("convert(amount)", "decimal", "EUR"),
        ("convert(dollars)", "decimal", "EUR"),
        ("number(name)", "number", "1"),
        ("hour(at)", "integer", "1"),
        ("day(at)", "date", "1"),
    ],
)
def test_values_have_a_kind_and_a_unit(text: str, kind: str, unit: str) -> None:
    found = ROWS.scalar(parse_expression(text)).type
    assert (found.kind, str(found.unit)) == (kind, unit)


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("price + wait", "unit-mismatch", 6),
        ("price > 5 h", "unit-mismatch", 6),
        ("price + dollars", "unit-mismatch", 6),
        ("size < wait", "unit-mismatch", 5),
        ("amount + fee", "mixed-currency", 7),
        ("amount + price", "mixed-currency", 7),
        ("amount * fee", "mixed-currency", 7),
        ("n / amount", "mixed-currency", 2),
        ("amount > fee", "mixed-currency", 7),
        ("name + 1", "wrong-type", 0),
        ("name > 1", "wrong-type", 5),
        ("late + 1", "wrong-type", 0),
        ("-name", "wrong-type", 1),
        ("at - until", "wrong-type", 3),
        ("day = at", "wrong-type", 4),
        ("duration(day, at)", "wrong-type", 0),
        ("hour(day)", "wrong-type", 5),
        ("lower(n)", "wrong-type", 6),
        ("convert(n)", "wrong-type", 8),
        ("day = '2026-13-01'", "bad-date", 4),
        ("at > 'soon'", "bad-date", 3),
        ("wait > 2 parsecs", "unknown-unit", 7),
        ("nmae = 'x'", "unknown-reference", 0),
        ("lowr(name)", "unknown-function", 0),
        ("sum(n) > 1", "misplaced-aggregate", 0),
        ("reached(opened)", "misplaced-function", 0),
        ("if(n, 1, 2)", "wrong-type", 3),
        ("if(late, 1)", "wrong-type", 0),
        ("n and late", "wrong-type", 0),
        ("lower(name where late)", "wrong-type", 0),
    ],
)
def test_what_has_no_meaning_is_told_at_its_character(text: str, code: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as error:
        ROWS.scalar(parse_expression(text))
    assert (error.value.code, error.value.offset) == (code, offset)


@pytest.mark.parametrize(
    ("text", "hint"), [("amuont > 1", "amount"), ("lowr(name)", "lower"), ("pric + 1", "price"), ("wiat", "wait")]
)
def test_the_nearest_name_is_offered(text: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as error:
        ROWS.scalar(parse_expression(text))
    assert f"'{hint}'" in str(error.value.hint)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("count()", "1"),
        ("sum(price) / distinct(name)", "EUR"),
        ("100 * share(late)", "1"),
        ("sum(price) / sum(wait)", "EUR/s"),
        ("median(duration(at, until))", "us"),
        ("avg(wait) + 1 min", "s"),
        ("rate(h)", "1/h"),
        ("rate(working_d where late)", "1/d"),
        ("-sum(price)", "EUR"),
        ("last(n by at)", "1"),
        ("sum(convert(amount))", "EUR"),
    ],
)
def test_values_of_a_period_have_a_unit(text: str, unit: str) -> None:
    assert str(ROWS.formula(parse_expression(text)).type.unit) == unit


@pytest.mark.parametrize(
    ("text", "code", "offset"),
    [
        ("sum(sum(n))", "misplaced-aggregate", 4),
        ("sum(n where count() > 1)", "misplaced-aggregate", 12),
        ("avg(amount)", "mixed-currency", 4),
        ("sum(name)", "wrong-type", 4),
        ("sum(late)", "wrong-type", 4),
        ("max(at)", "wrong-type", 4),
        ("median(name)", "wrong-type", 7),
        ("percentile(x, 0)", "wrong-type", 14),
        ("percentile(x, 100)", "wrong-type", 14),
        ("percentile(x, n)", "wrong-type", 14),
        ("percentile(x)", "wrong-type", 0),
        ("first(n)", "wrong-type", 0),
        ("sum(n by at)", "wrong-type", 0),
        ("share(n)", "wrong-type", 6),
        ("rate(week)", "wrong-type", 5),
        ("n", "not-an-aggregate", 0),
        ("sum(n) + n", "not-an-aggregate", 9),
        ("sum(price) + sum(wait)", "unit-mismatch", 11),
        ("sum(price) - sum(dollars)", "unit-mismatch", 11),
        ("conversion(opened, solved)", "misplaced-function", 0),
        ("count(where n)", "wrong-type", 12),
    ],
)
def test_what_is_no_value_of_a_period_is_refused(text: str, code: str, offset: int) -> None:
    with pytest.raises(ExpressionError) as error:
        ROWS.formula(parse_expression(text))
    assert (error.value.code, error.value.offset) == (code, offset)


@pytest.mark.parametrize(
    "text",
    [
        "conversion(opened, solved)",
        "dropoff(opened, solved)",
        "rework(opened)",
        "count(where open())",
        "max(age())",
        "avg(visits(solved))",
        "median(duration(opened, solved) where reached(solved))",
    ],
)
def test_cases_have_steps(text: str) -> None:
    assert CASES.formula(parse_expression(text)).type.is_numeric


@pytest.mark.parametrize("text", ["conversion(opened, sovled)", "reached(n)", "visits('opened')"])
def test_a_step_is_one_of_the_journey_s(text: str) -> None:
    with pytest.raises(ExpressionError) as error:
        (CASES.formula if text.startswith("conv") else CASES.scalar)(parse_expression(text))
    assert error.value.code == "unknown-reference"


def test_a_bare_number_takes_the_unit_beside_it() -> None:
    """`price > 100` is 100 EUR; `100 s` beside EUR is a mistake."""
    for text in ("price > 100", "100 < price", "wait between 1 and 2", "price in (1, 2)"):
        assert ROWS.scalar(parse_expression(text)).type == BOOLEAN
    assert unit_of("price - 5") == "EUR"
    assert unit_of("5 - price") == "EUR"


def test_compatible_units_are_converted_exactly() -> None:
    typed = ROWS.scalar(parse_expression("wait > 1.5 h"))
    assert typed.args[1].value == 5400
    typed = ROWS.scalar(parse_expression("duration(at, until) > 0.1 s"))
    assert typed.args[1].value == 100_000
