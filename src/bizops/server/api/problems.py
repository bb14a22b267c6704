"""What went wrong, as RFC 9457 says it: ``application/problem+json``, one form for every refusal of the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import NotRequired, TypedDict

import orjson
from starlette.requests import Request
from starlette.responses import Response

from bizops.errors import Problem

MEDIA = "application/problem+json"
TYPES = "https://bizops.dev/problems/"

_STATUS = {
    "unknown-parameter": 400,
    "bad-parameter": 400,
    "bad-body": 400,
    "bad-cursor": 400,
    "unauthenticated": 401,
    "forbidden": 403,
    "withheld": 403,
    "unknown-page": 404,
    "unknown-kpi": 404,
    "unknown-journey": 404,
    "unknown-case": 404,
    "unknown-term": 404,
    "unknown-file": 404,
    "unknown-job": 404,
    "no-data": 404,
    "method-not-allowed": 405,
    "stale-cursor": 409,
    "stale-file": 412,
    "too-large": 413,
    "unsupported-media": 415,
    "no-condition": 428,
    "too-many-jobs": 429,
    "broken-model": 503,
    "unreadable-data": 503,
    "too-many-readers": 503,
    "busy": 503,
    "no-worker": 503,
    "not-ready": 503,
}
"""By code; what is well written and has no meaning here is 422."""


class PlaceInFile(TypedDict):
    """Where in the model."""

    file: str
    line: int
    col: int


class ProblemAnswer(TypedDict):
    """Why a request was refused: a stable code, a sentence, and what to do."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    place: NotRequired[PlaceInFile]
    hint: NotRequired[str]


def status_of(problem: Problem) -> int:
    """The status that a problem is answered with."""
    return _STATUS.get(problem.code, 422)


def problem_answer(problem: Problem, status: int | None = None) -> Response:
    """A refusal."""
    status = status or status_of(problem)
    told = ProblemAnswer(
        type=TYPES + problem.code,
        title=problem.code.replace("-", " ").capitalize(),
        status=status,
        detail=problem.message,
        code=problem.code,
    )
    if problem.place is not None:
        told["place"] = PlaceInFile(file=problem.place.file, line=problem.place.line, col=problem.place.col)
    if problem.hint:
        told["hint"] = problem.hint
    return Response(orjson.dumps(told), status, media_type=MEDIA)


def refused(request: Request, status: int, message: str) -> Response:
    """How :func:`bizops.server.routes.route` words that somebody may not."""
    codes = {401: "unauthenticated", 403: "forbidden"}
    return problem_answer(Problem(codes.get(status, "unreadable-data"), message), status)


def without_route(status: int) -> Response:
    """Nothing is there, or not by that method."""
    code, message = {
        404: ("unknown-page", "There is no such page."),
        405: ("method-not-allowed", "That method is not for this page."),
    }.get(status, ("refused", f"{HTTPStatus(status).phrase}."))
    return problem_answer(Problem(code, message), status)
