"""What arrived, what is late, what was not taken, and whether the model is sound."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypedDict, cast

from bizops.errors import BizopsError, Problem
from bizops.events.coverage import OperationCoverage
from bizops.lake import QuarantinedRow
from bizops.present.texts import text_of
from bizops.server.api.operations import Call, Operation
from bizops.server.api.paging import page_of
from bizops.server.api.parameters import CURSOR, LANG, LIMIT, Parameter
from bizops.server.authorize import Resource
from bizops.server.health import intake_status
from bizops.server.routes import Serving

if TYPE_CHECKING:
    from bizops.events.coverage import EventHealth


class SourceAnswer(TypedDict):
    """What is loaded of a source, how far it reaches, since when it is late, and what was not taken."""

    source: str
    title: str
    kind: str
    rows: int
    first: str | None
    last: str | None
    loaded_at: str | None
    late_since: str | None
    quarantined: int
    segments: int


class SourceList(TypedDict):
    """Sources, and where the next page begins."""

    items: list[SourceAnswer]
    next: str | None


class EventAnswer(TypedDict):
    """How often an event came, when last, and how many rows lack which key."""

    event: str
    rows: int
    missing: dict[str, int]
    last: str | None


class CoverageAnswer(TypedDict):
    """How much of what arrived is some business event."""

    rows: int
    mapped: int
    operations: list[OperationCoverage]
    events: list[EventAnswer]


class ReasonAnswer(TypedDict):
    """How many rows of a source were not taken for a reason."""

    source: str
    code: str
    rows: int


class QuarantineAnswer(TypedDict):
    """Rows that were not taken, each with its place and reason."""

    total: int
    by_reason: list[ReasonAnswer]
    items: list[QuarantinedRow]
    next: str | None


class SenderAnswer(TypedDict):
    """What came from one sender of one signal."""

    sender: str
    signal: str
    accepted: int
    duplicate: int
    rejected: int
    dead: int
    queue: int
    last_received: str


class NoticeAnswer(TypedDict):
    """That a source is late or back; since when facts were due, and when it was seen."""

    source: str
    kind: str
    since: str
    seen: str


class IntakeAnswer(TypedDict):
    """What came in since the server started."""

    ready: bool
    reasons: list[str]
    trouble: str | None
    damage: list[str]
    lag_seconds: float
    queue_rows: int
    waiting_bytes: int
    log_bytes: int
    dead_letters: dict[str, int]
    senders: list[SenderAnswer]
    notices: list[NoticeAnswer]


class CheckProblem(TypedDict):
    """One thing that is wrong with the model, and where."""

    code: str
    message: str
    file: str | None
    line: int | None
    col: int | None
    hint: str | None


class CheckAnswer(TypedDict):
    """Whether the model in the files is sound; while it is not, numbers come from the last one that was."""

    ok: bool
    problems: list[CheckProblem]
    hash: str | None
    counts: dict[str, int]


def sources(call: Call) -> SourceList:
    """What is loaded of each source, how far it reaches, and what was not taken."""
    state = (call.workspace.model.hash, call.workspace.lake.snapshot().seq)
    found, more = page_of(call, call.workspace.status(), state)
    return SourceList(items=[_source(call, fact) for fact in found], next=more)


def _source(call: Call, fact: dict[str, Any]) -> SourceAnswer:
    source = call.workspace.source(fact["source"])
    told: Any = {"title": text_of(source.title, call.language) or source.name, "kind": source.kind, **fact}
    return cast(SourceAnswer, told)


def coverage(call: Call) -> CoverageAnswer:
    """How much of what arrived is mapped, what is not, and which events lack keys or fell silent."""
    mappings = call.workspace.mappings
    operations = mappings.coverage()
    return CoverageAnswer(
        rows=sum(one.rows for one in operations),
        mapped=sum(one.mapped for one in operations),
        operations=operations,
        events=[_event(health) for health in mappings.health(call.workspace.known())],
    )


def _event(health: EventHealth) -> EventAnswer:
    last = health.last_us
    return EventAnswer(
        event=health.event,
        rows=health.rows,
        missing=dict(health.missing),
        last=None if last is None else datetime.fromtimestamp(last / 1_000_000, UTC).isoformat(timespec="seconds"),
    )


def quarantine(call: Call) -> QuarantineAnswer:
    """Rows that were not taken: where they stand, what is wrong with them."""
    rows = call.workspace.quarantine(call.text("source"))
    counts = Counter((row.source, row.code) for row in rows)
    found, more = page_of(call, rows, len(rows))
    return QuarantineAnswer(
        total=len(rows),
        by_reason=[ReasonAnswer(source=source, code=code, rows=n) for (source, code), n in sorted(counts.items())],
        items=found,
        next=more,
    )


def check(call: Call) -> CheckAnswer:
    """Everything that is wrong with the model as it is in the files now."""
    problems = list(call.problems)
    if not problems:
        try:
            call.workspace.checked_model()
        except BizopsError as error:
            problems = list(error.problems)
    return CheckAnswer(
        ok=not problems,
        problems=[check_problem(problem) for problem in problems],
        hash=None if problems else call.workspace.model.hash,
        counts={} if problems else call.workspace.counts(),
    )


def check_problem(problem: Problem) -> CheckProblem:
    """A problem with its place, as the console lists it."""
    place = problem.place
    return CheckProblem(
        code=problem.code,
        message=problem.message,
        file=place.file if place else None,
        line=place.line if place else None,
        col=place.col if place else None,
        hint=problem.hint,
    )


SOURCE = Parameter("source", "Only of this source.")


def operations(serving: Serving) -> tuple[Operation, ...]:
    """The operations on data; what comes in is the server's own."""

    def arriving(call: Call) -> IntakeAnswer:
        """What came in since the server started, by sender and signal."""
        return cast(IntakeAnswer, intake_status(serving))

    return (
        Operation(
            "GET", "/sources", "sources", sources.__doc__ or "", sources, Resource.STATUS, SourceList,
            parameters=(LANG, LIMIT, CURSOR), group="data",
        ),
        Operation(
            "GET", "/mapping/coverage", "coverage", coverage.__doc__ or "", coverage, Resource.STATUS, CoverageAnswer,
            group="data",
        ),
        Operation(
            "GET", "/quarantine", "quarantine", quarantine.__doc__ or "", quarantine, Resource.STATUS,
            QuarantineAnswer, parameters=(SOURCE, LIMIT, CURSOR), group="data",
        ),
        Operation(
            "GET", "/intake", "intake", arriving.__doc__ or "", arriving, Resource.STATUS, IntakeAnswer, group="data",
            kept=False,
        ),
        Operation(
            "GET", "/model/check", "check", check.__doc__ or "", check, Resource.MODEL, CheckAnswer, group="model",
        ),
    )  # fmt: skip
