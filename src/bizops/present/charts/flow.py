"""How cases flow from step to step: what goes on, what is lost, and where it waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bizops.present.charts.about import About
from bizops.present.charts.chart import Axis, Bar, Chart, Flow, Frame, Label, Table, Tick
from bizops.present.charts.layout import LABEL, LINE, TICK, bottom_of, top_of
from bizops.present.charts.lettering import wrapped
from bizops.present.charts.ticks import marked
from bizops.present.numbers import number
from bizops.present.texts import say


@dataclass(frozen=True)
class Stage:
    """A step with the cases that reached it; ``time`` (in words) is how long it takes to the next one.

    ``waiting`` tells that nobody works on the case meanwhile; ``worst`` that it is the longest of all waits.
    """

    name: str
    cases: float
    time: str = ""
    waiting: bool = False
    worst: bool = False


def flow_chart(about: About, stages: Sequence[Stage], height: float = 170.0) -> Chart:
    """Columns from zero, ribbons between them as thick as the cases that go on; waiting is hatched."""
    value_axis = marked([stage.cases for stage in stages], "1", about.language, from_zero=True)
    most = max((stage.cases for stage in stages), default=1.0) or 1.0
    notes = (*about.notes, *([say("hatched_waits", about.language)] if any(s.waiting for s in stages) else []))
    head = about.heading(notes)
    each = about.width / max(len(stages), 1)
    names = [wrapped(stage.name, TICK, each - 12) for stage in stages]
    top = top_of(head) + LABEL * LINE
    frame = Frame(0.0, top, about.width, height)
    bars, flows = [], []
    for at, stage in enumerate(stages):
        text = number(stage.cases, about.language, 0)
        share = number(stage.cases / stages[0].cases * 100, about.language, 0) if at and stages[0].cases else ""
        labels = [
            Label(at, stage.cases, f"{text} ({share} %)" if share else text, anchor="middle", dy=-11.0, strong=True)
        ]
        bars.append(Bar(stage.name, at, 0.0, stage.cases, 0.22, tone="accent", labels=tuple(labels)))
        if at + 1 < len(stages):
            on = min(stage.cases, stages[at + 1].cases)
            tone = "worse" if stage.worst else "quiet"
            time = (Label(at + 0.5, on / 2, stage.time, "ink", "middle", strong=stage.worst),) if stage.time else ()
            flows.append(
                Flow(stage.name, (at + 0.11, on / 2), (at + 0.89, on / 2), on, "worse" if tone == "worse" else "quiet",
                     "hatched" if stage.waiting else "solid", time)
            )  # fmt: skip
    ticks = tuple(Tick(at, lines[0] if lines else "", " ".join(lines[1:])) for at, lines in enumerate(names))
    words = "; ".join(f"{stage.name} {number(stage.cases, about.language, 0)}" for stage in stages)
    below = TICK * (1 + LINE) + 16
    return Chart(
        kind="flow", language=about.language, claim=about.claim, subtitle=about.subtitle, source=about.source,
        alt=say("alt_flow", about.language, words=words), width=about.width,
        height=top + height + below + bottom_of(head, 0), frame=frame,
        table=Table(
            (say("step", about.language), say("cases", about.language), say("to_next", about.language)),
            tuple((stage.name, number(stage.cases, about.language, 0), stage.time) for stage in stages),
        ),
        axes=(Axis("left", (0.0, max(most, value_axis.domain[1]))), Axis("bottom", (-0.5, len(stages) - 0.5), ticks)),
        bars=tuple(bars), flows=tuple(flows), notes=notes, heading=head,
    )  # fmt: skip
