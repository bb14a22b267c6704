"""A route: a path, who may, and what is answered; none is served without a rule."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from bizops.errors import BizopsError
from bizops.intake.acknowledge import Intake
from bizops.intake.tokens import Tokens
from bizops.query.workers import Workers
from bizops.server.authorize import Action, Principal, Resource, authorize, principal_of
from bizops.server.limits import Limits
from bizops.server.watch import Watch

_log = logging.getLogger("bizops.server")

TOO_MUCH = "This sender sends more than it may; send it again later."
Endpoint = Callable[[Request, Principal], Awaitable[Response]]
Refuse = Callable[[Request, int, str], Response]
"""How a family of routes words a refusal: with which status, and why."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What routes work with."""

    intake: Intake
    tokens: Tokens
    workers: Workers
    limits: Limits
    watch: Watch
    loopback_only: bool


def in_plain_words(request: Request, status: int, message: str) -> Response:
    """A refusal as a line of text."""
    return PlainTextResponse(message, status)


def route(
    serving: Serving,
    path: str,
    method: str,
    endpoint: Endpoint,
    action: Action,
    resource: Resource,
    refuse: Refuse = in_plain_words,
) -> Route:
    """A route that asks :func:`authorize` first."""

    async def guarded(request: Request) -> Response:
        try:
            principal = principal_of(request, serving.tokens, serving.loopback_only)
        except BizopsError as error:
            return refuse(request, 503, str(error))
        denied = authorize(principal, action, resource)
        if denied is not None:
            response = refuse(request, denied.status, denied.message)
            if denied.status == 401:
                response.headers["WWW-Authenticate"] = "Bearer"
            return response
        if principal.sender is not None and action is Action.SEND:
            wait_s = serving.limits.wait_s(principal.sender)
            if wait_s:
                response = refuse(request, 429, TOO_MUCH)
                response.headers["Retry-After"] = str(wait_s)
                return response
        try:
            return await endpoint(request, principal)
        except Exception:
            if action is not Action.SEND:
                raise
            # A sender throws away what was answered with 500; a bug of ours is no reason for that.
            _log.exception("A request to %s could not be answered.", path)
            return refuse(request, 503, "It could not be taken; send it again later.")

    guarded.rule = (action, resource)  # type: ignore[attr-defined]
    return Route(path, guarded, methods=[method])


def check_guarded(routes: Sequence[BaseRoute]) -> None:
    """Refuses to start with a route that asks nobody."""
    for one in routes:
        if not hasattr(getattr(one, "endpoint", None), "rule"):
            raise BizopsError.of("unguarded-route", f"Nobody said who may use {getattr(one, 'path', one)}.")
