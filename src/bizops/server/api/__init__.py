"""The API: everything the console shows, for any program."""

from __future__ import annotations

from anyio import CapacityLimiter
from starlette.routing import Route

from bizops.intake.acknowledge import Intake
from bizops.server.api import data, journeys, kpis, me, rows, scorecard, words
from bizops.server.api.moments import Kept, Moments
from bizops.server.api.operations import PREFIX, Operation
from bizops.server.api.serve import AT_ONCE, Api, routes_of
from bizops.server.current import Current
from bizops.server.routes import Serving


def operations_of(intake: Intake) -> tuple[Operation, ...]:
    """Every operation of the API."""
    return (
        *me.OPERATIONS,
        *scorecard.OPERATIONS,
        *kpis.OPERATIONS,
        *rows.OPERATIONS,
        *journeys.OPERATIONS,
        *words.OPERATIONS,
        *data.operations(intake),
    )


def api_routes(serving: Serving, current: Current) -> list[Route]:
    """The routes below ``/api/v1``."""
    api = Api(serving, Moments(current), Kept(), CapacityLimiter(AT_ONCE))
    return routes_of(api, operations_of(serving.intake))


__all__ = ["PREFIX", "api_routes", "operations_of"]
