"""Nothing needs a mouse, and the address says all that is worth sharing."""

from __future__ import annotations

from visits import Open


def test_two_letters_lead_to_a_page(visit: Open) -> None:
    page = visit("/")
    for letter, path in (("s", "/scorecard"), ("k", "/tree"), ("j", "/journeys"), ("g", "/glossary"), ("l", "/")):
        page.page.keyboard.press("g")
        page.page.keyboard.press(letter)
        assert page.path() == path


def test_the_palette_finds_a_kpi_by_a_word_of_the_other_language(visit: Open) -> None:
    page = visit("/", lang="en")
    page.page.keyboard.press("Control+k")
    page.page.keyboard.type("Auftragsfreigabe")
    page.see("[role=option]")
    page.page.keyboard.press("Enter")
    page.page.wait_for_url("**/kpi/time_to_authorise**")


def test_a_question_mark_shows_the_keys_and_escape_closes_them(visit: Open) -> None:
    page = visit("/scorecard")
    page.page.keyboard.press("?")
    assert page.see("dialog[open]").is_visible()
    page.page.keyboard.press("Escape")
    assert page.count("dialog[open]") == 0


def test_brackets_step_through_the_periods(visit: Open) -> None:
    page = visit("/scorecard")
    page.page.keyboard.press("[")
    page.page.wait_for_url("**period=2026-05*")
    page.page.wait_for_load_state("networkidle")
    page.page.keyboard.press("]")
    page.page.wait_for_url("**period=2026-06*")


def test_arrows_move_in_the_map_and_enter_opens_the_kpi(visit: Open) -> None:
    page = visit("/tree")
    page.page.locator("#node-revenue_per_fte").focus()
    page.page.keyboard.press("ArrowRight")
    assert page.page.evaluate("() => document.activeElement.id") == "node-contacts_per_fte"
    page.page.keyboard.press("ArrowDown")
    assert page.page.evaluate("() => document.activeElement.id") == "node-revenue_per_contact"
    page.page.keyboard.press("ArrowLeft")
    page.page.keyboard.press("Enter")
    assert page.path() == "/kpi/revenue_per_fte"
    page.page.go_back()
    assert page.path() == "/tree"


def test_the_view_goes_along_from_page_to_page(visit: Open) -> None:
    page = visit("/scorecard?compare=year_ago&period=2026-05")
    page.see("tbody a").click()
    page.page.wait_for_url("**/kpi/**")
    assert page.parameters() == {"compare": "year_ago", "period": "2026-05"}


def test_a_number_tells_where_it_comes_from(visit: Open) -> None:
    page = visit("/scorecard")
    page.see("tbody td button").focus()
    page.page.keyboard.press("Enter")
    card = page.see("[role=dialog] dl")
    assert "2026-06-30" in card.inner_text()
    page.page.keyboard.press("Escape")
    assert page.count("[role=dialog] dl") == 0


def test_the_cursor_of_a_chart_speaks_the_point_as_the_table_has_it(visit: Open) -> None:
    page = visit("/kpi/time_to_authorise", lang="en")
    page.see("figure svg[role=img]").focus()
    page.page.keyboard.press("ArrowLeft")
    assert page.see("figure [aria-live]").inner_text().startswith("June 2026 · value 20.3 h")
