"""Sizes that all charts share, and the room that words take around the plot."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.present.charts.chart import Frame, Heading
from bizops.present.charts.lettering import widest, wrapped

CLAIM, SUBTITLE, LABEL, TICK, NOTE = 17.0, 13.0, 12.0, 12.0, 11.0
"""Sizes of the letters, in pixels."""

STRONG = 1.1
"""How much wider strong letters are."""

LINE = 1.32
"""The distance of two lines, in sizes."""

WIDTH, HEIGHT = 720.0, 420.0
"""Of a chart where nobody says how large."""

LANE = 22.0
"""The height of the event lane."""


def heading(claim: str, subtitle: str, notes: Sequence[str], source: str, width: float) -> Heading:
    """The long texts in lines that fit."""
    return Heading(
        wrapped(claim, CLAIM * STRONG, width),
        wrapped(subtitle, SUBTITLE, width),
        tuple(wrapped(note, NOTE, width) for note in notes),
        wrapped(source, NOTE, width),
    )


def top_of(heading: Heading) -> float:
    """Where the plot can begin below the title."""
    return len(heading.claim) * CLAIM * LINE + len(heading.subtitle) * SUBTITLE * LINE + 18


def bottom_of(heading: Heading, events: int) -> float:
    """What stands below the axis: events, notes, the source."""
    return (rows_of(heading) + events) * NOTE * LINE + 14


def rows_of(heading: Heading) -> int:
    """How many lines the notes and the source take."""
    return sum(map(len, heading.notes)) + len(heading.source)


def frame(
    heading: Heading,
    size: tuple[float, float],
    left: Sequence[str],
    right: Sequence[str],
    *,
    axis: float,
    events: int = 0,
    seconds: bool = False,
) -> Frame:
    """The plot in a picture of that size; ``left`` and ``right`` are the words beside it, ``axis`` the room below."""
    width, height = size
    before = widest(left, TICK) + 10 if left else 0.0
    after = widest(right, LABEL) + 14 if right else 8.0
    lane = LANE if events else 0.0
    top = top_of(heading)
    below = axis + (TICK * LINE if seconds else 0.0) + lane + bottom_of(heading, events)
    return Frame(before, top, width - before - after, height - top - below, lane)
