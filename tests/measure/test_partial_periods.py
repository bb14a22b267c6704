"""A period that is not all there says so, and is never compared."""

from __future__ import annotations

import pytest

YAML = """
sources:
  orders:
    columns: {id: text, at: timestamp, amount: {type: decimal, unit: EUR}}
    key: [id]
    time: at
    zone: UTC
kpis:
  orders: {kind: measure, over: orders, value: count()}
  revenue: {kind: measure, over: orders, value: sum(amount), unit: EUR}
  order_value: {kind: ratio, numerator: revenue, denominator: orders, unit: EUR}
  orders_12m: {kind: series, value: "rolling(orders, 3 months)"}
"""


def order(at: str, amount: float = 10) -> dict[str, object]:
    return {"id": at, "at": at, "amount": amount}


DATA = [order(f"2026-{month:02}-{day:02}T12:00:00") for month in range(2, 6) for day in range(1, 29)]
DATA += [order("2026-02-10T01:00:00"), order("2026-05-29T08:00:00")]
# From 1 February to 29 May 2026, 8 o'clock.


def states(answer: object) -> dict[str, str]:
    return {value.period.label: value.completeness for value in answer}  # type: ignore[attr-defined]


@pytest.fixture
def shop(small):
    return small(YAML, orders=DATA, now="2026-07-15T12:00")


def test_each_period_says_how_complete_it_is(shop):
    assert states(shop.query("orders", start="2025-12", end="2026-08")) == {
        "2025-12": "empty",
        "2026-01": "empty",
        "2026-02": "complete",
        "2026-03": "complete",
        "2026-04": "complete",
        "2026-05": "late",
        "2026-06": "empty",
        "2026-07": "running",
        "2026-08": "empty",
    }


def test_a_period_that_the_data_begin_within_is_truncated(shop):
    assert states(shop.query("orders", grain="quarter", start="2026-Q1", end="2026-Q2")) == {
        "2026-Q1": "truncated",
        "2026-Q2": "late",
    }


def test_the_period_of_now_is_running_even_when_its_last_day_has_come(small):
    shop = small(YAML, orders=[*DATA, order("2026-05-31T07:00:00")], now="2026-05-31T09:00")
    assert states(shop.query("orders", start="2026-05", end="2026-05")) == {"2026-05": "running"}


def test_a_period_is_complete_when_its_last_day_has_data(small):
    shop = small(YAML, orders=[*DATA, order("2026-05-31T07:00:00")], now="2026-06-01T00:00")
    assert states(shop.query("orders", start="2026-05", end="2026-05")) == {"2026-05": "complete"}


def test_empty_periods_have_no_value_not_zero(shop):
    assert shop.refusal("orders", start="2026-01", end="2026-01") == "no-data"
    assert shop.number("orders", start="2026-01", end="2026-01") is None


def test_a_gap_inside_the_data_is_zero(small):
    shop = small(YAML, orders=[order("2026-02-10T01:00:00"), order("2026-04-30T01:00:00")], now="2026-07-01")
    assert shop.series("orders", start="2026-03", end="2026-03") == {"2026-03": 0}
    assert shop.refusal("revenue", start="2026-03", end="2026-03") == "no-value"


def test_complete_periods_are_compared(shop):
    value = shop.one("orders", start="2026-03", end="2026-03", compare="previous")
    assert (value.value, value.compared.value, value.compared.change) == (28, 29, -1)
    assert value.compared.relative == pytest.approx(-1 / 29)
    assert value.compared.refusal is None


@pytest.mark.parametrize("month", ["2026-02", "2026-05", "2026-06", "2026-07"])
def test_no_period_is_compared_with_or_as_a_partial_one(shop, month):
    compared = shop.one("orders", start=month, end=month, compare="previous").compared
    assert (compared.change, compared.relative) == (None, None)
    assert compared.refusal.code == "partial-period"


def test_what_is_made_of_several_is_as_complete_as_the_worst_of_them(shop):
    assert states(shop.query("order_value", start="2026-05", end="2026-05")) == {"2026-05": "late"}
    assert states(shop.query("orders_12m", start="2026-03", end="2026-04")) == {
        "2026-03": "truncated",
        "2026-04": "complete",
    }


def test_since_when_the_source_is_kept_may_be_stated(small):
    yaml = YAML.replace("zone: UTC", "zone: UTC\n    since: 2026-01-15")
    shop = small(yaml, orders=DATA, now="2026-07-15T12:00")
    assert states(shop.query("orders", start="2025-12", end="2026-02")) == {
        "2025-12": "empty",
        "2026-01": "truncated",
        "2026-02": "complete",
    }


def test_a_rhythm_completes_a_period_before_its_last_row(small):
    """Weekly figures: the last week of April begins on the 27th; with it, April is all there."""
    weekly = [order(f"2026-04-{day:02}T00:00:00") for day in (6, 13, 20, 27)]
    assert states(small(YAML, orders=weekly).query("orders", start="2026-04", end="2026-04"))["2026-04"] != "complete"
    yaml = YAML.replace("zone: UTC", "zone: UTC\n    since: 2026-04-01\n    every: 7 d")
    assert states(small(yaml, orders=weekly).query("orders", start="2026-04", end="2026-04")) == {"2026-04": "complete"}


def test_as_of_an_earlier_instant_later_periods_are_not_there_yet(shop):
    """The question is asked as of 20 March, but the data were loaded in July: then nothing was known."""
    value = shop.one("orders", start="2026-03", end="2026-03", as_of="2026-03-20T00:00")
    assert value.value is None
    assert value.refusal.code == "no-data"


def test_fresh_until_is_the_last_instant_that_is_known(shop):
    value = shop.one("orders", start="2026-03", end="2026-03")
    assert value.fresh_until.isoformat() == "2026-05-29T08:00:00+00:00"
