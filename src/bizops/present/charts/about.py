"""What every chart says besides its marks, and the frame of charts whose bars lie: names at the left, values across."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bizops.present import numbers
from bizops.present.charts.chart import Axis, Frame, Heading, Tick
from bizops.present.charts.layout import LABEL, STRONG, TICK, WIDTH, bottom_of, heading, top_of
from bizops.present.charts.lettering import widest, wrapped
from bizops.present.charts.ticks import Marked
from bizops.present.numbers import digits
from bizops.present.texts import say

ROW = 30.0
"""The height of a row, in pixels."""

_MOST_NAME = 0.36
"""The share of the width that names may take."""


@dataclass(frozen=True)
class About:
    """The words of a chart, and how its numbers are written. ``good`` tells where better lies: up, down or nowhere."""

    claim: str
    subtitle: str
    source: str
    language: str
    unit: str = "1"
    decimals: int | None = None
    good: str = "none"
    notes: tuple[str, ...] = ()
    width: float = WIDTH

    def shown(self, value: float | None) -> str:
        """A number with its unit."""
        return numbers.display(value, self.unit, self.language, self.decimals, short=True)

    def change(self, value: float) -> str:
        """A number that says which way; of shares in points."""
        if self.unit == "%":
            return numbers.change_text(value, None, self.unit, self.language, self.decimals)
        return ("+" if value > 0 else "") + self.shown(value)

    def even(self, values: Sequence[float | None]) -> About:
        """The same with as many digits for all of some numbers as the largest of them needs."""
        known = [abs(value) for value in values if value is not None]
        if self.decimals is not None or not known:
            return self
        return replace(self, decimals=0 if all(value == int(value) for value in known) else digits(max(known)))

    def said(self, value_axis: Marked | None) -> tuple[str, ...]:
        """The notes, and that the scale begins elsewhere where it does."""
        broken = value_axis is not None and value_axis.broken
        return (*self.notes, *([say("not_from_zero", self.language)] if broken else []))

    def heading(self, notes: Sequence[str]) -> Heading:
        """The long texts in lines."""
        return heading(self.claim, self.subtitle, notes, self.source, self.width)


@dataclass(frozen=True)
class Lying:
    """The frame of a chart with one row a name."""

    frame: Frame
    height: float
    heading: Heading
    names: Axis


def lying(
    about: About, names: Sequence[str], notes: Sequence[str], *, before: Sequence[str] = (), after: Sequence[str] = (),
    marks: bool = False, row: float = ROW,
) -> Lying:  # fmt: skip
    """Rows with their names at the left; ``before`` and ``after`` are words at the ends of the bars."""
    head = about.heading(notes)
    room = about.width * _MOST_NAME
    lines = [_two(name, room) for name in names]
    left = widest([line for both in lines for line in both], TICK) + 12
    left += widest(before, LABEL) + 8 if before else 0.0
    right = widest(after, LABEL) * STRONG + 14 if after else 8.0
    tall = row * len(names)
    place = Frame(left, top_of(head), about.width - left - right, tall)
    height = place.top + tall + (TICK * 2.2 if marks else 4.0) + bottom_of(head, 0)
    ticks = tuple(Tick(at, first, second) for at, (first, second) in enumerate(lines))
    return Lying(place, height, head, Axis("left", (-0.5, len(names) - 0.5), ticks))


def _two(name: str, room: float) -> tuple[str, str]:
    """A name in one line or two."""
    lines = wrapped(name, TICK, room)
    return (lines[0] if lines else "", " ".join(lines[1:]))


def value_marks(value_axis: Marked, side: str = "bottom") -> Axis:
    """The value axis with its marks and grid."""
    ticks = tuple(Tick(at, label) for at, label in value_axis.ticks)
    return Axis("bottom" if side == "bottom" else "left", value_axis.domain, ticks, grid=True)


def zero_line(value_axis: Marked) -> Axis:
    """The value axis of bars that carry their numbers: nothing but the line at zero."""
    return Axis("bottom", value_axis.domain, (Tick(0.0, ""),), grid=True)
