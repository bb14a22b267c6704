"""Rows that describe a state: at the edge of a period, on average over it, or summed over time."""

from __future__ import annotations

import pytest

ROSTER = """
sources:
  roster:
    columns:
      id: text
      branch: text
      fte: {type: number, unit: fte}
      start: date
      end: date
    key: [id, start]
    valid: {start: start, end: end}
  sales:
    columns: {id: text, at: date, branch: text, amount: {type: decimal, unit: EUR}}
    key: [id]
    time: at
kpis:
  heads_last: {kind: measure, over: roster, snapshot: last, value: count(), unit: person, slices: [branch]}
  heads_first: {kind: measure, over: roster, snapshot: first, value: count(), unit: person}
  heads_avg: {kind: measure, over: roster, snapshot: average, value: count(), unit: person, slices: [branch]}
  fte_avg: {kind: measure, over: roster, snapshot: average, value: sum(fte), unit: fte, slices: [branch]}
  mean_fte_avg: {kind: measure, over: roster, snapshot: average, value: avg(fte), unit: fte}
  known_fte_avg: {kind: measure, over: roster, snapshot: average, value: count(fte), unit: person}
  part_time_share: {kind: measure, over: roster, snapshot: average, value: share(fte < 1), unit: "%"}
  fte_days: {kind: measure, over: roster, snapshot: total, value: sum(fte), unit: fte*d}
  fte_working_days:
    {kind: measure, over: roster, snapshot: {at: total, weight: working_days}, value: sum(fte), unit: fte*d}
  fte_working_hours:
    {kind: measure, over: roster, snapshot: {at: total, weight: working_hours}, value: sum(fte), unit: fte*h}
  fte_avg_working:
    {kind: measure, over: roster, snapshot: {at: average, weight: working_days}, value: sum(fte), unit: fte}
  revenue: {kind: measure, over: sales, value: sum(amount), unit: EUR, slices: [branch]}
  revenue_per_fte: {kind: ratio, numerator: revenue, denominator: fte_avg, unit: EUR/fte}
"""


def person(name: str, start: str, end: str | None, fte: float | None = 1.0, branch: str = "a") -> dict[str, object]:
    return {"id": name, "branch": branch, "fte": fte, "start": start, "end": end}


# April 2026 has 30 days, 22 of them Monday to Friday; the 1st is a Wednesday.
PEOPLE = [
    person("all_month", "2025-01-01", None),
    person("joins_on_the_16th", "2026-04-16", None, 0.5),  # 15 days; 11 working days
    person("leaves_on_the_11th", "2020-01-01", "2026-04-11"),  # no longer there on the 11th: 10 days; 8 working days
    person("only_the_20th", "2026-04-20", "2026-04-21", branch="b"),  # 1 day, 1 working day
    person("left_before", "2020-01-01", "2026-04-01"),
    person("comes_later", "2026-05-01", None),
    person("last_day_is_the_30th", "2026-03-31", "2026-05-01", 0.25, branch="b"),  # 30 days
]
APRIL = {"start": "2026-04", "end": "2026-04"}


@pytest.fixture
def firm(small):
    return small(ROSTER, roster=PEOPLE, sales=[], now="2026-06-01")


def test_last_counts_who_is_there_at_the_end_of_the_last_day(firm):
    assert firm.number("heads_last", **APRIL) == 3  # all_month, joins, last_day
    assert firm.split("heads_last", "branch", **APRIL) == {"a": 2, "b": 1}


def test_first_counts_who_is_there_when_the_period_begins(firm):
    assert firm.number("heads_first", **APRIL) == 3  # all_month, leaves, last_day


def test_average_weighs_each_by_how_long_they_were_there(firm):
    assert firm.number("heads_avg", **APRIL) == pytest.approx((30 + 15 + 10 + 1 + 30) / 30)
    assert firm.number("fte_avg", **APRIL) == pytest.approx((30 + 0.5 * 15 + 10 + 1 + 0.25 * 30) / 30)
    by_branch = firm.split("fte_avg", "branch", **APRIL)
    assert by_branch == {"a": pytest.approx(47.5 / 30), "b": pytest.approx(8.5 / 30)}


