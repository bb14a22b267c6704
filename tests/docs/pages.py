"""The documents and what can be checked in them: commands with their output, files, links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

REPO = Path(__file__).parents[2]
PAGES = [
    *sorted(REPO.glob("*.md")),
    *sorted((REPO / "docs").rglob("*.md")),
    *sorted((REPO / "examples").glob("*/README.md")),
]
_FENCE = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass
class Step:
    """A command with the output shown for it, or a file to be written."""

    command: str = ""
    shown: list[str] = field(default_factory=list)
    file: str = ""
    content: str = ""


def name_of(page: Path) -> str:
    """The page's path in the repository."""
    return page.relative_to(REPO).as_posix()


def steps_of(page: Path) -> list[Step]:
    """The commands and files of a page, in reading order: blocks called ``console``, and blocks that name a file."""
    steps: list[Step] = []
    for kind, file, content in _FENCE.findall(page.read_text(encoding="utf-8")):
        if file:
            steps.append(Step(file=file, content=content))
        elif kind == "console":
            for line in content.splitlines():
                if line.startswith("$ "):
                    steps.append(Step(command=line[2:].split("  #")[0].strip()))
                elif line.strip():
                    steps[-1].shown.append(line)
    return steps


def links_of(page: Path) -> list[str]:
    """Where a page's links lead."""
    return _LINK.findall(page.read_text(encoding="utf-8"))


def missing(shown: list[str], output: str) -> str | None:
    """The first line shown that the output does not have, in this order; ``…`` stands for anything."""
    lines = iter(_plain(line) for line in output.splitlines())
    for line in shown:
        parts = [_plain(part) for part in line.split("…")]
        if any(parts) and not any(_has(candidate, parts) for candidate in lines):
            return line
    return None


def _has(candidate: str, parts: list[str]) -> bool:
    if len(parts) == 1:
        return candidate == parts[0]
    return re.fullmatch(" ?.* ?".join(map(re.escape, parts)), candidate) is not None


def _plain(line: str) -> str:
    """A line without what only places it."""
    return " ".join(line.split())
