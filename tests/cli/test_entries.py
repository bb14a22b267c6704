"""An entry by hand is taken, or the person is told what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Type

from bizops.workspace import make_workspace

YAML = """
sources:
  stock:
    kind: manual
    columns: {month: {type: text, required: true}, pieces: {type: integer, min: 0}}
    key: [month]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a source that is kept by hand."""
    make_workspace(tmp_path / "shop")
    (tmp_path / "shop" / "model" / "stock.yaml").write_text(YAML)
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"


def entry(**values: object) -> list[str]:
    """An entry as it is typed."""
    return ["--entry", json.dumps(values)]


def test_a_good_entry_is_taken(shop: Path, typed: Type) -> None:
    done = typed("load", "stock", "--author", "Kim", *entry(month="2026-01", pieces=5))
    assert (done.code, "1 new rows" in done.out) == (0, True)


def test_a_refused_entry_is_not_done_and_says_why(shop: Path, typed: Type) -> None:
    done = typed("load", "stock", "--author", "Kim", *entry(month="2026-01", pieces=-5))

    assert (done.code, done.out) == (1, "")
    assert "pieces" in done.err
    assert len(done.err.splitlines()) == 1


def test_of_several_entries_the_refused_ones_are_named_and_the_others_taken(shop: Path, typed: Type) -> None:
    several = [*entry(month="2026-01", pieces=1), *entry(month="2026-02", pieces="many"), *entry(pieces=3)]
    done = typed("load", "stock", "--author", "Kim", "--json", *several)

    assert done.code == 1
    assert [problem["message"][:8] for problem in json.loads(done.out)["problems"]] == ["Entry 2,", "Entry 3,"]
    assert json.loads(typed("status", "--json").out)["sources"][-1]["rows"] == 1

    done = typed("load", "stock", "--author", "Kim", *entry(month="2026-03", pieces="x"))
    assert (done.code, len(done.err.splitlines())) == (1, 1)  # those of before are no news
