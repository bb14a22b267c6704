"""The log: what arrived, as it arrived, durable before anybody is told so, and gone once the lake has it.

Files are named after their first number. A torn end is cut off when the log is opened: it was never acknowledged.
Damage in the middle is stepped over to the next sound frame and reported, for what follows was acknowledged.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bizops.errors import BizopsError, Problem
from bizops.lake.files import Fault, make_directory, no_fault, publish, sync
from bizops.lake.frames import HEAD_BYTES, Entry, entry_of, file_head, frame, frames, marker_of, new_marker

SEGMENT_BYTES = 64 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT)
_MARKER = "marker"


@dataclass(slots=True)
class _File:
    """One file of the log: the numbers of its first and last frame (``last`` < ``first``: none yet)."""

    path: Path
    first: int
    last: int
    size: int


class Log:
    """The log of one lake, held by one process until it is closed."""

    def __init__(self, directory: Path, lock: int, fault: Fault, segment_bytes: int) -> None:
        self._directory = directory
        self._lock = lock
        self._fault = fault
        self._segment_bytes = segment_bytes
        self._files: list[_File] = []
        self._stored = 0
        self._descriptor = -1
        self._marker = b""
        self.failed = False
        """Whether a write could not be made durable; nothing is taken any more until the log is opened again."""
        self.problems: list[Problem] = []
        """Damage that was found when the log was opened."""

    @classmethod
    def open(cls, root: Path, fault: Fault = no_fault, segment_bytes: int = SEGMENT_BYTES, *, stored: int = 0) -> Log:
        """Open the log of a lake, made if missing; ``log-locked`` when another process has it.

        ``stored`` is the last number that is in the lake: no number up to it is ever given again, whatever became of
        the files, for what has it would be taken for stored.
        """
        directory = root / "log"
        for changed in make_directory(directory):
            sync(changed)
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise BizopsError.of(
                "log-locked",
                f"Another process takes telemetry into {root}.",
                hint="One server at a time; stop the other one first.",
            ) from None
        log = cls(directory, lock, fault, segment_bytes)
        log._find_marker()
        log._read_files()
        if log.last_seq < stored:
            log._stored = stored
            message = (
                f"{directory} ends at {log.last_seq:,}, but the lake has {stored:,}: its end was damaged or removed."
            )
            log.problems.append(Problem("damaged-log", message, hint="Ask the senders of that time to send again."))
        return log

    @property
    def last_seq(self) -> int:
        """The number of the newest entry; 0 when there never was one that is still known."""
        return max(self._stored, *(file.last for file in self._files), 0)

    @property
    def bytes(self) -> int:
        """Size of all files."""
        return sum(file.size for file in self._files)

    def append(self, entries: Sequence[Entry]) -> range:
        """Make entries durable, with one sync for all; returns their numbers.

        Raises ``disk-full``, which leaves the log as it was, or ``log-failed``: whether the bytes will survive is then
        unknown, and a second sync would only claim so.
        """
        if self.failed:
            raise _failed()
        first = self.last_seq + 1
        numbers = range(first, first + len(entries))
        file = self._file_for(first)
        framed = (frame(self._marker, seq, entry) for seq, entry in zip(numbers, entries, strict=True))
        data = b"".join((b"" if file.size else file_head(self._marker), *framed))
        self._fault("before-append")
        try:
            _write(self._descriptor, data, file.size)
            self._fault("after-append")
            os.fdatasync(self._descriptor)
        except BizopsError:
            raise
        except OSError as error:
            self.failed = True
            raise _failed() from error
        self._fault("after-sync")
        file.size += len(data)
        file.last = numbers[-1] if entries else file.last
        return numbers

    def replay(self, after: int) -> Iterator[tuple[int, Entry]]:
        """Entries with a number above ``after``, in their order."""
        for file in list(self._files):
            if file.last > after:
                data = file.path.read_bytes()
                for seq, payload, _ in frames(data, marker_of(data) or self._marker, after):
                    after = seq
                    yield seq, entry_of(payload)

    def retire(self, upto: int) -> None:
        """Remove the files of which nothing above ``upto`` is left."""
        self._fault("before-retire")
        done = [file for file in self._files if file.first <= file.last <= upto]
        if not done:
            return
        if self._files[-1] in done:
            # A file must be left to tell the next number: the lake's mark would hide entries that begin anew at 1.
            self._start_file(self.last_seq + 1)
        for file in done:
            file.path.unlink()
            self._files.remove(file)
        sync(self._directory)

    def close(self) -> None:
        """Let the log go; what is in it stays."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    # ----------------------------------------------------------------------------------------------------- the files

    def _find_marker(self) -> None:
        """The log's marker: kept in a file of its own, and at the head of each file in case that one is damaged."""
        kept = self._directory / _MARKER
        for path in (kept, *self._paths()):
            marker = marker_of(_start_of(path))
            if marker is not None:
                break
        else:
            marker = new_marker()
        if marker_of(_start_of(kept)) != marker:
            temporary = self._directory / f".{_MARKER}"
            temporary.write_bytes(file_head(marker))
            publish(self._directory, temporary, _MARKER, no_fault)
        self._marker = marker

    def _paths(self) -> list[Path]:
        """The log's files, in the order of their numbers."""
        return sorted(path for path in self._directory.glob("*.log") if path.stem.isdecimal())

    def _read_files(self) -> None:
        paths = self._paths()
        for path in sorted(set(self._directory.glob("*.log")) - set(paths)):
            message = f"{path} is no file of the log: it is left alone, and nothing of it is read."
            self.problems.append(Problem("damaged-log", message, hint="Move it away."))
        last = 0
        for index, path in enumerate(paths):
            data = path.read_bytes()
            first, own, sound = int(path.stem), marker_of(data), HEAD_BYTES
            newest = index == len(paths) - 1
            if own is None and (len(data) > HEAD_BYTES or not newest):
                self._report(path, 0, min(HEAD_BYTES, len(data)))
            seen = first - 1
            for seq, _, place in frames(data, own or self._marker, last):
                if place.start != sound:
                    self._report(path, sound, place.start)
                last = seen = seq
                sound = place.stop
            if seen < first:
                sound = min(len(data), HEAD_BYTES) if own is not None else 0
            if sound < len(data):
                if newest:
                    self._cut(path, sound)
                else:
                    self._report(path, sound, len(data))
            self._files.append(_File(path, first, seen, sound))
        if self._files:
            self._descriptor = os.open(self._files[-1].path, os.O_WRONLY | os.O_CLOEXEC)

    def _report(self, path: Path, start: int, end: int) -> None:
        message = f"{path} is damaged from byte {start:,} to {end:,}: what was acknowledged there is lost."
        self.problems.append(Problem("damaged-log", message, hint="Ask the senders of that time to send again."))

    @staticmethod
    def _cut(path: Path, size: int) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.ftruncate(descriptor, size)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def _file_for(self, first: int) -> _File:
        if not self._files or self._files[-1].size >= self._segment_bytes:
            self._start_file(first)
        return self._files[-1]

    def _start_file(self, first: int) -> None:
        path = self._directory / f"{first:016d}.log"
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
            sync(self._directory)
        except OSError as error:
            if error.errno in _FULL:
                raise _full() from error
            self.failed = True
            raise _failed() from error
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = descriptor
        self._files.append(_File(path, first, first - 1, 0))


def _start_of(path: Path) -> bytes:
    """The first bytes of a file; none when there is no such file."""
    try:
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError:
        return b""


def _write(descriptor: int, data: bytes, start: int) -> None:
    """All bytes, behind the last sound frame; a write may take only a part of them without an error."""
    view, offset = memoryview(data), start
    try:
        while view:
            written = os.pwrite(descriptor, view, offset)
            view, offset = view[written:], offset + written
    except OSError as error:
        if error.errno not in _FULL:
            raise
        os.ftruncate(descriptor, start)
        raise _full() from error


def _full() -> BizopsError:
    return BizopsError.of(
        "disk-full", "There is no room left for what arrives.", hint="Free some space; nothing that was taken is lost."
    )


def _failed() -> BizopsError:
    return BizopsError.of(
        "log-failed",
        "The log could not be written to the disk for good.",
        hint="Look after the disk, then start the server again: it goes on from the log.",
    )
