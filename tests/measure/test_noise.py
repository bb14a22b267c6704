"""Signal or noise: the usual range is that of the values before, and one value beyond it is a signal."""

from __future__ import annotations

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.measure.noise import HISTORY, Usual, usual

CALM = [10.0, 11.0, 10.0, 11.0, 10.0, 11.0, 10.0, 11.0]
HISTORIES = st.lists(st.floats(-1e6, 1e6) | st.none(), max_size=30)


def found(history: list[float | None]) -> Usual:
    made = usual(history)
    assert made is not None
    return made


def test_the_range_is_the_mean_and_two_and_two_thirds_mean_moving_ranges() -> None:
    made = found([*CALM])

    assert (made.centre, made.drift) == (10.5, 0.0)
    assert made.range(8) == pytest.approx((10.5 - 2.66, 10.5 + 2.66))


def test_one_value_is_below_within_or_above() -> None:
    made = found([*CALM])

    assert [made.side(8, value) for value in (7.8, 7.9, 13.1, 13.2)] == [-1, 0, 0, 1]
    assert made.distance(8, 10.5 + 2.66) == pytest.approx(3.0)


def test_too_few_values_and_values_that_never_differ_have_no_noise() -> None:
    assert usual(CALM[:6]) is None
    assert usual([0.1 + 0.2, 0.3] * 6) is None


def test_one_outlier_does_not_hide_the_next_one() -> None:
    made = found([*CALM, 60.0, *CALM])

    assert made.side(17, 15.0) == 1
    assert made.range(17)[1] < 14.5


def test_what_drifts_steadily_is_usual_and_standing_still_is_not() -> None:
    made = found([100.0 + 10 * at + at % 2 for at in range(12)])

    assert made.drift == pytest.approx(10.0, abs=0.2)
    assert made.side(12, 220.0) == 0
    assert made.side(12, 210.0) == -1


def test_a_level_that_has_lasted_is_the_usual_one_and_a_step_is_no_drift() -> None:
    step = [value + 20 for value in CALM]

    assert found([*CALM, *CALM, *step]).start == 16
    assert found([*CALM, *CALM, *step]).side(24, 30.0) == 0
    young = found([*CALM, *CALM, *step[:3]])
    assert (young.start, young.drift, young.side(19, 30.0)) == (0, 0.0, 1)


def test_no_range_spans_a_gap() -> None:
    apart: list[float | None] = [*CALM[:4], None, *(value + 20 for value in CALM[:4]), None, *CALM[:4]]

    assert found(apart).reach == pytest.approx(2.66)


def test_counts_are_never_negative_and_shares_never_more_than_all() -> None:
    shares = [98.0, 99.5, 97.0, 99.9, 98.5, 99.0, 97.5, 99.5]
    made = usual(shares, share=True)

    assert made is not None
    assert made.range(8)[1] == 100.0
    assert found([1.0, 0.0, 3.0, 0.0, 2.0, 1.0, 0.0, 2.0]).range(8)[0] == 0.0


@settings(deadline=None, max_examples=150)
@given(history=HISTORIES, by=st.floats(1e-3, 1e3), at=st.integers(0, 40))
def test_the_verdict_does_not_hang_on_the_unit(history: list[float | None], by: float, at: int) -> None:
    one, other = usual(history), usual([None if value is None else value * by for value in history])

    if one is None or other is None:
        return
    assert other.start == one.start
    assert math.isclose(other.middle(at), one.middle(at) * by, rel_tol=1e-6, abs_tol=1e-6 * by * 1e6)
    assert math.isclose(other.reach, one.reach * by, rel_tol=1e-6, abs_tol=1e-6 * by)


@settings(deadline=None, max_examples=100)
@given(history=HISTORIES)
def test_the_middle_of_the_range_is_always_usual(history: list[float | None]) -> None:
    made = usual(history)

    if made is not None:
        low, high = made.range(len(history))
        assert low <= high
        assert made.side(len(history), min(max(made.middle(len(history)), low), high)) == 0


def test_chance_alone_is_rarely_told_as_a_signal() -> None:
    chance = random.Random(7)
    false = 0
    for _ in range(2000):
        *history, last = (chance.gauss(100, 5) for _ in range(HISTORY + 1))
        made = usual(history)
        false += made is not None and made.side(HISTORY, last) != 0

    assert false / 2000 < 0.03


def test_a_jump_of_four_deviations_is_mostly_found_even_after_an_outlier() -> None:
    chance = random.Random(7)
    told = {"calm": 0, "outlier": 0}
    for _ in range(500):
        history = [chance.gauss(100, 5) for _ in range(HISTORY)]
        last = chance.gauss(120, 5)
        for name, past in (("calm", history), ("outlier", [*history[:12], history[12] + 30, *history[13:]])):
            made = usual(past)
            told[name] += made is not None and made.side(HISTORY, last) != 0

    assert told["calm"] > 375
    assert told["outlier"] > 300
