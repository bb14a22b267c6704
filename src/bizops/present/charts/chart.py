"""A chart, fully decided: every label, number, place of a tick and colour role. Renderers only place it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, Literal

VERSION = 1
"""Of the form that programs get; grows when a reader of the old form would misread the new one."""

Scenario = Literal["AC", "PY", "PL", "FC", "BM", "naive"]
"""Actual, previous, plan (target), forecast, benchmark, and what is not adjusted."""

Tone = Literal["ink", "accent", "better", "worse", "watch", "noise", "quiet", "c1", "c2", "c3", "c4", "c5", "c6"]
"""The role of a colour; :mod:`bizops.present.colours` has its values for light and dark."""

Side = Literal["left", "top", "bottom"]
Anchor = Literal["start", "middle", "end"]
Ink = Literal["solid", "dashed", "hair", "outline", "hatched"]


@dataclass(frozen=True)
class Label:
    """Words at a place of the plot: ``dx`` and ``dy`` move them away from what they name, in pixels."""

    x: float
    y: float
    text: str
    tone: Tone = "ink"
    anchor: Anchor = "start"
    dx: float = 0.0
    dy: float = 0.0
    strong: bool = False


@dataclass(frozen=True)
class Tick:
    """A mark on an axis; ``second`` stands below the label (the year below a month)."""

    at: float
    label: str
    second: str = ""


@dataclass(frozen=True)
class Axis:
    """One side of the plot: from where to where it goes, and its marks. ``note`` says what a reader could miss."""

    side: Side
    domain: tuple[float, float]
    ticks: tuple[Tick, ...] = ()
    grid: bool = False
    note: str = ""


@dataclass(frozen=True)
class Series:
    """A line through points; None breaks it. At ``unsure`` points, of periods not complete, it is dotted.

    ``dots`` are points that are marked; ``stepped`` holds each value for the whole of its period.
    """

    name: str
    scenario: Scenario
    points: tuple[tuple[float, float | None], ...]
    tone: Tone = "ink"
    ink: Ink = "solid"
    stepped: bool = False
    dots: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Band:
    """A range along the places: the usual range, or one of a forecast."""

    name: str
    points: tuple[tuple[float, float, float], ...]
    tone: Tone = "noise"
    strength: int = 1
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Bar:
    """A box from one value to another at a place, ``size`` wide in places; a value axis runs along ``Chart.along``."""

    name: str
    at: float
    start: float
    end: float
    size: float
    scenario: Scenario = "AC"
    tone: Tone = "accent"
    ink: Ink = "solid"
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Mark:
    """A point with its interval, if it has one, at a place."""

    name: str
    at: float
    value: float
    low: float | None = None
    high: float | None = None
    shape: Literal["dot", "diamond", "line"] = "dot"
    scenario: Scenario = "AC"
    tone: Tone = "accent"
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Flow:
    """A ribbon between two boxes: from ``(x, y)`` to ``(x, y)``, ``width`` thick in places."""

    name: str
    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    tone: Tone = "quiet"
    ink: Ink = "solid"
    labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Cell:
    """A field of a heat table; ``level`` from 0 (least) to 1 (most) is how dark it is, None is empty."""

    x: float
    y: float
    level: float | None
    text: str
    name: str


@dataclass(frozen=True)
class Event:
    """Something that happened: a mark in the lane below the plot, with its words in the list."""

    at: float
    until: float | None
    mark: str
    text: str
    kind: str


@dataclass(frozen=True)
class Frame:
    """Where the plot lies in the picture, in pixels; ``lane`` is the height of the event lane below it."""

    left: float
    top: float
    width: float
    height: float
    lane: float = 0.0


@dataclass(frozen=True)
class Table:
    """The same numbers to read."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Heading:
    """The long texts in lines that fit the width."""

    claim: tuple[str, ...] = ()
    subtitle: tuple[str, ...] = ()
    notes: tuple[tuple[str, ...], ...] = ()
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """One chart. ``along`` is the direction values run in: ``y`` for lines and columns, ``x`` for lying bars."""

    kind: str
    language: str
    claim: str
    subtitle: str
    source: str
    alt: str
    width: float
    height: float
    frame: Frame
    table: Table
    axes: tuple[Axis, ...] = ()
    along: Literal["x", "y"] = "y"
    series: tuple[Series, ...] = ()
    bands: tuple[Band, ...] = ()
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()
    flows: tuple[Flow, ...] = ()
    cells: tuple[Cell, ...] = ()
    labels: tuple[Label, ...] = ()
    events: tuple[Event, ...] = ()
    notes: tuple[str, ...] = ()
    heading: Heading = Heading()
    panels: tuple[Chart, ...] = ()
    version: int = VERSION

    def as_dict(self) -> dict[str, Any]:
        """The form that programs get: plain lists and dictionaries."""
        made = _plain(self)
        assert isinstance(made, dict)
        return made

    def axis(self, *sides: Side) -> Axis:
        """The axis at one of these sides."""
        return next(axis for axis in self.axes if axis.side in sides)

    def all_labels(self) -> tuple[Label, ...]:
        """The labels of the plot: its own and those of its parts."""
        parts: tuple[tuple[Series | Band | Bar | Mark | Flow, ...], ...]
        parts = (self.bands, self.flows, self.bars, self.series, self.marks)
        return (*self.labels, *(label for group in parts for part in group for label in part.labels))

    def strings(self) -> frozenset[str]:
        """Every text that a reader sees, in whatever way the chart is drawn."""
        return frozenset(text for text in self._strings() if text)

    def _strings(self) -> Iterator[str]:
        yield from (self.claim, self.subtitle, self.source, *self.notes)
        for axis in self.axes:
            yield from (axis.note, *(text for tick in axis.ticks for text in (tick.label, tick.second)))
        yield from (label.text for label in self.all_labels())
        yield from (cell.text for cell in self.cells)
        for event in self.events:
            yield from (event.mark, event.text)
        for panel in self.panels:
            yield from panel._strings()


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
