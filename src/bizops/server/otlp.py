"""OTLP over HTTP, to the letter of its specification: what is answered to an exporter."""

from __future__ import annotations

import json
from types import MappingProxyType

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bizops.errors import BizopsError
from bizops.intake.acknowledge import Receipt
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.bodies import acknowledged, encoding_of, media_of, read_body, retry_after, status_of
from bizops.server.otlp_messages import CODES, response, status
from bizops.server.routes import Endpoint, Serving, route

PROTOBUF, JSON = "application/x-protobuf", "application/json"
_REJECTED = MappingProxyType({"traces": "rejectedSpans", "logs": "rejectedLogRecords", "metrics": "rejectedDataPoints"})


def otlp_routes(serving: Serving) -> list[Route]:
    """The three paths that exporters post to."""
    return [
        route(serving, f"/v1/{signal}", "POST", _taking(serving, signal), Action.SEND, Resource.TELEMETRY, refused)
        for signal in _REJECTED
    ]


def _taking(serving: Serving, signal: str) -> Endpoint:
    async def take(request: Request, principal: Principal) -> Response:
        media, sender = media_of(request), principal.sender or ""
        if media not in (PROTOBUF, JSON):
            return refused(request, 415, f"OTLP comes as {PROTOBUF} or {JSON}, not as '{media[:80]}'.")
        try:
            encoding = encoding_of(request)
            body = await read_body(request, serving, sender)
            receipt = await acknowledged(serving.intake, sender, signal, media, encoding, body)
        except BizopsError as error:
            problem = error.problems[0]
            return refused(request, status_of(problem), problem.message)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return Response(_taken(media, signal, receipt), media_type=media)

    return take


def refused(request: Request, number: int, message: str) -> Response:
    """A refusal with a ``google.rpc.Status`` in the form that the request had."""
    code = CODES[number]
    if media_of(request) == PROTOBUF:
        answer = Response(status(code, message), number, media_type=PROTOBUF)
    else:
        answer = Response(json.dumps({"code": code, "message": message}), number, media_type=JSON)
    if number == 503:
        answer.headers["Retry-After"] = retry_after()
    if number in (408, 413):
        answer.headers["Connection"] = "close"  # what still comes is not wanted
    return answer


def _taken(media: str, signal: str, receipt: Receipt) -> bytes:
    """An Export…ServiceResponse in the form that the request had."""
    if media == PROTOBUF:
        return response(receipt)
    if not receipt.rejected:
        return b"{}"
    told = {_REJECTED[signal]: str(receipt.rejected), "errorMessage": receipt.reason}
    return json.dumps({"partialSuccess": told}).encode()
