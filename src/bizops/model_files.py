"""The model's files as texts that can be read and changed: what a change would mean, and the change itself."""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bizops.errors import BizopsError, Problem, did_you_mean
from bizops.lake.files import sync
from bizops.model import Model, read_model

SETTINGS_FILE = "bizops.yaml"
_PATH = re.compile(r"model/(?:[A-Za-z0-9][A-Za-z0-9_-]*/){0,4}[A-Za-z0-9][A-Za-z0-9_-]*\.ya?ml")
MOST_BYTES = 1 << 20
_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True)
class ModelFile:
    """A file of the model, its text, and a hash that says which text that is."""

    path: str
    text: str

    @property
    def hash(self) -> str:
        """32 hex digits that change with the text."""
        return hash_of(self.text)


@dataclass(frozen=True)
class Move:
    """A KPI whose meaning a change of the files touches: its definition, or something that it is made from."""

    kpi: str
    change: str


@dataclass(frozen=True)
class Change:
    """What a new text of a file means: the lines, what is wrong with the model then, and which KPIs change."""

    path: str
    hash: str
    diff: str
    problems: tuple[Problem, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class ModelFiles:
    """The files of one workspace; ``contents`` are those it has now."""

    root: Path
    contents: Mapping[str, bytes]

    def all(self) -> list[ModelFile]:
        """Every file with its text."""
        return [ModelFile(path, content.decode("utf-8", "replace")) for path, content in self.contents.items()]

    def file(self, path: str) -> ModelFile:
        """A file by its path from the workspace."""
        if path not in self.contents:
            hint = did_you_mean(path, self.contents)
            raise BizopsError.of("unknown-file", f"The model has no file '{path[:80]}'.", hint=hint)
        return ModelFile(path, self.contents[path].decode("utf-8", "replace"))

    def proposed(self, path: str, text: str) -> Change:
        """What it would mean to write a text; nothing is written."""
        self._check_path(path)
        encoded = text.encode()
        if len(encoded) > MOST_BYTES:
            raise BizopsError.of("too-large", f"A file of the model may have {MOST_BYTES >> 20} MiB.")
        before = self.contents.get(path, b"").decode("utf-8", "replace")
        diff = difflib.unified_diff(before.splitlines(), text.splitlines(), path, path, lineterm="", n=3)
        old, _ = _read(self.contents)
        new, problems = _read({**self.contents, path: encoded})
        return Change(path, hash_of(text), "\n".join(diff), problems, _moves(old, new) if new is not None else ())

    def write(self, path: str, text: str, known: str | None, author: str) -> tuple[Change, bool]:
        """Writes a text over the one with the hash ``known`` (None: there is no file yet), and commits it to git.

        A sound model is not replaced by one that is not. Tells what changed, and whether it was committed.
        """
        with _ONE_AT_A_TIME:
            change = self.proposed(path, text)
            target = self.root / path
            now = hash_of(target.read_text(encoding="utf-8", errors="replace")) if target.is_file() else None
            if now != known:
                raise BizopsError.of(
                    "stale-file", f"'{path}' has changed since it was read.", hint="Read it again, then change that."
                )
            if change.problems and _read(self.contents)[0] is not None:
                first = change.problems[0]
                raise BizopsError(first, *change.problems[1:])
            _replace(target, text)
            return change, _committed(self.root, path, author)

    def _check_path(self, path: str) -> None:
        """Only files of the model, and none that lies elsewhere by way of a link."""
        inside = (self.root / path).resolve().is_relative_to(self.root.resolve())
        if (path != SETTINGS_FILE and not _PATH.fullmatch(path)) or not inside:
            raise BizopsError.of(
                "bad-path", f"'{path[:80]}' is no place for a file of the model.", hint="Write model/NAME.yaml."
            )


def hash_of(text: str) -> str:
    """32 hex digits that change with a text."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def _read(contents: Mapping[str, bytes]) -> tuple[Model | None, tuple[Problem, ...]]:
    try:
        return read_model(dict(contents)), ()
    except BizopsError as error:
        return None, error.problems


def _moves(old: Model | None, new: Model) -> tuple[Move, ...]:
    before = {name: old.definition_hash("kpis", name) for name in old.kpis} if old is not None else {}
    after = {name: new.definition_hash("kpis", name) for name in new.kpis}
    found = [Move(name, "removed") for name in before if name not in after]
    for name, own in after.items():
        if name not in before:
            found.append(Move(name, "added"))
        elif before[name] != own:
            found.append(Move(name, "changed"))
    return tuple(found)


def _replace(target: Path, text: str) -> None:
    """Wholly the old text or wholly the new one, whatever happens meanwhile."""
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        temporary.write_text(text, encoding="utf-8")
        sync(temporary)
        temporary.replace(target)
        sync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _committed(root: Path, path: str, author: str) -> bool:
    """Commits one file where the workspace is a git checkout; others that were changed stay as they are."""
    if not (root / ".git").exists():
        return False
    named = ["-c", f"user.name={author}", "-c", "user.email=bizops@localhost"]
    try:
        subprocess.run(["git", "-C", str(root), "add", "--", path], check=True, capture_output=True, timeout=30)
        message = f"{path}: changed in the console"
        commit = ["git", "-C", str(root), *named, "commit", "--quiet", "--message", message, "--", path]
        return subprocess.run(commit, capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False  # the file is written; git says later that it differs
