"""One operation of the API: its path, what it takes, what it answers, and the function that does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

from starlette.responses import Response

from bizops.calendar import Period
from bizops.errors import BizopsError, Problem
from bizops.server.api.parameters import Parameter, pairs_of
from bizops.server.authorize import Action, Principal, Resource
from bizops.workspace import Workspace

PREFIX = "/api/v1"
_A_DAY = timedelta(hours=25)
"""The longest one: clocks go back on it."""
Method = Literal["GET", "POST", "PUT", "DELETE"]


@dataclass(frozen=True)
class Call:
    """One request, read: who asks, of which workspace, with which parameters."""

    operation: str
    workspace: Workspace
    principal: Principal
    path: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    headers: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    body: Any = None

    def text(self, name: str) -> str | None:
        """A parameter that is given once; None when it is not."""
        return self.query[name][0] if name in self.query else None

    def number(self, name: str, otherwise: int) -> int:
        """A whole number."""
        text = self.text(name)
        return otherwise if text is None else int(text)

    @cached_property
    def language(self) -> str:
        """The language of what people read."""
        return self.text("lang") or self.workspace.model.settings.language

    @cached_property
    def as_of(self) -> datetime | None:
        """As known when; None is now, and so is the day that is not over yet."""
        found, now = self.workspace.instant(self.text("as_of")), self.workspace.clock()
        if found is None or now < found <= now + _A_DAY:
            return None
        if found > now:
            raise BizopsError.of("bad-date", f"{self.text('as_of')} has not come yet.")
        return found

    def period(self, kpi: str | None = None) -> Period | None:
        """The period asked for, in the calendar of a KPI or of the workspace; None is the last one."""
        label = self.text("period")
        if label is None:
            return None
        definition = self.workspace.model.kpis.get(kpi or "")
        return self.workspace.calendar(definition.calendar if definition else None).period(label)

    @cached_property
    def filters(self) -> dict[str, str]:
        """Slices and the only value asked for."""
        return pairs_of((*self.query.get("scope", ()), *self.query.get("where", ())), "scope")

    @property
    def compare(self) -> str | None:
        """With which earlier period."""
        asked = self.text("compare")
        return None if asked == "none" else asked


@dataclass(frozen=True)
class Operation:
    """A path and a method, with all that its documentation says.

    ``answer`` is the type of what ``handle`` returns; or ``media`` is that of a text or picture it returns. ``body`` is
    the type of what it takes. ``statuses`` are those beside ``status`` and the refusals that hold everywhere. ``kept``
    answers hang on nothing but the moment and what was asked.
    """

    method: Method
    path: str
    name: str
    summary: str
    handle: Callable[[Call], Any]
    resource: Resource
    answer: object = None
    media: str = "application/json"
    action: Action = Action.READ
    parameters: tuple[Parameter, ...] = ()
    body: object = None
    group: str = "numbers"
    status: int = 200
    statuses: tuple[int, ...] = ()
    headers: tuple[Parameter, ...] = ()
    kept: bool = True

    @property
    def tagged(self) -> bool:
        """Whether answers carry an ETag."""
        return self.action is Action.READ and self.media == "application/json"

    @property
    def placeholders(self) -> tuple[str, ...]:
        """Names in the path."""
        return tuple(part[1:-1].partition(":")[0] for part in self.path.split("/") if part.startswith("{"))


@dataclass(frozen=True)
class Raw:
    """An answer that is no JSON, or that needs headers of its own."""

    content: bytes
    media: str
    headers: Mapping[str, str] | None = None
    status: int = 200

    def response(self) -> Response:
        """The same for the network."""
        return Response(self.content, self.status, dict(self.headers or {}), self.media)
