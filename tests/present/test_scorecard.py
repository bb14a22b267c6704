"""The scorecard judges what is complete, shows what is not, and says why a number is missing."""

from __future__ import annotations

import pytest
from rich.console import Console

from bizops.errors import BizopsError
from bizops.measure.value import REFUSALS
from bizops.present.terminal import scorecard_table
from bizops.present.texts import REASONS_DE
from small_workspace import MakeSmall, Small

YAML = """
teams:
  sales: {side: business}
  ops: {side: it}
sources:
  orders:
    columns: {id: text, at: timestamp, hours: {type: number, unit: h}}
    key: [id]
    time: at
    since: 2026-01-01
kpis:
  orders:
    title: Orders
    kind: measure
    over: orders
    value: count()
    unit: order
    direction: up
    owners: {business: sales}
  hours: {kind: measure, over: orders, value: avg(hours), unit: h, direction: down, owners: {it: ops}}
  hours_per_order: {kind: ratio, numerator: hours, denominator: orders, unit: h/order, direction: down}
targets:
  orders: {kpi: orders, series: {2026-03: 2, 2026: 100}}
  hours: {kpi: hours, series: {2026: 4}, bands: {good: 1, warn: 1.3}}
"""


def orders(month: int, hours: list[float]) -> list[dict[str, object]]:
    return [
        {"id": f"{month}-{at}", "at": f"2026-{month:02d}-{10 + at}T12:00", "hours": value}
        for at, value in enumerate(hours)
    ]


@pytest.fixture
def spring(small: MakeSmall) -> Small:
    rows = orders(1, [4, 4]) + orders(2, [4, 4, 4]) + orders(3, [5, 5, 5]) + orders(4, [1])
    return small(YAML, now="2026-04-15", orders=[*rows, {"id": "end", "at": "2026-03-31T12:00", "hours": 5}])


def row_of(workspace: Small, kpi: str) -> object:
    return next(row for row in workspace.workspace.scorecard().rows if row.kpi == kpi)


def test_the_last_complete_period_is_judged_and_the_running_one_is_not(spring: Small) -> None:
    row = row_of(spring, "orders")

    assert (row.period, row.value, row.status) == ("2026-03", 4.0, "good")
    assert row.unfinished is not None
    assert row.unfinished.startswith("2026-04: 1 ")


def test_more_than_the_target_is_good_news_and_so_is_less_where_less_is_better(spring: Small) -> None:
    assert row_of(spring, "orders").status == "good"
    hours = row_of(spring, "hours")
    assert (hours.value, hours.target, hours.status) == (5.0, 4.0, "watch")


def test_a_year_gives_a_month_its_target_for_a_mean_but_never_for_a_sum(spring: Small) -> None:
    spring.write(YAML.replace("2026-03: 2, ", ""))

    assert row_of(spring, "orders").target is None
    assert row_of(spring, "hours").target == 4.0


def test_without_a_target_nothing_is_judged(spring: Small) -> None:
    assert row_of(spring, "hours_per_order").status is None


def test_a_comparison_that_is_refused_says_why(small: MakeSmall) -> None:
    workspace = small(YAML, now="2026-02-15", orders=[*orders(1, [4, 4]), {"id": "e", "at": "2026-01-31T12:00"}])

    row = row_of(workspace, "orders")

    assert (row.previous, row.previous_note) == ("–", "A period that is not complete is not compared.")


def test_a_team_sees_what_it_answers_for(spring: Small) -> None:
    assert [row.kpi for row in spring.workspace.scorecard(team="ops").rows] == ["hours"]


def test_an_unknown_team_is_told_with_a_hint(spring: Small) -> None:
    with pytest.raises(BizopsError) as caught:
        spring.workspace.scorecard(team="sale")
    assert (caught.value.problems[0].code, caught.value.problems[0].hint) == ("unknown-team", "Did you mean 'sales'?")


def test_the_sentence_names_what_moved_beyond_its_usual_ups_and_downs(small: MakeSmall) -> None:
    rows: list[dict[str, object]] = []
    for month in range(1, 12):
        number = 20 if month == 11 else 5 + month % 2
        rows += [{"id": f"{month}-{n}", "at": f"2026-{month:02d}-28T12:{n:02d}", "hours": 4} for n in range(number)]
        rows.append({"id": f"{month}-end", "at": f"2026-{month:02d}-{30 if month != 2 else 28}T12:00", "hours": 4})
    yaml = YAML.replace("    since: 2026-01-01\n", "    since: 2026-01-01\n    every: 2 d\n")
    workspace = small(yaml, now="2026-12-01", orders=rows)

    assert workspace.workspace.scorecard().sentence.startswith("Orders moved most: +250 % to 21 in 2026-11")
    quiet = small(yaml, now="2026-11-01", orders=[row for row in rows if not str(row["id"]).startswith("11-")])
    assert quiet.workspace.scorecard().sentence.startswith("Nothing moved beyond its usual ups and downs.")


def test_no_data_leave_a_row_without_number_not_an_error(small: MakeSmall) -> None:
    row = row_of(small(YAML), "orders")

    assert (row.value, row.display, row.spark) == (None, "–", ())
    assert row.refusal == "There are no data for this period."


def test_reasons_are_given_in_the_language_of_the_workspace(small: MakeSmall) -> None:
    workspace = small(YAML, now="2026-02-15", orders=[*orders(1, [4, 4]), {"id": "e", "at": "2026-01-31T12:00"}])
    (workspace.root / "bizops.yaml").write_text("calendar: days\nlanguage: de\n")
    workspace.open()

    assert row_of(workspace, "orders").previous_note == "Ein unvollständiger Zeitraum wird nicht verglichen."
    assert set(REASONS_DE) == set(REFUSALS)


def test_reasons_stand_once_below_the_rows(small: MakeSmall) -> None:
    workspace = small(YAML, now="2026-02-15", orders=[*orders(1, [4, 4]), {"id": "e", "at": "2026-01-31T12:00"}])
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(scorecard_table(workspace.workspace.scorecard()))

    assert capture.get().count("– A period that is not complete is not compared.") == 1
