"""A KPI's last periods as a chart the size of a word: a line, its usual range, a dot on the last value."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.present.charts.chart import Axis, Chart, Frame, Series, Table
from bizops.present.sparkline import spark_words

WIDTH, HEIGHT, EDGE = 120.0, 24.0, 3.0


def spark_chart(title: str, values: Sequence[float | None], unit: str, language: str) -> Chart | None:
    """The chart of some values, the oldest first; None where fewer than two are known."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    low, high = min(known), max(known)
    room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
    last = max(at for at, value in enumerate(values) if value is not None)
    words = spark_words(values, unit, language)
    return Chart(
        kind="spark",
        language=language,
        claim=title,
        subtitle="",
        source="",
        alt=f"{title}: {words}",
        width=WIDTH,
        height=HEIGHT,
        frame=Frame(EDGE, EDGE, WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE),
        table=Table((), ()),
        axes=(Axis("left", (low - room, high + room)), Axis("bottom", (0.0, float(max(len(values) - 1, 1))))),
        series=(
            Series(title, "AC", tuple((float(at), value) for at, value in enumerate(values)), "accent", dots=(last,)),
        ),
    )
