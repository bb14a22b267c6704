"""The moment that answers tell of: it moves on when something came or changed, and otherwise every few minutes.

Answers of one moment are equal to the last byte, so that clients need not fetch them again, and pages fit together.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bizops.errors import BizopsError, Problem
from bizops.server.current import Current
from bizops.workspace import Workspace

STANDS_FOR = timedelta(minutes=5)
"""Divides the hour, so that periods are over when they are."""
MOST_BYTES = 64 << 20


@dataclass(frozen=True)
class Moment:
    """The workspace with its clock standing, and what the moment is known by."""

    workspace: Workspace
    mark: Hashable
    problems: tuple[Problem, ...] = ()


class Moments:
    """Gives the moment that holds now; while the model is broken, with the last sound one."""

    def __init__(self, current: Current) -> None:
        self._current = current
        self._lock = threading.Lock()
        self._last: Moment | None = None

    def now(self) -> Moment:
        """The moment; raises what is wrong with the model when it was never sound."""
        workspace, problems = self._current.sound()
        clock = workspace.clock()
        slot = (
            datetime.min.replace(tzinfo=clock.tzinfo)
            + (clock - datetime.min.replace(tzinfo=clock.tzinfo)) // (STANDS_FOR) * STANDS_FOR
        )
        workspace.mappings.bring_up_to_date()
        mark = (workspace.model.hash, id(workspace), workspace.lake.snapshot().seq, slot, problems)
        with self._lock:
            if self._last is None or self._last.mark != mark:
                self._last = Moment(workspace.at(clock), mark, problems)
            return self._last


class Kept:
    """Answers of the present moment by what was asked; those used last stay, up to so many bytes."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._mark: Hashable = None
        self._bytes = 0
        self._found: OrderedDict[Hashable, bytes] = OrderedDict()

    def get(self, mark: Hashable, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """The answer, made when it is not there."""
        with self._lock:
            if mark == self._mark and key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        made = make()
        with self._lock:
            if mark != self._mark:
                self._mark, self._bytes = mark, 0
                self._found.clear()
            if key not in self._found and len(made) <= self._most // 4:
                self._found[key] = made
                self._bytes += len(made)
            while self._bytes > self._most:
                self._bytes -= len(self._found.popitem(last=False)[1])
        return made


def broken(error: BizopsError) -> Problem:
    """That there is no sound model to answer from."""
    first = error.problems[0]
    return Problem("broken-model", f"The model cannot be read: {first.message}", first.place, first.hint)
