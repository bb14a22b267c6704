"""Where a KPI is meant to be, and whether it is there."""

from __future__ import annotations

import pytest

from bizops.measure.targets import status, target_value
from bizops.model import Model, read_model

MODEL = """
calendars:
  days: {{zone: UTC, working: {{mon-fri: "08:00-18:00"}}}}
sources:
  sales:
    files: [sales.csv]
    columns: {{id: text, day: date, amount: {{type: decimal, unit: EUR}}}}
    key: [id]
    time: day
  staff:
    files: [staff.csv]
    columns: {{id: text, start: date, end: date, fte: {{type: decimal, unit: fte}}}}
    key: [id]
    valid: {{start: start, end: end}}
kpis:
  revenue: {{kind: measure, over: sales, value: sum(amount), unit: EUR, direction: up}}
  orders: {{kind: measure, over: sales, value: count(), unit: order, direction: up}}
  fte: {{kind: measure, over: staff, snapshot: average, value: sum(fte), unit: fte}}
  revenue_per_order: {{kind: ratio, numerator: revenue, denominator: orders, unit: EUR/order, direction: up}}
  revenue_per_fte: {{kind: ratio, numerator: revenue, denominator: fte, unit: EUR/fte, direction: up}}
  largest: {{kind: measure, over: sales, value: max(amount), unit: EUR, direction: {direction}}}
  growth: {{kind: series, value: "revenue / offset(revenue, 1 year) - 1", unit: "%", direction: up}}
  profit: {{kind: series, value: "revenue - offset(revenue, 1 month)", unit: EUR, direction: up}}
targets:
  aim: {{kpi: {kpi}, series: {{2026: 1200, 2026-03: 150}}{more}}}
"""


def model(kpi: str = "largest", direction: str = "up", more: str = "") -> Model:
    """A model with one target."""
    text = MODEL.format(kpi=kpi, direction=direction, more=f", {more}" if more else "")
    return read_model({"bizops.yaml": b"calendar: days\n", "model/model.yaml": text.encode()})


def aim(kpi: str, label: str) -> float | None:
    """The target of a KPI for a period."""
    made = model(kpi)
    calendar = made.calendar(None)
    return target_value(made, made.targets["aim"], calendar, calendar.period(label))


def judged(value: float, direction: str, more: str = "", target: float = 100.0) -> str | None:
    """What is said of a value."""
    made = model(direction=direction, more=more)
    return status(made.kpis["largest"], made.targets["aim"], target, value)


@pytest.mark.parametrize("kpi", ["largest", "revenue_per_order", "growth"])
def test_a_month_without_entry_takes_its_years(kpi: str) -> None:
    assert aim(kpi, "2026-02") == 1200
    assert aim(kpi, "2026-03") == 150
    assert aim(kpi, "2025-12") is None


@pytest.mark.parametrize("kpi", ["revenue", "orders", "revenue_per_fte", "profit"])
def test_what_grows_with_the_period_takes_no_target_from_a_longer_one(kpi: str) -> None:
    assert aim(kpi, "2026-02") is None
    assert aim(kpi, "2026-03") == 150
    assert aim(kpi, "2026") == 1200


@pytest.mark.parametrize(
    ("value", "said"),
    [(250, "good"), (100, "good"), (99, "watch"), (90, "watch"), (89, "bad"), (0, "bad"), (-5, "bad")],
)
def test_where_more_is_better_over_achievement_is_good(value: float, said: str) -> None:
    assert judged(value, "up") == said


@pytest.mark.parametrize(
    ("value", "said"), [(-5, "good"), (0, "good"), (1, "good"), (100, "good"), (111, "watch"), (112, "bad")]
)
def test_where_less_is_better_the_bands_lie_on_the_other_side(value: float, said: str) -> None:
    assert judged(value, "down") == said


@pytest.mark.parametrize(("value", "said"), [(103, "good"), (104, "watch"), (150, "watch"), (151, "bad")])
def test_where_less_is_better_warn_is_the_share_above_which_it_is_bad(value: float, said: str) -> None:
    assert judged(value, "down", "bands: {good: 1.03, warn: 1.5}") == said


@pytest.mark.parametrize(
    ("value", "said"), [(79, "watch"), (80, "good"), (120, "good"), (121, "watch"), (60, "bad"), (150, "bad")]
)
def test_a_range_is_left_on_either_side(value: float, said: str) -> None:
    assert judged(value, "range", "low: 80, high: 120") == said


def test_without_a_good_direction_nothing_is_judged() -> None:
    assert judged(5, "none") is None


@pytest.mark.parametrize("value", [-5.0, -0.001])
def test_below_a_range_that_begins_at_zero_is_bad(value: float) -> None:
    assert judged(value, "range", "low: 0, high: 10") == "bad"
