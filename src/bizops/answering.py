"""The work behind a question, as functions that a process of its own can run: what is known, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.calendar import Calendar, Period
    from bizops.events.rows import Known
    from bizops.measure import Executor, Question
    from bizops.model import Model
    from bizops.query.workers import Bounds

RESULTS, DERIVED, SCRATCH = "results", "derived", "scratch"
"""Directories within the state: kept values, cases of journeys, what does not fit into memory."""
ANSWERS = f"{RESULTS}/answers"
_OWN_MB = 512
"""What a process needs besides the memory of a query, and writes to disk besides what does not fit into it."""

Run = Callable[..., "pa.Table"]
"""Runs one of these functions with what it is given: here, or in a process with bounds."""


def here(function: Callable[..., pa.Table], *arguments: Any) -> pa.Table:
    """Runs a function in this process."""
    return function(*arguments)


def answered(known: Known, state: Path, question: Question, key: str) -> pa.Table:
    """The values of a question, kept under a key for the next time."""
    from bizops.measure import KeptAnswers, answer, as_table

    with _executor(known, state) as executor:
        table = as_table(answer(known.model, executor, question))
    KeptAnswers(state / ANSWERS).keep(key, table)
    return table


def rows_behind_value(
    known: Known, state: Path, kpi: str, period: Period, filters: Mapping[str, str], limit: int
) -> pa.Table:
    """The rows or cases behind a KPI's value, the largest first."""
    from bizops.measure.drill import rows_behind

    with _executor(known, state) as executor:
        return rows_behind(executor, known.model.kpis[kpi], period, filters, limit)


def cases_of_period(known: Known, state: Path, journey: str, calendar: Calendar, period: Period) -> pa.Table:
    """When the cases of a journey that began in a period came to each step, and when they ended."""
    from bizops.measure.cases import begun_in

    with _executor(known, state) as executor:
        return begun_in(executor, known.model.journeys[journey], calendar, period)


def late_cases(known: Known, state: Path, kpi: str) -> pa.Table:
    """The cases that a KPI counts as late now."""
    from bizops.measure.cases import late_cases as found

    with _executor(known, state) as executor:
        return found(executor, known.model.kpis[kpi])


def stories(known: Known, state: Path, journey: str, cases: Sequence[str]) -> pa.Table:
    """What happened to some cases of a journey, in the order of time."""
    from bizops.measure.drill import stories_of_cases

    with _executor(known, state) as executor:
        return stories_of_cases(known, executor.engine, known.model.journeys[journey], cases)


def changes(known: Known, state: Path, start_us: int, end_us: int, limit: int) -> pa.Table:
    """What happened to the services in a stretch of time, the newest first."""
    from bizops.events.happened import changes_between

    with _executor(known, state) as executor:
        return changes_between(known, executor.engine, start_us, end_us, limit)


def bounds(model: Model, state: Path) -> Bounds:
    """What a question to the server may cost."""
    from bizops.query.confined import Confines
    from bizops.query.workers import Bounds

    writable = tuple(state / name for name in (RESULTS, DERIVED, SCRATCH))
    for directory in writable:
        directory.mkdir(parents=True, exist_ok=True)
    settings = model.settings
    memory_mb, file_mb = settings.memory_mb + _OWN_MB, 2 * settings.memory_mb + _OWN_MB
    return Bounds(settings.query_seconds, Confines(memory_mb, file_mb, 512, (state / "lake",), writable))


@contextmanager
def _executor(known: Known, state: Path) -> Iterator[Executor]:
    from bizops.measure import Executor, ResultStore
    from bizops.query.engine import Engine

    settings = known.model.settings
    scratch = state / SCRATCH
    engine = Engine(readable=state, scratch=scratch, threads=settings.threads, memory_mb=settings.memory_mb)
    store = ResultStore(state / RESULTS)
    try:
        yield Executor(known, engine, store, state / DERIVED)
    finally:
        store.close()
        engine.close()
