"""Whatever the numbers are, a chart is made, its parts lie inside, and its texts are the same everywhere."""

from __future__ import annotations

import json

import pytest
from chart_samples import MONTHS, about
from hypothesis import given, settings
from hypothesis import strategies as st
from test_every_kind import folded, shown, texts_of

from bizops.present.charts import Chart, spark_chart, svg
from bizops.present.charts.bars import Amount, Swing, bar_chart, tornado, waterfall
from bizops.present.charts.flow import Stage, flow_chart
from bizops.present.charts.heat import heat_table
from bizops.present.charts.intervals import Estimate, Pool, dot_interval, quartile
from bizops.present.charts.lines import Line, line_chart
from bizops.present.charts.slope import Pair, slope

NUMBERS = st.floats(-1e12, 1e12).map(lambda value: float(f"{value:.9g}") if abs(value) > 1e-9 else 0.0)
"""What a business counts in; a label of three hundred zeros would fit no terminal."""
MAYBE = NUMBERS | st.none()
FIVE = st.lists(NUMBERS, min_size=5, max_size=5).map(sorted)
UNITS = st.sampled_from(["1", "EUR", "%", "h", "order", "EUR/fte"])
LANGUAGES = st.sampled_from(["en", "de"])


def sound(chart: Chart) -> None:
    """The texts agree, and nothing is drawn at a place that is none."""
    picture = svg(chart)
    assert texts_of(picture) - {""} == chart.strings()
    assert "nan" not in picture.replace("</tspan>", "")
    assert 'width="inf' not in picture
    assert chart.frame.width > 0
    json.dumps(chart.as_dict(), allow_nan=False)
    text = folded(shown(chart, 96))
    assert [one for one in chart.strings() if folded(one) not in text] == []


@settings(deadline=None, max_examples=12)
@given(rows=st.lists(st.tuples(MAYBE, MAYBE, MAYBE), min_size=1, max_size=6), unit=UNITS, language=LANGUAGES)
def test_bars(rows: list[tuple[float | None, float | None, float | None]], unit: str, language: str) -> None:
    amounts = [Amount(f"N{at}", value, before, target) for at, (value, before, target) in enumerate(rows)]
    sound(bar_chart(about("Bars", unit, language), amounts))


@settings(deadline=None, max_examples=12)
@given(
    start=NUMBERS, steps=st.lists(NUMBERS, max_size=5), end=NUMBERS, unit=UNITS, good=st.sampled_from(["up", "none"])
)
def test_waterfalls(start: float, steps: list[float], end: float, unit: str, good: str) -> None:
    parts = [Amount(f"P{at}", value) for at, value in enumerate(steps)]
    sound(waterfall(about("Falls", unit, "en", good=good), Amount("Start", start), parts, Amount("End", end)))


@settings(deadline=None, max_examples=12)
@given(base=NUMBERS, ends=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=5), unit=UNITS)
def test_tornados(base: float, ends: list[tuple[float, float]], unit: str) -> None:
    sound(tornado(about("Winds", unit, "en"), base, [Swing(f"S{at}", *pair) for at, pair in enumerate(ends)]))


@settings(deadline=None, max_examples=12)
@given(fives=st.lists(FIVE, min_size=1, max_size=4), ours=MAYBE, unit=UNITS, language=LANGUAGES)
def test_quartiles_and_intervals(fives: list[list[float]], ours: float | None, unit: str, language: str) -> None:
    pools = [Pool(f"Q{at}", *five, n=9, ours=ours) for at, five in enumerate(fives)]
    sound(quartile(about("Quarters", unit, language), pools))
    estimates = [Estimate(f"E{at}", five[2], five[0], five[4]) for at, five in enumerate(fives)]
    sound(dot_interval(about("Guesses", unit, language, good="down"), estimates))


@settings(deadline=None, max_examples=12)
@given(pairs=st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6), unit=UNITS, language=LANGUAGES)
def test_slopes(pairs: list[tuple[float, float]], unit: str, language: str) -> None:
    sound(
        slope(about("Hills", unit, language), ("Before", "After"), [Pair(f"L{n}", *one) for n, one in enumerate(pairs)])
    )


@settings(deadline=None, max_examples=12)
@given(values=st.lists(st.lists(MAYBE, min_size=3, max_size=3), min_size=1, max_size=4), unit=UNITS)
def test_heat_tables(values: list[list[float | None]], unit: str) -> None:
    sound(heat_table(about("Fields", unit, "en"), ["A", "B", "C"], [f"R{at}" for at in range(len(values))], values))


@settings(deadline=None, max_examples=12)
@given(cases=st.lists(st.integers(0, 10**9), min_size=1, max_size=5))
def test_flows(cases: list[int]) -> None:
    stages = [Stage(f"Step {at}", count, "1 h", waiting=True) for at, count in enumerate(sorted(cases, reverse=True))]
    sound(flow_chart(about("Rivers", "order", "en"), stages))


@settings(deadline=None, max_examples=12)
@given(lines=st.lists(st.lists(MAYBE, min_size=4, max_size=4), min_size=1, max_size=6), unit=UNITS, language=LANGUAGES)
def test_lines_and_sparks(lines: list[list[float | None]], unit: str, language: str) -> None:
    named = [Line(f"L{at}", values) for at, values in enumerate(lines)]
    sound(line_chart(about("Ways", unit, language), MONTHS[:4], named))
    svg(spark_chart("Small", lines[0], unit, language))


@pytest.mark.parametrize("values", [[5.0], [None], []])
def test_one_value_or_none_make_a_chart_too(values: list[float | None]) -> None:
    sound(line_chart(about("Little", "h", "en"), MONTHS[: len(values)], [Line("L", values)]))
