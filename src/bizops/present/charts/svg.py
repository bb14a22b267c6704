"""A chart as SVG: without script, readable for those who cannot see it, printed as it is seen.

Every decision was taken before; here places become pixels. Colours are written as CSS custom properties of the page
(``page``), brought along (``auto``, ``light``, ``dark``), or are that of the text around (``current``).
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from html import escape
from typing import Literal

from bizops.present.charts.chart import Axis, Band, Bar, Cell, Chart, Event, Flow, Frame, Label, Mark, Series
from bizops.present.charts.layout import CLAIM, LABEL, LINE, NOTE, SUBTITLE, TICK, rows_of
from bizops.present.charts.place import Place
from bizops.present.colours import CATEGORIES, DARK, LIGHT, root_rules

Theme = Literal["page", "auto", "light", "dark", "current"]

FONT = "Inter,system-ui,'Segoe UI',sans-serif"

_FAINT = {"band": 0.12, "line": 0.25, "quiet": 0.45, "noise": 0.7, "ink-2": 0.75, "surface": 0.0}
"""How strong a role is where there is only the colour of the text around."""


CELL = (0.05, 0.5)
"""How strong the lightest and the darkest field are; text stays readable on both."""


def svg(chart: Chart, theme: Theme = "page", language: str | None = None) -> str:
    """The chart as one ``<svg>`` element."""
    return _Picture(chart, theme).text(language or chart.language)


class _Picture:
    """One picture in the making: its paint, and names that are its own on the page."""

    def __init__(self, chart: Chart, theme: Theme) -> None:
        self.chart, self.theme = chart, theme
        self.name = "c" + blake2b(f"{chart.claim}{chart.alt}{chart.width}".encode(), digest_size=5).hexdigest()

    def text(self, language: str) -> str:
        """Everything, from the back to the front."""
        chart = self.chart
        style = f"<style>{root_rules()}</style>" if self.theme == "auto" else ""
        ground = "" if self.theme in ("page", "current") else (
            f'<rect width="{_n(chart.width)}" height="{_n(chart.height)}"{self.fill("surface")}/>'
        )  # fmt: skip
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="chart {chart.kind}" role="img" lang="{language}" '
            f'aria-labelledby="{self.name}t {self.name}d" viewBox="0 0 {_n(chart.width)} {_n(chart.height)}" '
            f'width="{_n(chart.width)}" height="{_n(chart.height)}" font-family="{FONT}">'
            f'<title id="{self.name}t">{escape(chart.claim)}</title><desc id="{self.name}d">{escape(chart.alt)}</desc>'
            f"{style}<defs>{self.hatches()}</defs>{ground}{self.heading()}{self.plot(chart)}"
            f"{''.join(self.plot(panel) for panel in chart.panels)}{self.footing()}</svg>"
        )

    # -------------------------------------------------------------------------------------------------------- the paint

    def colour(self, role: str) -> str:
        """The colour of a role in this theme."""
        match self.theme:
            case "light":
                return LIGHT[role]
            case "dark":
                return DARK[role]
            case "current":
                return "currentColor"
            case _:
                return f"var(--{role})"

    def fill(self, role: str) -> str:
        """The attributes that fill with a role's colour."""
        return self._paint("fill", role)

    def stroke(self, role: str, width: float = 1.0) -> str:
        """The attributes of a line in a role's colour."""
        return f'{self._paint("stroke", role)} stroke-width="{_n(width)}"'

    def _paint(self, what: str, role: str) -> str:
        faint = _FAINT.get(role, 1.0) if self.theme == "current" else 1.0
        return f' {what}="{self.colour(role)}"' + (f' {what}-opacity="{_n(faint)}"' if faint < 1 else "")

    def hatches(self) -> str:
        """A pattern for each role that something hatched needs."""
        charts = (self.chart, *self.chart.panels)
        hatched = {bar.tone for chart in charts for bar in chart.bars if bar.ink == "hatched"}
        hatched |= {flow.tone for chart in charts for flow in chart.flows if flow.ink == "hatched"}
        return "".join(
            f'<pattern id="{self.name}h-{tone}" width="6" height="6" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="6"{self.stroke(tone, 4)}/></pattern>'
            for tone in sorted(hatched)
        )

    def words(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        role: str = "ink-2",
        anchor: str = "start",
        strong: bool = False,
        halo: bool = False,
    ) -> str:
        """One line of text; a ``halo`` keeps it readable over lines."""
        weight = ' font-weight="600"' if strong else ""
        around = f' paint-order="stroke" stroke-linejoin="round"{self.stroke("surface", 3)}' if halo else ""
        placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
        return (
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{weight}{placed}{self.fill(role)}{around}>'
            f"{escape(text)}</text>"
        )

    def lines(self, lines: Sequence[str], y: float, size: float, role: str, strong: bool = False) -> str:
        """Lines that are one text."""
        if not lines:
            return ""
        weight = ' font-weight="600"' if strong else ""
        spans = "".join(
            f'<tspan x="0" y="{_n(y + (at + 0.8) * size * LINE)}">{escape(line)}</tspan>'
            for at, line in enumerate(lines)
        )
        return f'<text font-size="{_n(size)}"{weight}{self.fill(role)}>{spans}</text>'

    # -------------------------------------------------------------------------------------------------------- the parts

    def heading(self) -> str:
        """The claim, and what is measured."""
        head = self.chart.heading
        below = len(head.claim) * CLAIM * LINE
        return self.lines(head.claim, 0, CLAIM, "ink", strong=True) + self.lines(
            head.subtitle, below + 2, SUBTITLE, "ink-2"
        )

    def footing(self) -> str:
        """What happened, what to mind, and where the numbers come from."""
        head, chart = self.chart.heading, self.chart
        row = NOTE * LINE
        y = chart.height - (rows_of(head) + len(chart.events)) * row - 2
        parts = []
        for event in chart.events:
            parts.append(self._event_line(event, y + 0.8 * row))
            y += row
        for lines in (*head.notes, head.source):
            parts.append(self.lines(lines, y, NOTE, "ink-2"))
            y += len(lines) * row
        return "".join(parts)

    def _event_line(self, event: Event, y: float) -> str:
        return self.words(0, y, event.mark, NOTE, "ink", strong=True) + self.words(20, y, event.text, NOTE)

    def plot(self, chart: Chart) -> str:
        """What lies inside the axes, and the axes."""
        place = Place(chart)
        parts: list[str] = [self.band(band, place) for band in chart.bands]
        parts += [self.axis(axis, chart.frame, place) for axis in chart.axes]
        parts += [self.flow(flow, place) for flow in chart.flows]
        parts += [self.cell(cell, place) for cell in chart.cells]
        parts += [self.bar(bar, place) for bar in chart.bars]
        parts += [self.line(series, place) for series in chart.series]
        parts += [self.mark(mark, place) for mark in chart.marks]
        parts += [self.happened(event, chart.frame, place) for event in chart.events]
        parts += [self.label(label, place) for label in chart.all_labels()]
        return "".join(parts)

    def label(self, label: Label, place: Place) -> str:
        """Words at a place."""
        x, y = place.x(label.x) + label.dx, place.y(label.y) + label.dy + LABEL * 0.36
        if label.tone in CATEGORIES:
            # Colours that lines can have are not all dark enough for words: a bullet has them.
            bullet = f'<circle cx="{_n(x + 4)}" cy="{_n(y - LABEL * 0.36)}" r="4"{self.fill(label.tone)}/>'
            return bullet + self.words(x + 12, y, label.text, LABEL, "ink", label.anchor, label.strong, halo=True)
        role = "ink-2" if label.tone in ("quiet", "noise") else label.tone
        return self.words(x, y, label.text, LABEL, role, label.anchor, label.strong, halo=True)

    def axis(self, axis: Axis, frame: Frame, place: Place) -> str:
        """Marks, their labels, and the grid; zero is the one line that is dark."""
        upright = axis.side == "left"
        parts = []
        for tick in axis.ticks:
            if upright:
                y = place.y(tick.at)
                if axis.grid:
                    role = "ink-2" if tick.at == 0 else "line"
                    parts.append(_line(frame.left, y, frame.left + frame.width, y, self.stroke(role)))
                x, anchor = (0.0, "start") if place.lying else (frame.left - 8, "end")
                up = TICK * LINE / 2 if tick.second else 0.0
                for text, off in ((tick.label, -up), (tick.second, up)):
                    if text:
                        parts.append(self.words(x, y + off + TICK * 0.36, text, TICK, anchor=anchor))
                continue
            x = place.x(tick.at)
            bottom = frame.top + frame.height
            if axis.grid:
                role = "ink-2" if tick.at == 0 else "line"
                parts.append(_line(x, frame.top, x, bottom, self.stroke(role)))
            if axis.side == "top":
                parts.append(self.words(x, frame.top - 8, tick.label, TICK, anchor="middle"))
                continue
            if not tick.label:
                continue
            below = bottom + frame.lane
            if not axis.grid:
                parts.append(_line(x, below, x, below + 4, self.stroke("noise")))
            parts.append(self.words(x, below + TICK * 1.4, tick.label, TICK, anchor="middle"))
            if tick.second:
                parts.append(self.words(x, below + TICK * 1.4 + TICK * LINE, tick.second, TICK, anchor="middle"))
        if axis.side == "bottom" and not axis.grid:
            y = frame.top + frame.height + frame.lane
            parts.append(_line(frame.left, y, frame.left + frame.width, y, self.stroke("noise")))
        return "".join(parts)

    def band(self, band: Band, place: Place) -> str:
        """A range along the places."""
        if not band.points:
            return ""
        half = 0.5 if band.tone == "noise" else 0.0
        points = [(at, low, high) for at, low, high in band.points]
        (first, low, high), (last, last_low, last_high) = points[0], points[-1]
        points = [(first - half, low, high), *points, (last + half, last_low, last_high)]
        upper = [(place.x(place.within(at)), place.y(high)) for at, _, high in points]
        lower = [(place.x(place.within(at)), place.y(low)) for at, low, _ in reversed(points)]
        path = "M" + "L".join(f"{_n(x)} {_n(y)}" for x, y in (*upper, *lower)) + "Z"
        if band.tone == "noise":
            return f'<path class="band" d="{path}"{self.fill("band")}/>'
        return f'<path class="band" d="{path}"{self.fill(band.tone)} opacity="{_n(0.16 * band.strength)}"/>'

    def line(self, series: Series, place: Place) -> str:
        """A line; what is not complete is dotted, what is planned dashed."""
        dash = ' stroke-dasharray="6 4"' if series.ink == "dashed" else ""
        actual = 1.5 if self.chart.kind == "spark" else 2.5
        thick = {"AC": actual, "PL": 1.5}.get(series.scenario, 1.75) if series.ink != "hair" else 1.0
        look = f'fill="none" stroke-linejoin="round" stroke-linecap="round"{self.stroke(series.tone, thick)}'
        sure, unsure = _paths(series, place)
        parts = [f'<path class="line {series.scenario}" d="{sure}" {look}{dash}/>'] if sure else []
        if unsure:
            parts.append(f'<path class="line {series.scenario} unsure" d="{unsure}" {look} stroke-dasharray="1 5"/>')
        for at, (x, y) in enumerate(series.points):
            if y is not None and (at in series.dots or at in series.unsure):
                inside = self.fill("surface") if at in series.unsure else self.fill(series.tone)
                parts.append(
                    f'<circle cx="{_n(place.x(x))}" cy="{_n(place.y(y))}" r="4"{inside}{self.stroke(series.tone, 2)}/>'
                )
        return "".join(parts)

    def bar(self, bar: Bar, place: Place) -> str:
        """A box; outlined when planned, hatched when it is not adjusted or not complete."""
        left, top, width, height = place.box(bar.at - bar.size / 2, bar.at + bar.size / 2, bar.start, bar.end)
        inside = self.fill(bar.tone)
        edge = ""
        if bar.ink == "outline":
            inside, edge = ' fill="none"', self.stroke(bar.tone, 1.5)
        elif bar.ink == "hatched":
            inside, edge = f' fill="url(#{self.name}h-{bar.tone})"', self.stroke(bar.tone, 1)
        elif bar.ink == "dashed":
            inside, edge = ' fill="none"', self.stroke(bar.tone, 1.5) + ' stroke-dasharray="4 3"'
        return (
            f'<rect class="bar {bar.scenario}" x="{_n(left)}" y="{_n(top)}" width="{_n(max(width, 0.75))}" '
            f'height="{_n(max(height, 0.75))}"{inside}{edge}/>'
        )

    def mark(self, mark: Mark, place: Place) -> str:
        """A point, with its interval behind it."""
        x, y = place.at(mark.at, mark.value)
        parts = []
        if mark.low is not None and mark.high is not None:
            ends = (*place.at(mark.at, mark.low), *place.at(mark.at, mark.high))
            dash = ' stroke-dasharray="4 4"' if mark.scenario == "naive" else ' stroke-linecap="round"'
            parts.append(_line(*ends, self.stroke(mark.tone, 2) + dash))
        if mark.shape == "diamond":
            points = f"{_n(x)},{_n(y - 6)} {_n(x + 6)},{_n(y)} {_n(x)},{_n(y + 6)} {_n(x - 6)},{_n(y)}"
            parts.append(f'<polygon points="{points}"{self.fill("surface")}{self.stroke(mark.tone, 1.75)}/>')
        elif mark.shape == "line":
            (x1, y1), (x2, y2) = place.at(mark.at - 0.4, mark.value), place.at(mark.at + 0.4, mark.value)
            parts.append(_line(x1, y1, x2, y2, self.stroke(mark.tone, 2)))
        else:
            size = "3.5" if self.chart.kind == "spark" else "5"
            inside, edge = (mark.tone, "surface") if mark.scenario != "naive" else ("surface", mark.tone)
            parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{size}"{self.fill(inside)}{self.stroke(edge, 1.5)}/>')
        return "".join(parts)

    def flow(self, flow: Flow, place: Place) -> str:
        """A ribbon."""
        (x1, y1), (x2, y2) = ((place.x(x), place.y(y)) for x, y in (flow.start, flow.end))
        half = abs(place.y(flow.width) - place.y(0)) / 2
        middle = (x1 + x2) / 2
        upper = [(x1, y1 - half), (middle, y1 - half), (middle, y2 - half), (x2, y2 - half)]
        lower = [(x2, y2 + half), (middle, y2 + half), (middle, y1 + half), (x1, y1 + half)]
        edges = (" ".join(f"{_n(x)} {_n(y)}" for x, y in edge).split(" ", 2) for edge in (upper, lower))
        path = "L".join(f"{x} {y}C{rest}" for x, y, rest in edges)
        inside = self.fill(flow.tone) + ' opacity="0.45"'
        if flow.ink == "hatched":
            inside = f' fill="url(#{self.name}h-{flow.tone})"'
        return f'<path class="flow" d="M{path}Z"{inside}/>'

    def cell(self, cell: Cell, place: Place) -> str:
        """A field, the darker the more; its words turn light on dark."""
        left, right = (place.x(cell.x + half) for half in (-0.5, 0.5))
        top, bottom = (place.y(cell.y + half) for half in (-0.5, 0.5))
        size = f'x="{_n(left + 1)}" y="{_n(top + 1)}" width="{_n(right - left - 2)}" height="{_n(bottom - top - 2)}"'
        level = 0.0 if cell.level is None else CELL[0] + (CELL[1] - CELL[0]) * cell.level
        middle = ((left + right) / 2, (top + bottom) / 2 + LABEL * 0.36)
        return f'<rect class="cell" {size}{self.fill("accent")} fill-opacity="{_n(level)}"/>' + self.words(
            *middle, cell.text, LABEL, "ink", "middle"
        )

    def happened(self, event: Event, frame: Frame, place: Place) -> str:
        """A numbered mark in the lane, and a hair line through the plot."""
        x, y = place.x(event.at), frame.top + frame.height + frame.lane / 2
        parts = [_line(x, frame.top, x, y - 8, self.stroke("quiet") + ' stroke-dasharray="2 3"')]
        if event.until is not None:
            until = place.x(place.within(event.until))
            parts.append(_line(x, y, max(until, x), y, self.stroke("noise", 3)))
        parts.append(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="8"{self.fill("surface")}{self.stroke("noise")}/>')
        parts.append(self.words(x, y + NOTE * 0.36, event.mark, NOTE, "ink", "middle"))
        return "".join(parts)


def _paths(series: Series, place: Place) -> tuple[str, str]:
    """The path of what is certain, and of what is not complete."""
    if series.stepped:
        return _steps(series, place), ""
    paths, last = {False: "", True: ""}, {False: -1, True: -1}
    for at in range(1, len(series.points)):
        (x1, y1), (x2, y2) = series.points[at - 1], series.points[at]
        if y1 is None or y2 is None:
            continue
        unsure = at in series.unsure or at - 1 in series.unsure
        if last[unsure] != at - 1:
            paths[unsure] += f"M{_n(place.x(x1))} {_n(place.y(y1))}"
        paths[unsure] += f"L{_n(place.x(x2))} {_n(place.y(y2))}"
        last[unsure] = at
    return paths[False], paths[True]


def _steps(series: Series, place: Place) -> str:
    """Each value for the whole of its period, with risers between."""
    path, pen_up = "", True
    for x, y in series.points:
        if y is not None:
            first, last = (_n(place.x(place.within(x + half))) for half in (-0.5, 0.5))
            path += f"M{first} {_n(place.y(y))}H{last}" if pen_up else f"V{_n(place.y(y))}H{last}"
        pen_up = y is None
    return path


def _line(x1: float, y1: float, x2: float, y2: float, look: str) -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}"{look}/>'


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
