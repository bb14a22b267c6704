"""What was counted since the server started, by sender and signal."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one sender and signal. ``accepted`` rows were acknowledged: each is waiting, stored, duplicate or stuck."""

    bodies: int = 0
    bytes: int = 0
    accepted: int = 0
    rejected: int = 0
    undecodable: int = 0
    stored: int = 0
    duplicate: int = 0
    stuck: int = 0
    dead: int = 0
    last_received_us: int = 0

    @property
    def waiting(self) -> int:
        """Rows that are safe in the log and not in the lake yet."""
        return self.accepted - self.stored - self.duplicate - self.stuck


class Tally:
    """Counts that several threads add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], Counts] = {}

    def add(self, sender: str, signal: str, *, received_us: int = 0, **more: int) -> None:
        """Add to the counts of a sender and signal."""
        with self._lock:
            old = self._counts.get((sender, signal), Counts())
            changes = {name: getattr(old, name) + number for name, number in more.items()}
            latest = max(old.last_received_us, received_us)
            self._counts[sender, signal] = replace(old, last_received_us=latest, **changes)

    def all(self) -> dict[tuple[str, str], Counts]:
        """The counts as they are now."""
        with self._lock:
            return dict(sorted(self._counts.items()))
