"""The marks of an axis of periods."""

from __future__ import annotations

from collections.abc import Sequence

from bizops.calendar import Period
from bizops.present.charts.chart import Tick
from bizops.present.charts.layout import TICK
from bizops.present.charts.lettering import width
from bizops.present.periods import tick_texts

_STEPS = (1, 2, 3, 4, 6, 12, 24, 48)


def period_ticks(
    periods: Sequence[Period], room: float, language: str, *, widest_step: bool = False
) -> tuple[Tick, ...]:
    """A mark at every period, or every second, third, ... where there is no room; the year where it changes.

    ``widest_step`` marks the first and the last only.
    """
    if not periods:
        return ()
    texts = [tick_texts(period, language) for period in periods]
    if widest_step:
        ends = dict.fromkeys((0, len(periods) - 1))
        return tuple(Tick(at, *texts[at]) for at in ends)
    # A second line counts where it changes, about once in a few marks: half of it has to fit.
    each = max(max(width(text, TICK), width(below, TICK) / 2) for text, below in texts) + 10
    fit = max(1, int(room / each))
    step = next((step for step in _STEPS if len(periods) <= fit * step), -(-len(periods) // fit))
    ticks: list[Tick] = []
    second = ""
    # Counted from the end: the newest period always has its mark.
    for at in range((len(periods) - 1) % step, len(periods), step):
        label, below = texts[at]
        ticks.append(Tick(at, label, below if below != second else ""))
        second = below
    return tuple(ticks)
