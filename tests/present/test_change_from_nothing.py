"""From nothing to something is a number, not a percentage, and not silence."""

from __future__ import annotations

from small_workspace import MakeSmall

YAML = """
sources:
  visits: {columns: {id: text, at: timestamp, sold: boolean}, key: [id], time: at, since: 2026-01-01}
kpis:
  sales: {kind: measure, over: visits, where: sold, value: count(), unit: order, direction: up}
"""


def test_a_change_from_zero_is_told_in_the_kpis_own_unit(small: MakeSmall) -> None:
    rows = [
        {"id": f"{month}-{day}", "at": f"2026-{month:02d}-{day:02d}T12:00", "sold": month == 2}
        for month, days in ((1, 31), (2, 28), (3, 1))
        for day in range(1, days + 1)
    ]
    workspace = small(YAML, now="2026-03-02", visits=rows)

    (row,) = workspace.workspace.scorecard().rows

    assert (row.period, row.value) == ("2026-02", 28.0)
    assert (row.previous, row.relative) == ("+28", None)
