"""Units are multiplied, divided, compared and written without losing anything."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.errors import BizopsError
from bizops.units import CURRENCIES, NOUNS, ONE, Unit

NAMES = ["us", "ms", "s", "min", "h", "d", "week", "B", "kB", "MB", "GB", "%", "EUR", "USD", "order", "fte", "1000"]


@st.composite
def texts(draw: st.DrawFn) -> str:
    factors = draw(st.lists(st.tuples(st.sampled_from("*/"), st.sampled_from(NAMES), st.integers(-2, 2)), max_size=4))
    return "1" + "".join(f"{sign}{name}^{power}" for sign, name, power in factors)


units = texts().map(Unit.parse)
LAWS = settings(deadline=None, max_examples=150)


@LAWS
@given(units)
def test_the_text_of_a_unit_parses_back_to_it(unit: Unit) -> None:
    assert Unit.parse(str(unit)) == unit


@LAWS
@given(units, units, units)
def test_units_form_a_group_under_multiplication(a: Unit, b: Unit, c: Unit) -> None:
    assert (a * b) * c == a * (b * c)
    assert a * b == b * a
    assert a * ONE == a
    assert a / a == ONE
    assert (a * b) / b == a
    assert a**2 == a * a
    assert a**-1 == ONE / a


@LAWS
@given(units, units)
def test_equal_units_have_one_text_and_one_hash(a: Unit, b: Unit) -> None:
    same = (a * b) / b
    assert str(same) == str(a)
    assert hash(same) == hash(a)


@LAWS
@given(units, units)
def test_converting_there_and_back_changes_nothing(a: Unit, b: Unit) -> None:
    if a.compatible(b):
        assert a.factor_to(b) * b.factor_to(a) == 1


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("EUR/fte", "EUR/fte"),
        ("order/h", "order/h"),
        ("60 * s", "min"),
        ("kB/ms", "MB/s"),
        ("h*ms", "18/5*s^2"),
        ("1000*EUR", "1000*EUR"),
        ("%", "%"),
        ("h/min", "60"),
        ("s^-1", "1/s"),
        ("order/customer/order", "1/customer"),
    ],
)
def test_units_are_written_by_names_where_names_exist(text: str, canonical: str) -> None:
    assert str(Unit.parse(text)) == canonical


@pytest.mark.parametrize(
    ("one", "other", "factor"),
    [
        ("h", "min", Fraction(60)),
        ("d", "h", Fraction(24)),
        ("week", "d", Fraction(7)),
        ("ms", "s", Fraction(1, 1000)),
        ("GB", "MB", Fraction(1000)),
        ("%", "1", Fraction(1, 100)),
        ("EUR/h", "EUR/d", Fraction(24)),
    ],
)
def test_factors_are_exact(one: str, other: str, factor: Fraction) -> None:
    assert Unit.parse(one).factor_to(Unit.parse(other)) == factor


@pytest.mark.parametrize(
    ("one", "other"), [("EUR", "USD"), ("order", "customer"), ("s", "B"), ("EUR", "EUR/fte"), ("%", "h")]
)
def test_different_things_are_not_converted(one: str, other: str) -> None:
    assert not Unit.parse(one).compatible(Unit.parse(other))
    with pytest.raises(BizopsError, match="unit-mismatch"):
        Unit.parse(one).factor_to(Unit.parse(other))


def test_two_currencies_are_pointed_to_rates() -> None:
    with pytest.raises(BizopsError, match="at dated rates"):
        Unit.parse("EUR").factor_to(Unit.parse("USD"))


def test_a_unit_tells_what_it_is() -> None:
    assert Unit.parse("%").is_dimensionless
    assert Unit.parse("h").is_time
    assert not Unit.parse("1/h").is_time
    assert Unit.parse("EUR").currency == "EUR"
    assert Unit.parse("1000*EUR").currency == "EUR"
    assert Unit.parse("EUR/fte").currency is None
    assert Unit.parse("order").currency is None


def test_a_term_can_be_counted_once_it_is_named() -> None:
    with pytest.raises(BizopsError, match="unknown-unit"):
        Unit.parse("pallet/h")
    assert str(Unit.parse("pallet/h", nouns=frozenset({"pallet"}))) == "pallet/h"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ordr", "Did you mean 'order'?"),
        ("eur", "Did you mean 'EUR'?"),
        ("month", "calendar lengths differ"),
        ("EUR/year", "calendar lengths differ"),
        ("EUR+USD", "'+' was not expected"),
        ("a b", "There is no unit 'a'"),
        ("EUR/", "Write names joined by"),
        ("", "Write names joined by"),
        ("0*EUR", "Write names joined by"),
        ("h^10", "powers go from -9 to 9"),
        ("h^9*h^9", "powers go from -9 to 9"),
    ],
)
def test_what_is_no_unit_is_refused_with_advice(text: str, answer: str) -> None:
    with pytest.raises(BizopsError) as refusal:
        Unit.parse(text)
    assert refusal.value.problems[0].code == "unknown-unit"
    assert answer in str(refusal.value)


def test_no_name_means_two_things() -> None:
    assert not NOUNS & CURRENCIES
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "CHF", "XCG", "ZWG"} <= CURRENCIES
