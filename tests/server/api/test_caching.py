"""Laws of ETags: equal answers have equal tags, other answers others, and who has an answer is not sent it again."""

from __future__ import annotations

import pytest
from asked import BASE, Asked

PAGES = (
    "/me",
    "/scorecard",
    "/tree",
    "/kpis",
    "/kpis/orders/values",
    "/journeys/delivery",
    "/terms",
    "/sources",
    "/intake",
)


@pytest.mark.parametrize("page", PAGES)
def test_who_has_an_answer_is_not_sent_it_again(asked: Asked, page: str) -> None:
    first = asked.ask(page)
    tag = first.headers["etag"]
    assert (tag[0], tag[-1], first.headers["cache-control"]) == ('"', '"', "private, no-cache")
    for sent in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = asked.ask(page, status=304, If_None_Match=sent)
        assert (again.body, again.headers["etag"]) == (b"", tag)
    other = asked.ask(page, If_None_Match='"other"')
    assert (other.body, other.headers["etag"]) == (first.body, tag)


def test_what_is_asked_for_decides_the_tag_and_not_the_order_of_parameters(asked: Asked) -> None:
    def tag(query: str) -> str:
        return asked.served.ask(f"{BASE}/scorecard?{query}").headers["etag"]

    assert tag("lang=de&compare=previous") == tag("compare=previous&lang=de")
    assert len({tag("lang=de"), tag("lang=en"), tag("lang=de&period=2026-11")}) == 3


def test_a_head_is_the_answer_without_its_body(asked: Asked) -> None:
    got, head = asked.ask("/scorecard"), asked.served.ask(f"{BASE}/scorecard", "HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", got.headers["etag"])


def test_new_data_and_a_new_model_give_new_answers(fresh: Asked) -> None:
    before = {page: fresh.ask(page).headers["etag"] for page in ("/scorecard", "/kpis")}
    fresh.served.workspace.load("orders", [_row(fresh, "another", "2026-12-30T10:00", 90)])
    assert fresh.ask("/scorecard").headers["etag"] != before["/scorecard"]
    assert fresh.ask("/kpis").headers["etag"] == before["/kpis"]
    path = fresh.served.workspace.root / "model" / "model.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("en: Revenue", "en: Sales volume"), encoding="utf-8")
    assert fresh.ask("/kpis").headers["etag"] != before["/kpis"]


def _row(asked: Asked, name: str, at: str, amount: int) -> str:
    path = asked.served.workspace.root / f"{name}.jsonl"
    path.write_text(f'{{"id": "{name}", "at": "{at}", "region": "north", "amount": {amount}}}\n', encoding="utf-8")
    return str(path)
