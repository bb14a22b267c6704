"""Jobs: long work that is begun, watched and ended over the API."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from bizops.present.numbers import number
from bizops.server.api.data import CheckProblem, check_problem
from bizops.server.api.operations import PREFIX, Call, Operation, Raw
from bizops.server.api.paging import page_of
from bizops.server.api.parameters import CURSOR, LANG, LIMIT
from bizops.server.api.serve import written
from bizops.server.authorize import Action, Resource
from bizops.server.jobs import Job, Jobs, moment


class JobRequest(TypedDict):
    """What is to be done, and for which source; for all otherwise."""

    verb: Literal["load", "derive", "compact"]
    source: NotRequired[str]


class JobAnswer(TypedDict):
    """How far a job has come; ``progress`` is a share of the present step, ``result`` what came of it."""

    id: str
    href: str
    verb: str
    source: str | None
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    step: str
    progress: float | None
    rows: int
    rows_per_second: float
    rate_display: str
    began: str | None
    ended: str | None
    result: dict[str, Any] | None
    problem: CheckProblem | None


class JobList(TypedDict):
    """Jobs since the server started, the newest first."""

    items: list[JobAnswer]
    next: str | None


def operations(jobs: Jobs) -> tuple[Operation, ...]:
    """The operations on the server's jobs."""

    def begin(call: Call) -> Raw:
        """Begins a job; the answer says where to watch it."""
        job = jobs.begin(call.body["verb"], call.body.get("source"))
        told = _job(call, job)
        return Raw(written(told), "application/json", {"Location": told["href"]}, 202)

    def watch(call: Call) -> JobAnswer:
        """How far a job has come."""
        return _job(call, jobs.find(call.path["job"]))

    def every(call: Call) -> JobList:
        """The jobs since the server started."""
        found, more = page_of(call, jobs.all(), [job.id for job in jobs.all()])
        return JobList(items=[_job(call, job) for job in found], next=more)

    def cancel(call: Call) -> JobAnswer:
        """Ends a job at the next block of rows; what was not whole is not taken."""
        return _job(call, jobs.cancel(call.path["job"]))

    return (
        Operation(
            "GET", "/jobs", "jobs", every.__doc__ or "", every, Resource.JOBS, JobList,
            parameters=(LANG, LIMIT, CURSOR), group="jobs", kept=False,
        ),
        Operation(
            "POST", "/jobs", "begin_job", begin.__doc__ or "", begin, Resource.JOBS, JobAnswer, action=Action.CHANGE,
            parameters=(LANG,), body=JobRequest, group="jobs", status=202, statuses=(429,),
        ),
        Operation(
            "GET", "/jobs/{job}", "job", watch.__doc__ or "", watch, Resource.JOBS, JobAnswer, parameters=(LANG,),
            group="jobs", kept=False,
        ),
        Operation(
            "DELETE", "/jobs/{job}", "cancel_job", cancel.__doc__ or "", cancel, Resource.JOBS, JobAnswer,
            action=Action.CHANGE, parameters=(LANG,), group="jobs",
        ),
    )  # fmt: skip


def _job(call: Call, job: Job) -> JobAnswer:
    return JobAnswer(
        id=job.id,
        href=f"{PREFIX}/jobs/{job.id}",
        verb=job.verb,
        source=job.source,
        state=job.state,  # type: ignore[typeddict-item]  # one of the five
        step=job.step,
        progress=job.share,
        rows=job.rows,
        rows_per_second=round(job.rows_per_second, 1),
        rate_display=f"{number(job.rows_per_second, call.language, 0)}/s",
        began=moment(job.began),
        ended=moment(job.ended),
        result=job.result,
        problem=check_problem(job.problem) if job.problem else None,
    )
