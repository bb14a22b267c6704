"""A value about few people is withheld, and cannot be worked out from what is shown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.measure.privacy import small_groups

YAML = """
sources:
  surveys:
    columns: {id: text, person: text, branch: text, region: text, at: date, score: integer}
    key: [id]
    time: at
kpis:
  answers:
    {kind: measure, over: surveys, value: count(), slices: [branch, region], minimum_group: {of: person, size: 5}}
  score_sum:
    {kind: measure, over: surveys, value: sum(score), slices: [branch, region], minimum_group: {of: person, size: 5}}
  mean_score:
    {kind: measure, over: surveys, value: avg(score), slices: [branch, region], minimum_group: {of: person, size: 5}}
  everyone: {kind: measure, over: surveys, value: count(), slices: [branch, region]}
  score_each: {kind: ratio, numerator: score_sum, denominator: everyone}
  default_size: {kind: measure, over: surveys, value: count(), slices: [branch], minimum_group: person}
  half_year: {kind: series, value: "rolling(answers, 6 months)"}
"""
JULY = {"start": "2026-07", "end": "2026-07"}


def surveys(branch: str, people: int, region: str = "r", day: str = "2026-07-01") -> list[dict[str, object]]:
    return [
        {"id": f"{branch}{n}{day}", "person": f"{branch}{n}", "branch": branch, "region": region, "at": day, "score": n}
        for n in range(people)
    ]


FIRM = surveys("big", 20) + surveys("mid", 8) + surveys("tiny", 3)


def shown(firm, kpi, *by, **asked):
    values = firm.query(kpi, by=[list(by)], **{**JULY, **asked})
    return {tuple(v.slice[name] for name in by): (v.value, v.refusal.code if v.refusal else None) for v in values}


def test_fewer_than_the_minimum_are_withheld(small):
    firm = small(YAML, surveys=surveys("tiny", 4) + surveys("mid", 5, day="2026-08-01"))
    assert firm.refusal("answers", **JULY) == "small-group"
    assert firm.number("answers", start="2026-08", end="2026-08") == 5


def test_people_are_counted_not_rows(small):
    rows = [{**row, "id": f"{row['id']}-{n}"} for row in surveys("tiny", 3) for n in range(10)]
    assert small(YAML, surveys=rows).refusal("answers", **JULY) == "small-group"


def test_a_branch_of_three_cannot_be_had_by_subtraction(small):
    """The whole is 31; were 20 and 8 shown, the three would follow. The smaller neighbour is withheld too."""
    firm = small(YAML, surveys=FIRM)
    assert shown(firm, "answers", "branch") == {
        ("big",): (20, None),
        ("mid",): (None, "suppressed"),
        ("tiny",): (None, "small-group"),
    }
    assert firm.number("answers", **JULY) == 31


def test_two_small_branches_hide_each_other_only_when_they_are_enough_together(small):
    three_and_three = small(YAML, surveys=surveys("a", 3) + surveys("b", 3) + surveys("c", 9))
    assert shown(three_and_three, "answers", "branch")[("c",)] == (9, None)
    two_and_two = small(YAML, surveys=surveys("a", 2) + surveys("b", 2) + surveys("c", 9) + surveys("d", 10))
    assert shown(two_and_two, "answers", "branch")[("c",)] == (None, "suppressed")
    assert shown(two_and_two, "answers", "branch")[("d",)] == (10, None)


@pytest.mark.parametrize("kpi", ["answers", "score_sum", "mean_score", "default_size", "score_each"])
def test_every_kind_of_value_is_withheld(small, kpi):
    firm = small(YAML, surveys=FIRM)
    assert shown(firm, kpi, "branch")[("tiny",)] == (None, "small-group")
    assert shown(firm, kpi, "branch")[("mid",)] == (None, "suppressed")


def test_nothing_beside_the_value_tells_it(small):
    firm = small(YAML, surveys=FIRM)
    answer = firm.query("answers", by=[[], ["branch"]], compare="previous", **JULY)
    for value in answer:
        if value.refusal:
            assert (value.rows, value.naive, value.open_cases) == (None, None, None)
            assert value.compared.value is None
    table = answer.to_arrow()
    for row in table.to_pylist():
        if row["refusal"] in ("small-group", "suppressed"):
            assert row["value"] is None
            assert row["rows"] is None


def test_a_withheld_value_does_not_come_back_as_the_earlier_one_of_a_comparison(small):
    firm = small(YAML, surveys=FIRM + surveys("tiny", 9, day="2026-08-01") + surveys("mid", 9, day="2026-08-31"))
    values = firm.query("answers", by=[["branch"]], start="2026-08", end="2026-08", compare="previous")
    compared = {value.slice["branch"]: value.compared for value in values}
    assert compared["tiny"].value is None and compared["tiny"].change is None
    assert compared["mid"].value is None and compared["mid"].change is None


def test_filters_show_no_more_than_the_split_does(small):
    """Asking for one branch at a time would give 31 - 20 - 8 away."""
    firm = small(YAML, surveys=FIRM)
    assert firm.number("answers", filters={"branch": "big"}, **JULY) == 20
    assert firm.number("answers", filters={"branch": "tiny"}, **JULY) is None
    assert firm.number("answers", filters={"branch": "mid"}, **JULY) is None


REGIONS = (
    surveys("north_tiny", 3, "north")
    + surveys("north_big", 20, "north")
    + surveys("south_mid", 6, "south")
    + surveys("south_big", 30, "south")
)


def test_no_margin_gives_a_withheld_cell_away(small):
    """The north has 23, one branch of 20 and one of 3: hiding a branch in the south protects nobody in the north."""
    firm = small(YAML, surveys=REGIONS)
    regions = shown(firm, "answers", "region")
    cells = shown(firm, "answers", "region", "branch")
    assert cells["north", "north_tiny"] == (None, "small-group")
    if regions["north",][0] is not None:
        assert cells["north", "north_big"][0] is None


def test_ways_to_split_asked_together_protect_each_other(small):
    """A branch lies in one region: by branch, by region and by both are then margins of one table."""
    firm = small(YAML, surveys=REGIONS)
    by_branch, by_region = shown(firm, "answers", "branch"), shown(firm, "answers", "region")
    known = {branch: value for (branch,), (value, _) in by_branch.items() if value is not None}
    for (region,), (total, _) in by_region.items():
        if total is None:
            continue
        hidden = {b for (b,) in by_branch if b.startswith(region) and b not in known}
        rest = total - sum(value for b, value in known.items() if b.startswith(region))
        assert not hidden or rest >= 5, (region, hidden, rest)


def test_the_neighbour_that_is_withheld_is_always_the_same(small):
    rows = surveys("tiny", 3) + surveys("one", 8) + surveys("two", 8) + surveys("big", 9)
    first = shown(small(YAML, surveys=rows), "answers", "branch")
    second = shown(small(YAML, surveys=rows[::-1]), "answers", "branch")
    assert first == second


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 12), min_size=9, max_size=9), st.integers(2, 6))
def test_whoever_knows_all_sums_cannot_pin_down_a_hidden_cell(sizes: list[int], minimum: int) -> None:
    """In a table of 3 by 3 with its margins, what is hidden in a row or column counts the minimum at least, or is
    all.
    """
    slices = [(row, column) for row in "abc" for column in "xyz"]
    codes = np.arange(9, dtype=np.int64)
    small, suppressed = small_groups(codes, np.array(sizes, dtype=float), minimum, slices)
    hidden = small | suppressed
    assert all(hidden[cell] for cell, size in enumerate(sizes) if 0 < size < minimum)
    for axis in (0, 1):
        for label in {parts[axis] for parts in slices}:
            line = [cell for cell in range(9) if slices[cell][axis] == label and sizes[cell]]
            inside = [sizes[cell] for cell in line if hidden[cell]]
            if inside and len(inside) < len(line):
                assert len(inside) > 1 and sum(inside) >= minimum


def test_a_rolling_value_counts_the_people_of_its_whole_window(small):
    rows = surveys("a", 3, day="2026-03-01") + surveys("b", 3, day="2026-07-31")
    firm = small(YAML, surveys=rows)
    assert firm.number("half_year", **JULY) == 6
