"""What a workspace can do with the mapping of telemetry: try it, keep tables up with it, tell what it leaves out."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.model import Model, read_model

if TYPE_CHECKING:
    from bizops.events.compare import EventChange
    from bizops.events.coverage import EventHealth, OperationCoverage
    from bizops.events.derive import Derived
    from bizops.events.rows import Known
    from bizops.events.samples import SampleResult
    from bizops.events.suggest import Suggestion
    from bizops.lake import Lake
    from bizops.query.engine import Engine


@dataclass(frozen=True)
class Mappings:
    """The verbs of the mapping, over one model and one lake; ``state`` is the directory that queries may read."""

    model: Model
    lake: Lake
    state: Path

    def bring_up_to_date(self) -> list[Derived]:
        """Map what has come since the last time, and history anew where the mapping has changed.

        Where another process is writing to the lake, nothing is done: a running server keeps the tables up itself.
        """
        from bizops.events.derive import derive, is_behind, telemetry_sources

        behind = [source for source in telemetry_sources(self.model) if is_behind(self.lake, self.model, source)]
        if not behind:
            return []
        try:
            with self.lake.writing(), self._engine() as engine:
                return [derive(self.lake, engine, self.model, source) for source in behind]
        except BizopsError as error:
            if error.problems[0].code != "lake-locked":
                raise
            return []

    def test(self) -> list[SampleResult]:
        """Every sample beside an event, put through the mapping."""
        from bizops.events.samples import try_samples

        with self._engine() as engine:
            return try_samples(self.model, engine)

    def coverage(self) -> list[OperationCoverage]:
        """Every operation that arrived, and how much of it is mapped."""
        from bizops.events.coverage import coverage

        with self._engine() as engine:
            return coverage(self.model, self.lake.snapshot(), engine)

    def health(self, known: Known) -> list[EventHealth]:
        """How often each event came, when last, and without which keys."""
        from bizops.events.coverage import event_health

        with self._engine() as engine:
            return list(event_health(known, engine))

    def diff(self, before: Model) -> list[EventChange]:
        """What changes in history between another model and this one."""
        from bizops.events.compare import compare

        with self._engine() as engine:
            return compare(before, self.model, self.lake.snapshot(), engine)

    def suggest(self, limit: int) -> list[Suggestion]:
        """Events that could be mapped, for the busiest operations that are not."""
        from bizops.events.suggest import suggest

        with self._engine() as engine:
            return suggest(self.lake.snapshot(), self.coverage(), engine, limit)

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        from bizops.query.engine import Engine

        settings = self.model.settings
        engine = Engine(
            readable=self.state, scratch=self.state / "scratch", threads=settings.threads, memory_mb=settings.memory_mb
        )
        try:
            yield engine
        finally:
            engine.close()


def model_at(root: Path, revision: str) -> Model:
    """The model of a workspace as it was committed: at a git revision such as ``HEAD`` or ``main``."""
    listed = _git(root, "ls-tree", "-r", "--name-only", "-z", revision, "--", "bizops.yaml", "model")
    names = [name for name in listed.decode().split("\0") if name == "bizops.yaml" or name.endswith((".yaml", ".yml"))]
    return read_model({name: _git(root, "show", f"{revision}:./{name}") for name in names})


def _git(root: Path, *arguments: str) -> bytes:
    if arguments[-1].startswith("-"):
        raise BizopsError.of("unknown-revision", f"'{arguments[-1]}' is no revision.")
    try:
        run = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True, timeout=30)
    except FileNotFoundError:
        raise BizopsError.of("no-git", "git is not there to read an earlier model.") from None
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode(errors="replace").strip().splitlines()
        raise BizopsError.of(
            "unknown-revision",
            f"The earlier model cannot be read from git: {said[0] if said else 'no reason given'}",
            hint="Name a revision with --against, e.g. HEAD~1, or another workspace's directory.",
        ) from None
    return run.stdout
