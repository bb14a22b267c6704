"""Cases that are still open count as 'not yet': durations are estimated after Kaplan and Meier (1958)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

YAML = """
sources:
  marks:
    columns: {case_id: text, what: text, at: timestamp, team: text}
    key: [case_id, what, at]
    time: at
    zone: UTC
events:
  began: {source: marks, where: what = 'began', keys: {case: case_id}}
  ended: {source: marks, where: what = 'ended', keys: {case: case_id}}
  gave_up: {source: marks, where: what = 'gave up', keys: {case: case_id}}
  tick: {source: marks, where: what = 'tick', keys: {case: case_id}}
journeys:
  stay:
    case: case
    ended_by: [gave_up]
    steps: {began: began, gave_up: gave_up, tick: tick, ended: ended}
kpis:
  median: {kind: journey, journey: stay, value: "median(duration(began, ended))", unit: d, slices: [team]}
  p90: {kind: journey, journey: stay, value: "percentile(duration(began, ended), 90)", unit: d}
  p10: {kind: journey, journey: stay, value: "percentile(duration(began, ended), 10)", unit: d}
  p25_disc: {kind: journey, journey: stay, value: "percentile_disc(duration(began, ended), 25)", unit: d}
  mean: {kind: journey, journey: stay, value: "avg(duration(began, ended))", unit: d}
  median_dropped: {kind: journey, journey: stay, open_cases: drop, value: "median(duration(began, ended))", unit: d}
  cases: {kind: journey, journey: stay, value: count(), unit: case}
  ended: {kind: journey, journey: stay, value: "count(where reached(ended))", unit: case}
