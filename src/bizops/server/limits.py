"""How much each sender may send, so that one that is noisy leaves room for the others."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

BURST_S = 5.0
"""So many seconds' worth may come at once: what a collector kept while it could not send."""


@dataclass(slots=True)
class _Left:
    """What is left to a sender; bytes may be owed, for how many come is known only afterwards."""

    requests: float
    bytes: float
    at: float


class Limits:
    """Requests and bytes a second, by sender. Belongs to one loop: nobody else may ask meanwhile."""

    def __init__(self, requests_per_s: float, bytes_per_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._requests, self._bytes, self._clock = requests_per_s, bytes_per_s, clock
        self._left: dict[str, _Left] = {}
        self.refused: Counter[str] = Counter()
        """How many requests were told to wait, by sender."""

    def wait_s(self, sender: str) -> int:
        """After how many seconds the sender may go on; 0 when it may now, and its request counts."""
        left = self._of(sender)
        if left.requests >= 1 and left.bytes > 0:
            left.requests -= 1
            return 0
        self.refused[sender] += 1
        return max(1, math.ceil(max((1 - left.requests) / self._requests, -left.bytes / self._bytes)))

    def charge(self, sender: str, size: int) -> None:
        """So many bytes have come from the sender."""
        self._of(sender).bytes -= size

    def _of(self, sender: str) -> _Left:
        now = self._clock()
        most = self._requests * BURST_S, self._bytes * BURST_S
        left = self._left.setdefault(sender, _Left(*most, now))
        passed = now - left.at
        left.requests = min(most[0], left.requests + passed * self._requests)
        left.bytes = min(most[1], left.bytes + passed * self._bytes)
        left.at = now
        return left
