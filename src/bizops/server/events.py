"""Business events and changes over HTTP: CloudEvents in its three modes, plain JSON, CDEvents."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bizops.errors import BizopsError
from bizops.intake import cloudevents
from bizops.intake.acknowledge import Receipt
from bizops.intake.json_rows import LINES
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.bodies import acknowledged, encoding_of, media_of, read_body, retry_after, status_of
from bizops.server.routes import Endpoint, Serving, route

MEDIA = (cloudevents.SINGLE, cloudevents.BATCH, "application/json", *LINES)
_MAX_ERRORS = 100
_CODES = {401: "unauthenticated", 403: "forbidden", 415: "unsupported-media", 429: "too-much"}


def event_routes(serving: Serving) -> list[Route]:
    """The paths for events and changes."""
    return [
        route(serving, f"/v1/{signal}", "POST", _taking(serving, signal), Action.SEND, Resource.TELEMETRY, refused)
        for signal in ("events", "changes")
    ]


def _taking(serving: Serving, signal: str) -> Endpoint:
    async def take(request: Request, principal: Principal) -> Response:
        media, sender = media_of(request), principal.sender or ""
        headers = {name: value for name, value in request.headers.items() if name.startswith("ce-")}
        if media not in MEDIA and "ce-specversion" not in headers:
            return refused(request, 415, f"Send {', '.join(MEDIA[:3])} or {MEDIA[3]}, not '{media[:80]}'.")
        try:
            encoding = encoding_of(request)
            body = await read_body(request, serving, sender)
            receipt = await acknowledged(serving.intake, sender, signal, media, encoding, body, headers)
        except BizopsError as error:
            problem = error.problems[0]
            return refused(request, status_of(problem), problem.message, problem.code)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        return _answer(receipt)

    return take


def _answer(receipt: Receipt) -> Response:
    """What became of the records; 400 when every one of them is refused for good."""
    nothing = receipt.rejected and not receipt.accepted
    return JSONResponse(
        {
            "accepted": receipt.accepted - receipt.duplicate,
            "duplicate": receipt.duplicate,
            "rejected": receipt.rejected,
            "errors": [
                {"index": error.index, "code": error.code, "message": error.message}
                for error in receipt.errors[:_MAX_ERRORS]
            ],
        },
        400 if nothing else 200,
    )


def refused(request: Request, status: int, message: str, code: str = "") -> Response:
    """A refusal of the whole body, in the form of the answer."""
    named = code or _CODES.get(status, "not-ready")
    errors = [{"index": None, "code": named, "message": message}]
    response = JSONResponse({"accepted": 0, "duplicate": 0, "rejected": 0, "errors": errors}, status)
    if status == 503:
        response.headers["Retry-After"] = retry_after()
    if status in (408, 413):
        response.headers["Connection"] = "close"  # what still comes is not wanted
    return response
