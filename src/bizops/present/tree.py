"""The KPI tree: what is made of what, and what is believed to move it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bizops.model.language import Link
from bizops.model.model import Model
from bizops.model.series import formula_over_kpis
from bizops.present.scorecard import Row
from bizops.present.texts import say, span, text_of

GRADES = ("asserted", "observational", "quasi-experimental", "randomised")
"""From weakest to strongest."""

ARITHMETIC = "═"
LINES = {"asserted": "┄", "observational": "┈", "quasi-experimental": "╌", "randomised": "─"}
"""The line that stands for a grade: the fewer gaps, the stronger the evidence."""


def legend(language: str) -> str:
    """What the lines mean."""
    return say("legend", language, grades="  ".join(f"{LINES[grade]} {say(grade, language)}" for grade in GRADES))


@dataclass(frozen=True)
class Edge:
    """How a node hangs on the one above: by arithmetic (``identity``) or by a hypothesis (``influence``)."""

    kind: str
    label: str
    lag: str | None
    strength: float | None
    grade: str | None
    node: Node

    @property
    def line(self) -> str:
        """The line that it is drawn with."""
        return ARITHMETIC if self.grade is None else LINES[self.grade]


@dataclass(frozen=True)
class Node:
    """A KPI in the tree; ``again`` marks one whose parts were shown before (a tree is printed, the graph may share)."""

    kpi: str
    title: str
    display: str
    change: str
    status: str | None
    status_text: str
    spark: tuple[float | None, ...]
    formula: str | None
    again: bool
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Tree:
    """All roots, and the KPIs that hang nowhere: by name for programs, by title for people."""

    title: str
    language: str
    roots: tuple[Node, ...]
    outside: tuple[str, ...]
    outside_titles: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The form that programs get."""
        roots = [asdict(root) for root in self.roots]
        return {"title": self.title, "roots": roots, "outside": list(self.outside)}


def lower_kpis(model: Model, link: Link) -> tuple[str, ...]:
    """The KPIs at the lower end of a link."""
    if link.kind == "influence":
        return (link.by,) if link.by else ()
    assert link.formula is not None
    found = formula_over_kpis(model, link.formula).kpis()
    return tuple(name for name in model.kpis if name in found)


def grade_of(link: Link) -> str:
    """The strongest evidence for a link; without any it is asserted."""
    return max([evidence.grade for evidence in link.evidence] or ["asserted"], key=GRADES.index)


def kpis_in_tree(model: Model, start: str | None) -> tuple[str, ...]:
    """The KPIs that the tree shows, from one downwards or all that have links."""
    below: dict[str, list[str]] = {}
    for link in model.links.values():
        below.setdefault(link.kpi, []).extend(lower_kpis(model, link))
    if start is None:
        return tuple(name for name in model.kpis if name in below or any(name in names for names in below.values()))
    seen: dict[str, None] = {start: None}
    waiting = [start]
    while waiting:
        for name in below.get(waiting.pop(), ()):
            if name not in seen:
                seen[name] = None
                waiting.append(name)
    return tuple(seen)


def tree(model: Model, rows: Mapping[str, Row], start: str | None, language: str | None = None) -> Tree:
    """The tree over rows of a scorecard; from ``start`` downwards, or everything."""
    language = language or model.settings.language
    links: dict[str, list[Link]] = {}
    for link in model.links.values():
        links.setdefault(link.kpi, []).append(link)
    lower = {name for link in model.links.values() for name in lower_kpis(model, link)}
    # Circles have no top: what no root leads to begins with the KPI that has the first link.
    tops = [start] if start else [*(name for name in links if name not in lower), *links]
    drawn: set[str] = set()
    nodes = tuple(_node(model, rows, links, name, drawn, language) for name in tops if name not in drawn)
    outside = () if start else tuple(name for name in model.kpis if name not in links and name not in lower)
    title = text_of(model.settings.title, language) or say("tree", language)
    outside_titles = tuple(text_of(model.kpis[name].title, language) or name for name in outside)
    return Tree(title, language, nodes, outside, outside_titles)


def _node(
    model: Model,
    rows: Mapping[str, Row],
    links: Mapping[str, Sequence[Link]],
    name: str,
    drawn: set[str],
    language: str,
) -> Node:
    row = rows[name]
    own = links.get(name, ())
    again = name in drawn and bool(own)
    drawn.add(name)
    edges: list[Edge] = []
    formula = None
    for link in own if not again else ():
        if link.kind == "identity" and link.formula is not None:
            formula = link.formula.text
        for lower in lower_kpis(model, link):
            node = _node(model, rows, links, lower, drawn, language)
            edges.append(_edge(link, node, language))
    return Node(
        name, row.title, row.display, row.previous, row.status, row.status_text, row.spark, formula, again, tuple(edges)
    )


def _edge(link: Link, node: Node, language: str) -> Edge:
    if link.kind == "identity":
        return Edge("identity", "", None, None, None, node)
    grade = grade_of(link)
    lag = str(link.lag) if link.lag else None
    label = ", ".join(([span(link.lag, language)] if link.lag else []) + [say(grade, language)])
    return Edge("influence", label, lag, link.strength, grade, node)
