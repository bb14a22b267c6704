"""Every kind of chart says the same in the picture, in the terminal and to programs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chart_samples import samples
from jsonschema import Draft202012Validator
from rich.console import Console

from bizops.present.charts import Chart, chart_schema, svg
from bizops.present.charts.chart import Axis
from bizops.present.charts.svg import Theme
from bizops.present.charts.terminal import chart_view

EVERY = [(kind, language) for language in ("en", "de") for kind in samples(language)]
THEMES: tuple[Theme, ...] = ("page", "auto", "light", "dark", "current")
DRAWN = re.compile("[\u2800-\u28ff█░▒·●○◆│┃─╌\\s]+")
"""What a terminal draws with, beside words."""


def texts_of(picture: str) -> set[str]:
    """What stands in a picture; lines of one text are joined again."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", picture)
    return {unescape(re.sub(r"<[^>]+>", "", text.replace("</tspan><tspan", "</tspan> <tspan"))) for text in found}


def texts_in(value: object) -> Iterator[str]:
    """All texts of what programs get."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from texts_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts_in(one)


def shown(chart: Chart, width: int) -> str:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(chart_view(chart))
    return capture.get()


def folded(text: str) -> str:
    """Words without what is drawn and without the ends of lines."""
    return " ".join(DRAWN.sub(" ", text).split())


@pytest.mark.parametrize(("kind", "language"), [one for one in EVERY if one[0] != "spark"])
def test_the_picture_holds_exactly_the_decided_texts(kind: str, language: str) -> None:
    chart = samples(language)[kind]

    assert texts_of(svg(chart)) == chart.strings()


@pytest.mark.parametrize("width", [70, 96, 160])
@pytest.mark.parametrize(("kind", "language"), [one for one in EVERY if one[0] != "spark"])
def test_the_terminal_shows_exactly_the_decided_texts(kind: str, language: str, width: int) -> None:
    chart = samples(language)[kind]
    text = shown(chart, width)

    rest = folded(text)
    for one in sorted(chart.strings(), key=len, reverse=True):
        assert folded(one) in folded(text), one
        rest = rest.replace(folded(one), " ")
    assert rest.split() == []
    assert max(map(len, text.splitlines())) <= width


@pytest.mark.parametrize(("kind", "language"), EVERY)
def test_programs_get_every_text(kind: str, language: str) -> None:
    chart = samples(language)[kind]
    read = json.loads(json.dumps(chart.as_dict(), allow_nan=False))

    assert chart.strings() <= set(texts_in(read))
    assert (read["version"], read["kind"], read["language"]) == (1, chart.kind, language)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", samples("en"))
def test_the_picture_is_sound_and_says_in_words_what_it_shows(kind: str, theme: Theme) -> None:
    chart = samples("en")[kind]
    root = ElementTree.fromstring(svg(chart, theme))
    named = {one.get("id"): one.text for one in root.iter() if one.get("id")}

    assert root.get("role") == "img"
    assert [named[name] for name in (root.get("aria-labelledby") or "").split()] == [chart.claim, chart.alt]
    assert chart.alt
    for one in root.iter():
        assert not [name for name, value in one.items() if name.startswith("on") or "nan" in value]
    assert "<script" not in svg(chart, theme)


@pytest.mark.parametrize("theme", ["light", "dark", "current"])
def test_a_picture_that_stands_alone_needs_no_page(theme: Theme) -> None:
    for chart in samples("en").values():
        assert "var(" not in svg(chart, theme)


def all_charts(chart: Chart) -> tuple[Chart, ...]:
    return (chart, *chart.panels)


@pytest.mark.parametrize("kind", samples("en"))
def test_whatever_is_drawn_lies_inside_its_axes(kind: str) -> None:
    def inside(axis: Axis, at: float) -> bool:
        low, high = axis.domain
        return low - 1e-9 <= at <= high + 1e-9

    for chart in all_charts(samples("en")[kind]):
        if not chart.axes:
            continue
        across, upright = chart.axis("bottom", "top"), chart.axis("left")
        values, places = (across, upright) if chart.along == "x" else (upright, across)
        for bar in chart.bars:
            assert inside(values, bar.start) and inside(values, bar.end) and inside(places, bar.at), bar
        for mark in chart.marks:
            assert all(inside(values, end) for end in (mark.low, mark.value, mark.high) if end is not None), mark
        for series in chart.series:
            assert all(inside(across, x) and inside(upright, y) for x, y in series.points if y is not None), series.name
        frame = chart.frame
        assert frame.width > 0 < frame.height
        assert frame.left + frame.width <= samples("en")[kind].width


def test_bars_begin_at_zero() -> None:
    for kind in ("bar", "waterfall"):
        low, high = samples("en")[kind].axis("bottom").domain
        assert low <= 0 <= high


def test_what_the_parts_do_not_explain_is_a_part_of_its_own() -> None:
    waterfall = samples("en")["waterfall"]

    assert ("not explained", "+0.5 h") in waterfall.table.rows
    (rest,) = (bar for bar in waterfall.bars if bar.ink == "hatched")
    assert rest.end - rest.start == pytest.approx(0.5)


def test_an_effect_that_may_be_none_and_a_naive_one_are_grey() -> None:
    better, naive = samples("en")["dot-interval"].marks

    assert (better.tone, naive.tone, naive.scenario) == ("better", "noise", "naive")


def test_more_than_four_lines_are_small_charts_of_one_scale() -> None:
    chart = samples("en")["multiples"]

    assert len(chart.panels) == 5
    assert len({panel.axis("left").domain for panel in chart.panels}) == 1
    assert not samples("en")["line"].panels


def test_what_hinges_most_stands_on_top() -> None:
    assert [row[0] for row in samples("en")["tornado"].table.rows] == ["Adoption", "Training"]


@pytest.mark.parametrize("kind", samples("en"))
def test_the_form_of_every_kind_is_the_one_of_the_contract(kind: str) -> None:
    contract = json.loads((Path(__file__).parents[3] / "docs" / "contract.json").read_text(encoding="utf-8"))
    form = {"description": contract["$defs"]["chart"]["description"], **chart_schema()}

    assert contract["$defs"]["chart"] == form
    Draft202012Validator({"$defs": {"chart": form}, "$ref": "#/$defs/chart"}).validate(samples("en")[kind].as_dict())
