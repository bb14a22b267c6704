"""A workspace without data says what to do; it shows no empty axis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from visits import Visit

from serving import served
from small_workspace import MakeSmall

if TYPE_CHECKING:
    from playwright.sync_api import Browser

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""


def test_the_first_page_names_the_ways_to_begin(browser: Browser, small: MakeSmall) -> None:
    with served(small(YAML).workspace) as running:
        page = Visit(browser.new_page(), running.port)
        page.go("/", lang="en")
        told = page.see("main ol").inner_text()
        page.page.close()
    assert "bizops demo sales" in told
    assert "bizops load orders orders.csv" in told
    assert f"OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:{running.port}" in told
    assert page.wrong == []
