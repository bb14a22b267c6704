"""The tree shows arithmetic and belief apart; the page shows the same, and nothing a model holds becomes part of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from string import Formatter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bizops.present.paper import scorecard_page
from bizops.present.terminal import tree_view
from bizops.present.texts import TEXTS
from bizops.present.tree import Node
from small_workspace import MakeSmall, Small

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp, x: number}, key: [id], time: at}
kpis:
  revenue: {kind: measure, over: orders, value: sum(x), unit: "1", title: TITLE}
  orders: {kind: measure, over: orders, value: count(), unit: order}
  each: {kind: ratio, numerator: revenue, denominator: orders, unit: 1/order}
  speed: {kind: measure, over: orders, value: avg(x)}
  alone: {kind: measure, over: orders, value: max(x)}
links:
  - {kpi: revenue, kind: identity, formula: orders * each}
  - kpi: orders
    kind: influence
    by: speed
    lag: 2 weeks
    evidence: [{grade: asserted, source: us}, {grade: randomised, source: pilot}]
  - {kpi: speed, kind: influence, by: orders}
"""
ROWS = [{"id": str(n), "at": f"2026-0{n}-10T12:00", "x": n} for n in range(1, 5)]


@pytest.fixture
def shop(small: MakeSmall) -> Small:
    return small(YAML.replace("TITLE", "Revenue"), orders=ROWS)


def names(node: Node) -> list[str]:
    return [node.kpi, *(name for edge in node.edges for name in names(edge.node))]


def test_arithmetic_and_belief_are_told_apart_and_the_strongest_evidence_counts(shop: Small) -> None:
    (root,) = shop.workspace.tree().roots

    assert (root.kpi, root.formula) == ("revenue", "orders * each")
    assert [(edge.kind, edge.node.kpi) for edge in root.edges] == [("identity", "orders"), ("identity", "each")]
    (belief,) = root.edges[0].node.edges
    assert (belief.kind, belief.node.kpi, belief.lag, belief.grade) == ("influence", "speed", "2 weeks", "randomised")


def test_a_circle_of_beliefs_is_drawn_once_and_marked(shop: Small) -> None:
    (root,) = shop.workspace.tree().roots
    again = root.edges[0].node.edges[0].node.edges[0].node

    assert (again.kpi, again.again, again.edges) == ("orders", True, ())


def test_a_tree_can_begin_anywhere_and_names_what_hangs_nowhere(shop: Small) -> None:
    assert names(shop.workspace.tree("speed").roots[0]) == ["speed", "orders", "speed"]
    assert shop.workspace.tree().outside == ("alone",)


def test_people_read_titles_of_what_hangs_nowhere_too(small: MakeSmall) -> None:
    titled = YAML.replace("TITLE", "Revenue").replace("value: max(x)", "value: max(x), title: Largest order")
    workspace = small(titled, orders=ROWS).workspace

    assert "Not in the tree: Largest order." in scorecard_page(workspace.scorecard(), workspace.tree())
    assert workspace.tree().as_dict()["outside"] == ["alone"]


class Reader(HTMLParser):
    """Tags in their order, and the text between them."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in ("meta", "path", "circle", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path", "circle"):
            assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@settings(deadline=None, max_examples=25)
@given(title=st.text(st.sampled_from("<>&\"'/ abscript=on"), min_size=1, max_size=30).filter(lambda text: text.strip()))
def test_a_title_never_becomes_part_of_the_page(tmp_path_factory: pytest.TempPathFactory, title: str) -> None:
    quoted = "'" + title.replace("'", "''") + "'"
    shop = Small(tmp_path_factory.mktemp("page"), YAML.replace("TITLE", quoted), "2027-01-01")

    reader = Reader()
    reader.feed(scorecard_page(shop.workspace.scorecard(), shop.workspace.tree()))

    assert reader.open == []
    assert "script" not in reader.seen
    assert title.strip() in reader.text


def test_two_circles_that_nothing_leads_to_are_drawn_too(small: MakeSmall) -> None:
    circles = "  - {kpi: alone, kind: influence, by: far}\n  - {kpi: far, kind: influence, by: alone}\n"
    far = "  far: {kind: measure, over: orders, value: min(x)}\nlinks:"
    shop = small(YAML.replace("TITLE", "Revenue").replace("links:", far) + circles, orders=ROWS)

    tree = shop.workspace.tree()

    assert [names(root) for root in tree.roots][1:] == [["alone", "far", "alone"]]
    assert tree.outside == ()


@pytest.mark.parametrize("width", [60, 100])
def test_a_line_of_the_tree_is_broken_between_its_parts_not_in_them(shop: Small, width: int) -> None:
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(tree_view(shop.workspace.tree()))

    shown = capture.get()
    assert "= orders * each" in shown
    assert "─ speed" in shown
    assert "2 weeks, randomised" in shown
    assert max(map(len, shown.splitlines())) <= width


def test_the_page_draws_evidence_as_the_terminal_does_and_says_it_too(shop: Small) -> None:
    text = scorecard_page(shop.workspace.scorecard(), shop.workspace.tree())

    assert '<span class="s" aria-hidden="true">─</span> speed' in text
    assert "2 weeks, randomised" in text
    assert "═ arithmetic · hypothesis: ┄ asserted" in text
    assert ">Revenue: 2 periods, from 2 to 3, lowest 2, highest 3</title>" in text


def test_the_page_fetches_nothing_and_says_its_language(shop: Small) -> None:
    (shop.root / "bizops.yaml").write_text("calendar: days\nlanguage: de\n")
    shop.open()

    text = scorecard_page(shop.workspace.scorecard(), shop.workspace.tree())

    assert '<html lang="de">' in text
    assert "Kennzahlenbaum" in text
    assert not re.search(r"src=|href=\"[^#]|url\(|@import|<script", text)
    assert text.count('scope="col"') == 7


def test_why_a_change_is_missing_can_be_read_without_a_mouse(shop: Small) -> None:
    card = shop.workspace.scorecard()
    text = scorecard_page(card, shop.workspace.tree())

    assert card.reasons()
    for at, why in enumerate(card.reasons(), 1):
        assert f'<p class="s" id="note-{at}">{at}\u2002{why}</p>' in text
        assert f'–<sup><a href="#note-{at}">{at}</a></sup>' in text
    assert "title=" not in text


def test_every_sentence_is_there_in_both_languages_with_the_same_parts() -> None:
    for key, texts in TEXTS.items():
        assert set(texts) == {"en", "de"}, key
        parts = {
            language: {name for _, name, _, _ in Formatter().parse(text) if name} for language, text in texts.items()
        }
        assert parts["en"] == parts["de"], key
