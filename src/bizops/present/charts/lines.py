"""Several lines over the same periods, forecasts as fans; more than four lines become small charts of one scale."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bizops.calendar import Period
from bizops.present.charts.about import About
from bizops.present.charts.chart import Axis, Band, Chart, Frame, Ink, Label, Scenario, Series, Table, Tick, Tone
from bizops.present.charts.layout import HEIGHT, LABEL, LINE, TICK, bottom_of, frame, top_of
from bizops.present.charts.lettering import spread, widest
from bizops.present.charts.ticks import Marked, marked
from bizops.present.charts.time_axis import period_ticks
from bizops.present.colours import CATEGORIES
from bizops.present.periods import period_text
from bizops.present.texts import say

MOST = 4
"""More lines than that in one plot cannot be told apart."""

_PANEL, _GAP = 132.0, 36.0
"""The height of a small chart and the room between two, in pixels."""


@dataclass(frozen=True)
class Line:
    """A named course; None where there is no value. ``unsure`` are the places of periods that are not complete."""

    name: str
    values: Sequence[float | None]
    scenario: Scenario = "AC"
    unsure: tuple[int, ...] = ()


@dataclass(frozen=True)
class Fan:
    """Where a forecast lies with that probability (in percent), period by period; None before it begins."""

    probability: int
    low: Sequence[float | None]
    high: Sequence[float | None]


def line_chart(
    about: About, periods: Sequence[Period], lines: Sequence[Line], fans: Sequence[Fan] = (), height: float = HEIGHT
) -> Chart:
    """Up to four lines in one plot, each named at its end; more in small charts beside each other."""
    if len([line for line in lines if line.scenario in ("AC", "BM")]) > MOST:
        return _small_multiples(about, periods, lines)
    ends = [end for fan in fans for side in (fan.low, fan.high) for end in side]
    about = about.even([value for line in lines for value in line.values])
    value_axis = marked([*(value for line in lines for value in line.values), *ends], about.unit, about.language)
    notes = _notes(about, value_axis, lines)
    head = about.heading(notes)
    names = _names(about, lines, fans)
    place = frame(
        head, (about.width, height), [label for _, label in value_axis.ticks], [f"●{text}" for _, text, _ in names],
        axis=TICK * 1.6, seconds=True,
    )  # fmt: skip
    across = _across(periods)
    labels = _at_the_end(names, value_axis.domain, place.height, across[1])
    ticks = period_ticks(periods, place.width, about.language)
    words = "; ".join(_words(about, line) for line in lines)
    return Chart(
        kind="fan" if fans else "line", language=about.language, claim=about.claim, subtitle=about.subtitle,
        source=about.source, alt=say("alt_lines", about.language, words=words), width=about.width, height=height,
        frame=place, table=_table(about, periods, lines, fans),
        axes=(_upright(value_axis), Axis("bottom", across, ticks)),
        series=tuple(_series(line, tone) for line, tone in zip(lines, _tones(lines), strict=True)),
        bands=tuple(_band(fan, about) for fan in sorted(fans, key=lambda fan: -fan.probability)),
        labels=labels, notes=notes, heading=head,
    )  # fmt: skip


def _small_multiples(about: About, periods: Sequence[Period], lines: Sequence[Line]) -> Chart:
    """One small chart a line, all of the same scale: a page to be read by comparing."""
    about = about.even([value for line in lines for value in line.values])
    value_axis = marked([value for line in lines for value in line.values], about.unit, about.language, about=2)
    notes = _notes(about, value_axis, lines)
    head = about.heading(notes)
    columns = 3 if len(lines) != 4 else 2
    left = widest([label for _, label in value_axis.ticks], TICK) + 10
    wide = (about.width - left - _GAP * columns) / columns
    top = top_of(head) + LABEL * LINE
    step = _PANEL + LABEL * LINE + TICK * 2 * LINE + 18
    rows = math.ceil(len(lines) / columns)
    ends = period_ticks(periods, wide, about.language, widest_step=True)
    panels = []
    for at, line in enumerate(lines):
        row, column = divmod(at, columns)
        place = Frame(left + column * (wide + _GAP), top + row * step, wide, _PANEL)
        across = _across(periods)
        last = next((value for value in reversed(line.values) if value is not None), None)
        title = f"{line.name} {about.shown(last)}"
        name = Label(across[0], value_axis.domain[1], title, dy=-LABEL, strong=True)
        axis = _upright(value_axis)
        if column:
            axis = replace(axis, ticks=tuple(replace(tick, label="") for tick in axis.ticks))
        panels.append(
            Chart(
                "line", about.language, "", "", "", "", wide, _PANEL, place, Table((), ()),
                axes=(axis, Axis("bottom", across, ends)), series=(_series(line, "accent"),), labels=(name,),
            )
        )  # fmt: skip
    words = "; ".join(_words(about, line) for line in lines)
    return Chart(
        kind="line", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_lines", about.language, words=words), width=about.width,
        height=top + rows * step + bottom_of(head, 0), frame=Frame(0.0, top, about.width, rows * step),
        table=_table(about, periods, lines, ()), notes=notes, heading=head, panels=tuple(panels),
    )  # fmt: skip


def _notes(about: About, value_axis: Marked, lines: Sequence[Line]) -> tuple[str, ...]:
    dotted = any(line.unsure for line in lines)
    return (*about.said(value_axis), *([say("dotted", about.language)] if dotted else []))


def _across(periods: Sequence[Period]) -> tuple[float, float]:
    return (-0.25, len(periods) - 0.75) if len(periods) > 1 else (-0.5, 0.5)


def _upright(value_axis: Marked) -> Axis:
    return Axis("left", value_axis.domain, tuple(Tick(at, label) for at, label in value_axis.ticks), grid=True)


def _tones(lines: Sequence[Line]) -> list[Tone]:
    """One colour for one line; colours of equal rank for several; never one for what is past or planned."""
    actual = [line for line in lines if line.scenario in ("AC", "BM")]
    tones: list[Tone] = []
    taken = iter(CATEGORIES)
    for line in lines:
        if line.scenario == "PY":
            tones.append("quiet")
        elif line.scenario == "PL":
            tones.append("ink")
        elif line.scenario == "naive":
            tones.append("noise")
        elif len(actual) <= 1:
            tones.append("accent")
        else:
            tones.append(next(taken))
    return tones


def _series(line: Line, tone: Tone) -> Series:
    ink: Ink = "dashed" if line.scenario in ("PL", "FC", "naive") else "solid"
    last = max((at for at, value in enumerate(line.values) if value is not None), default=None)
    dots = (last,) if last is not None and line.scenario == "AC" else ()
    points = tuple((float(at), value) for at, value in enumerate(line.values))
    return Series(line.name, line.scenario, points, tone, ink, line.scenario == "PL", dots, line.unsure)


def _band(fan: Fan, about: About) -> Band:
    points = tuple(
        (float(at), low, high)
        for at, (low, high) in enumerate(zip(fan.low, fan.high, strict=True))
        if low is not None and high is not None
    )
    return Band(say("likely", about.language, probability=fan.probability), points, "accent")


def _names(about: About, lines: Sequence[Line], fans: Sequence[Fan]) -> list[tuple[float, str, Tone]]:
    """What stands at the end of each line: its last value, what it says, its colour."""
    found: list[tuple[float, str, Tone]] = []
    for line, tone in zip(lines, _tones(lines), strict=True):
        last = next((value for value in reversed(line.values) if value is not None), None)
        if last is not None:
            found.append((last, f"{line.name} {about.shown(last)}", tone))
    widest_fan = max(fans, key=lambda fan: fan.probability, default=None)
    if widest_fan is not None and (high := widest_fan.high[-1]) is not None:
        text = ", ".join(str(fan.probability) for fan in sorted(fans, key=lambda fan: fan.probability))
        found.append((high, say("likely", about.language, probability=text), "noise"))
    return found


def _at_the_end(
    names: Sequence[tuple[float, str, Tone]], domain: tuple[float, float], height: float, right: float
) -> tuple[Label, ...]:
    low, high = domain
    wanted = [height * (high - value) / (high - low) for value, _, _ in names]
    placed = spread(wanted, LABEL * 1.25, 0.0, height)
    return tuple(
        Label(right, value, text, tone, dx=8.0, dy=at - wish)
        for (value, text, tone), at, wish in zip(names, placed, wanted, strict=True)
    )


def _words(about: About, line: Line) -> str:
    known = [value for value in line.values if value is not None]
    return f"{line.name} {about.shown(known[0])} → {about.shown(known[-1])}" if known else line.name


def _table(about: About, periods: Sequence[Period], lines: Sequence[Line], fans: Sequence[Fan]) -> Table:
    likely = [say("likely", about.language, probability=fan.probability) for fan in fans]
    rows = []
    for at, period in enumerate(periods):
        ranges = []
        for fan in fans:
            low, high = fan.low[at], fan.high[at]
            known = low is not None and high is not None
            ranges.append(say("to", about.language, low=about.shown(low), high=about.shown(high)) if known else "")
        rows.append((period_text(period, about.language), *(about.shown(line.values[at]) for line in lines), *ranges))
    return Table((say("period", about.language), *(line.name for line in lines), *likely), tuple(rows))
