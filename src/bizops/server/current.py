"""The workspace as its files are now, for a server that runs for weeks."""

from __future__ import annotations

import threading

from bizops.errors import BizopsError, Problem
from bizops.intake.privacy import Policy
from bizops.workspace import SETTINGS_FILE, Workspace


class Current:
    """The workspace with the model as it is in the files now."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = self._sound = workspace
        self._sound.privacy()  # what holds while a later model is broken
        self._lock = threading.Lock()
        self._seen = self._touched()

    def __call__(self) -> Workspace:
        """The workspace; opened anew when a file of the model was touched."""
        with self._lock:
            touched = self._touched()
            if touched != self._seen:
                self._workspace = self._workspace.anew()
                self._seen = touched
            return self._workspace

    def sound(self) -> tuple[Workspace, tuple[Problem, ...]]:
        """The workspace with the last model that was sound, and what is wrong with the one in the files."""
        workspace = self()
        try:
            workspace.model  # noqa: B018 -- reading it is the test
        except BizopsError as error:
            self._sound.model  # noqa: B018 -- raises what is wrong when none was ever sound
            return self._sound, error.problems
        self._sound = workspace
        return workspace, ()

    def policy(self) -> Policy:
        """What may be kept of telemetry: by the model as it is now, or while it is broken, as it last was."""
        workspace = self()
        try:
            policy = workspace.privacy()
        except (BizopsError, OSError):
            if self._sound is workspace:
                raise
            return self._sound.privacy()
        self._sound = workspace
        return policy

    def _touched(self) -> tuple[tuple[str, int, int], ...]:
        root = self._workspace.root
        found = []
        for path in (root / SETTINGS_FILE, *sorted((root / "model").rglob("*"))):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((str(path), status.st_mtime_ns, status.st_size))
        return tuple(found)
