"""The API: everything the console shows, for any program."""

from __future__ import annotations

from anyio import CapacityLimiter
from starlette.routing import Route

from bizops.server.api import kpis, me, scorecard
from bizops.server.api.moments import Kept, Moments
from bizops.server.api.operations import PREFIX, Operation
from bizops.server.api.serve import AT_ONCE, Api, routes_of
from bizops.server.current import Current
from bizops.server.routes import Serving

OPERATIONS: tuple[Operation, ...] = (*me.OPERATIONS, *scorecard.OPERATIONS, *kpis.OPERATIONS)


def api_routes(serving: Serving, current: Current) -> list[Route]:
    """The routes below ``/api/v1``."""
    api = Api(serving, Moments(current), Kept(), CapacityLimiter(AT_ONCE))
    return routes_of(api, OPERATIONS)


__all__ = ["OPERATIONS", "PREFIX", "api_routes"]
