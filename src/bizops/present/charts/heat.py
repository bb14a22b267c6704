"""A table whose fields are the darker the more they hold: hours by weekdays, branches by months."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.present.charts.about import About
from bizops.present.charts.chart import Axis, Cell, Chart, Frame, Table, Tick
from bizops.present.charts.layout import TICK, bottom_of, top_of
from bizops.present.charts.lettering import widest
from bizops.present.numbers import scale_for
from bizops.present.texts import say

_ROW = 28.0


def heat_table(
    about: About, columns: Sequence[str], rows: Sequence[str], values: Sequence[Sequence[float | None]]
) -> Chart:
    """One field a row and column; every field has its number, so that no colour has to be read."""
    known = [value for line in values for value in line if value is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    scale = scale_for(max(abs(low), abs(high)), about.unit, about.language)
    decimals = about.decimals if about.decimals is not None else _decimals(low / scale.size, high / scale.size)
    head = about.heading(about.notes)
    top = top_of(head) + TICK * 1.5
    left = widest(rows, TICK) + 12
    frame = Frame(left, top, about.width - left, _ROW * len(rows))
    cells, texts = [], []
    for y, line in enumerate(values):
        shown = []
        for x, value in enumerate(line):
            text = "–" if value is None else scale.labels([value / scale.size], decimals)[0]
            level = None if value is None else (value - low) / (high - low) if high > low else 0.5
            cells.append(Cell(float(x), float(y), level, text, f"{rows[y]}, {columns[x]}"))
            shown.append(text)
        texts.append((rows[y], *shown))
    most = max(cells, key=lambda cell: -1.0 if cell.level is None else cell.level, default=None)
    words = f"{most.name} {most.text}" if most is not None else ""
    return Chart(
        kind="heat", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_heat", about.language, rows=len(rows), columns=len(columns), most=words), width=about.width,
        height=top + frame.height + 8 + bottom_of(head, 0), frame=frame, table=Table(("", *columns), tuple(texts)),
        axes=(
            Axis("left", (-0.5, len(rows) - 0.5), tuple(Tick(at, text) for at, text in enumerate(rows))),
            Axis("top", (-0.5, len(columns) - 0.5), tuple(Tick(at, text) for at, text in enumerate(columns))),
        ),
        along="x", cells=tuple(cells), notes=about.notes, heading=head,
    )  # fmt: skip


def _decimals(low: float, high: float) -> int:
    """As many digits for all as tell a hundredth of the range apart."""
    length = high - low
    return 0 if length == 0 or length >= 20 else 1 if length >= 2 else 2
