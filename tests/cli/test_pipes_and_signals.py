"""The program behaves among others: pipes that close, Ctrl-C, completion, a quick start."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Type

PROGRAM = [sys.executable, "-m", "bizops"]
HEAVY = ("rich", "duckdb", "pyarrow", "numpy", "yaml", "holidays", "sqlglot")


@pytest.mark.parametrize("words", [["kpi", "list"], ["schema"], ["kpi", "revenue", "--grain", "hour", "--csv"]])
def test_a_reader_that_goes_away_is_no_failure(words: list[str], shop: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as out:
        result = subprocess.run([*PROGRAM, *words], cwd=shop, stdout=out, stderr=subprocess.PIPE, text=True)
    assert (result.returncode, result.stderr) == (0, "")


def test_ctrl_c_ends_with_130_and_without_a_traceback(shop: Path) -> None:
    program = subprocess.Popen(
        [*PROGRAM, "withdraw", "orders"],
        cwd=shop,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert program.stdout is not None
    for _ in iter(lambda: program.stdout.read(1), b"]"):
        pass
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)
    assert (program.returncode, err.strip()) == (130, b"")


def test_the_version_is_told_at_once() -> None:
    code = (
        "import sys; sys.argv[1:] = ['--version']\n"
        "from bizops.cli.main import main\n"
        "try: main()\n"
        f"finally: print(sorted(set({HEAVY!r}) & set(sys.modules)))\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines() == ["bizops 0.1.0", "[]"]


def test_the_shell_is_told_what_could_come_next() -> None:
    asked = {"_BIZOPS_COMPLETE": "bash_complete", "COMP_WORDS": "bizops kpi query --grain we", "COMP_CWORD": "4"}
    result = subprocess.run(PROGRAM, env={**os.environ, **asked}, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "plain,week\n")


def test_a_question_that_nobody_answers_changes_nothing(shop: Path, typed: Type) -> None:
    result = subprocess.run([*PROGRAM, "withdraw", "orders"], cwd=shop, stdin=subprocess.DEVNULL, capture_output=True)
    assert result.returncode == 130
    assert typed("load").out == "orders                   0 new rows, 9 known\n"
