"""Long work: begun at once, told of while it goes on, ended early on wish; kept until the server ends."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from bizops.errors import BizopsError, Problem
from bizops.intake import Progress
from bizops.workspace import Workspace

MOST_WAITING, MOST_KEPT = 20, 200
LOCKED_FOR_S = 30.0
"""The lake has one writer at a time; telemetry that is being stored makes a job wait so long at most."""
_log = logging.getLogger("bizops.jobs")


@dataclass
class Job:
    """One piece of work; read it as a :class:`JobState`."""

    id: str
    verb: str
    source: str | None
    state: str = "queued"
    step: str = ""
    rows: int = 0
    share: float | None = None
    began: float | None = None
    ended: float | None = None
    result: Any = None
    problem: Problem | None = None
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def rows_per_second(self) -> float:
        """Since it began."""
        if self.began is None:
            return 0.0
        return self.rows / max((self.ended or time.time()) - self.began, 1e-3)

    def progress(self, name: str) -> Progress:
        """Notes how far a source has come; raises when the job is to stop."""
        self.step, before = name, self.rows

        def note(rows: int, done: int, whole: int) -> None:
            self.go_on()
            self.rows, self.share = before + rows, done / whole if whole else None

        return note

    def go_on(self) -> None:
        """Raises ``cancelled`` when somebody has ended the job."""
        if self.stop.is_set():
            raise BizopsError.of("cancelled", "The work was ended early; what was not whole was not taken.")


class Jobs:
    """The jobs of a server, one after another."""

    def __init__(self, current: Callable[[], Workspace]) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._worker = ThreadPoolExecutor(1, "bizops-jobs")

    def begin(self, verb: str, source: str | None) -> Job:
        """Begins a job as soon as those before it have ended."""
        if source is not None:
            self._current().source(source)
        job = Job(secrets.token_hex(8), verb, source)
        with self._lock:
            waiting = sum(one.state in ("queued", "running") for one in self._jobs.values())
            if waiting >= MOST_WAITING:
                raise BizopsError.of(
                    "too-many-jobs", f"{waiting} jobs are waiting.", hint="Wait until some have ended."
                )
            over = [one.id for one in self._jobs.values() if one.ended is not None]
            for old in over[: max(0, len(self._jobs) + 1 - MOST_KEPT)]:
                del self._jobs[old]
            self._jobs[job.id] = job
        self._worker.submit(self._run, job)
        return job

    def find(self, name: str) -> Job:
        """A job by its id."""
        with self._lock:
            if name not in self._jobs:
                raise BizopsError.of("unknown-job", "There is no such job; those of an earlier start are forgotten.")
            return self._jobs[name]

    def all(self) -> list[Job]:
        """The jobs since the server started, the newest first."""
        with self._lock:
            return list(reversed(self._jobs.values()))

    def cancel(self, name: str) -> Job:
        """Ends a job at the next block of rows; one that has ended stays as it is."""
        job = self.find(name)
        job.stop.set()
        return job

    def close(self) -> None:
        """Ends them all."""
        for job in self.all():
            job.stop.set()
        self._worker.shutdown(wait=True)

    def _run(self, job: Job) -> None:
        job.began, job.state = time.time(), "running"
        try:
            job.result = self._done(job)
            job.state, job.share = "done", 1.0
        except BizopsError as error:
            job.problem = error.problems[0]
            job.state = "cancelled" if job.problem.code == "cancelled" else "failed"
        except Exception as error:  # noqa: BLE001 -- the edge of the process: the next job must find a worker
            _log.exception("The job %s failed.", job.verb)
            job.state, job.problem = "failed", Problem("unreadable-data", f"It failed: {type(error).__name__}.")
        finally:
            job.ended = time.time()

    def _done(self, job: Job) -> Any:
        until = time.monotonic() + LOCKED_FOR_S
        while True:
            try:
                job.go_on()
                return _VERBS[job.verb](self._current(), job)
            except BizopsError as error:
                if error.problems[0].code != "lake-locked" or time.monotonic() > until:
                    raise
                job.stop.wait(0.2)


def _load(workspace: Workspace, job: Job) -> Any:
    reports = workspace.load(job.source, progress=job.progress)
    return {"deliveries": [{**asdict(report), "reasons": dict(report.reasons)} for report in reports]}


def _derive(workspace: Workspace, job: Job) -> Any:
    job.step = "derive"
    return {"derived": [asdict(one) for one in workspace.mappings.bring_up_to_date()]}


def _compact(workspace: Workspace, job: Job) -> Any:
    merged: dict[str, int] = {}
    names = [job.source] if job.source else list(workspace.model.sources)
    for at, name in enumerate(names):
        job.go_on()
        job.step, job.share = name, at / len(names)
        merged |= workspace.compact(name)
    return {"merged": merged}


_VERBS: dict[str, Callable[[Workspace, Job], Any]] = {"load": _load, "derive": _derive, "compact": _compact}


def moment(seconds: float | None) -> str | None:
    """A time as ISO 8601."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()
