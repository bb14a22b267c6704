"""A small company that is served: orders that take a journey, a target, words, teams, telemetry that is not mapped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asked import Asked

from serving import served
from small_workspace import Small

YAML = """
calendars:
  days: {title: Office, zone: UTC, working: {mon-fri: "08:00-18:00"}, fiscal_year: {start: 07-01}}
currencies: {base: EUR}
teams:
  sales: {title: {en: Sales, de: Vertrieb}, side: business, people: {kim: {title: Kim, role: Lead}},
          interests: [{kpi: revenue, wants: up}]}
  shop_it: {title: Shop IT, side: it}
services:
  shop: {title: {en: Shop, de: Laden}, team: shop_it, operations: {order: {title: Place an order}}}
terms:
  order: {title: {en: Order, de: Auftrag}, definition: {en: What a customer ordered.}, synonyms: [purchase],
          means: [orders], agreed_by: [sales], owner: sales, unlike: [offer]}
  offer: {title: {en: Offer, de: Angebot}, definition: {en: What a customer could order.}}
sources:
  orders:
    columns: {id: text, at: timestamp, region: text, amount: {type: decimal, unit: EUR}}
    key: [id]
    time: at
    service: shop
  shipments: {columns: {id: text, at: timestamp}, key: [id], time: at}
  staff: {columns: {id: text, at: timestamp, name: text}, key: [id], time: at}
events:
  ordered: {source: orders, keys: {order: id}, service: shop, operation: order}
  shipped: {source: shipments, keys: {order: id}}
journeys:
  delivery:
    title: {en: Delivery, de: Lieferung}
    case: order
    steps: {ordered: {event: ordered, title: Ordered}, shipped: {event: shipped, title: Shipped}}
kpis:
  orders: {title: {en: Orders, de: Aufträge}, kind: measure, over: orders, value: count(), unit: order, direction: up,
           slices: [region], owners: {business: sales, it: shop_it}}
  revenue: {title: {en: Revenue, de: Umsatz}, kind: measure, over: orders, value: sum(amount), unit: EUR, direction: up,
            slices: [region], owners: {business: sales}}
  revenue_per_order: {title: Revenue per order, kind: ratio, numerator: revenue, denominator: orders, unit: EUR/order,
                      direction: up}
  staff_actions: {kind: measure, over: staff, value: count(), minimum_group: name}
  time_to_ship: {kind: journey, journey: delivery, value: "median(duration(ordered, shipped))", unit: h,
                 direction: down}
  late: {title: Late orders, kind: journey, journey: delivery, value: count(where open() and age() > 48 h),
         unit: order, direction: down, owners: {business: sales}}
links:
  - {kpi: revenue, kind: identity, formula: orders * revenue_per_order}
  - {kpi: orders, kind: influence, by: time_to_ship, lag: 2 weeks, evidence: [{grade: observational, source: Study}]}
targets:
  - {kpi: revenue, series: {2026-12: 100}}
"""
FIRST = datetime(2025, 1, 1, 9)
ORDERS: list[dict[str, Any]] = [
    {"id": f"o{number:03}", "at": (FIRST + timedelta(days=3 * number)).isoformat(), "region": "north" if number % 3 else
     "=south", "amount": 10 + number % 7}
    for number in range(243)
]  # fmt: skip
"""One every third day of two years; every third in a region with a name that a spreadsheet would take for a formula."""
NEWEST = {"id": "new", "at": "2027-01-01T00:00:00", "region": "north", "amount": 10}
SHIPPED = [
    {"id": one["id"], "at": (datetime.fromisoformat(one["at"]) + timedelta(hours=2 + number % 5)).isoformat()}
    for number, one in enumerate(ORDERS[:-3])
] + [{"id": "none", "at": "2027-01-01T00:00:00"}]
STAFF = [{"id": str(number), "at": "2026-12-01T08:00", "name": "Kim"} for number in range(20)] + [
    {"id": "new", "at": "2027-01-01T00:00:00", "name": "Kim"}
]


def _loaded(root: Path) -> Small:
    small = Small(root, YAML, "2027-01-01T00:00:01")
    for source, rows in {"orders": [*ORDERS, NEWEST], "shipments": SHIPPED, "staff": STAFF}.items():
        small.deliver(source, rows)
    return small


@pytest.fixture(scope="package")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """One server for all tests that change nothing."""
    with served(_loaded(tmp_path_factory.mktemp("api")).workspace) as running:
        yield Asked(running)


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Asked]:
    """A server of its own, for a test that changes something."""
    with served(_loaded(tmp_path / "small").workspace) as running:
        yield Asked(running)