def test_total_is_value_times_days(firm):
    assert firm.number("fte_days", **APRIL) == pytest.approx(56)


def test_working_days_may_be_what_time_is_measured_in(firm):
    days = 22 + 0.5 * 11 + 8 + 1 + 0.25 * 22
    assert firm.number("fte_working_days", **APRIL) == pytest.approx(days)
    assert firm.number("fte_working_hours", **APRIL) == pytest.approx(10 * days)
    assert firm.number("fte_avg_working", **APRIL) == pytest.approx(days / 22)


def test_means_and_shares_are_weighted_too(firm):
    assert firm.number("mean_fte_avg", **APRIL) == pytest.approx(56 / 86)
    assert firm.number("part_time_share", **APRIL) == pytest.approx(100 * 45 / 86)


def test_a_state_without_the_value_does_not_count_in_its_mean(small):
    people = [person("a", "2026-01-01", None, 0.5), person("b", "2026-01-01", None, None)]
    firm = small(ROSTER, roster=people, sales=[])
    assert firm.number("known_fte_avg", **APRIL) == 1
    assert firm.number("mean_fte_avg", **APRIL) == 0.5


def test_a_rotation_from_one_branch_to_another_counts_once(small):
    people = [
        person("a", "2026-01-01", "2026-04-16", branch="north"),
        person("a", "2026-04-16", None, branch="south"),
    ]
    firm = small(ROSTER, roster=people, sales=[])
    assert firm.number("heads_last", **APRIL) == 1
    assert firm.split("heads_last", "branch", **APRIL) == {"south": 1}
    assert firm.split("heads_avg", "branch", **APRIL) == {"north": 0.5, "south": 0.5}
    assert firm.number("heads_avg", **APRIL) == 1


def test_a_quarter_is_measured_anew_never_averaged_from_months(firm):
    quarter = {"grain": "quarter", "start": "2026-Q2", "end": "2026-Q2"}
    # 91 days; joins: 76, leaves: 10, the 20th: 1, last_day: 30, comes later: 61.
    assert firm.number("heads_avg", **quarter) == pytest.approx((91 + 76 + 10 + 1 + 30 + 61) / 91)
    assert firm.number("heads_last", **quarter) == 3  # all_month, joins, comes_later
    assert firm.number("heads_first", **quarter) == 3


def test_a_snapshot_can_be_the_denominator(small):
    sales = [
        {"id": "1", "at": "2026-04-02", "branch": "a", "amount": 950},
        {"id": "2", "at": "2026-04-30", "branch": "b", "amount": 170},
    ]
    firm = small(ROSTER, roster=PEOPLE, sales=sales, now="2026-06-01")
    assert firm.number("revenue_per_fte", **APRIL) == pytest.approx(1120 / (56 / 30))
    by_branch = firm.split("revenue_per_fte", "branch", **APRIL)
    assert by_branch == {"a": pytest.approx(950 / (47.5 / 30)), "b": pytest.approx(170 / (8.5 / 30))}


def test_nobody_there_counts_zero_and_sums_to_nothing(firm):
    before = {"start": "2019-04", "end": "2019-04"}
    assert firm.number("heads_last", **before) == 0
    assert firm.number("heads_avg", **before) == 0
    assert firm.number("fte_avg", **before) is None


@pytest.mark.parametrize("value", ["distinct(id)", "max(fte)", "median(fte)", "stddev(fte)"])
def test_what_has_no_time_weighted_meaning_is_refused(small, value):
    """The number of different people who were there in a month is not an average over the month."""
    from bizops.errors import BizopsError

    yaml = ROSTER + f"  odd: {{kind: measure, over: roster, snapshot: average, value: '{value}'"
    yaml += ", unit: fte}\n" if "fte" in value else ", unit: person}\n"
    with pytest.raises(BizopsError):
        small(yaml, roster=PEOPLE).number("odd", **APRIL)


