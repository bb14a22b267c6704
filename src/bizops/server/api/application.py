"""The API put together: its operations, its description, its stream."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bizops.errors import BizopsError, Problem
from bizops.server.api import data, files, journeys, kpis, me, rows, scorecard, words, work
from bizops.server.api.docs import POLICY, docs_page
from bizops.server.api.moments import Kept, Moments
from bizops.server.api.openapi import openapi
from bizops.server.api.operations import PREFIX, Operation
from bizops.server.api.parameters import Parameter, parameters_of
from bizops.server.api.problems import problem_answer, refused
from bizops.server.api.serve import AT_ONCE, Api, tagged, written
from bizops.server.api.stream import Changes
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.current import Current
from bizops.server.jobs import Jobs
from bizops.server.routes import Endpoint, Serving, route

EVENTS = Operation(
    "GET",
    "/events",
    "events",
    "What changed, as server-sent events: `changed` with the topics; a comment every 15 seconds.",
    lambda call: None,
    Resource.NUMBERS,
    media="text/event-stream",
    headers=(Parameter("Last-Event-ID", "The id of the last event that came through."),),
    group="workspace",
)
"""Described like the others; it answers by itself, bit by bit."""


class ApiServer:
    """The API of one server, from its start to its end."""

    def __init__(self, serving: Serving, current: Current) -> None:
        self._serving, self._current = serving, current
        self.jobs = Jobs(current)
        self.changes = Changes(self._marks)
        self.operations: tuple[Operation, ...] = (
            *me.OPERATIONS,
            *scorecard.OPERATIONS,
            *kpis.OPERATIONS,
            *rows.OPERATIONS,
            *journeys.OPERATIONS,
            *words.OPERATIONS,
            *data.operations(serving),
            *files.OPERATIONS,
            *work.operations(self.jobs),
        )
        self.document = openapi((*self.operations, EVENTS))

    def routes(self) -> list[Route]:
        """The routes below ``/api/v1``."""
        api = Api(self._serving, Moments(self._current), Kept(), CapacityLimiter(AT_ONCE))
        described, page = written(self.document), docs_page(self.document).encode()
        headers = {"Content-Security-Policy": POLICY}
        return [
            *(api.route(operation) for operation in self.operations),
            self._route("/events", self._stream, Resource.NUMBERS),
            self._route("/openapi.json", _fixed(described, "application/json", {}), Resource.MODEL),
            self._route("/docs", _fixed(page, "text/html; charset=utf-8", headers), Resource.MODEL),
        ]

    def close(self) -> None:
        """Ends streams and jobs."""
        self.changes.close()
        self.jobs.close()

    def _route(self, path: str, endpoint: Endpoint, resource: Resource) -> Route:
        return route(self._serving, PREFIX + path, "GET", endpoint, Action.READ, resource, refused)

    async def _stream(self, request: Request, principal: Principal) -> Response:
        try:
            parameters_of(request, ())
        except BizopsError as error:
            return problem_answer(error.problems[0])
        if request.method == "HEAD":
            return Response(media_type="text/event-stream")
        if self.changes.full:
            return problem_answer(Problem("too-many-readers", "Too many listen already.", hint="Ask again later."))
        told = self.changes.stream(request.headers.get("last-event-id"))
        return StreamingResponse(told, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})

    def _marks(self) -> Mapping[str, Hashable]:
        """What each topic is known by; a model that cannot be read is one more state."""
        jobs = tuple((job.id, job.state, job.rows) for job in self.jobs.all())
        intake = self._serving.intake
        came = tuple((name, counts.accepted, counts.rejected) for name, counts in intake.tally.all().items())
        marks: dict[str, Hashable] = {"jobs": jobs, "intake": (came, tuple(intake.obstacles()))}
        try:
            workspace, problems = self._current.sound()
            marks |= {"model": (workspace.model.hash, problems), "data": workspace.lake.snapshot().seq}
        except (BizopsError, OSError) as error:
            marks |= {"model": str(error), "data": None}
        return marks


def _fixed(content: bytes, media: str, headers: dict[str, str]) -> Endpoint:
    """Something that does not change while the server runs."""

    async def answer(request: Request, principal: Principal) -> Response:
        try:
            parameters_of(request, ())
        except BizopsError as error:
            return problem_answer(error.problems[0])
        return tagged(request, content, media, headers)

    return answer
