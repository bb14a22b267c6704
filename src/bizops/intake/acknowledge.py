"""The way in: what is acknowledged here survives a crash, and is in the lake exactly once.

A body is admitted by its bytes, checked in a pool of threads, written to the log as it came by one committer (many
bodies, one sync), and then acknowledged. The flusher moves its rows to the lake afterwards.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from bizops.errors import BizopsError, Problem
from bizops.intake.dead_letters import DeadLetters
from bizops.intake.flush import Flusher, Logged
from bizops.intake.json_rows import Records, RowError
from bizops.intake.signals import SIGNALS, Checked, check
from bizops.intake.tally import Tally
from bizops.lake import Lake
from bizops.lake.files import Fault, no_fault
from bizops.lake.frames import Entry
from bizops.lake.log import Log

if TYPE_CHECKING:
    from bizops.intake.privacy import Policy

WAITING_BYTES = 256 << 20
"""How many bytes may wait in memory; beyond that senders are told to come again. One sender may take three quarters
of them."""
_GROUP_BODIES, _GROUP_BYTES = 256, 8 << 20
_RECENT = 200_000
_log = logging.getLogger("bizops.intake")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a body. ``duplicate`` of the accepted rows are known to have come before; more may turn out so."""

    accepted: int
    rejected: int
    reason: str = ""
    duplicate: int = 0
    errors: tuple[RowError, ...] = ()


@dataclass(frozen=True, slots=True)
class _Ready:
    """A checked body on its way to the log."""

    entry: Entry
    checked: Checked
    size: int
    future: Future[Receipt]


