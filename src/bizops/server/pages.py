"""The plain page: the same numbers without script, as the terminal has them, and the same as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bizops.errors import BizopsError
from bizops.present.paper import scorecard_page
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.routes import Endpoint, Serving, route
from bizops.workspace import Workspace

_AT_ONCE = 4
"""Readers whose numbers are worked out at the same time; the others wait."""


def page_routes(serving: Serving, current: Callable[[], Workspace]) -> list[Route]:
    """The page and its numbers as JSON."""
    turns = CapacityLimiter(_AT_ONCE)

    def shown(render: Callable[[Workspace], Response]) -> Endpoint:
        async def show(request: Request, principal: Principal) -> Response:
            return await to_thread.run_sync(_rendered, render, current, limiter=turns)

        return show

    pages: dict[str, Callable[[Workspace], Response]] = {
        "/plain": lambda opened: HTMLResponse(scorecard_page(opened.scorecard(), opened.tree())),
        "/scorecard.json": lambda opened: _json(opened.scorecard().as_dict()),
        "/tree.json": lambda opened: _json(opened.tree().as_dict()),
    }
    return [route(serving, path, "GET", shown(render), Action.READ, Resource.NUMBERS) for path, render in pages.items()]


def _json(value: dict[str, Any]) -> Response:
    return JSONResponse(value)


def _rendered(render: Callable[[Workspace], Response], current: Callable[[], Workspace]) -> Response:
    try:
        return render(current())
    except BizopsError as error:
        return PlainTextResponse(str(error), 503)
    except OSError as error:
        # Files that went away or may not be read; where they lie is no reader's business.
        return PlainTextResponse(f"The data cannot be read: {error.strerror or type(error).__name__}.", 503)
