"""Columns of other sources beside a row: by key, and by what was valid at the row's time."""

from __future__ import annotations

import pytest

YAML = """
sources:
  sales:
    columns: {id: text, at: timestamp, customer: text, seller: text, amount: integer}
    key: [id]
    time: at
    zone: UTC
    lookups:
      customer_data: {source: customers, on: {customer: id}}
      seller_data: {source: sellers, on: {seller: id}}
  customers:
    columns: {id: text, segment: text, manager: text}
    key: [id]
    lookups:
      manager_data: {source: managers, on: {manager: id}}
  managers:
    columns: {id: text, unit: text}
    key: [id]
  sellers:
    columns: {id: text, branch: text, since: date, until: date}
    key: [id, since]
    valid: {start: since, end: until}
kpis:
  sold:
    kind: measure
    over: sales
    value: sum(amount)
    slices: [customer_data.segment, seller_data.branch, customer_data.manager_data.unit]
  sales: {kind: measure, over: sales, value: count(), slices: [seller_data.branch]}
  gold: {kind: measure, over: sales, where: customer_data.segment = 'gold', value: sum(amount)}
"""


def sale(number: int, at: str, customer: str | None, seller: str | None, amount: int) -> dict[str, object]:
    return {"id": str(number), "at": at, "customer": customer, "seller": seller, "amount": amount}


CUSTOMERS = [{"id": "c1", "segment": "gold", "manager": "m"}, {"id": "c2", "segment": None, "manager": "nobody"}]
MANAGERS = [{"id": "m", "unit": "west"}]
SELLERS = [
    {"id": "s", "branch": "north", "since": "2026-01-01", "until": "2026-03-10"},
    {"id": "s", "branch": "south", "since": "2026-03-10", "until": None},
]
SALES = [
    sale(1, "2026-03-09T23:59:59", "c1", "s", 1),
    sale(2, "2026-03-10T00:00:00", "c1", "s", 10),
    sale(3, "2026-03-20T00:00:00", "c2", "s", 100),
    sale(4, "2026-03-20T00:00:00", "unknown", "nobody", 1000),
    sale(5, "2026-03-20T00:00:00", None, None, 10000),
]
MARCH = {"start": "2026-03", "end": "2026-03"}


@pytest.fixture
def shop(small):
    return small(YAML, sales=SALES, customers=CUSTOMERS, managers=MANAGERS, sellers=SELLERS)


def test_rows_without_match_stay(shop):
    assert shop.number("sold", **MARCH) == 11111
    assert shop.split("sold", "customer_data.segment", **MARCH) == {"gold": 11, None: 11100}


def test_the_row_valid_at_the_time_of_the_sale_counts(shop):
    assert shop.split("sold", "seller_data.branch", **MARCH) == {"north": 1, "south": 110, None: 11000}


def test_lookups_reach_further_lookups(shop):
    assert shop.split("sold", "customer_data.manager_data.unit", **MARCH) == {"west": 11, None: 11100}


def test_conditions_on_lookups_leave_unmatched_rows_out(shop):
    assert shop.number("gold", **MARCH) == 11


def test_a_corrected_lookup_corrects_values(shop):
    shop.number("gold", **MARCH)
    shop.deliver("customers", [{"id": "c2", "segment": "gold", "manager": "m"}])
    assert shop.number("gold", **MARCH) == 111


def test_the_local_day_decides_what_was_valid(small):
    yaml = "calendars:\n  days: {zone: Asia/Tokyo}\n" + YAML
    shop = small(yaml, sales=[sale(1, "2026-03-09T15:00:00", None, "s", 1)], customers=[], managers=[], sellers=SELLERS)
    assert shop.split("sold", "seller_data.branch", **MARCH) == {"south": 1}


def test_overlapping_validity_never_counts_a_row_twice(small):
    """Two rows valid on the same day are a fault of the data; one sale stays one sale all the same."""
    overlapping = [
        {"id": "s", "branch": "north", "since": "2026-01-01", "until": None},
        {"id": "s", "branch": "south", "since": "2026-03-10", "until": None},
    ]
    shop = small(YAML, sales=SALES, customers=CUSTOMERS, managers=MANAGERS, sellers=overlapping)
    assert sum(shop.split("sales", "seller_data.branch", **MARCH).values()) == 5
    assert sum(shop.split("sold", "seller_data.branch", **MARCH).values()) == 11111
