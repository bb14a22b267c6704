"""Axes are marked with round numbers that can be told apart, whatever the values are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bizops.present.charts.lettering import spread, width, wrapped
from bizops.present.charts.ticks import Marked, marked

SIZES = st.floats(1e-12, 1e12) | st.floats(-1e12, -1e-12) | st.just(0.0) | st.integers(-(10**12), 10**12).map(float)
VALUES = st.lists(SIZES | st.none(), max_size=8)
UNITS = st.sampled_from(["1", "EUR", "%", "h", "ms", "d", "EUR/fte", "order"])


def check(axis: Marked, known: list[float]) -> None:
    low, high = axis.domain
    places = [at for at, _ in axis.ticks]
    labels = [label for _, label in axis.ticks]
    assert low < high
    assert all(low <= at <= high for at in places)
    assert all(one < other for one, other in pairwise(places))
    assert len(set(labels)) == len(labels)
    assert all(low <= value <= high for value in known)
    assert len(places) <= 12


@settings(deadline=None, max_examples=150)
@given(values=VALUES, unit=UNITS, language=st.sampled_from(["en", "de"]), from_zero=st.booleans())
@example(values=[5.0], unit="h", language="en", from_zero=False)
@example(values=[1e12, 1e12 + 1], unit="EUR", language="en", from_zero=False)
@example(values=[-3.0, -3.0], unit="1", language="de", from_zero=False)
def test_marks_lie_inside_in_order_and_each_has_a_label_of_its_own(
    values: list[float | None], unit: str, language: str, from_zero: bool
) -> None:
    known = [value for value in values if value is not None]
    axis = marked(values, unit, language, from_zero=from_zero)

    check(axis, known)
    assert (len(axis.ticks) >= 2) is bool(known)
    if from_zero:
        assert not axis.broken


def test_no_values_make_an_axis_without_marks() -> None:
    assert marked([None, None], "h", "en").ticks == ()


@pytest.mark.parametrize(
    ("values", "unit", "labels"),
    [
        ([9.5, 20.3], "h", ["0", "5", "10", "15", "20", "25"]),
        ([22_909, 37_000], "EUR/fte", ["20,000", "25,000", "30,000", "35,000", "40,000"]),
        ([5.1e6, 6.4e6], "EUR", ["5.0", "5.5", "6.0", "6.5"]),
        ([0.01, 0.05], "h", ["0", "1", "2", "3"]),
        ([96.0, 99.7], "%", ["96", "97", "98", "99", "100"]),
        ([7.0, 7.0], "order", ["6.6", "6.8", "7.0", "7.2", "7.4"]),
    ],
)
def test_marks_are_numbers_that_people_count_in(values: list[float], unit: str, labels: list[str]) -> None:
    assert [label for _, label in marked(values, unit, "en").ticks] == labels


def test_a_scale_says_what_it_counts_in() -> None:
    assert marked([5.1e6, 6.4e6], "EUR", "de").scale.name == "Mio. EUR"
    assert marked([0.01, 0.05], "h", "en").scale.name == "min"


@settings(deadline=None, max_examples=80)
@given(wanted=st.lists(st.floats(0, 300), min_size=1, max_size=8), gap=st.floats(5, 30))
def test_labels_keep_their_order_and_their_distance(wanted: list[float], gap: float) -> None:
    placed = spread(wanted, gap, 0.0, 300.0)

    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    assert all(placed[other] - placed[one] >= gap - 1e-6 for one, other in pairwise(order))
    assert min(placed) >= 0
    assert max(placed) <= 300 + 1e-6 or gap * (len(wanted) - 1) > 300


def test_labels_with_room_stay_where_they_are() -> None:
    assert spread([200.0, 10.0, 100.0], 15.0, 0.0, 300.0) == [200.0, 10.0, 100.0]


@settings(deadline=None, max_examples=100)
@given(text=st.text(st.sampled_from("ab WMil.-"), max_size=60), room=st.floats(40, 200))
def test_lines_hold_every_word_and_fit_unless_a_word_does_not(text: str, room: float) -> None:
    lines = wrapped(text, 12, room)

    assert " ".join(lines).split() == text.split()
    assert all(width(line, 12) <= room or " " not in line for line in lines)
