"""A running server sees when a source falls silent, although nothing comes that would make it look."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime

from starlette.concurrency import run_in_threadpool

from bizops.notices import Notice
from bizops.workspace import Workspace

LOOK_EVERY_S = 30.0
_log = logging.getLogger("bizops.watch")


class Watch:
    """Looks now and then; remembers what was seen, so that to be asked costs nothing."""

    def __init__(self, current: Callable[[], Workspace]) -> None:
        self._current = current
        self._told = ""
        self.late: Mapping[str, datetime | None] = {}
        """Since when each source that has a rhythm is late; None when it is not."""
        self.notices: tuple[Notice, ...] = ()

    async def run(self) -> None:
        """Look until it is cancelled."""
        while True:
            await run_in_threadpool(self.look)
            await asyncio.sleep(LOOK_EVERY_S)

    def look(self) -> None:
        """See what is late, and keep a notice of what is new."""
        try:
            workspace = self._current()
            self.late = workspace.late_since()
            self.notices = workspace.notices(self.late)
        except Exception as error:  # noqa: BLE001 -- a broken model, or a full disk, must not end the watch
            # The same words once: a model stays broken until somebody mends it.
            if self._told != (told := f"{type(error).__name__}: {error}"):
                _log.warning("Whether sources are late cannot be seen: %s", told)
                self._told = told
