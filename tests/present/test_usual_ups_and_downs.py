"""The sentence tells what moved more than usual: not what always grows, nor what begins anew each year."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace

import pytest

from bizops.present.scorecard import Row, sentence
from small_workspace import MakeSmall

YAML = """
sources:
  sales: {columns: {id: text, at: timestamp, x: number}, key: [id], time: at, since: 2025-01-01, every: 40 d}
kpis:
  sales: {kind: measure, over: sales, value: sum(x), unit: "1", direction: up}
  this_year: {kind: series, value: "to_date(sales, year)", unit: "1", direction: up}
"""


def rows_of(small: MakeSmall, amounts: list[float | None]) -> dict[str, Row]:
    """The scorecard at the end of a year of months with these amounts; None is a month without rows."""
    months = [(2025, month) for month in range(1, 13)] + [(2026, 1)]
    rows = [
        {"id": f"{year}-{month}", "at": f"{year}-{month:02d}-{monthrange(year, month)[1]}T12:00", "x": amount}
        for (year, month), amount in zip(months, amounts, strict=True)
        if amount is not None
    ]
    card = small(YAML, now="2026-02-01", sales=rows).workspace.scorecard()
    return {row.kpi: row for row in card.rows}


def test_what_grows_by_as_much_as_ever_moves_as_usual(small: MakeSmall) -> None:
    steady = rows_of(small, [100.0 + 10 * month + month % 2 for month in range(13)])["sales"]

    assert steady.period == "2026-01"
    assert 0 < steady.unusual < 1.5


def test_a_growth_that_stops_is_unusual(small: MakeSmall) -> None:
    stopped = rows_of(small, [*(100.0 + 10 * month + month % 2 for month in range(12)), 150.0])["sales"]

    assert stopped.unusual > 10


def test_a_year_that_begins_anew_is_no_news(small: MakeSmall) -> None:
    anew = rows_of(small, [100.0 + month % 2 for month in range(13)])["this_year"]

    assert (anew.value, anew.previous[0], anew.unusual) == (100.0, "-", 0.0)


@pytest.mark.parametrize("missing", [3, 11])
def test_a_level_is_judged_over_a_gap_but_a_change_over_it_is_no_news(small: MakeSmall, missing: int) -> None:
    amounts: list[float | None] = [100.0 + month % 2 for month in range(12)] + [500.0]
    amounts[missing] = None
    row = rows_of(small, amounts)["sales"]

    assert row.spark[missing] is None
    assert row.verdict == "better"
    assert row.news is (missing == 3)


def test_a_change_that_cannot_be_told_is_never_the_news(small: MakeSmall) -> None:
    row = rows_of(small, [*(100.0 + month % 2 for month in range(12)), 150.0])["sales"]

    assert row.unusual > 3
    assert "moved most" in sentence((row,), "en")
    assert "moved most" not in sentence((replace(row, previous="–"),), "en")