"""

START = datetime(2026, 1, 1, tzinfo=UTC)
Case = tuple[float, bool]
"""Days, and whether the case ended then (else it is open at the last known instant)."""


def cases(observed: Sequence[Case], team: str = "a", last: float = 100.0) -> list[dict[str, object]]:
    """Rows of cases that all began so that the open ones have lasted their days at day *last*; a last tick sets
    'now'.
    """
    rows: list[dict[str, object]] = []
    for number, (days, has_ended) in enumerate(observed):
        began = START + timedelta(days=last - days)
        name = f"{team}{number}"
        rows.append({"case_id": name, "what": "began", "at": began.isoformat(), "team": team})
        if has_ended:
            rows.append(
                {"case_id": name, "what": "ended", "at": (began + timedelta(days=days)).isoformat(), "team": team}
            )
    now = START + timedelta(days=last)
    rows.append({"case_id": "clock", "what": "tick", "at": now.isoformat(), "team": team})
    return rows


def kaplan_meier(observed: Sequence[Case], share: float) -> float | None:
    """The first time by which the estimated share still open is 1 - share or less; by the book, with fractions."""
    from fractions import Fraction

    surviving = Fraction(1)
    for time in sorted({days for days, has_ended in observed if has_ended}):
        at_risk = sum(days >= time for days, _ in observed)
        ends = sum(days == time and has_ended for days, has_ended in observed)
        surviving *= 1 - Fraction(ends, at_risk)
        if surviving <= 1 - Fraction(str(share)):
            return time
    return None


WHOLE = {"grain": "total", "start": "2026-01-01", "end": "2026-12-31"}
FREIREICH_6MP: list[Case] = [
    *[(float(weeks), True) for weeks in (6, 6, 6, 7, 10, 13, 16, 22, 23)],
    *[(float(weeks), False) for weeks in (6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)],
]
"""Weeks of remission of 21 children under 6-mercaptopurine (Freireich et al. 1963); not ended: still in remission."""


def test_the_published_median_of_the_leukaemia_trial_comes_out(small):
    """Freireich et al. (1963), as in every textbook of survival analysis: 23 weeks; a tenth had relapsed after 6."""
    trial = small(YAML, marks=cases(FREIREICH_6MP))
    value = trial.one("median", **WHOLE)
    assert value.value == pytest.approx(23)
    assert value.open_cases == 12
    assert trial.number("p10", **WHOLE) == pytest.approx(6)
    assert trial.number("p25_disc", **WHOLE) == pytest.approx(13)


def test_the_naive_value_leaves_open_cases_out_and_is_shown_as_such(small):
    trial = small(YAML, marks=cases(FREIREICH_6MP))
    assert trial.one("median", **WHOLE).naive == pytest.approx(10)
    assert trial.number("median_dropped", **WHOLE) == pytest.approx(10)


def test_too_few_ended_cases_make_the_value_unknown_not_large(small):
    """At 35 weeks 45 % are still in remission: the time by which 90 % relapse is not known."""
    trial = small(YAML, marks=cases(FREIREICH_6MP))
    value = trial.one("p90", **WHOLE)
    assert (value.value, value.refusal.code) == (None, "not-reached")
    assert value.naive == pytest.approx(22.2)
    assert value.open_cases == 12


def test_without_open_cases_it_is_the_plain_percentile(small):
    closed = [(float(days), True) for days in (1, 2, 3, 10)]
    done = small(YAML, marks=cases(closed))
    assert done.number("median", **WHOLE) == 2.5
    assert done.number("p90", **WHOLE) == pytest.approx(float(np.percentile([1, 2, 3, 10], 90)))
    assert done.number("p25_disc", **WHOLE) == 1
    assert done.number("mean", **WHOLE) == 4
    assert done.one("median", **WHOLE).open_cases == 0


def test_the_mean_of_censored_cases_is_the_area_under_the_curve(small):
    """Ends at 2 and 6, one open at 4: S = 1 until 2, 2/3 until 6, then 0: mean 2 + 2/3 * 4."""
    stay = small(YAML, marks=cases([(2, True), (4, False), (6, True)]))
    value = stay.one("mean", **WHOLE)
    assert value.value == pytest.approx(2 + 2 / 3 * 4)
    assert value.naive == 4


def test_a_mean_whose_longest_case_is_open_is_unknown(small):
    """The area ends where observation ends: a mean up to there is not the mean, it is too short by an unknown
    amount.
    """
    stay = small(YAML, marks=cases([(2, True), (4, True), (60, False)]))
    value = stay.one("mean", **WHOLE)
    assert (value.value, value.refusal.code) == (None, "not-reached")
    assert value.naive == 3


def test_slices_have_estimates_of_their_own(small):
    fast: list[Case] = [(1, True), (2, True), (3, False)]
    slow: list[Case] = [(5, True), (6, False), (7, False)]
    stay = small(YAML, marks=cases(fast, "fast") + cases(slow, "slow"))
    values = {value.slice["team"]: value for value in stay.query("median", by=[["team"]], **WHOLE)}
    assert values["fast"].value == 2
    assert (values["slow"].value, values["slow"].refusal.code) == (None, "not-reached")
    assert [values[team].open_cases for team in ("fast", "slow")] == [1, 2]


def test_estimates_agree_with_the_textbook_on_random_cases(small):
    chance = random.Random(7)
    observed = [(float(chance.randint(1, 30)), chance.random() < 0.7) for _ in range(300)]
    stay = small(YAML, marks=cases(observed))
    for kpi, share in (("p10", 0.1), ("p25_disc", 0.25), ("median", 0.5), ("p90", 0.9)):
        assert stay.number(kpi, **WHOLE) == pytest.approx(kaplan_meier(observed, share)), kpi


def test_exactly_half_is_reached(small):
    """1 of 2 ended: S falls to exactly 1/2, which is the median; rounding must not push it further."""
    assert small(YAML, marks=cases([(3, True), (9, False)])).number("median", **WHOLE) == 3
    thirds: list[Case] = [(float(day), True) for day in range(1, 31)] + [(40.0, False)] * 30
    assert small(YAML, marks=cases(thirds)).number("median", **WHOLE) == 30


def test_open_cases_lengthen_the_estimate_never_shorten_it(small):
    ended: list[Case] = [(float(days), True) for days in (1, 2, 3, 4, 5)]
    without = small(YAML, marks=cases(ended)).number("median", **WHOLE)
    with_open = small(YAML, marks=cases([*ended, (50, False), (60, False)])).number("median", **WHOLE)
    assert (without, with_open) == (3, 4)


def gave_up(name: str, began_day: float, after: float) -> list[dict[str, object]]:
    began = START + timedelta(days=began_day)
    return [
        {"case_id": name, "what": "began", "at": began.isoformat(), "team": "a"},
        {"case_id": name, "what": "gave up", "at": (began + timedelta(days=after)).isoformat(), "team": "a"},
    ]


def test_abandoned_cases_are_not_open(small):
    rows = cases([(1, True), (2, True), (3, True)]) + gave_up("x", 0, 1.5) + gave_up("y", 0, 2.5)
    value = small(YAML, marks=rows).one("median", **WHOLE)
    assert value.open_cases == 0
    assert value.value == 2


def test_one_open_case_does_not_change_how_abandoned_ones_count(small):
    """100 came to an end after 1 to 100 days, 100 gave up: one open case more may move the median by a little only."""
    ended: list[Case] = [(float(day), True) for day in range(1, 101)]
    rows = cases(ended, last=110) + [row for n in range(100) for row in gave_up(f"x{n}", 0, 0.5 + n)]
    closed = small(YAML, marks=rows).number("median", **WHOLE)
    opened = small(
        YAML, marks=[*rows, {"case_id": "o", "what": "began", "at": "2026-01-02T00:00:00Z", "team": "a"}]
    ).number("median", **WHOLE)
    assert closed == 50.5
    assert opened == pytest.approx(closed, abs=1)


def test_the_period_of_a_case_is_that_of_its_beginning(small):
    rows = cases([(40, True), (5, True)])  # began on 1 March and 5 April
    stay = small(YAML, marks=rows)
    assert stay.series("median", grain="month", start="2026-03", end="2026-04") == {"2026-03": 40, "2026-04": 5}


def test_later_events_are_not_known_as_of_an_earlier_instant(small):
    yaml = YAML.replace("zone: UTC", "zone: UTC\n    known: time")
    stay = small(yaml, marks=cases([(10, True), (20, True), (30, True)]))  # all end on day 100, 11 April
    before = stay.one("median", **WHOLE, as_of="2026-04-06T00:00")
    assert (before.value, before.refusal.code, before.open_cases) == (None, "not-reached", 3)
    assert stay.number("median", **WHOLE) == 20
