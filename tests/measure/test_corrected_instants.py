"""A slip in a date, corrected since, leaves no trace in how far the data seem to reach."""

from __future__ import annotations

from small_workspace import MakeSmall

YAML = """
sources:
  orders:
    columns: {id: text, at: timestamp}
    key: [id]
    time: at
    since: 2026-01-01
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""


def test_a_row_once_typed_into_the_future_does_not_make_later_periods_complete(small: MakeSmall) -> None:
    workspace = small(YAML, orders=[{"id": "a", "at": "2026-01-31T10:00"}, {"id": "b", "at": "2062-01-15T10:00"}])
    workspace.deliver("orders", [{"id": "b", "at": "2026-01-15T10:00"}])

    january, february = workspace.query("orders", start="2026-01", end="2026-02")

    assert (january.value, january.completeness) == (2.0, "complete")
    assert february.refusal is not None
    assert february.refusal.code == "no-data"
