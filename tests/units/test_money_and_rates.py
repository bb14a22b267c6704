"""Money is exact, stays in its currency, and changes it at dated rates only."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.errors import BizopsError
from bizops.units import Money, Rates, Unit

amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4)


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


RATES = Rates.of(
    "EUR",
    {
        "USD": {date(2026, 7, 1): Decimal("0.90"), date(2026, 1, 1): Decimal("0.92")},
        "CHF": {date(2025, 1, 1): Decimal("1.05")},
    },
)


@settings(deadline=None, max_examples=100)
@given(amounts, amounts, amounts)
def test_sums_are_exact_in_any_order(a: Decimal, b: Decimal, c: Decimal) -> None:
    x, y, z = (Money(amount, "EUR") for amount in (a, b, c))
    assert (x + y) + z == x + (y + z)
    assert x + y - y == x
    assert -x + x == Money(Decimal(0), "EUR")


def test_a_tenth_as_a_float_is_a_tenth() -> None:
    assert eur("100") * 0.1 == eur("10.0")
    assert 3 * eur("0.10") == eur("0.30")
    assert eur("100") * Decimal("1.19") == eur("119.00")


def test_money_divided_by_money_is_a_number() -> None:
    assert eur("30") / eur("120") == Decimal("0.25")


def test_amounts_are_ordered() -> None:
    assert eur("1") < eur("2")
    assert eur("2") >= eur("2.00")
    assert max(eur("1"), eur("3"), eur("2")) == eur("3")


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__truediv__", "__lt__", "__le__"])
def test_two_currencies_are_neither_added_nor_compared(operation: str) -> None:
    with pytest.raises(BizopsError) as refusal:
        getattr(eur("1"), operation)(Money(Decimal(1), "USD"))
    assert refusal.value.problems[0].code == "mixed-currency"
    assert "1 EUR and 1 USD cannot be" in str(refusal.value)


def test_equal_amounts_of_two_currencies_are_not_equal() -> None:
    assert eur("0") != Money(Decimal(0), "USD")


def test_an_unknown_currency_is_refused() -> None:
    with pytest.raises(BizopsError, match=r"unknown-currency .* Did you mean 'EUR'\?"):
        Money(Decimal(1), "eur")


def test_an_amount_has_a_unit() -> None:
    assert eur("1").unit == Unit.parse("EUR")


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2026, 1, 1), "0.92"), (date(2026, 6, 30), "0.92"), (date(2026, 7, 1), "0.90"), (date(2030, 1, 1), "0.90")],
)
def test_a_rate_holds_from_its_day_until_the_next(day: date, rate: str) -> None:
    assert RATES.rate_on("USD", day) == Decimal(rate)


def test_the_base_is_worth_one_on_any_day() -> None:
    assert RATES.rate_on("EUR", date(1990, 1, 1)) == 1
    assert RATES.convert(eur("5"), date(1990, 1, 1)) == eur("5")


def test_an_amount_is_converted_at_the_rate_of_its_day() -> None:
    assert RATES.convert(Money(Decimal(100), "USD"), date(2026, 3, 1)) == eur("92.00")
    assert RATES.convert(Money(Decimal(100), "USD"), date(2026, 8, 1)) == eur("90.00")


def test_before_the_first_rate_there_is_none() -> None:
    with pytest.raises(BizopsError, match=r"missing-rate .* rates begin on 2026-01-01"):
        RATES.rate_on("USD", date(2025, 12, 31))
    with pytest.raises(BizopsError, match=r"missing-rate .* there are none"):
        RATES.rate_on("GBP", date(2026, 1, 1))


@pytest.mark.parametrize("rate", ["0", "-1", "NaN", "Infinity"])
def test_a_rate_is_positive(rate: str) -> None:
    with pytest.raises(BizopsError, match="bad-rate"):
        Rates.of("EUR", {"USD": {date(2026, 1, 1): Decimal(rate)}})


def test_the_base_has_no_rate_of_its_own() -> None:
    with pytest.raises(BizopsError, match="bad-rate"):
        Rates.of("EUR", {"EUR": {date(2026, 1, 1): Decimal(1)}})
