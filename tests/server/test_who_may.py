"""Who may send, who may read; and no route forgets to ask."""

from __future__ import annotations

import pytest
from google.rpc.status_pb2 import Status
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bizops.errors import BizopsError
from bizops.intake.tokens import Tokens
from bizops.server.authorize import Action, Denied, Principal, Resource, authorize
from bizops.server.routes import check_guarded
from otlp_requests import spans_body
from serving import Served, within_a_second

BODY = spans_body([1])
HERE, ELSEWHERE = Principal(True, None), Principal(False, None)
CHANGES = {(Action.CHANGE, Resource.MODEL), (Action.CHANGE, Resource.JOBS)}
LOCAL, SENDER = Principal(True, "local"), Principal(False, "shop")


@pytest.fixture
def tokens(served: Served) -> Tokens:
    return Tokens(served.workspace.state, served.workspace.clock)


def send(served: Served, secret: str | None) -> int:
    """Sends a span and returns the status."""
    headers = {} if secret is None else {"Authorization": f"Bearer {secret}"}
    return served.post("/v1/traces", BODY, **headers).status


def test_without_any_token_this_machine_may_send(served: Served) -> None:
    assert send(served, None) == 200
    assert send(served, "bzo_made-up") == 401


def test_once_there_is_a_token_nobody_sends_without(served: Served, tokens: Tokens) -> None:
    _, secret = tokens.create("shop")

    assert within_a_second(lambda: send(served, None) == 401)
    assert send(served, secret) == 200
    assert len(served.stored("shop.spans", 1)) == 1


def test_a_revoked_token_is_refused_within_a_second_and_does_not_open_the_door(served: Served, tokens: Tokens) -> None:
    _, secret = tokens.create("shop")
    assert within_a_second(lambda: send(served, secret) == 200)

    tokens.revoke("shop")

    assert within_a_second(lambda: send(served, secret) == 401)
    assert send(served, None) == 401


def test_who_needs_a_token_is_told_in_the_form_of_the_request(served: Served) -> None:
    answer = served.post("/v1/traces", BODY, Authorization="Bearer wrong")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "token" in Status.FromString(answer.body).message
    answer = served.post_json("/v1/events", {"type": "x"}, Authorization="Bearer wrong")
    assert (answer.status, answer.json["errors"][0]["code"]) == (401, "unauthenticated")


def test_other_credentials_are_none(served: Served) -> None:
    for header in ("Basic eDp5", "bearer", "Bearer", "Token x", "Bearer  "):
        assert served.post("/v1/traces", BODY, Authorization=header).status == 401


def test_a_list_of_tokens_that_cannot_be_read_stops_senders_for_a_while_and_not_for_good(served: Served) -> None:
    path = served.workspace.state / "tokens.json"
    path.write_bytes(b"{")
    assert within_a_second(lambda: send(served, None) == 503)
    path.unlink()
    assert within_a_second(lambda: send(served, None) == 200)


@pytest.mark.parametrize("resource", Resource)
@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("principal", [HERE, ELSEWHERE, LOCAL, SENDER])
def test_the_rules_are_these_and_no_others(principal: Principal, action: Action, resource: Resource) -> None:
    denied = authorize(principal, action, resource)

    if resource is Resource.HEALTH:
        assert denied is None
    elif (action, resource) == (Action.SEND, Resource.TELEMETRY):
        assert (denied is None) == (principal.sender is not None)
        assert denied is None or denied.status == 401
    elif action is Action.READ or (action, resource) in CHANGES:
        assert denied == (None if principal.here else Denied(403, "Only this machine may ask."))
    else:
        assert denied is not None


def test_a_route_that_asks_nobody_is_not_served() -> None:
    async def open_to_all(request: Request) -> Response:
        return Response()

    with pytest.raises(BizopsError, match="unguarded-route"):
        check_guarded([Route("/", open_to_all)])
