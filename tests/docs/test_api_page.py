"""The page on the API tells every operation."""

from __future__ import annotations

from pages import REPO

from contract_schemas import CONTRACT


def test_every_operation_of_the_contract_is_on_the_page() -> None:
    page = (REPO / "docs/api.md").read_text(encoding="utf-8")
    for name, one in CONTRACT["api"]["operations"].items():
        path = one["path"].removeprefix(CONTRACT["api"]["prefix"])
        assert f"| {one['method']} | `{path}` | {one['meaning']} |" in page, name
