"""Rows grouped first, weighted indices, filters."""

from __future__ import annotations

import statistics

import pytest

from bizops.errors import BizopsError

YAML = """
sources:
  calls:
    columns:
      {id: text, at: timestamp, agent: text, customer: text, team: text, wait: {type: number, unit: s}, n: integer}
    key: [id]
    time: at
    zone: UTC
kpis:
  per_customer:
    kind: measure
    over: calls
    per: [customer]
    each: {calls: count(), longest: max(wait), team_of: first(team by at)}
    value: avg(calls)
    slices: [team, team_of]
  longest_median:
    kind: measure
    over: calls
    per: [customer]
    each: {longest: max(wait)}
    value: median(longest)
    unit: s
  repeaters:
    kind: measure
    over: calls
    per: [customer]
    each: {calls: count()}
    value: share(calls > 1)
    unit: "%"
  agent_days:
    kind: measure
    over: calls
    per: {who: agent, on: day(at)}
    each: {calls: count()}
    value: count()
    slices: [who]
  calls_per_agent_day:
    kind: measure
    over: calls
    where: agent is not null
    per: {who: agent, on: day(at)}
    each: {calls: count()}
    value: median(calls)
  to_solve:
    kind: measure
    over: calls
    per: [customer]
    each: {first_at: first(at by at), last_at: last(at by at)}
    value: avg(duration(first_at, last_at))
    unit: h
  busiest: {kind: measure, over: calls, per: [agent], each: {n: count()}, value: max(n)}
  calls: {kind: measure, over: calls, value: count(), slices: [team, agent]}
  waits: {kind: measure, over: calls, value: avg(wait), unit: s, slices: [team, agent]}
  score:
    kind: series
    index:
      calls: {weight: 0.25, worst: 0, best: 10}
      waits: {weight: 0.75, worst: 100, best: 0}
"""


def call(number: int, day: int, agent: str | None, customer: str, team: str, wait: float | None, month: int = 3):
    at = f"2026-{month:02}-{day:02}T{number % 24:02}:00:00"
    return {"id": str(number), "at": at, "agent": agent, "customer": customer, "team": team, "wait": wait, "n": 1}


CALLS = [
    call(1, 2, "ada", "c1", "x", 10),
    call(2, 2, "ada", "c1", "y", 50),
    call(3, 3, "ada", "c2", "x", 20),
    call(4, 3, "bob", "c1", "y", None),
    call(5, 4, None, "c3", "x", 40),
    call(6, 1, "bob", "c1", "y", 60, month=4),
]
MARCH = {"start": "2026-03", "end": "2026-03"}


@pytest.fixture
def desk(small):
    return small(YAML, calls=CALLS)


def test_rows_are_grouped_within_the_period(desk):
    found = {
        v.kpi: v.value
        for v in desk.query(
            "per_customer",
            "longest_median",
            "repeaters",
            "agent_days",
            "calls_per_agent_day",
            "to_solve",
            "busiest",
            **MARCH,
        )
    }
    assert found == {
        "per_customer": pytest.approx(5 / 3),
        "longest_median": 40,  # 50, 20, 40
        "repeaters": pytest.approx(100 / 3),
        "agent_days": 4,  # ada on the 2nd and 3rd, bob on the 3rd, nobody on the 4th
        "calls_per_agent_day": 1,  # 2, 1, 1
        "to_solve": pytest.approx((24 + 3) / 3),
        "busiest": 3,
    }


def test_a_longer_period_groups_anew(desk):
    both = {"grain": "total", "start": "2026-03-01", "end": "2026-04-30"}
    assert desk.number("per_customer", **both) == 2
    assert desk.number("longest_median", **both) == statistics.median([60, 20, 40])


def test_a_slice_of_rows_splits_before_grouping(desk):
    assert desk.split("per_customer", "team", **MARCH) == {"x": 1, "y": 2}


def test_a_slice_of_groups_splits_after_grouping(desk):
    """c1 belongs to x, where it called first."""
    assert desk.split("per_customer", "team_of", **MARCH) == {"x": pytest.approx(5 / 3)}
    assert desk.split("agent_days", "who", **MARCH) == {"ada": 2, "bob": 1, None: 1}


def test_a_value_of_the_groups_is_no_filter(desk):
    """A filter chooses rows; which group a row is in is known only afterwards."""
    for kpi, filters in (("per_customer", {"team_of": "x"}), ("agent_days", {"who": "ada"})):
        with pytest.raises(BizopsError) as error:
            desk.number(kpi, filters=filters, **MARCH)
        assert error.value.problems[0].code == "no-such-slice"


def test_a_filter_keeps_its_rows_only(desk):
    assert desk.number("calls", filters={"team": "y"}, **MARCH) == 2
    assert desk.number("calls", filters={"team": "y", "agent": "ada"}, **MARCH) == 1
    assert desk.number("per_customer", filters={"team": "y"}, **MARCH) == 2
    assert desk.split("calls", "agent", filters={"team": "y"}, **MARCH) == {"ada": 1, "bob": 1}


def test_a_filter_is_the_slice_of_that_name(desk):
    for kpi in ("calls", "waits"):
        for team, value in desk.split(kpi, "team", **MARCH).items():
            assert desk.number(kpi, filters={"team": team}, **MARCH) == value


def test_a_filter_that_matches_nothing_counts_zero(desk):
    assert desk.number("calls", filters={"team": "z"}, **MARCH) == 0
    assert desk.refusal("waits", filters={"team": "z"}, **MARCH) == "no-value"


def test_an_unknown_filter_is_refused_with_what_there_is(desk):
    with pytest.raises(BizopsError) as error:
        desk.number("calls", filters={"taem": "x"}, **MARCH)
    assert error.value.problems[0].code == "no-such-slice"
    assert "team" in str(error.value.problems[0].hint)


def test_several_ways_to_split_at_once_are_each_as_alone(desk):
    ways = [[], ["team"], ["agent"], ["team", "agent"], ["agent", "team"]]
    together = [(v.kpi, tuple(v.slice.items()), v.value) for v in desk.query("calls", "waits", by=ways, **MARCH)]
    alone = [
        (v.kpi, tuple(v.slice.items()), v.value)
        for kpi in ("calls", "waits")
        for way in ways
        for v in desk.query(kpi, by=[way], **MARCH)
    ]
    assert together == alone


def test_the_parts_of_an_index_are_scored_and_weighted(desk):
    """5 calls of 10: 50; mean wait 30 of 100 to 0: 70."""
    assert desk.number("score", **MARCH) == pytest.approx(0.25 * 50 + 0.75 * 70)


def test_scores_end_at_0_and_100(small):
    rows = [call(n, 2, "a", "c", "x", 500) for n in range(1, 21)]
    assert small(YAML, calls=rows).number("score", **MARCH) == 25


def test_a_missing_part_leaves_the_index_without_value(desk):
    by_agent = desk.query("score", by=[["agent"]], **MARCH)
    values = {v.slice["agent"]: v.value for v in by_agent}
    assert values["ada"] is not None
    assert values["bob"] is None  # one call, no wait known
