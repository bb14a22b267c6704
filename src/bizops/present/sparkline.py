"""The last periods in one line: as characters for terminals, as SVG for pages."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.present.numbers import display
from bizops.present.texts import say

_BARS = "▁▂▃▄▅▆▇█"


def spark_text(values: Sequence[float | None]) -> str:
    """One character a period, lowest to highest; a gap where there is no value.

    >>> spark_text([1.0, None, 3.0])
    '▁ █'
    """
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    if low == high:
        return "".join(" " if value is None else _BARS[3] for value in values)
    return "".join(" " if value is None else _BARS[round((value - low) / (high - low) * 7)] for value in values)


def spark_words(values: Sequence[float | None], unit: str, language: str) -> str:
    """The same in words, for those who cannot see it."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    marks = {"first": known[0], "last": known[-1], "low": min(known), "high": max(known)}
    shown = {name: display(value, unit, language, short=True) for name, value in marks.items()}
    return say("spark", language, n=len(values), **shown)


def spark_svg(values: Sequence[float | None], label: str, width: int = 120, height: int = 24) -> str:
    """A line that breaks where there is no value, with a dot on the last one; ``label`` (escaped) says it in words."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return ""
    low, high = min(known), max(known)
    step = (width - 6) / max(1, len(values) - 1)
    points: list[tuple[float, float] | None] = []
    for at, value in enumerate(values):
        share = 0.5 if high == low or value is None else (value - low) / (high - low)
        points.append(None if value is None else (3 + at * step, height - 3 - share * (height - 6)))
    path, pen_up = [], True
    for point in points:
        if point is not None:
            path.append(f"{'M' if pen_up else 'L'}{point[0]:.1f} {point[1]:.1f}")
        pen_up = point is None
    last = next(point for point in reversed(points) if point is not None)
    return (
        f'<svg role="img" aria-label="{label}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<path d="{" ".join(path)}" fill="none" stroke="currentColor" stroke-width="1.5"/>'
        f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.5" fill="currentColor"/></svg>'
    )
