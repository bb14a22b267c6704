"""The map of a large tree: all of it on one screen, no label cut to nothing, quiet parts folded when it is too much."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from visits import Open

Node = dict[str, Any]
SPARK = [4.0, 5.0, 3.5, 6.0, 5.5, 7.0, 6.5, 8.0, 7.0, 9.0, 8.5, 9.5, 9.0]
LEAST_PITCH = 24
"""Pixels from the middle of a target to the next: WCAG 2.2, 2.5.8."""


def node(name: str, children: list[Node]) -> Node:
    grades = ["randomised", "quasi-experimental", "observational", "asserted"]
    edges = [
        {"kind": "influence", "label": "", "lag": None, "strength": None, "grade": grades[at % 4], "node": child}
        for at, child in enumerate(children)
    ]
    return {
        "kpi": name, "title": f"A KPI with a long name {name}", "display": "28,551 EUR/fte", "change": "+2.2 %",
        "status": None, "status_text": "", "spark": SPARK, "formula": None, "again": False, "edges": edges,
    }  # fmt: skip


def grown(name: str, widths: list[int]) -> Node:
    """A tree whose nodes have so many children, depth by depth."""
    children = [grown(f"{name}_{at}", widths[1:]) for at in range(widths[0])] if widths else []
    return node(name, children)


def size(tree: Node) -> int:
    return 1 + sum(size(edge["node"]) for edge in tree["edges"])


def tree_of(root: Node) -> dict[str, Any]:
    return {"title": "x", "language": "en", "roots": [root], "outside": [], "outside_titles": []}


def test_sixty_kpis_stand_on_one_screen(visit: Open) -> None:
    page = visit("/scorecard")
    a = node("a", [grown("a1", [4]), grown("a2", [2]), grown("a3", [3]), node("a4", []), node("a5", [])])
    b = node("b", [grown("b1", [4]), grown("b2", [3, 1]), node("b3", []), node("b4", [])])
    c = node("c", [grown("c1", [2, 4]), grown("c2", [2]), node("c3", []), node("c4", []), node("c5", [])])
    root = node("r", [a, b, c, grown("d", [3, 1])])
    assert 55 <= size(root) <= 65
    page.answer("tree", tree_of(root))
    page.go("/tree")
    page.see("#node-r")
    assert page.count("a[id^=node-]") == size(root)
    field = page.page.locator(".field")
    assert field.evaluate("one => one.scrollHeight <= one.clientHeight && one.scrollWidth <= one.clientWidth")
    assert page.page.evaluate("() => document.documentElement.scrollHeight <= innerHeight")
    narrowest = page.page.evaluate(
        "() => Math.min(...[...document.querySelectorAll('a[id^=node-] .title')].map(one => one.clientWidth))"
    )
    assert narrowest >= 30
    middles = page.page.evaluate(
        "() => [...document.querySelectorAll('a[id^=node-]')].map(one => one.getBoundingClientRect())"
        ".map(box => [box.left, box.top + box.height / 2])"
    )
    for column in {left for left, _ in middles}:
        ys = sorted(y for left, y in middles if left == column)
        assert all(below - above >= LEAST_PITCH - 0.5 for above, below in pairwise(ys))


def test_above_120_kpis_what_is_quiet_is_folded(visit: Open) -> None:
    page = visit("/scorecard")
    root = grown("r", [5, 5, 7])
    assert size(root) > 200
    page.answer("tree", tree_of(root))
    page.go("/tree", lang="en")
    page.see("#node-r")
    assert page.count("a[id^=node-]") <= 120
    assert "folded" in page.page.locator(".folded").first.inner_text()
    assert page.count() <= 1500
