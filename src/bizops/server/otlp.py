"""OTLP over HTTP, to the letter of its specification: what is answered to an exporter."""

from __future__ import annotations

import asyncio
import json
import time
from types import MappingProxyType

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bizops.errors import BizopsError
from bizops.intake.acknowledge import Receipt
from bizops.lake.frames import Entry
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.bodies import encoding_of, media_of, read_body, retry_after, status_of
from bizops.server.routes import Endpoint, Serving, route

PROTOBUF, JSON = "application/x-protobuf", "application/json"
_REJECTED = MappingProxyType({"traces": "rejectedSpans", "logs": "rejectedLogRecords", "metrics": "rejectedDataPoints"})
_CODES = MappingProxyType({400: 3, 401: 16, 403: 7, 408: 4, 413: 8, 415: 3, 503: 14})
"""google.rpc.Code for each status that is answered."""


def otlp_routes(serving: Serving) -> list[Route]:
    """The three paths that exporters post to."""
    return [
        route(serving, f"/v1/{signal}", "POST", _taking(serving, signal), Action.SEND, Resource.TELEMETRY, refused)
        for signal in _REJECTED
    ]


def _taking(serving: Serving, signal: str) -> Endpoint:
    async def take(request: Request, principal: Principal) -> Response:
        media = media_of(request)
        if media not in (PROTOBUF, JSON):
            return refused(request, 415, f"OTLP comes as {PROTOBUF} or {JSON}, not as '{media[:80]}'.")
        try:
            encoding = encoding_of(request)
            body = await read_body(request, serving.intake)
            entry = Entry(principal.sender or "", signal, media, encoding, time.time_ns() // 1000, body)
            receipt = await asyncio.wrap_future(serving.intake.accept(entry))
        except BizopsError as error:
            problem = error.problems[0]
            return refused(request, status_of(problem), problem.message)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return Response(_taken(signal, media, receipt), media_type=media)

    return take


def refused(request: Request, status: int, message: str) -> Response:
    """A refusal with a ``google.rpc.Status`` in the form that the request had."""
    code = _CODES[status]
    if media_of(request) == PROTOBUF:
        response = Response(_message(code, message), status, media_type=PROTOBUF)
    else:
        response = Response(json.dumps({"code": code, "message": message}), status, media_type=JSON)
    if status == 503:
        response.headers["Retry-After"] = retry_after()
    if status in (408, 413):
        response.headers["Connection"] = "close"  # what still comes is not wanted
    return response


def _taken(signal: str, media: str, receipt: Receipt) -> bytes:
    """An Export…ServiceResponse; ``partial_success`` is there only when there is something to say."""
    if not receipt.rejected:
        return b"{}" if media == JSON else b""
    if media == JSON:
        told = {_REJECTED[signal]: str(receipt.rejected), "errorMessage": receipt.reason}
        return json.dumps({"partialSuccess": told}).encode()
    partial = _message(receipt.rejected, receipt.reason)
    return b"\x0a" + _varint(len(partial)) + partial


def _message(number: int, text: str) -> bytes:
    """A protobuf message of a number (field 1) and a text (field 2), as Status and partial success have them."""
    content = text.encode()
    return b"\x08" + _varint(number) + b"\x12" + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    parts = bytearray()
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    parts.append(number)
    return bytes(parts)
