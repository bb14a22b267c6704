"""Quantities carry their unit through arithmetic."""

import pytest

from bizops.errors import BizopsError
from bizops.units import ONE, Quantity, Unit


def quantity(value: float, unit: str) -> Quantity:
    return Quantity(value, Unit.parse(unit))


def test_a_sum_is_in_the_unit_of_the_first() -> None:
    assert quantity(1, "h") + quantity(30, "min") == quantity(1.5, "h")
    assert quantity(90, "min") - quantity(1, "h") == quantity(30, "min")


def test_whole_numbers_stay_whole_where_they_can() -> None:
    converted = quantity(2, "h").to(Unit.parse("min")).value
    assert converted == 120
    assert isinstance(converted, int)
    assert quantity(50, "%").to(ONE) == quantity(0.5, "1")


def test_large_counts_are_converted_exactly() -> None:
    assert quantity(9_007_199_254_740_993, "s").to(Unit.parse("ms")).value == 9_007_199_254_740_993_000


def test_products_and_quotients_have_units_of_their_own() -> None:
    assert quantity(100, "EUR") / quantity(4, "fte") == quantity(25.0, "EUR/fte")
    assert quantity(10, "order/h") * quantity(2, "h") == quantity(20, "order")
    assert 2 * quantity(10, "order") == quantity(20, "order")
    assert quantity(10, "order") / 4 == quantity(2.5, "order")


def test_quantities_are_compared_across_units() -> None:
    assert quantity(59, "min") < quantity(1, "h")
    assert quantity(1, "h") <= quantity(60, "min")


def test_euros_and_seconds_are_not_added() -> None:
    with pytest.raises(BizopsError, match="unit-mismatch"):
        quantity(1, "EUR") + quantity(1, "s")
