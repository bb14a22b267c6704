"""Numbers read the way people write them, in both languages."""

from __future__ import annotations

import math

import pytest

from bizops.present.numbers import change, change_text, display, number
from bizops.present.texts import unit_text
from bizops.units.names import NOUNS


@pytest.mark.parametrize(
    ("value", "unit", "language", "shown"),
    [
        (5_981_969.0, "EUR", "en", "5,981,969 EUR"),
        (5_981_969.4, "EUR", "de", "5.981.969 EUR"),
        (12.34, "%", "en", "12.34 %"),
        (12.34, "%", "de", "12,34 %"),
        (0.056, "h", "en", "3.36 min"),
        (1_500.0, "s", "en", "25 min"),
        (0.0, "h", "en", "0 h"),
        (28_550.66, "EUR/fte", "en", "28,551 EUR/fte"),
        (1_062.0, "order", "en", "1,062"),
        (3.5, "1", "de", "3,50"),
        (0.00123, "%", "en", "0.0012 %"),
        (-0.000_04, "EUR", "de", "-0,000040 EUR"),
        (1e-17, "EUR", "en", "0.000 EUR"),
        (None, "EUR", "en", "–"),
    ],
)
def test_values_are_written_with_digits_by_size_and_marks_by_language(
    value: float | None, unit: str, language: str, shown: str
) -> None:
    assert display(value, unit, language) == shown


@pytest.mark.parametrize(
    ("value", "language", "shown"),
    [
        (5_981_969.0, "en", "5.98 M EUR"),
        (5_981_969.0, "de", "5,98 Mio. EUR"),
        (2.5e9, "de", "2,50 Mrd. EUR"),
        (281.52, "en", "281.5 EUR"),
        (999_949.0, "en", "999.9 k EUR"),
        (999_999.0, "en", "1 M EUR"),
        (-999_999_999.0, "de", "-1 Mrd. EUR"),
    ],
)
def test_the_short_form_says_thousands_and_millions_in_words(value: float, language: str, shown: str) -> None:
    assert display(value, "EUR", language, short=True) == shown


def test_what_only_says_what_is_counted_is_left_to_the_name() -> None:
    assert display(1.27, "item/customer", "en", short=True) == "1.27"
    assert display(1.27, "item/customer", "en") == "1.27 item/customer"
    assert display(4.0, "EUR/customer", "en", short=True) == "4 EUR/customer"


def test_nothing_is_ever_minus_zero() -> None:
    assert number(-0.0001, "en", 1) == "0.0"


def test_a_change_carries_its_sign() -> None:
    assert [change(x, "de") for x in (0.034, -0.5, 2.0, None)] == ["+3,4 %", "-50,0 %", "+200 %", "–"]


@pytest.mark.parametrize(
    ("absolute", "relative", "unit", "language", "shown"),
    [
        (-2.04, -0.03, "%", "en", "-2.0 pp"),
        (0.5, 0.01, "%", "de", "+0,5 PP"),
        (1_000.0, 0.034, "EUR", "de", "+3,4 %"),
        (28.0, None, "order", "en", "+28"),
        (-0.01, -0.000_1, "EUR", "en", "0.0 %"),
        (0.01, 0.000_1, "EUR", "en", "0.0 %"),
        (None, None, "EUR", "en", "–"),
    ],
)
def test_shares_change_by_points_and_all_else_by_percent(
    absolute: float | None, relative: float | None, unit: str, language: str, shown: str
) -> None:
    assert change_text(absolute, relative, unit, language) == shown


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
@pytest.mark.parametrize("unit", ["EUR", "%", "h", "order", "1"])
def test_what_is_no_finite_number_is_told_as_none(value: float, unit: str) -> None:
    shown = [display(value, unit, "en"), display(value, unit, "de", short=True), change(value, "en")]
    shown += [number(value, "de", 1), change_text(value, None, unit, "en"), change_text(value, value, unit, "de")]
    assert set(shown) == {"–"}


@pytest.mark.parametrize("value", [999_999.6, 999_950.0, 1_000_000.0])
def test_a_million_is_written_alike_from_both_sides(value: float) -> None:
    assert display(value, "EUR", "en", short=True) == "1 M EUR"


@pytest.mark.parametrize(
    ("unit", "shown"),
    [("EUR/fte", "4,20 EUR/VZÄ"), ("customer/fte/d", "4,20 Kunde/VZÄ/d"), ("EUR/permit", "4,20 EUR/permit")],
)
def test_german_names_the_things_that_are_counted_in_german(unit: str, shown: str) -> None:
    assert display(4.2, unit, "de") == shown


def test_every_thing_that_can_be_counted_everywhere_has_a_german_word() -> None:
    assert [noun for noun in sorted(NOUNS) if unit_text(noun, "de") == noun] == []
