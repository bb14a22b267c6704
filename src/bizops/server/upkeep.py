"""What a running server does besides: tables keep up with what came, and the lake stays tidy."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from bizops.intake.dead_letters import DeadLetters
from bizops.lake import Lake
from bizops.model.duration import Duration
from bizops.workspace import Workspace

TIDY_EVERY_S = 600.0
MANY, SMALL = 32, 50_000
"""A raw table with so many segments of so few rows is compacted; larger ones cost readers little."""
REFUSED_FOR = timedelta(days=7)
"""How long bodies that were refused are kept to be looked at."""
_log = logging.getLogger("bizops.upkeep")


class Upkeep:
    """Called after rows were stored, in the thread that stores them: nobody else is writing then."""

    def __init__(self, lake: Lake, current: Callable[[], Workspace]) -> None:
        self._lake = lake
        self._current = current
        self._tidied = time.monotonic()
        self._told = ""

    def __call__(self) -> None:
        """Map what came; now and then, let go of what is too old and merge what is too small."""
        try:
            workspace = self._current()
            workspace.mappings.bring_up_to_date()
            if time.monotonic() - self._tidied >= TIDY_EVERY_S:
                self._tidied = time.monotonic()
                self.tidy(workspace)
        except Exception as error:  # noqa: BLE001 -- a broken model must not stop the intake
            # The same words once: a model stays broken until somebody mends it.
            if self._told != (told := f"{type(error).__name__}: {error}"):
                _log.warning("Telemetry is taken, but tables do not keep up: %s", told)
                self._told = told

    def tidy(self, workspace: Workspace) -> None:
        """Let go of raw telemetry whose time is over, and merge small segments."""
        before = workspace.clock() - REFUSED_FOR
        DeadLetters(self._lake.root / "dead").let_go(round(before.timestamp() * 1_000_000))
        snapshot = self._lake.snapshot()
        for table in snapshot.sources():
            if "." not in table:
                continue
            kept = getattr(workspace.model.settings.retention, table.rpartition(".")[2], None)
            if kept is not None:
                self._lake.expire(table, workspace.clock().date() - _length(kept))
            if sum(segment.rows < SMALL for segment in snapshot.segments(table)) >= MANY:
                self._lake.compact(table)
            self._lake.sweep(table)


_LONGEST_DAYS = {"month": 31, "quarter": 92, "year": 366}


def _length(kept: Duration) -> timedelta:
    """The length of a retention; where it hangs on the calendar, the longest it can be."""
    return kept.fixed or timedelta(days=kept.amount * _LONGEST_DAYS[kept.unit])