STOCK = """
sources:
  stock:
    columns: {taken: date, item: text, n: integer}
    key: [taken, item]
    time: taken
kpis:
  stock_last: {kind: measure, over: stock, snapshot: last, value: sum(n), slices: [item]}
  stock_first: {kind: measure, over: stock, snapshot: first, value: sum(n)}
  stock_avg: {kind: measure, over: stock, snapshot: average, value: sum(n)}
  stock_days: {kind: measure, over: stock, snapshot: total, value: sum(n), unit: d}
"""


def taken(day: str, **items: int) -> list[dict[str, object]]:
    return [{"taken": day, "item": item, "n": n} for item, n in items.items()]


COUNTS = [
    *taken("2026-03-20", apples=10, pears=2),
    *taken("2026-04-11", apples=4),  # pears are not in the list: there are none
    *taken("2026-04-21", apples=7, pears=1),
]


def test_between_two_snapshots_the_earlier_one_holds(small):
    shop = small(STOCK, stock=COUNTS, now="2026-08-01")
    assert shop.number("stock_first", **APRIL) == 12
    assert shop.number("stock_last", **APRIL) == 8
    assert shop.number("stock_days", **APRIL) == 10 * 12 + 10 * 4 + 10 * 8
    assert shop.number("stock_avg", **APRIL) == pytest.approx(240 / 30)
    assert shop.split("stock_last", "item", **APRIL) == {"apples": 7, "pears": 1}


def test_the_last_snapshot_is_carried_forward(small):
    shop = small(STOCK, stock=COUNTS, now="2026-08-01")
    assert shop.series("stock_last", start="2026-05", end="2026-06") == {"2026-05": 8, "2026-06": 8}
    assert shop.number("stock_avg", start="2026-06", end="2026-06") == 8


def test_before_the_first_snapshot_nothing_is_known(small):
    shop = small(STOCK, stock=COUNTS, now="2026-08-01")
    assert shop.number("stock_last", start="2026-02", end="2026-02") is None
    assert shop.number("stock_first", start="2026-03", end="2026-03") is None


def test_a_snapshot_taken_on_the_last_day_is_that_periods_last(small):
    shop = small(STOCK, stock=[*taken("2026-04-01", apples=5), *taken("2026-04-30", apples=6)], now="2026-08-01")
    assert shop.number("stock_first", **APRIL) == 5
    assert shop.number("stock_last", **APRIL) == 6
    assert shop.number("stock_days", **APRIL) == 29 * 5 + 6


REGIONS = """
calendars:
  days:
    zone: Europe/Berlin
    working: {mon-fri: "08:00-16:00"}
    holidays: {country: DE}
    regions:
      BY: {holidays: {country: DE, region: BY}}
      BE: {holidays: {country: DE, region: BE}}
sources:
  roster:
    columns: {id: text, state: text, start: date, end: date}
    key: [id]
    valid: {start: start, end: end}
kpis:
  person_days:
    kind: measure
    over: roster
    snapshot: {at: total, weight: working_days}
    region: state
    value: count()
    unit: person*d
    slices: [state]
  person_hours:
    kind: measure
    over: roster
    snapshot: {at: total, weight: working_hours}
    region: state
    value: count()
    unit: person*h
    slices: [state]
"""


def test_working_days_are_those_of_the_region(small):
    """January 2026 has 22 weekdays; New Year is free everywhere, Epiphany (Tuesday the 6th) in Bavaria only."""
    people = [
        {"id": "m", "state": "BY", "start": "2025-01-01", "end": None},
        {"id": "b", "state": "BE", "start": "2025-01-01", "end": None},
    ]
    firm = small(REGIONS, roster=people)
    january = {"start": "2026-01", "end": "2026-01"}
    assert firm.split("person_days", "state", **january) == {"BY": 20, "BE": 21}
    assert firm.number("person_days", **january) == 41
    assert firm.split("person_hours", "state", **january) == {"BY": 160, "BE": 168}
