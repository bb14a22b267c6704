"""Bars: amounts side by side, what a change is made of (waterfall), what an answer hinges on (tornado)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from bizops.present.charts.about import About, lying, value_marks, zero_line
from bizops.present.charts.chart import Bar, Chart, Ink, Label, Scenario, Series, Table, Tone
from bizops.present.charts.ticks import marked
from bizops.present.texts import say

_TALL = 34.0


@dataclass(frozen=True)
class Amount:
    """A named number, with what it was before and what it should be. ``ours`` is the one that is looked at."""

    name: str
    value: float | None
    before: float | None = None
    target: float | None = None
    ours: bool = True
    scenario: Scenario = "AC"


@dataclass(frozen=True)
class Swing:
    """What an answer becomes when one assumption takes its low or its high end."""

    name: str
    low: float
    high: float
    low_name: str = ""
    high_name: str = ""


def bar_chart(about: About, amounts: Sequence[Amount]) -> Chart:
    """Bars from zero in the order given; light grey behind is before, the outline is the target."""
    seen = [number for one in amounts for number in (one.value, one.before, one.target)]
    about = about.even(seen)
    value_axis = marked(seen, about.unit, about.language, from_zero=True)
    shown = [about.shown(one.value) for one in amounts]
    behind = [text for one, text in zip(amounts, shown, strict=True) if (one.value or 0.0) < 0]
    notes = about.said(None)
    rows = lying(about, [one.name for one in amounts], notes, before=behind, after=shown, row=_TALL)
    strong = not all(one.ours for one in amounts)
    bars = [bar for at, one in enumerate(amounts) for bar in _bars(about, at, one, strong and one.ours)]
    table = Table(
        ("", *(say(name, about.language) for name in ("value", "previous", "target"))),
        tuple(
            (one.name, text, about.shown(one.before), about.shown(one.target))
            for one, text in zip(amounts, shown, strict=True)
        ),
    )
    words = "; ".join(f"{one.name} {text}" for one, text in zip(amounts, shown, strict=True))
    return Chart(
        kind="bar", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_bar", about.language, words=words), width=about.width, height=rows.height, frame=rows.frame,
        table=table, axes=(rows.names, zero_line(value_axis)), along="x", bars=tuple(bars), notes=notes,
        heading=rows.heading,
    )  # fmt: skip


def _bars(about: About, at: int, one: Amount, strong: bool) -> list[Bar]:
    """Before in light grey behind, the value, and its target around it."""
    bars: list[Bar] = []
    value = one.value or 0.0
    place = at - 0.1 if one.before is not None else at
    if one.before is not None:
        bars.append(Bar(say("previous", about.language), at + 0.27, 0.0, one.before, 0.18, "PY", "quiet"))
    end = max(number for number in (value, one.before, one.target, 0.0) if number is not None)
    text = about.shown(one.value)
    label = Label(end, place, text, dx=6.0, strong=strong)
    if value < 0:
        label = Label(value, place, text, anchor="end", dx=-6.0, strong=strong)
    ink: Ink = "hatched" if one.scenario in ("naive", "FC") else "solid"
    tone: Tone = "accent" if one.ours else "noise"
    bars.append(Bar(one.name, place, 0.0, value, 0.5, one.scenario, tone, ink, (label,)))
    if one.target is not None:
        bars.append(Bar(say("target", about.language), place, 0.0, one.target, 0.66, "PL", "ink", "dashed"))
    return bars


def waterfall(about: About, start: Amount, steps: Sequence[Amount], end: Amount) -> Chart:
    """From one total to another by what each part added or took; what the parts leave over is a step of its own."""
    assert start.value is not None
    assert end.value is not None
    parts = [(one.name, one.value or 0.0) for one in steps]
    rest = end.value - start.value - math.fsum(value for _, value in parts)
    if abs(rest) > 1e-9 * max(abs(start.value), abs(end.value), 1e-300):
        parts.append((say("unexplained", about.language), rest))
    reached = [start.value]
    for _, value in parts:
        reached.append(reached[-1] + value)
    value_axis = marked([0.0, *reached, end.value], about.unit, about.language, from_zero=True)
    names = [start.name, *(name for name, _ in parts), end.name]
    texts = [about.shown(start.value), *(about.change(value) for _, value in parts), about.shown(end.value)]
    notes = about.said(None)
    rows = lying(about, names, notes, after=texts)
    bars = [_total(start.name, 0, start.value, texts[0], "noise")]
    joins: list[Series] = []
    for at, (name, value) in enumerate(parts, 1):
        low, high = sorted((reached[at - 1], reached[at]))
        tone = _tone(value, about.good) if name != say("unexplained", about.language) else "noise"
        label = Label(high, at, texts[at], "ink", dx=6.0)
        ink: Ink = "hatched" if name == say("unexplained", about.language) else "solid"
        bars.append(Bar(name, at, low, high, 0.58, tone=tone, ink=ink, labels=(label,)))
    bars.append(_total(end.name, len(names) - 1, end.value, texts[-1], "accent"))
    for at, value in enumerate([*reached]):
        points = ((value, at + 0.29), (value, at + 0.71))
        joins.append(Series("", "AC", points, "noise", "hair"))
    words = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return Chart(
        kind="waterfall", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_waterfall", about.language, words=words), width=about.width, height=rows.height, frame=rows.frame,
        table=Table(("", say("value", about.language)), tuple(zip(names, texts, strict=True))),
        axes=(rows.names, zero_line(value_axis)), along="x", series=tuple(joins), bars=tuple(bars), notes=notes,
        heading=rows.heading,
    )  # fmt: skip


def tornado(about: About, base: float, swings: Sequence[Swing]) -> Chart:
    """What moves the answer most, on top: each assumption at its low and its high end, about the base."""
    ordered = sorted(swings, key=lambda one: -abs(one.high - one.low))
    value_axis = marked([base, *(end for one in ordered for end in (one.low, one.high))], about.unit, about.language)
    notes = about.said(value_axis)
    texts = [(_end(about, one.low, one.low_name), _end(about, one.high, one.high_name)) for one in ordered]
    sides = [
        (low, high) if one.low <= one.high else (high, low) for one, (low, high) in zip(ordered, texts, strict=True)
    ]
    rows = lying(
        about, [one.name for one in ordered], notes, before=[low for low, _ in sides],
        after=[high for _, high in sides], marks=True,
    )  # fmt: skip
    bars: list[Bar] = []
    for at, (one, (low_text, high_text)) in enumerate(zip(ordered, texts, strict=True)):
        for end, text, tone in ((one.low, low_text, "noise"), (one.high, high_text, "accent")):
            left = end < base or (end == base and text == low_text)
            label = Label(end, at, text, "ink", "end" if left else "start", dx=-6.0 if left else 6.0)
            bars.append(
                Bar(one.name, at, base, end, 0.58, "FC", "accent" if tone == "accent" else "noise", labels=(label,))
            )
    line = Series(say("base", about.language), "FC", ((base, -0.5), (base, len(ordered) - 0.5)), "ink", "hair")
    words = "; ".join(f"{one.name}: {low}, {high}" for one, (low, high) in zip(ordered, texts, strict=True))
    columns = ("", say("low_end", about.language), say("high_end", about.language))
    return Chart(
        kind="tornado", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_tornado", about.language, base=about.shown(base), words=words), width=about.width,
        height=rows.height, frame=rows.frame,
        table=Table(columns, tuple((one.name, low, high) for one, (low, high) in zip(ordered, texts, strict=True))),
        axes=(rows.names, value_marks(value_axis)), along="x", series=(line,), bars=tuple(bars), notes=notes,
        heading=rows.heading,
    )  # fmt: skip


def _end(about: About, value: float, name: str) -> str:
    return f"{about.shown(value)} ({name})" if name else about.shown(value)


def _total(name: str, at: float, value: float, text: str, tone: Tone) -> Bar:
    return Bar(name, at, 0.0, value, 0.58, tone=tone, labels=(Label(max(value, 0.0), at, text, dx=6.0, strong=True),))


def _tone(value: float, good: str) -> Tone:
    """Better or worse by where good lies; without a direction, one colour for all."""
    if good not in ("up", "down"):
        return "accent"
    return "better" if (value > 0) is (good == "up") else "worse"
