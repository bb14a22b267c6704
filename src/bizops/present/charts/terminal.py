"""A chart in a terminal: the same words and numbers, drawn with characters. Colour only repeats what a form says."""

from __future__ import annotations

from itertools import pairwise

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from bizops.present.charts.chart import Axis, Band, Bar, Chart, Event, Flow, Frame, Label, Mark, Series, Tick
from bizops.present.charts.grid import Grid
from bizops.present.charts.lettering import spread
from bizops.present.charts.place import Place

_STYLES = {
    "ink": "", "accent": "blue", "better": "cyan", "worse": "red", "watch": "yellow", "noise": "dim", "quiet": "dim",
    "c1": "blue", "c2": "yellow", "c3": "magenta", "c4": "green", "c5": "red", "c6": "cyan",
}  # fmt: skip
_WIDEST = 96
_ROW = 24.0
"""So many pixels of a picture become one row of characters."""
_ABOVE = 11.0
"""A label moved up so many pixels stands in the row above."""
_FULL, _BEFORE, _HATCHED, _BAND = "█", "░", "▒", "·"


def chart_view(chart: Chart) -> RenderableType:
    """The chart as wide as the terminal lets it be."""
    return _View(chart)


class _View:
    def __init__(self, chart: Chart) -> None:
        self.chart = chart

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, _WIDEST)
        chart = self.chart
        yield Text(chart.claim, style="bold")
        yield Text(chart.subtitle, style="dim")
        yield ""
        yield _panels(chart, width) if chart.panels else Group(*_Drawing(chart, width).lines())
        yield ""
        for event in chart.events:
            yield Text(f"{event.mark}  {event.text}", style="dim")
        for note in (*chart.notes, chart.source):
            yield Text(note, style="dim")


def _panels(chart: Chart, width: int) -> RenderableType:
    """Small charts beside each other."""
    columns = len({panel.frame.left for panel in chart.panels})
    table = Table.grid(padding=(0, 2, 1, 0))
    each = width // columns - 2
    drawn = [Group(*_Drawing(panel, each).lines()) for panel in chart.panels]
    for first in range(0, len(drawn), columns):
        table.add_row(*drawn[first : first + columns])
    return table


