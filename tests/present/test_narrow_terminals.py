"""A narrow terminal shows fewer columns; what it shows is whole."""

from __future__ import annotations

import pytest
from rich.console import Console

from bizops.present.terminal import scorecard_table
from small_workspace import MakeSmall

YAML = """
sources:
  sales: {columns: {id: text, at: timestamp, amount: {type: decimal, unit: EUR}}, key: [id], time: at, since: 2026-01-01}
kpis:
  sales:
    title: Sales of all branches, before returns and discounts
    kind: measure
    over: sales
    value: sum(amount)
    unit: EUR
    direction: up
targets:
  sales: {kpi: sales, series: {2026-02: 40000}}
"""  # noqa: E501 -- a source in one line


@pytest.mark.parametrize(("width", "lacking"), [(120, 0), (78, 1), (66, 2), (58, 3)])
def test_numbers_are_left_out_before_they_are_cut(small: MakeSmall, width: int, lacking: int) -> None:
    rows = [
        {"id": f"{month}-{day}", "at": f"2026-{month:02d}-{day:02d}T12:00", "amount": 1000 + month}
        for month, days in ((1, 31), (2, 28), (3, 1))
        for day in range(1, days + 1)
    ]
    workspace = small(YAML, now="2026-03-02", sales=rows)
    console = Console(width=width, color_system=None)

    with console.capture() as capture:
        console.print(scorecard_table(workspace.workspace.scorecard()))

    shown = capture.get()
    everything = ["28,056 EUR", "2026-02", " 40,000 ", "○ missed", "-9.6 %", "vs year", "█▁"]
    assert [part for part in everything if part not in shown] == everything[len(everything) - lacking :]
    assert "…" not in shown
    assert "discounts" in shown
