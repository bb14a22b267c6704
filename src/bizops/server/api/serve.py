"""From a request to an answer: parse, ask who may, call one verb of the workspace, render."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import orjson
from anyio import CapacityLimiter, to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bizops.errors import BizopsError, Problem
from bizops.server.api.moments import Kept, Moments, broken
from bizops.server.api.operations import PREFIX, Call, Operation, Raw
from bizops.server.api.parameters import parameters_of
from bizops.server.api.problems import problem_answer, refused
from bizops.server.api.schemas import refuse_unless_fits
from bizops.server.authorize import Principal
from bizops.server.bodies import media_of
from bizops.server.routes import Endpoint, Serving, route

AT_ONCE = 4
"""Requests that are worked on at the same time; the others wait."""
MOST_BODY = 4 << 20


@dataclass(frozen=True)
class Api:
    """What operations are served with."""

    serving: Serving
    moments: Moments
    kept: Kept
    turns: CapacityLimiter

    def route(self, operation: Operation) -> Route:
        """An operation as a route that asks who may."""
        return route(
            self.serving,
            PREFIX + operation.path,
            operation.method,
            self._endpoint(operation),
            operation.action,
            operation.resource,
            refused,
        )

    def _endpoint(self, operation: Operation) -> Endpoint:
        async def answer(request: Request, principal: Principal) -> Response:
            try:
                query = parameters_of(request, operation.parameters)
                body = await _body(request) if operation.body is not None else None
                if operation.body is not None:
                    refuse_unless_fits(body, operation.body)
            except BizopsError as error:
                return problem_answer(error.problems[0])
            except ClientDisconnect:
                return Response(status_code=400)  # nobody reads it
            return await to_thread.run_sync(
                self._answer, operation, request, principal, query, body, limiter=self.turns
            )

        return answer

    def _answer(
        self, operation: Operation, request: Request, principal: Principal, query: dict[str, tuple[str, ...]], body: Any
    ) -> Response:
        try:
            moment = self.moments.now()
        except BizopsError as error:
            return problem_answer(broken(error))
        except OSError as error:
            return problem_answer(_unreadable(error))
        path = {name: str(value) for name, value in request.path_params.items()}
        call = Call(operation.name, moment.workspace, principal, path, query, request.headers, moment.problems, body)
        try:
            if not operation.tagged:
                return _response(operation, operation.handle(call))
            if not operation.kept:
                return tagged(request, written(operation.handle(call)), operation.media)
            key = (operation.name, tuple(sorted(path.items())), tuple(sorted(query.items())))
            found = self.kept.get(moment.mark, key, lambda: written(operation.handle(call)))
        except BizopsError as error:
            return problem_answer(error.problems[0])
        except OSError as error:
            return problem_answer(_unreadable(error))
        return tagged(request, found, operation.media)


def tagged(request: Request, content: bytes, media: str, headers: dict[str, str] | None = None) -> Response:
    """An answer with a strong ETag; 304 when the client has it already."""
    tag = f'"{blake2b(content, digest_size=16).hexdigest()}"'
    told = {"ETag": tag, "Cache-Control": "private, no-cache", **(headers or {})}
    if has_it(request, tag):
        return Response(status_code=304, headers=told)
    return Response(content, headers=told, media_type=media)


def has_it(request: Request, tag: str) -> bool:
    """Whether the client says that it has an answer with this tag."""
    asked = [part.strip() for part in request.headers.get("if-none-match", "").split(",")]
    return "*" in asked or tag in (part.removeprefix("W/") for part in asked)


async def _body(request: Request) -> Any:
    """The body as JSON; no form can send one, so no foreign page can without being let."""
    if media_of(request) != "application/json":
        raise BizopsError.of("unsupported-media", "Send application/json.")
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BODY:
            raise BizopsError.of("too-large", f"A body may have {MOST_BODY >> 20} MiB.")
        chunks.append(chunk)
    try:
        return orjson.loads(b"".join(chunks))
    except orjson.JSONDecodeError as error:
        raise BizopsError.of("bad-body", f"That is no JSON: {error}.") from None


def _response(operation: Operation, made: Any) -> Response:
    if isinstance(made, Raw):
        return made.response()
    return Response(written(made), operation.status, media_type=operation.media)


def written(value: Any) -> bytes:
    """An answer as JSON."""
    return orjson.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    """What orjson does not know by itself."""
    if hasattr(value, "items"):
        return dict(value)
    return str(value)


def _unreadable(error: OSError) -> Problem:
    """Files that went away or may not be read; where they lie is no reader's business."""
    return Problem("unreadable-data", f"The data cannot be read: {error.strerror or type(error).__name__}.")
