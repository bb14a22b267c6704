"""The one application: telemetry, events and changes come in, numbers and the page go out."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bizops.present.paper import STYLE
from bizops.server.api import PREFIX, ApiServer
from bizops.server.api.problems import without_route
from bizops.server.authorize import LOOPBACK_NAMES
from bizops.server.console_routes import console_routes
from bizops.server.current import Current
from bizops.server.events import event_routes
from bizops.server.health import health_routes
from bizops.server.otlp import otlp_routes
from bizops.server.pages import page_routes
from bizops.server.routes import Serving, check_guarded

_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""The page needs its own style and nothing else."""


def application(serving: Serving, current: Current) -> Starlette:
    """The routes of a workspace; refuses to be made when one of them asks nobody."""
    api = ApiServer(serving, current)
    routes = [
        *otlp_routes(serving),
        *event_routes(serving),
        *health_routes(serving),
        *console_routes(serving),
        *page_routes(serving, current),
        *api.routes(),
    ]
    check_guarded(routes)

    @asynccontextmanager
    async def until_the_end(app: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(serving.watch.run())
        yield
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        await run_in_threadpool(api.close)
        await run_in_threadpool(serving.intake.close)
        await run_in_threadpool(serving.workers.close)

    served = Starlette(
        routes=routes,
        lifespan=until_the_end,
        middleware=[Middleware(_Guarded, loopback_only=serving.loopback_only)],
        exception_handlers={HTTPException: _in_one_sentence},
    )
    served.state.api = api
    return served


async def _in_one_sentence(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if request.url.path.startswith(PREFIX):
        answer = without_route(error.status_code)
        answer.headers.update(error.headers or {})
        return answer
    phrase = "There is no such page" if error.status_code == 404 else HTTPStatus(error.status_code).phrase
    return PlainTextResponse(f"{phrase}.", error.status_code, error.headers)


class _Guarded:
    """Headers on everything; on the loopback address, only its own names are answered to."""

    def __init__(self, app: ASGIApp, loopback_only: bool) -> None:
        self._app = app
        self._loopback_only = loopback_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if self._loopback_only and _host(scope) not in LOOPBACK_NAMES:
            # A name that merely points to this machine is how a foreign page would read the numbers (DNS rebinding).
            await PlainTextResponse("Only this machine may ask.", 403)(scope, receive, with_headers)
            return
        await self._app(scope, receive, with_headers)


def _host(scope: Scope) -> str:
    """The name that was asked for, without its port."""
    for name, value in scope["headers"]:
        if name == b"host":
            return str(value.decode("latin-1")).lower().rsplit(":", 1)[0]
    return ""