class Intake:
    """Takes bodies until it is closed. One process at a time has the log of a lake."""

    def __init__(
        self, lake: Lake, log: Log, policy: Callable[[], Policy], stored: Callable[[], None], fault: Fault
    ) -> None:
        self.tally = Tally()
        self.dead = DeadLetters(lake.root / "dead")
        self._lake, self._log = lake, log
        self._fault = fault
        self._lock = threading.Lock()
        self._bytes = 0
        self._held: Counter[str] = Counter()
        self._stopping = self._full = False
        self._looked = -1.0
        self._recent: dict[int, None] = {}
        self.syncs, self.sync_seconds = 0, 0.0
        self._queue: SimpleQueue[_Ready | None] = SimpleQueue()
        self._pool = ThreadPoolExecutor(max(2, os.cpu_count() or 2), "bizops-check")
        self._committer = threading.Thread(target=self._commit, name="bizops-commit", daemon=True)
        self._flusher = Flusher(lake, log, policy, self.dead, self.tally, self.give_back, stored, fault)

    @classmethod
    def open(
        cls,
        lake: Lake,
        policy: Callable[[], Policy],
        *,
        stored: Callable[[], None] = lambda: None,
        fault: Fault = no_fault,
    ) -> Intake:
        """Begin to take bodies; what was acknowledged before a crash is stored first.

        ``policy`` says what may be kept, each time that rows are stored; ``stored`` is called afterwards, in the thread
        that writes to the lake.
        """
        intake = cls(lake, Log.open(lake.root, fault, stored=lake.log_mark()), policy, stored, fault)
        for problem in intake.damage:
            _log.error("%s", problem)
        intake._flusher.start()
        intake._committer.start()
        return intake

    def admit(self, size: int, sender: str) -> None:
        """Let so many bytes of a body in; ``overloaded`` when too much waits already, of the sender or in all."""
        obstacles = self.obstacles()
        if obstacles:
            raise BizopsError.of("not-ready", obstacles[0])
        with self._lock:
            if self._bytes + size > WAITING_BYTES or self._held[sender] + size > WAITING_BYTES * 3 // 4:
                raise BizopsError.of("overloaded", "Too much is waiting to be stored; send it again later.")
            self._hold(size, sender)

    def give_back(self, size: int, sender: str) -> None:
        """So many bytes of the sender wait no longer."""
        with self._lock:
            self._hold(-size, sender)

    def _hold(self, size: int, sender: str) -> None:
        self._bytes += size
        self._held[sender] += size

    def accept(self, entry: Entry) -> Future[Receipt]:
        """Take a body whose bytes were admitted; the receipt comes when it is durable, or an error says why not."""
        future: Future[Receipt] = Future()
        future.set_running_or_notify_cancel()  # a sender that goes away does not stop what it has sent
        try:
            self._pool.submit(self._check, entry, future)
        except RuntimeError:
            self.give_back(len(entry.body), entry.sender)
            future.set_exception(_stopping())
        return future

    def obstacles(self) -> list[str]:
        """Why nothing can be taken at the moment; empty when all is well."""
        found = []
        if self._stopping:
            found.append("The server is stopping.")
        if self._log.failed or not self._committer.is_alive():
            found.append("The log cannot be written any more; the server has to be started again.")
        if self._bytes > WAITING_BYTES:
            found.append("Too much is waiting to be stored.")
        if self._is_full():
            found.append("The disk is full but for its reserve.")
        if not self._flusher.alive:
            found.append("Rows are no longer stored; the server has to be started again.")
        return found

    def _is_full(self) -> bool:
        """Whether the disk has only its reserve left; asked four times a second, for it costs as much as a request."""
        if time.monotonic() - self._looked >= 0.25:
            self._looked, self._full = time.monotonic(), self._lake.room() <= 0
        return self._full

    @property
    def trouble(self) -> str | None:
        """Why rows wait in the log at the moment, if something keeps them there."""
        return self._flusher.trouble

    @property
    def damage(self) -> list[Problem]:
        """What was found damaged in the log when it was opened."""
        return self._log.problems

    @property
    def waiting_bytes(self) -> int:
        """Bytes held in memory."""
        return self._bytes

    @property
    def log_bytes(self) -> int:
        """Bytes of the log."""
        return self._log.bytes

    @property
    def oldest_us(self) -> int | None:
        """When the oldest body arrived that is not in the lake yet."""
        return self._flusher.oldest_us

    def refuse_more(self) -> None:
        """Take nothing new from now on; what is on its way is finished."""
        self._stopping = True

    def close(self, within_s: float = 10.0) -> bool:
        """Finish what is on its way and store it; whether all was stored. What was not is safe in the log."""
        until = time.monotonic() + within_s
        self.refuse_more()
        self._pool.shutdown(wait=True)
        self._queue.put(None)
        self._committer.join(max(0.0, until - time.monotonic()))
        ended = self._flusher.stop(max(0.0, until - time.monotonic()))
        done = ended and self._flusher.is_done
        if ended:
            self._log.close()
        return done

    def _check(self, entry: Entry, future: Future[Receipt]) -> None:
        """Inflate and decode a body; what cannot be is refused for good, and kept to be looked at."""
        table = SIGNALS[entry.signal].table
        seen = {"received_us": entry.received_us, "bodies": 1, "bytes": len(entry.body)}
        try:
            checked, size = check(entry)
        except Exception as error:  # noqa: BLE001 -- a decoder that stumbles is no reason to lose the body unseen
            self.give_back(len(entry.body), entry.sender)
            problem = error if isinstance(error, BizopsError) else _undecodable(error)
            if problem.problems[0].code == "undecodable":
                self._keep(entry, str(problem))
                seen |= {"undecodable": 1, "dead": 1}
            self.tally.add(entry.sender, table, **seen)
            future.set_exception(problem)
            return
        self.tally.add(entry.sender, table, **seen, rejected=checked.rejected)
        errors = checked.errors if isinstance(checked, Records) else ()
        if not checked.accepted:
            if checked.rejected:
                self._keep(entry, checked.reason)
            self.give_back(len(entry.body), entry.sender)
            future.set_result(Receipt(0, checked.rejected, checked.reason, errors=errors))
            return
        with self._lock:
            self._hold(size, entry.sender)
        self._queue.put(_Ready(entry, checked, size + len(entry.body), future))

    def _keep(self, entry: Entry, reason: str) -> None:
        try:
            self.dead.refused(entry, reason)
        except OSError as error:
            _log.warning("A refused body could not be kept: %s", error.strerror)

    def _commit(self) -> None:
        while group := self._next_group():
            entries = [ready.entry for ready in group]
            begun = time.perf_counter()
            try:
                with self._flusher.log_lock:
                    numbers = self._log.append(entries)
            except (BizopsError, OSError) as error:
                problem = error if isinstance(error, BizopsError) else BizopsError.of("log-failed", str(error.strerror))
                for ready in group:
                    self.give_back(ready.size, ready.entry.sender)
                    ready.future.set_exception(problem)
                continue
            self.syncs += 1
            self.sync_seconds += time.perf_counter() - begun
            for ready in group:
                table = SIGNALS[ready.entry.signal].table
                self.tally.add(ready.entry.sender, table, accepted=ready.checked.accepted)
            self._flusher.add(
                [Logged(seq, ready.entry, ready.checked, ready.size) for seq, ready in zip(numbers, group, strict=True)]
            )
            self._fault("before-acknowledge")
            for ready in group:
                ready.future.set_result(self._receipt(ready))

    def _next_group(self) -> list[_Ready]:
        """All that waits for the log, up to a limit; nothing at the end."""
        first = self._queue.get()
        if first is None:
            return []
        group, size = [first], len(first.entry.body)
        while len(group) < _GROUP_BODIES and size < _GROUP_BYTES:
            try:
                more = self._queue.get_nowait()
            except Empty:
                break
            if more is None:
                self._queue.put(None)
                break
            group.append(more)
            size += len(more.entry.body)
        return group

    def _receipt(self, ready: _Ready) -> Receipt:
        checked = ready.checked
        if not isinstance(checked, Records):
            return Receipt(checked.accepted, checked.rejected, checked.reason)
        identity = SIGNALS[ready.entry.signal].identity
        known = self._known(
            hash((ready.entry.sender, ready.entry.signal, *(record[name] for name in identity)))
            for record in checked.records
        )
        return Receipt(checked.accepted, checked.rejected, checked.reason, known, checked.errors)

    def _known(self, keys: Iterable[int]) -> int:
        """How many of the keys came before, as far as this process remembers; they are remembered from now on."""
        known = 0
        for key in keys:
            if key in self._recent:
                known += 1
            else:
                self._recent[key] = None
                if len(self._recent) > _RECENT:
                    del self._recent[next(iter(self._recent))]
        return known


def _stopping() -> BizopsError:
    return BizopsError.of("not-ready", "The server is stopping.")


def _undecodable(error: Exception) -> BizopsError:
    _log.error("A decoder stumbled: %s: %s", type(error).__name__, error)
    return BizopsError.of("undecodable", "The body could not be decoded.")
