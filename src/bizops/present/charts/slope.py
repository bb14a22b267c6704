"""Before and after: one line a thing, from one time to another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bizops.present.charts.about import About
from bizops.present.charts.chart import Axis, Chart, Frame, Label, Series, Table, Tick, Tone
from bizops.present.charts.layout import LABEL, TICK, bottom_of, top_of
from bizops.present.charts.lettering import spread, widest
from bizops.present.texts import say


@dataclass(frozen=True)
class Pair:
    """A named thing at both times; ``ours`` is the one that is looked at."""

    name: str
    before: float
    after: float
    ours: bool = False


def slope(about: About, times: tuple[str, str], pairs: Sequence[Pair], height: float = 260.0) -> Chart:
    """Lines between two times, each named at its end; the one looked at stands out."""
    ends = [end for one in pairs for end in (one.before, one.after)]
    about = about.even(ends)
    low, high = min(ends), max(ends)
    air = 0.04 * (high - low) or 0.5 * abs(high) or 1.0
    domain = (low - air, high + air)
    notes = (*about.notes, *([say("not_from_zero", about.language)] if low > 0 or high < 0 else []))
    head = about.heading(notes)
    before = [about.shown(one.before) for one in pairs]
    after = [f"{about.shown(one.after)}  {one.name}" for one in pairs]
    left, right = widest(before, LABEL) + 16, widest(after, LABEL * 1.1) + 16
    top = top_of(head) + TICK * 2.0
    tall = max(height, len(pairs) * LABEL * 1.4)
    wide = min(about.width - left - right, 420.0)
    frame = Frame(left, top, wide, tall)
    series = []
    for end, texts in ((0, before), (1, after)):
        values = [one.after if end else one.before for one in pairs]
        wanted = [tall * (domain[1] - value) / (domain[1] - domain[0]) for value in values]
        placed = spread(wanted, LABEL * 1.25, LABEL, tall)
        for nth, (one, text) in enumerate(zip(pairs, texts, strict=True)):
            label = Label(
                float(end), values[nth], text, "accent" if one.ours else "ink", "start" if end else "end",
                dx=10.0 if end else -10.0, dy=placed[nth] - wanted[nth], strong=one.ours,
            )  # fmt: skip
            series.append((nth, label))
    lines = tuple(
        Series(one.name, "AC", ((0.0, one.before), (1.0, one.after)), _tone(one), dots=(0, 1),
               labels=tuple(label for at, label in series if at == nth))
        for nth, one in enumerate(pairs)
    )  # fmt: skip
    words = "; ".join(
        f"{one.name}: {first} → {about.shown(one.after)}" for one, first in zip(pairs, before, strict=True)
    )
    return Chart(
        kind="slope", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_slope", about.language, words=words), width=about.width,
        height=top + tall + 12 + bottom_of(head, 0), frame=frame,
        table=Table(("", *times), tuple((one.name, about.shown(one.before), about.shown(one.after)) for one in pairs)),
        axes=(
            Axis("left", domain),
            Axis("top", (0.0, 1.0), tuple(Tick(at, text) for at, text in enumerate(times))),
        ),
        series=lines, notes=notes, heading=head,
    )  # fmt: skip


def _tone(one: Pair) -> Tone:
    return "accent" if one.ours else "quiet"
