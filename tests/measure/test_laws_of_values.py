"""How rows arrive changes no value: split, merged, shuffled or delivered again."""

from __future__ import annotations

import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from small_workspace import Small

YAML = """
calendars:
  days: {zone: ZONE}
sources:
  rows:
    columns: {id: text, at: timestamp, who: text, n: integer, x: number, money: {type: decimal, unit: EUR}, shop: text}
    key: [id]
    time: at
    zone: UTC
kpis:
  count: {kind: measure, over: rows, value: count(), slices: [shop]}
  n: {kind: measure, over: rows, value: sum(n), slices: [shop]}
  money: {kind: measure, over: rows, value: sum(money), unit: EUR, slices: [shop]}
  people: {kind: measure, over: rows, value: distinct(who), slices: [shop]}
  p75: {kind: measure, over: rows, value: "percentile(n, 75)", slices: [shop]}
  low: {kind: measure, over: rows, value: min(n), slices: [shop]}
  last: {kind: measure, over: rows, per: [shop], each: {last_n: last(n by at)}, value: sum(last_n)}
  x: {kind: measure, over: rows, value: sum(x), slices: [shop]}
  x_mean: {kind: measure, over: rows, value: avg(x), slices: [shop]}
  x_sd: {kind: measure, over: rows, value: stddev(x), slices: [shop]}
"""
EXACT = ["count", "n", "money", "people", "p75", "low", "last"]
FLOATS = ["x", "x_mean", "x_sd"]

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "at": st.integers(0, 90 * 24 * 60 - 1).map(
                lambda minute: (
                    f"2026-{1 + minute // 43200:02}-{1 + minute // 1440 % 28:02}"
                    f"T{minute // 60 % 24:02}:{minute % 60:02}:00"
                )
            ),
            "who": st.sampled_from(["a", "b", "c", None]),
            "n": st.one_of(st.none(), st.integers(-(10**9), 10**9)),
            "x": st.one_of(st.none(), st.floats(-1e6, 1e6, width=32)),
            "money": st.integers(-(10**8), 10**8).map(lambda cents: f"{cents / 100:.2f}"),
            "shop": st.sampled_from(["north", "south", None]),
        }
    ),
    min_size=1,
    max_size=25,
).map(lambda rows: [{"id": str(number), **row} for number, row in enumerate(rows)])
FEW = settings(deadline=None, max_examples=4, phases=[Phase.explicit, Phase.generate])
"""Every example makes workspaces of its own: few of them, and what fails is shown as it was found."""

SPAN = {"start": "2026-01", "end": "2026-03"}


def values(made: Small, kpis: list[str]) -> dict[object, float | None]:
    answer = made.query(*kpis, by=[[], ["shop"]] if "last" not in kpis else [[]], **SPAN)
    return {(v.kpi, v.period.label, tuple(v.slice.items())): v.value for v in answer}


def made_of(root, *deliveries) -> Small:
    made = Small(root, YAML.replace("ZONE", "Europe/Berlin"), "2027-01-01")
    for rows in deliveries:
        if rows:
            made.deliver("rows", rows)
    return made


@FEW
@given(ROWS, st.integers(0, 25), st.randoms(use_true_random=False))
def test_split_shuffled_and_repeated_deliveries_are_one(tmp_path_factory, rows, cut, chance):
    shuffled = chance.sample(rows, len(rows))
    whole = made_of(tmp_path_factory.mktemp("laws"), rows)
    parts = made_of(tmp_path_factory.mktemp("laws"), shuffled[:cut], shuffled[cut:], shuffled, rows[::-1])
    assert values(parts, EXACT[:-1]) == values(whole, EXACT[:-1])
    expected = values(whole, FLOATS)
    for key, value in values(parts, FLOATS).items():
        assert value == (pytest.approx(expected[key], rel=1e-9, abs=1e-6) if expected[key] is not None else None)


@FEW
@given(ROWS)
def test_corrected_rows_count_as_corrected_whatever_came_before(tmp_path_factory, rows):
    wrong = [{**row, "n": 1, "who": "z", "shop": "south"} for row in rows]
    corrected = made_of(tmp_path_factory.mktemp("laws"), wrong, rows)
    assert values(corrected, EXACT) == values(made_of(tmp_path_factory.mktemp("laws"), rows), EXACT)


@FEW
@given(ROWS, st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Auckland"]))
def test_finer_periods_add_up_and_slices_add_up(tmp_path_factory, rows, zone):
    made = Small(tmp_path_factory.mktemp("laws"), YAML.replace("ZONE", zone), "2027-01-01")
    made.deliver("rows", rows)
    for kpi in ("count", "n", "money"):
        totals = {}
        for grain in ("day", "week", "month", "quarter", "total"):
            series = made.series(kpi, grain=grain, start="2025-12-29", end="2026-04-05")
            totals[grain] = round(sum(value or 0 for value in series.values()), 6)
        assert len(set(totals.values())) == 1, totals
        whole = made.number(kpi, grain="total", start="2026-01-01", end="2026-12-31")
        parts = made.split(kpi, "shop", grain="total", start="2026-01-01", end="2026-12-31")
        known = [value for value in parts.values() if value is not None]
        assert round(sum(known), 6) == round(whole or 0, 6)


def test_a_thousand_shuffles_of_floats_agree_to_nine_digits(tmp_path_factory):
    chance = random.Random(5)
    rows = [
        {"id": str(n), "at": "2026-01-01T00:00:00", "x": chance.uniform(-1, 1) * 10 ** chance.randint(-6, 6)}
        for n in range(1000)
    ]
    one = made_of(tmp_path_factory.mktemp("laws"), rows)
    other = made_of(tmp_path_factory.mktemp("laws"), rows[500:], rows[:500][::-1])
    first, second = (made.number("x", start="2026-01", end="2026-01") for made in (one, other))
    assert first == pytest.approx(second, rel=1e-9)
