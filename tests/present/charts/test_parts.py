"""The parts of a KPI beside each other: what is withheld is told, the claim is about all of them."""

from __future__ import annotations

import pytest

from bizops.errors import BizopsError
from bizops.workspace import Span, Workspace
from small_workspace import MakeSmall

YAML = """
sources:
  sales:
    columns: {id: text, at: timestamp, x: number, shop: text, who: text}
    key: [id]
    time: at
    since: 2025-01-01
    every: 60 d
kpis:
  sales:
    title: {en: Sales, de: Verkäufe}
    kind: measure
    over: sales
    value: sum(x)
    direction: up
    minimum_group: {of: who}
    slices: [shop]
targets:
  north: {kpi: sales, slice: {shop: A}, series: {2025-02: 900}}
"""


def shops(small: MakeSmall, names: str = "ABCDEFGHIJKLMN") -> Workspace:
    """Shops of six people in two months; shop A sells most, shop N least, a shop Z has two people."""
    rows = [
        {
            "id": f"{shop}-{month}-{who}",
            "at": f"2025-{month:02d}-{27 + (month == 1)}T12:00",
            "x": (20 - at) * (month + who),
            "shop": shop,
            "who": f"{shop}{who}",
        }
        for month in (1, 2)
        for at, shop in enumerate(names)
        for who in range(2 if shop == "Z" else 6)
    ]
    return small(YAML, now="2025-03-01", sales=rows).workspace


def test_bars_show_the_last_complete_period_with_what_was_before_and_what_was_aimed_at(small: MakeSmall) -> None:
    chart = shops(small).chart("sales", kind="bar", by="shop", compare="previous")

    assert chart.claim == "Sales in February 2025: A highest with 540, N lowest with 189"
    assert chart.subtitle.startswith("Values, February 2025; ")
    assert chart.table.rows[0] == ("A", "540", "420", "900")
    assert {bar.scenario for bar in chart.bars} == {"AC", "PY", "PL"}
    assert "Light grey: January 2025." in chart.notes
    assert "Dashed: target." in chart.notes


def test_the_largest_are_drawn_and_what_is_withheld_is_told(small: MakeSmall) -> None:
    chart = shops(small, "ABCDEFGHIJKLMNZ").chart("sales", by="shop", span=Span(last=2), language="de")

    assert len(chart.panels) == 12
    assert "Gezeigt sind die größten 12 von " in " ".join(chart.notes)
    assert "zurückgehalten" in " ".join(chart.notes)
    assert not any(text.startswith("Z ") for text in chart.strings())


def test_bars_need_parts(small: MakeSmall) -> None:
    with pytest.raises(BizopsError) as caught:
        shops(small).chart("sales", kind="bar")

    assert caught.value.problems[0].code == "bad-chart"
