"""A server that ends itself at a named point of its work, as a crash would.

    python crashing_server.py WORKSPACE POINT COUNT [WITHOUT]

It exits with 137 when POINT is passed for the COUNT-th time. ``dedup`` or ``replay`` as WITHOUT takes out what the
promise hangs on, so that it can be seen that the test would notice.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bizops.intake import flush, signals
from bizops.lake import Lake
from bizops.lake.log import Log
from bizops.server import HOST, listening, server
from bizops.workspace import open_workspace


class Crash:
    """Ends the process at a point, without a word to anybody."""

    def __init__(self, point: str, count: int) -> None:
        self._point, self._left = point, count

    def __call__(self, point: str) -> None:
        if point == self._point:
            self._left -= 1
            if self._left == 0:
                os._exit(137)


def without(what: str) -> None:
    """Takes out a part of the promise."""
    if what == "replay":

        def nothing(self: Log, after: int) -> Iterator[Any]:
            return iter(())

        Log.replay = nothing  # type: ignore[method-assign]
    if what == "dedup":
        # Rows that differ in when they arrived count as different.
        signals.SIGNALS = {  # type: ignore[misc]
            name: signals.Signal(kind.table, (*kind.identity, "received")) for name, kind in signals.SIGNALS.items()
        }
        flush.SIGNALS = signals.SIGNALS  # type: ignore[attr-defined]


def main() -> None:
    directory, point, count, *rest = sys.argv[1:]
    without(rest[0] if rest else "")
    flush.FLUSH_AFTER_S = 0.05  # type: ignore[misc]
    crash = Crash(point, int(count))
    workspace = open_workspace(Path(directory))
    workspace.lake = Lake.open(workspace.state / "lake", fault=crash)
    with listening(HOST, 0) as listener:
        running = server(workspace, listener, fault=crash)
        signal.signal(signal.SIGTERM, running.handle_exit)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        running.run(sockets=[listener])


if __name__ == "__main__":
    main()
