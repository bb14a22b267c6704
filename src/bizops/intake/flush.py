"""From the log to the lake: what was acknowledged is stored, once, whatever happens in between."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import OperationalError
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.intake.dead_letters import DeadLetters
from bizops.intake.signals import SIGNALS, Checked, check, raw_rows
from bizops.intake.tally import Tally
from bizops.lake import Lake
from bizops.lake.files import Fault
from bizops.lake.frames import Entry
from bizops.lake.log import Log
from bizops.lake.telemetry import RawRows

if TYPE_CHECKING:
    from bizops.intake.privacy import Policy

FLUSH_ROWS = 131_072
FLUSH_AFTER_S = 2.0
_PASSING = (BizopsError, OSError, MemoryError, OperationalError)
"""What is wrong with the lake or the machine, not with a body: it is tried again."""
_log = logging.getLogger("bizops.intake")


@dataclass(frozen=True, slots=True)
class Logged:
    """A body that is safe in the log and not in the lake yet; ``size`` is what it holds of the memory."""

    seq: int
    entry: Entry
    checked: Checked
    size: int


class Flusher:
    """One thread that moves rows from the log to the lake, in the order of the log.

    What cannot be stored is halved until the one body is found that cannot; it is set aside and the rest goes on.
    """

    def __init__(
        self,
        lake: Lake,
        log: Log,
        policy: Callable[[], Policy],
        dead: DeadLetters,
        tally: Tally,
        release: Callable[[int, str], None],
        stored: Callable[[], None],
        fault: Fault,
    ) -> None:
        self._lake, self._log, self._policy, self._dead, self._tally = lake, log, policy, dead, tally
        self._release, self._after = release, stored
        self._fault = fault
        self.log_lock = threading.Lock()
        """Held by who changes the log: it may start another file for the one while the other writes."""
        self._changed = threading.Condition()
        self._items: list[Logged] = []
        self._rows = 0
        self._since = 0.0
        self._stopping = threading.Event()
        self._stored = lake.log_mark()
        self._replay_until = log.last_seq
        self._at_work_on: Sequence[Logged] = ()
        self.trouble: str | None = None
        """Why nothing can be stored at the moment; None when all is well."""
        self._thread = threading.Thread(target=self._run, name="bizops-flush", daemon=True)

    def start(self) -> None:
        """Begin with what the log holds from before."""
        self._thread.start()

    def add(self, items: Sequence[Logged]) -> None:
        """Take bodies over, in the order of the log."""
        with self._changed:
            if not self._items:
                self._since = time.monotonic()
            self._items += items
            self._rows += sum(item.checked.accepted for item in items)
            self._changed.notify()

    def stop(self, within_s: float) -> bool:
        """Store what is left and end; whether it has ended in time. What was not stored stays in the log."""
        self._stopping.set()
        with self._changed:
            self._changed.notify()
        self._thread.join(within_s)
        return not self._thread.is_alive()

    @property
    def is_done(self) -> bool:
        """Whether everything in the log is in the lake."""
        return self._stored >= self._log.last_seq

    @property
    def alive(self) -> bool:
        """Whether rows still get to the lake."""
        return self._thread.is_alive()

    @property
    def oldest_us(self) -> int | None:
        """When the oldest body arrived that is not in the lake yet."""
        with self._changed:
            for items in (self._at_work_on, self._items):
                if items:
                    return items[0].entry.received_us
        return None

    def _run(self) -> None:
        try:
            self._replay()
            while (items := self._next()) is not None:
                self._flush(items)
                with self._changed:
                    self._at_work_on = ()
                if not self._stopping.is_set():
                    self._after()
        except _GaveUpError:
            return  # nothing after it may be stored: how far the log is stored would skip it
        except Exception:  # noqa: BLE001 -- a thread's boundary; readiness tells it
            self.trouble = "The thread that stores rows has ended; they are safe in the log."
            _log.exception(self.trouble)

    def _replay(self) -> None:
        """Store what was acknowledged before this process began."""
        items: list[Logged] = []
        rows = 0
        for seq, entry in self._log.replay(self._stored):
            if seq > self._replay_until:
                break
            item = self._checked_again(seq, entry)
            items.append(item)
            rows += item.checked.accepted
            if rows >= FLUSH_ROWS or len(items) >= 1024:
                self._flush(items)
                items, rows = [], 0
        if items:
            self._flush(items)

    def _checked_again(self, seq: int, entry: Entry) -> Logged:
        try:
            checked, _ = check(entry)
        except Exception as error:  # noqa: BLE001 -- it was sound when it was acknowledged
            self._set_aside(seq, entry, error)
            self._tally.add(entry.sender, SIGNALS[entry.signal].table, dead=1)
            return Logged(seq, entry, _NOTHING, 0)
        table = SIGNALS[entry.signal].table
        self._tally.add(entry.sender, table, received_us=entry.received_us, accepted=checked.accepted)
        return Logged(seq, entry, checked, 0)

    def _next(self) -> list[Logged] | None:
        """The bodies to store next, when there are many rows or some have waited; None at the end."""
        with self._changed:
            while True:
                waited = time.monotonic() - self._since
                if self._items and (self._rows >= FLUSH_ROWS or waited >= FLUSH_AFTER_S or self._stopping.is_set()):
                    break
                if self._stopping.is_set():
                    return None
                self._changed.wait(FLUSH_AFTER_S - waited if self._items else None)
            number, rows = 0, 0
            while number < len(self._items) and rows < FLUSH_ROWS:
                rows += self._items[number].checked.accepted
                number += 1
            taken, self._items = self._items[:number], self._items[number:]
            self._rows -= rows
            self._since = time.monotonic()
            self._at_work_on = taken
            return taken

    def _flush(self, items: Sequence[Logged]) -> None:
        """Store bodies; while the lake or the machine does not let us, try again and say why."""
        wait_s = 0.1
        while True:
            try:
                self._store([item for item in items if item.seq > self._stored])
                with self.log_lock:
                    self._log.retire(self._stored)
                self._fault("after-retire")
                self.trouble = None
                return
            except _PASSING as error:
                told, self.trouble = self.trouble, _sentence(error)
                if told != self.trouble:
                    _log.warning("Rows wait in the log: %s", self.trouble)
            if self._stopping.wait(wait_s):
                raise _GaveUpError
            wait_s = min(2 * wait_s, 5.0)

    def _store(self, items: Sequence[Logged]) -> None:
        if not items:
            return
        try:
            self._take(items)
        except _PASSING:
            raise
        except Exception as error:  # noqa: BLE001 -- one body that cannot be stored must not stop the others
            if len(items) > 1:
                middle = len(items) // 2
                self._store(items[:middle])
                self._store(items[middle:])
                return
            (item,) = items
            self._lake.take([], self._set_aside(item.seq, item.entry, error))
            self._tally.add(item.entry.sender, SIGNALS[item.entry.signal].table, stuck=item.checked.accepted, dead=1)
            self._done(items)

    def _take(self, items: Sequence[Logged]) -> None:
        groups: dict[tuple[str, str], list[Logged]] = {}
        for item in items:
            if item.checked.accepted:
                groups.setdefault((item.entry.sender, item.entry.signal), []).append(item)
        name = f"log {items[0].seq}-{items[-1].seq}"
        # From asking what may be kept until it is stored nobody else writes, least of all one who erases somebody.
        with self._lake.writing():
            policy = self._policy()
            batches = [_rows_of(sender, signal, group, policy, name) for (sender, signal), group in groups.items()]
            self._fault("before-take")
            reports = self._lake.take(batches, items[-1].seq)
        self._done(items)
        for (sender, signal), report in zip(groups, reports, strict=True):
            table = SIGNALS[signal].table
            self._tally.add(sender, table, stored=report.accepted, duplicate=report.duplicates)
        self._fault("after-take")

    def _done(self, items: Sequence[Logged]) -> None:
        self._stored = items[-1].seq
        for item in items:
            self._release(item.size, item.entry.sender)

    def _set_aside(self, seq: int, entry: Entry, error: Exception) -> int:
        self._dead.stuck(seq, entry, f"{type(error).__name__}: {error}")
        _log.error("A body of %s could not be stored and was set aside: %s", entry.sender, _sentence(error))
        return seq


class _GaveUpError(Exception):
    """Bodies could not be stored before the end; they stay in the log."""


class _UnstorableError(Exception):
    """No rows can be made of a body, although it was found sound."""


def _rows_of(sender: str, signal: str, group: Sequence[Logged], policy: Policy, name: str) -> RawRows:
    received = [item.entry.received_us for item in group]
    try:
        return raw_rows(sender, signal, [item.checked for item in group], received, policy, name)
    except BizopsError as error:
        # Of the body, not of the lake: trying again would not help.
        raise _UnstorableError(str(error)) from error


@dataclass(frozen=True, slots=True)
class _Nothing:
    accepted: int = 0
    rejected: int = 0
    reason: str = ""


_NOTHING = _Nothing()


def _sentence(error: Exception) -> str:
    if isinstance(error, BizopsError):
        return str(error)
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"{type(error).__name__}: {error}"
