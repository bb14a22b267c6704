"""A page in a browser, and all that went wrong while it was looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page, Request, Route

from bizops.server import HOST

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

PATIENCE_MS = 90_000
"""A busy machine with a cold server is slow, not wrong."""


class Visit:
    """A page; ``wrong`` are errors and refusals of the browser, ``foreign`` requests to other hosts."""

    def __init__(self, page: Page, port: int) -> None:
        self.page = page
        self.home = f"http://{HOST}:{port}"
        self.wrong: list[str] = []
        self.foreign: list[str] = []
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda told: self.wrong.append(told.text) if told.type == "error" else None)
        page.on("request", self._asked)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.home, "data:")):
            self.foreign.append(request.url)

    def go(self, path: str, **asked: str) -> None:
        """Opens a page, and waits until nothing is asked for any more."""
        self.page.goto(self.home + path + ("&" if "?" in path else "?") + urlencode(asked))
        self.page.wait_for_load_state("networkidle")

    def answer(self, route: str, value: object) -> None:
        """From now on, this route of the API has this answer."""

        def fulfil(asked: Route) -> None:
            asked.fulfill(status=200, content_type="application/json", body=json.dumps(value))

        self.page.route(lambda url: url.split("?")[0].endswith(f"/api/v1/{route}"), fulfil)

    def count(self, selector: str = "*") -> int:
        """How many elements there are."""
        return self.page.locator(selector).count()

    def see(self, selector: str) -> Locator:
        """The first such element, as soon as it can be seen."""
        found = self.page.locator(selector).first
        found.wait_for()
        return found

    def path(self) -> str:
        """Where the reader is."""
        return self.page.url.removeprefix(self.home).split("?")[0]

    def parameters(self) -> Mapping[str, str]:
        """What the address says besides the path."""
        found: dict[str, str] = self.page.evaluate("() => Object.fromEntries(new URLSearchParams(location.search))")
        return found

    def barriers(self, axe: str) -> list[tuple[Any, ...]]:
        """What keeps people out, as axe-core finds it."""
        self.page.evaluate(axe)
        found = self.page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES)[
            "violations"
        ]
        return [(one["id"], len(one["nodes"]), one["nodes"][0]["target"], one["nodes"][0]["html"]) for one in found]


Open = Callable[..., Visit]
"""``visit(path, size="1440x900", **parameters)``."""