class _Drawing:
    """One plot on a grid of characters."""

    def __init__(self, chart: Chart, width: int) -> None:
        self.chart, self.grid = chart, Grid(width)
        lying = chart.along == "x"
        left = max((len(text) for tick in _left(chart) for text in (tick.label, tick.second)), default=0)
        right = max((len(label.text) for label in chart.all_labels() if _at_the_right(chart, label)), default=0)
        before = max((len(label.text) for label in chart.all_labels() if lying and label.anchor == "end"), default=0)
        self.left = left + 1 if left else before + 1
        room = max(8, width - self.left - (right + 3 if right else 1) - (before + 1 if lying and left else 0))
        rows = round(chart.frame.height / _ROW)
        if lying:
            domain = chart.axis("left").domain
            rows = round(domain[1] - domain[0]) * (1 if chart.cells else 2)
        top = 1 if any(axis.side == "top" for axis in chart.axes) else 0
        top += 1 if chart.kind == "flow" or (not lying and chart.labels and not right) else 0
        start = self.left + (before + 1 if lying and left else 0)
        self.place = Place(chart, Frame(start, top, room, max(rows, 4)))
        self.bottom = top + max(rows, 4)

    def lines(self) -> list[Text]:
        """Everything, from the back to the front."""
        chart = self.chart
        for band in chart.bands:
            self._band(band)
        for flow in chart.flows:
            self._flow(flow)
        for bar in chart.bars:
            self._bar(bar)
        for series in chart.series:
            self._line(series)
        for mark in chart.marks:
            self._mark(mark)
        for cell in chart.cells:
            x, y = self.place.x(cell.x), self.place.y(cell.y)
            strong = cell.level is not None and cell.level > 0.7
            self.grid.write(x, self._row(y + 0.5), cell.text, "bold" if strong else "", "middle")
        for axis in chart.axes:
            self._axis(axis)
        for event in chart.events:
            self._event(event)
        self._labels()
        return self.grid.lines()

    def _row(self, y: float) -> int:
        """The row of a height: the lower edge of the plot belongs to its last row; a name stands in its first."""
        return min(int(y - 0.5 if self.place.lying else y), self.bottom - 1)

    def _axis(self, axis: Axis) -> None:
        for tick in axis.ticks:
            if axis.side == "left":
                row = self._row(self.place.y(tick.at))
                lying = self.place.lying
                for at, text in enumerate((tick.label, tick.second)):
                    if text:
                        x = 0 if lying else self.left - 1
                        self.grid.write(x, row + at, text, "dim", "start" if lying else "end")
                continue
            row = 0 if axis.side == "top" else self.bottom + (1 if self.chart.frame.lane else 0)
            for at, text in enumerate((tick.label, tick.second)):
                if text:
                    self.grid.write(self.place.x(tick.at), row + at, text, "dim", "middle")
            if axis.grid and tick.at == 0:
                for y in range(int(self.place.frame.top), self.bottom):
                    self.grid.fill(int(self.place.x(0.0)), y, "│", "dim")

    def _event(self, event: Event) -> None:
        self.grid.write(self.place.x(event.at), self.bottom, event.mark, "bold", "middle")

    def _labels(self) -> None:
        """Words in the plot and beside it; those one below the other keep their order."""
        columns: dict[tuple[float, str], list[Label]] = {}
        for label in self.chart.all_labels():
            columns.setdefault((label.x, label.anchor), []).append(label)
        for labels in columns.values():
            heights = [min(self.place.y(label.y), self.bottom) - 0.5 - (label.dy <= -_ABOVE) for label in labels]
            rows = [self._row(self.place.y(label.y)) * 1.0 for label in labels]
            if not self.place.lying:
                rows = spread(heights, 1.0, 0.0, self.bottom - 1.0)
            for label, row in zip(labels, rows, strict=True):
                off = 0 if not label.dx else 2 if label.anchor == "start" else -1
                style = f"{_STYLES[label.tone]}{' bold' if label.strong else ''}".strip()
                self.grid.write(self.place.x(label.x) + off, round(row), label.text, style, label.anchor)

    def _band(self, band: Band) -> None:
        if not band.points:
            return
        first, last = (
            round(self.place.x(self.place.within(band.points[at][0] + off))) for at, off in ((0, -0.5), (-1, 0.5))
        )
        for x in range(first, last):
            share = (x - first) / max(1, last - first - 1) * (len(band.points) - 1)
            _, low, high = band.points[round(share)]
            for y in range(self._row(self.place.y(high)), self._row(self.place.y(low)) + 1):
                self.grid.fill(x, y, _BAND, "dim" if band.tone == "noise" else _STYLES[band.tone])

    def _line(self, series: Series) -> None:
        style = _STYLES[series.tone]
        known = [
            (self.place.x(x), self.place.y(y), at) if y is not None else None for at, (x, y) in enumerate(series.points)
        ]
        for one, other in pairwise(known):
            if one is None or other is None:
                continue
            unsure = one[2] in series.unsure or other[2] in series.unsure
            gap = 2 if unsure or series.ink == "dashed" else 0
            start, end = (self._inside(point[0], point[1]) for point in (one, other))
            if series.stepped:
                middle = (start[0] + end[0]) / 2
                self.grid.line(start, (middle, start[1]), style, gap)
                self.grid.line((middle, end[1]), end, style, gap)
            else:
                self.grid.line(start, end, style, gap)
        for point in known:
            if point is not None and (point[2] in series.dots or point[2] in series.unsure):
                x, y = self._inside(point[0], point[1])
                self.grid.dots.pop((int(x), int(y)), None)
                self.grid.fill(int(x), int(y), "○" if point[2] in series.unsure else "●", style)

    def _inside(self, x: float, y: float) -> tuple[float, float]:
        return min(x, self.grid.width - 1.0), min(y, self.bottom - 0.01)

    def _bar(self, bar: Bar) -> None:
        left, top, width, height = self.place.box(bar.at - bar.size / 2, bar.at + bar.size / 2, bar.start, bar.end)
        middle = self._row(top + height / 2)
        rows = range(middle, middle + 1) if self.place.lying else range(self._row(top), self._row(top + height) + 1)
        character = {"PY": _BEFORE, "BM": _BEFORE}.get(bar.scenario, _HATCHED if bar.ink == "hatched" else _FULL)
        for y in rows:
            if bar.ink in ("outline", "dashed"):
                self.grid.fill(round(left + width), y, "┃")
                continue
            for x in range(round(left), max(round(left) + 1, round(left + width))):
                self.grid.fill(x, y, character, _STYLES[bar.tone])

    def _flow(self, flow: Flow) -> None:
        first, last = round(self.place.x(flow.start[0])), round(self.place.x(flow.end[0]))
        character = _HATCHED if flow.ink == "hatched" else _BEFORE
        for x in range(first, last):
            for y in range(self._row(self.place.y(flow.width)), self.bottom):
                self.grid.fill(x, y, character, _STYLES[flow.tone])

    def _mark(self, mark: Mark) -> None:
        x, y = self.place.at(mark.at, mark.value)
        if mark.low is not None and mark.high is not None:
            (first, row), (last, _) = self.place.at(mark.at, mark.low), self.place.at(mark.at, mark.high)
            for column in range(round(first), round(last) + 1):
                line = "╌" if mark.scenario == "naive" else "─"
                if (column, self._row(row)) not in self.grid.fillings:
                    self.grid.fill(column, self._row(row), line, _STYLES[mark.tone])
        sign = {"diamond": "◆", "line": "│"}.get(mark.shape, "○" if mark.scenario == "naive" else "●")
        self.grid.fill(round(x), self._row(y), sign, _STYLES[mark.tone])


def _left(chart: Chart) -> tuple[Tick, ...]:
    return next((axis.ticks for axis in chart.axes if axis.side == "left"), ())


def _at_the_right(chart: Chart, label: Label) -> bool:
    """Whether a label stands beside the plot, not in it."""
    return label.anchor == "start" and (chart.along == "x" or label.x >= chart.axis("bottom", "top").domain[1])
