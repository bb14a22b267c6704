"""The last periods as a small line that stands in a row: no axes, its words are its other form."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.present.charts.chart import Axis, Band, Chart, Frame, Mark, Series, Table, Tone
from bizops.present.numbers import display
from bizops.present.texts import say

_BARS = "▁▂▃▄▅▆▇█"
_WIDTH, _HEIGHT, _AIR = 120.0, 24.0, 4.0


def spark_chart(
    title: str,
    values: Sequence[float | None],
    unit: str,
    language: str,
    usual: Sequence[tuple[float, float] | None] = (),
    tone: Tone = "ink",
) -> Chart:
    """A line that breaks where there is no value, a dot (of that tone) on the last one, the usual range behind it."""
    known = [value for value in values if value is not None]
    band = tuple((float(at), *limits) for at, limits in enumerate(usual) if limits is not None)
    seen = [*known, *(end for _, low, high in band for end in (low, high))] or [0.0]
    low, high = min(seen), max(seen)
    domain = (low, high) if high > low else (low - 1.0, high + 1.0)
    dots = [(float(at), value) for at, value in enumerate(values) if value is not None][-1:]
    points = tuple((float(at), value) for at, value in enumerate(values))
    words = spark_words(values, unit, language)
    return Chart(
        kind="spark",
        language=language,
        claim=f"{title}: {words}" if words else title,
        subtitle="",
        source="",
        alt=words,
        width=_WIDTH,
        height=_HEIGHT,
        frame=Frame(_AIR, _AIR, _WIDTH - 2 * _AIR, _HEIGHT - 2 * _AIR),
        table=Table((), ()),
        axes=(Axis("left", domain), Axis("top", (0.0, max(len(values) - 1.0, 1.0)))),
        series=(Series(title, "AC", points, "noise"),),
        marks=tuple(Mark(title, at, value, tone=tone) for at, value in dots),
        bands=(Band("", band),) if band else (),
    )


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
