"""Who may do what: one function that every route passes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from starlette.requests import Request

from bizops.intake.tokens import LOCAL, Tokens

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]", "::1"})
LOOPBACK_CLIENTS = frozenset({"127.0.0.1", "::1"})


class Action(StrEnum):
    """What is wanted."""

    CHANGE = "change"
    READ = "read"
    SEND = "send"


class Resource(StrEnum):
    """Of what."""

    HEALTH = "health"
    JOBS = "jobs"
    MODEL = "model"
    NUMBERS = "numbers"
    ROWS = "rows"
    STATUS = "status"
    TELEMETRY = "telemetry"


_CHANGES = frozenset({(Action.CHANGE, Resource.JOBS), (Action.CHANGE, Resource.MODEL)})
"""What may be changed over HTTP at all."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: from this machine by one of its own names, or from elsewhere; as a sender, or as nobody.

    ``foreign`` when a browser says that another site's page made it ask.
    """

    here: bool
    sender: str | None
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Denied:
    """Why not: 401 when a token would help, 403 when not."""

    status: int
    message: str


def authorize(principal: Principal, action: Action, resource: Resource) -> Denied | None:
    """None when the principal may; else why not."""
    if resource is Resource.HEALTH:
        return None
    if (action, resource) == (Action.SEND, Resource.TELEMETRY):
        if principal.sender is not None:
            return None
        return Denied(401, "A valid token is needed: 'Authorization: Bearer bzo_…'.")
    if principal.foreign and action is not Action.READ:
        return Denied(403, "Another site may not change anything here.")
    if principal.here and (action is Action.READ or (action, resource) in _CHANGES):
        return None
    return Denied(403, "Only this machine may ask.")


def principal_of(request: Request, tokens: Tokens, loopback_only: bool) -> Principal:
    """Who sends a request.

    A name that merely points to this machine is how a foreign page would get at it (DNS rebinding), so the name that
    was asked for has to be one of its own.
    """
    name = request.headers.get("host", "").lower().rsplit(":", 1)[0]
    client = request.client.host if request.client is not None else ""
    here = name in LOOPBACK_NAMES and client in LOOPBACK_CLIENTS
    told = identified(here, request.headers.get("authorization", ""), tokens, loopback_only)
    return replace(told, foreign=_is_foreign(request))


def identified(here: bool, authorization: str, tokens: Tokens, loopback_only: bool) -> Principal:
    """Who says so in an authorization header. Without any token this machine may send, as the sender ``local``."""
    scheme, _, secret = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return Principal(here, tokens.sender_of(secret.strip()))
    if scheme or tokens.needed() or not (here and loopback_only):
        return Principal(here, None)
    return Principal(here, LOCAL)


def _is_foreign(request: Request) -> bool:
    """Whether a browser tells that a page of another site made the request; programs tell nothing."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return True
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] != request.headers.get("host")
