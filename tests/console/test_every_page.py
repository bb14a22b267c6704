"""Every page: nothing is refused, nothing leaves, nobody is kept out, and it stays small."""

from __future__ import annotations

import pytest
from visits import Open

LOOKS = [("light", "en"), ("dark", "de")]
PAGES = [
    "/",
    "/tree",
    "/tree?kpi=time_to_authorise",
    "/tree?view=focus&kpi=revenue_per_contact",
    "/tree?view=outline",
    "/tree?signals=1",
    "/scorecard",
    "/team/sales",
    "/kpi/revenue_per_fte",
    "/kpi/time_to_authorise?tab=definition&compare=year_ago",
    "/kpi/net_revenue?tab=rows",
    "/journeys",
    "/journey/order",
    "/glossary",
    "/term/revenue_per_head",
    "/admin",
    "/admin?tab=mapping",
    "/admin?tab=quarantine",
    "/admin?tab=health",
]
MOST_NODES = 1500


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_breaks_no_rule_and_asks_no_other_host(visit: Open, path: str, theme: str, lang: str) -> None:
    page = visit(path, theme=theme, lang=lang)
    assert page.page.locator("html").get_attribute("lang") == lang
    assert page.see("main").inner_text().strip()
    assert (page.wrong, page.foreign, page.count("main [role=alert]")) == ([], [], 0)
    assert page.count() <= MOST_NODES


@pytest.mark.parametrize(("theme", "lang"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
def test_a_page_keeps_nobody_out(visit: Open, axe: str, path: str, theme: str, lang: str) -> None:
    assert visit(path, theme=theme, lang=lang).barriers(axe) == []


@pytest.mark.parametrize("path", PAGES)
def test_a_small_screen_scrolls_down_and_never_sideways(visit: Open, path: str) -> None:
    page = visit(path, size="320x640", lang="de").page
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 320


def test_a_page_that_does_not_exist_says_so(visit: Open) -> None:
    page = visit("/kpi/no_such_kpi")
    assert "no_such_kpi" in page.see("[role=alert]").inner_text()
