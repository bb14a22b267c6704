"""Estimates with their intervals, and where we stand among others (quartiles)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bizops.present.charts.about import About, lying, value_marks
from bizops.present.charts.chart import Bar, Chart, Label, Mark, Scenario, Table, Tone
from bizops.present.charts.ticks import marked
from bizops.present.texts import say


@dataclass(frozen=True)
class Estimate:
    """A number that is not known exactly. A ``naive`` one stands beside the adjusted one, never alone."""

    name: str
    value: float
    low: float
    high: float
    scenario: Scenario = "AC"


@dataclass(frozen=True)
class Pool:
    """Comparative data: quartiles of ``n`` others, and our own value beside them."""

    name: str
    low: float
    lower: float
    median: float
    upper: float
    high: float
    n: int
    ours: float | None = None


def dot_interval(about: About, estimates: Sequence[Estimate], *, effect: bool = True) -> Chart:
    """One row an estimate. An ``effect`` whose interval holds zero is grey: it may be none."""
    ends = [end for one in estimates for end in (one.low, one.high)]
    about = about.even(ends)
    value_axis = marked([*ends, 0.0] if effect else ends, about.unit, about.language)
    notes = about.said(value_axis)
    texts = [_interval(about, one, effect) for one in estimates]
    rows = lying(about, [one.name for one in estimates], notes, after=texts, marks=True)
    marks = tuple(
        Mark(one.name, at, one.value, one.low, one.high, scenario=one.scenario, tone=_tone(about, one, effect),
             labels=(Label(value_axis.domain[1], at, text, "ink" if one.scenario != "naive" else "noise", dx=10.0),))
        for at, (one, text) in enumerate(zip(estimates, texts, strict=True))
    )  # fmt: skip
    words = "; ".join(f"{one.name} {text}" for one, text in zip(estimates, texts, strict=True))
    return Chart(
        kind="dot-interval", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_interval", about.language, words=words), width=about.width, height=rows.height, frame=rows.frame,
        table=Table(
            ("", say("value", about.language), say("low_end", about.language), say("high_end", about.language)),
            tuple((one.name, about.shown(one.value), about.shown(one.low), about.shown(one.high)) for one in estimates),
        ),
        axes=(rows.names, value_marks(value_axis)), along="x", marks=marks, notes=notes, heading=rows.heading,
    )  # fmt: skip


def quartile(about: About, pools: Sequence[Pool]) -> Chart:
    """The middle half of others as a box, their median as a diamond, the rest as a line; ours as a dot."""
    ends = [end for one in pools for end in (one.low, one.high, one.ours)]
    about = about.even(ends)
    value_axis = marked(ends, about.unit, about.language)
    notes = (*about.said(value_axis), say("how_quartile", about.language))
    texts = [about.shown(one.ours) if one.ours is not None else "" for one in pools]
    names = [f"{one.name} (n = {one.n})" for one in pools]
    rows = lying(about, names, notes, after=texts, marks=True, row=38.0)
    bars, marks = [], []
    for at, (one, text) in enumerate(zip(pools, texts, strict=True)):
        marks.append(Mark(one.name, at, one.median, one.low, one.high, "diamond", "BM", "noise"))
        bars.append(Bar(one.name, at, one.lower, one.upper, 0.5, "BM", "quiet"))
        if one.ours is not None:
            label = Label(value_axis.domain[1], at, text, "accent", dx=10.0, strong=True)
            marks.append(Mark(say("ours", about.language), at, one.ours, labels=(label,)))
    columns = ("", say("ours", about.language), "min", "p25", "median", "p75", "max", "n")
    cells = tuple(
        (one.name, text, *map(about.shown, (one.low, one.lower, one.median, one.upper, one.high)), str(one.n))
        for one, text in zip(pools, texts, strict=True)
    )
    words = "; ".join(
        say(
            "of_pool", about.language, name=one.name, low=about.shown(one.lower), high=about.shown(one.upper), ours=text
        )
        for one, text in zip(pools, texts, strict=True)
    )
    return Chart(
        kind="quartile", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_quartile", about.language, words=words), width=about.width, height=rows.height, frame=rows.frame,
        table=Table(columns, cells), axes=(rows.names, value_marks(value_axis)), along="x", bars=tuple(bars),
        marks=tuple(marks), notes=notes, heading=rows.heading,
    )  # fmt: skip


def _interval(about: About, one: Estimate, effect: bool) -> str:
    low, high = (about.change(end) if effect else about.shown(end) for end in (one.low, one.high))
    value = about.change(one.value) if effect else about.shown(one.value)
    unit = value.partition(" ")[2]
    low, high = (text.removesuffix(f" {unit}") if unit else text for text in (low, high))
    return f"{value} ({say('to', about.language, low=low, high=high)})"


def _tone(about: About, one: Estimate, effect: bool) -> Tone:
    if one.scenario == "naive" or (effect and one.low <= 0 <= one.high):
        return "noise"
    if effect and about.good in ("up", "down"):
        return "better" if (one.value > 0) is (about.good == "up") else "worse"
    return "accent"
