"""What the documents tell to type works, and shows what they say it shows."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest
from pages import PAGES, REPO, Step, missing, name_of, steps_of

from bizops.cli.demo_command import demo, prepared
from bizops.cli.edge import guarded
from bizops.cli.main import bizops
from bizops.cli.server_commands import start

TARGETS = {line.split(":")[0] for line in (REPO / "Makefile").read_text().splitlines() if ":" in line.split(" ")[0]}
SERVING = {"demo": demo, "start": start}
OF_THE_SHELL = {"git", "source"}
"""Commands that only set the stage for somebody at a terminal."""


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sales example, built and loaded as `make demo` does."""
    root = tmp_path_factory.mktemp("checkout")
    workspace = prepared("sales", root / ".demo" / "sales")
    workspace.load()
    return workspace.root


@pytest.mark.parametrize("page", [page for page in PAGES if steps_of(page)], ids=name_of)
def test_commands_work_and_show_what_the_page_says(
    page: Path, sales: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".demo").mkdir()
    (tmp_path / ".demo" / "sales").symlink_to(sales)
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)
    for step in steps_of(page):
        if step.file:
            Path(step.file).write_text(step.content, encoding="utf-8")
        else:
            output = _typed(step, capfd)
            absent = missing(step.shown, output) if output is not None else None
            assert absent is None, f"`{step.command}` does not show\n{absent}\nbut\n{output}"


def _typed(step: Step, capfd: pytest.CaptureFixture[str]) -> str | None:
    """Does what the command does and returns what it prints; None where it is only looked at."""
    word, *arguments = shlex.split(step.command)
    if word == "cd":
        # As a shell does: `..` is the directory that was come from, also through a link.
        os.environ["PWD"] = os.path.normpath(Path(os.environ["PWD"]) / arguments[0])
        os.chdir(os.environ["PWD"])
    elif word == "make":
        assert arguments[0] in TARGETS, f"`{step.command}`: there is no such target"
    elif word == "bizops" and arguments[0] in SERVING:
        # They go on until they are interrupted, and the demo was built for all pages; here only what may be typed.
        SERVING[arguments[0]].make_context(arguments[0], arguments[1:])
    elif word == "bizops":
        capfd.readouterr()
        code = guarded(bizops, arguments)
        output, complaints = capfd.readouterr()
        assert code == 0, f"`{step.command}` ended with {code}:\n{complaints}"
        return output
    else:
        assert word in OF_THE_SHELL, f"`{step.command}`: nobody said how to try this"
    return None
