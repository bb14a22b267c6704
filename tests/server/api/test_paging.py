"""Lists in pages: together they are the whole list, each item once, whatever the size of a page."""

from __future__ import annotations

from typing import Any

import pytest
from asked import Asked

LISTS = (
    "/kpis",
    "/terms",
    "/teams",
    "/services",
    "/journeys",
    "/journeys/delivery/late",
    "/sources",
    "/kpis/revenue/rows",
)


def pages(asked: Asked, path: str, limit: int) -> list[Any]:
    """All items, page by page."""
    items, cursor = [], None
    while True:
        page = asked.get(path, limit=limit, **({"cursor": cursor} if cursor else {}))
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", [1, 2, 3, 1000])
def test_pages_are_the_whole_list_each_item_once(asked: Asked, path: str, limit: int) -> None:
    whole = asked.get(path)
    assert whole["next"] is None
    assert pages(asked, path, limit) == whole["items"]


def test_the_size_of_a_page_may_change_on_the_way(asked: Asked) -> None:
    first = asked.get("/kpis", limit=2)
    rest = asked.get("/kpis", limit=100, cursor=first["next"])
    assert first["items"] + rest["items"] == asked.get("/kpis")["items"]


def test_a_cursor_is_good_for_its_own_list_only(asked: Asked) -> None:
    cursor = asked.get("/kpis", limit=2)["next"]
    for path, query in (("/terms", {}), ("/kpis", {"team": "sales"}), ("/kpis/revenue/rows", {})):
        assert asked.get(path, 409, cursor=cursor, **query)["code"] == "stale-cursor"


@pytest.mark.parametrize("cursor", ["x", "MQ", "LTEuMDAwMDAwMDAwMDAwMDAwMA", "A" * 200])
def test_what_is_no_cursor_is_refused(asked: Asked, cursor: str) -> None:
    assert asked.get("/kpis", 400, cursor=cursor)["code"] == "bad-cursor"


def test_a_list_that_changed_is_begun_anew(fresh: Asked) -> None:
    cursor = fresh.get("/kpis", limit=2)["next"]
    path = fresh.served.workspace.root / "model" / "model.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("  late: {title", "  earlier: {kind: measure, over: orders, value: count()}\n  late: {title")
    )
    assert fresh.get("/kpis", 409, cursor=cursor)["code"] == "stale-cursor"
