"""How cases go through steps: counted as they were, timed by the clock that is asked for, open ones not forgotten."""

from __future__ import annotations

from datetime import UTC, datetime, time

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.calendar import Calendar
from bizops.measure.flow import NEVER, CaseTimes, censored_quantile, flow_of

STEPS = ("asked", "checked", "answered")
HOUR_US = 3_600_000_000


def cases(*rows: tuple[int | None, int | None, int | None]) -> CaseTimes:
    """Cases by the hour at which they came to each step; the last step ends them."""
    at = np.array([[NEVER if hour is None else hour * HOUR_US for hour in row] for row in rows], np.int64)
    at = at.reshape(len(rows), 3)
    return CaseTimes(STEPS, at, at[:, 2])


def test_steps_links_and_variants_count_every_case_once() -> None:
    flow = flow_of(cases((0, 2, 5), (1, 2, None), (3, None, 4), (0, 4, 10)), 20 * HOUR_US)
    assert (flow.cases, flow.ended, flow.open) == (4, 3, 1)
    assert [(step.step, step.cases) for step in flow.steps] == [("asked", 4), ("checked", 3), ("answered", 3)]
    assert {(link.start, link.end): link.cases for link in flow.links} == {
        ("asked", "checked"): 3, ("checked", "answered"): 2, ("asked", "answered"): 1,
    }  # fmt: skip
    assert {variant.path: variant.cases for variant in flow.variants} == {
        ("asked", "checked", "answered"): 2, ("asked", "checked"): 1, ("asked", "answered"): 1,
    }  # fmt: skip
    assert [(end.path, end.cases) for end in flow.ends] == [(("answered",), 3)]


def test_a_link_tells_the_median_and_the_time_of_all_together() -> None:
    (link,) = (
        one for one in flow_of(cases((0, 2, 5), (1, 2, 9), (0, 4, 10)), 20 * HOUR_US).links if one.end == "checked"
    )
    assert (link.median_us / HOUR_US, link.total_us / HOUR_US) == (2, 7)


def test_steps_in_another_order_are_another_way() -> None:
    flow = flow_of(cases((2, 0, 5)), 9 * HOUR_US)
    assert flow.variants[0].path == ("checked", "asked", "answered")


def test_open_cases_count_as_not_yet() -> None:
    done = flow_of(cases((0, 1, 4), (0, 1, 8)), 100 * HOUR_US)
    with_open = flow_of(cases((0, 1, 4), (0, 1, 8), (0, 1, None), (0, 1, None)), 100 * HOUR_US)
    assert (done.median_us or 0) / HOUR_US == 4
    assert (with_open.median_us or 0) / HOUR_US == 8
    assert with_open.p90_us is None


def test_working_time_passes_in_working_hours_only() -> None:
    days = tuple(((time(8), time(18)),) if day < 5 else () for day in range(7))
    calendar = Calendar(zone="UTC", working=days)
    friday = round(datetime(2026, 3, 6, 17, tzinfo=UTC).timestamp()) // 3600
    flow = flow_of(cases((friday, friday + 64, friday + 65)), (friday + 70) * HOUR_US, calendar)
    assert {link.end: link.median_us / HOUR_US for link in flow.links} == {"checked": 2.0, "answered": 1.0}


def test_no_cases_are_no_flow() -> None:
    flow = flow_of(CaseTimes(STEPS, np.empty((0, 3), np.int64), np.empty(0, np.int64)), HOUR_US)
    assert (flow.cases, flow.links, flow.variants, flow.median_us) == (0, (), (), None)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=30), st.floats(0.05, 0.95))
def test_without_open_cases_the_quantile_is_the_plain_one(lengths: list[int], q: float) -> None:
    found = censored_quantile(np.array(lengths, np.int64), np.ones(len(lengths), bool), q)
    assert found is not None
    assert sum(length <= found for length in lengths) >= q * len(lengths) - 1e-6
    assert sum(length < found for length in lengths) < q * len(lengths) + 1e-6


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.none() | st.integers(0, 50), st.none() | st.integers(0, 50)),
        min_size=1,
        max_size=20,
    )
)
def test_what_goes_into_a_step_is_what_came_to_it(rows: list[tuple[int | None, int | None, int | None]]) -> None:
    flow = flow_of(cases(*rows), 100 * HOUR_US)
    into = {step.step: sum(link.cases for link in flow.links if link.end == step.step) for step in flow.steps}
    first = {step: sum(variant.cases for variant in flow.variants if variant.path[0] == step) for step in STEPS}
    assert {step.step: step.cases for step in flow.steps} == {step: into[step] + first[step] for step in STEPS}
    assert sum(variant.cases for variant in flow.variants) == len(rows)
