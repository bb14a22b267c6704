"""One writer at a time."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bizops.errors import BizopsError


class WriterLock:
    """The right to write to a lake, held by one thread of one process.

    The kernel drops an ``flock`` when its holder dies, however it dies, so a stale lock file is simply taken over; the
    pid in it only serves the message. Taking the lock again in the thread that holds it is allowed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._owner: int | None = None
        self._depth = 0

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the lock for a block; tells whether it was taken just now. ``lake-locked`` when another has it."""
        if self._owner == threading.get_ident():
            self._depth += 1
            try:
                yield False
            finally:
                self._depth -= 1
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            self._take(descriptor)
            self._owner = threading.get_ident()
            yield True
        finally:
            if self._owner == threading.get_ident():
                self._owner = None
            os.close(descriptor)

    def _take(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip() or "unknown"
            raise BizopsError.of(
                "lake-locked",
                f"Another process (pid {holder}) is writing to {self._path.parent}.",
                hint="Wait until it has ended, then repeat; nothing was changed.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
