"""Sources that fall silent: one notice when that is seen, and one when the source is back.

Whoever looks keeps what is new, the running server or a person; a silence is told once, however many look and however
often the server is started again.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from bizops.errors import BizopsError

LATE, BACK = "late", "back"
KEPT = 100
"""So many notices of each source are kept; the oldest go."""
_FILE, _LOCK = "notices.json", "notices.lock"


@dataclass(frozen=True, slots=True)
class Notice:
    """That a source is ``late`` or ``back``; since when facts were due, and when it was seen (ISO 8601)."""

    source: str
    kind: str
    since: str
    seen: str


def news(known: Sequence[Notice], late: Mapping[str, datetime | None], now: datetime) -> list[Notice]:
    """What is to be told that is not known: of each source, since when it is late, or None when it is not.

    >>> since = datetime(2026, 3, 31, 12)
    >>> [notice.kind for notice in news((), {"orders": since, "stores": None}, since)]
    ['late']
    """
    last = {notice.source: notice for notice in known}
    found = []
    for source, since in late.items():
        before = last.get(source)
        silent = before is not None and before.kind == LATE
        if since is not None and not silent:
            found.append(Notice(source, LATE, since.isoformat(), now.isoformat()))
        elif since is None and before is not None and silent:
            found.append(Notice(source, BACK, before.since, now.isoformat()))
    return found


class Notices:
    """The notices of a state directory."""

    def __init__(self, state: Path) -> None:
        self._state = state

    def all(self) -> tuple[Notice, ...]:
        """Every notice that is kept, the oldest first."""
        path = self._state / _FILE
        try:
            return tuple(Notice(**entry) for entry in json.loads(path.read_bytes())["notices"])
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, KeyError):
            raise BizopsError.of(
                "damaged-file", f"{path} cannot be read.", hint="Delete it: what is late now is then told once more."
            ) from None

    def look(self, late: Mapping[str, datetime | None], now: datetime) -> tuple[Notice, ...]:
        """Keep what is new, and return every notice that is kept."""
        if not news(self.all(), late, now):
            return self.all()
        with self._alone():
            known = self.all()
            kept = _latest((*known, *news(known, late, now)))
            self._write(kept)
        return kept

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else keeps a notice meanwhile; who waits here waits for milliseconds."""
        self._state.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._state / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _write(self, notices: Sequence[Notice]) -> None:
        from bizops.lake.files import no_fault, publish

        descriptor, temporary = tempfile.mkstemp(dir=self._state, prefix=".notices-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump({"notices": [asdict(notice) for notice in notices]}, file, indent=1)
        publish(self._state, Path(temporary), _FILE, no_fault)


def _latest(notices: Sequence[Notice]) -> tuple[Notice, ...]:
    """The latest of each source, in their order."""
    count: dict[str, int] = {}
    kept = []
    for notice in reversed(notices):
        count[notice.source] = count.get(notice.source, 0) + 1
        if count[notice.source] <= KEPT:
            kept.append(notice)
    return tuple(reversed(kept))
