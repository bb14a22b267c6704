"""A KPI on a page: the same words as its chart, to be read without script and printed."""

from __future__ import annotations

import re
from html import unescape

import pytest

from bizops.present.colours import LIGHT
from bizops.present.paper import STYLE, kpi_page
from bizops.workspace import Workspace
from small_workspace import MakeSmall

YAML = """
teams:
  sales: {side: business, title: {en: Sales & co, de: Vertrieb}}
sources:
  orders: {columns: {id: text, at: timestamp, x: number}, key: [id], time: at, since: 2024-01-01, every: 40 d}
kpis:
  speed:
    title: {en: Speed <of> all, de: Tempo <von> allem}
    description: {en: How fast., de: Wie schnell.}
    kind: measure
    over: orders
    value: avg(x)
    unit: "1"
    direction: down
    owners: {business: sales}
"""


@pytest.fixture
def workspace(small: MakeSmall) -> Workspace:
    rows = [
        {"id": str(at), "at": f"{2024 + at // 12}-{at % 12 + 1:02d}-28T12:00", "x": 9 if at == 23 else 5 + at % 2}
        for at in range(24)
    ]
    rows.append({"id": "end", "at": "2025-12-31T12:00", "x": 9})
    return small(YAML, now="2026-01-01", orders=rows).workspace


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Speed <of> all", "How fast.", "Good is", "less", "Owners", "Sales & co", "worse", "Values"]),
        ("de", ["Tempo <von> allem", "Wie schnell.", "Gut ist", "weniger", "Verantwortlich", "schlechter", "Werte"]),
    ],
)
def test_the_page_says_what_the_kpi_is_and_where_it_stands(
    workspace: Workspace, language: str, words: list[str]
) -> None:
    sheet = workspace.sheet("speed", language=language)
    page = kpi_page(sheet)
    text = unescape(re.sub(r"<[^>]+>", "\n", page.replace("</tspan><tspan", "</tspan> <tspan")))

    assert f'<html lang="{language}">' in page
    assert all(word in text for word in [*words, sheet.verdict.display])
    for row in sheet.chart.table.rows:
        assert all(cell in text for cell in row)
    assert sheet.chart.claim == sheet.verdict.sentence.rstrip(".")


def test_the_page_fetches_nothing_and_has_one_style_that_a_server_can_allow(workspace: Workspace) -> None:
    page = kpi_page(workspace.sheet("speed"))

    assert re.findall(r"<style>(.*?)</style>", page, re.DOTALL) == [STYLE]
    assert not re.search(r"src=|href=\"[^#]|url\([^#]|@import|<script| style=", page)


def test_on_paper_colours_are_light_and_tables_repeat_their_heads() -> None:
    always = STYLE.split("@media")[0]

    assert all(f"--{role}:{colour}" in always for role, colour in LIGHT.items())
    assert "@page{size:A4" in STYLE
    assert "display:table-header-group" in STYLE.partition("@media print")[2]
