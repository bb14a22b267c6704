"""A source that falls silent is late by its rhythm: its status says since when, and its periods are not complete."""

from __future__ import annotations

import pytest

from small_workspace import MakeSmall

YAML = """
sources:
  orders:
    columns: {id: integer, at: timestamp}
    key: [id]
    time: at
    every: 1 d
kpis:
  orders_placed: {kind: measure, over: orders, value: count(), grain: day}
"""
ROWS = [{"id": day, "at": f"2026-03-0{day}T20:00"} for day in (1, 2, 3)]


@pytest.mark.parametrize(
    ("now", "late_since"),
    [("2026-03-04T12:00", None), ("2026-03-06T12:00", "2026-03-04T20:00:00+00:00")],
)
def test_status_tells_since_when(now: str, late_since: str | None, small: MakeSmall) -> None:
    made = small(YAML, orders=ROWS, now=now)
    (fact,) = made.workspace.status()
    assert fact["late_since"] == late_since
    assert made.one("orders_placed", start="2026-03-03", end="2026-03-03").completeness == "complete"


def test_a_period_after_the_last_fact_is_not_complete(small: MakeSmall) -> None:
    made = small(YAML, orders=ROWS, now="2026-03-09T12:00")
    week = made.one("orders_placed", grain="week", start="2026-W10", end="2026-W10")
    assert week.completeness == "late"
