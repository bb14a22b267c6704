"""A ratio is a ratio of sums, aligned on period and slice."""

from __future__ import annotations

import pytest

YAML = """
sources:
  sales:
    columns: {id: text, at: date, region: text, amount: {type: decimal, unit: EUR}}
    key: [id]
    time: at
  visits:
    columns: {id: text, at: date, region: text, n: integer}
    key: [id]
    time: at
kpis:
  revenue: {kind: measure, over: sales, value: sum(amount), unit: EUR, slices: [region]}
  orders: {kind: measure, over: sales, value: count(), slices: [region]}
  visits: {kind: measure, over: visits, value: sum(n), slices: [region]}
  visit_days: {kind: measure, over: visits, value: count(), slices: [region]}
  revenue_per_visit: {kind: ratio, numerator: revenue, denominator: visits, unit: EUR}
  orders_per_visit: {kind: ratio, numerator: orders, denominator: visits}
  visits_per_order: {kind: ratio, numerator: visits, denominator: orders}
  region_free: {kind: measure, over: visits, value: sum(n)}
  revenue_per_any_visit: {kind: ratio, numerator: revenue, denominator: region_free, unit: EUR}
"""


def sale(number: int, at: str, region: str | None, amount: float) -> dict[str, object]:
    return {"id": f"s{number}", "at": at, "region": region, "amount": amount}


def visit(number: int, at: str, region: str | None, n: int) -> dict[str, object]:
    return {"id": f"v{number}", "at": at, "region": region, "n": n}


SALES = [
    sale(1, "2026-01-05", "north", 90),
    sale(2, "2026-01-09", "north", 10),
    sale(3, "2026-01-20", "south", 30),
    sale(4, "2026-02-03", "north", 50),
    sale(5, "2026-01-21", "east", 5),
]
VISITS = [
    visit(1, "2026-01-01", "north", 10),
    visit(2, "2026-01-02", "south", 1),
    visit(3, "2026-02-01", "north", 25),
    visit(4, "2026-01-31", "west", 4),
    visit(5, "2026-02-28", "north", 0),
]


@pytest.fixture
def shop(small):
    return small(YAML, sales=SALES, visits=VISITS)


def test_the_whole_is_sum_over_sum_not_the_mean_of_ratios(shop):
    assert shop.number("revenue_per_visit", start="2026-01", end="2026-01") == 135 / 15
    assert shop.number("revenue_per_visit", grain="quarter", start="2026-01", end="2026-02") == 185 / 40


def test_slices_are_aligned_by_name(shop):
    by_region = shop.split("revenue_per_visit", "region", start="2026-01", end="2026-01")
    assert by_region["north"] == 10
    assert by_region["south"] == 30


def test_without_denominator_there_is_no_value(shop):
    by_region = shop.split("revenue_per_visit", "region", start="2026-01", end="2026-01")
    assert by_region["east"] is None


def test_a_sum_of_nothing_is_no_value(shop):
    by_region = shop.split("revenue_per_visit", "region", start="2026-01", end="2026-01")
    assert by_region["west"] is None


def test_a_count_of_nothing_is_zero_in_a_slice_as_in_the_whole(shop):
    """Nobody who came to the west bought: 0 orders for 4 visits, which is a conversion of 0 and not unknown."""
    by_region = shop.split("orders_per_visit", "region", start="2026-01", end="2026-01")
    assert by_region["west"] == 0
    assert by_region["north"] == 2 / 10


def test_division_by_a_count_of_nothing_is_no_value(shop):
    by_region = shop.split("visits_per_order", "region", start="2026-01", end="2026-01")
    assert by_region["west"] is None


def test_no_value_in_the_slice_name_is_a_slice_of_its_own(small):
    shop = small(YAML, sales=[sale(1, "2026-01-01", None, 8)], visits=[visit(1, "2026-01-31", None, 2)])
    assert shop.split("revenue_per_visit", "region", start="2026-01", end="2026-01") == {None: 4}


def test_a_slice_that_one_side_does_not_have_is_refused(shop):
    (value,) = shop.query("revenue_per_any_visit", by=[["region"]], start="2026-01", end="2026-01")
    assert value.refusal.code == "no-such-slice"
    assert shop.number("revenue_per_any_visit", start="2026-01", end="2026-01") == 135 / 15
