"""A loaded workspace, and a way to type commands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from command_line import Type, Typed

from bizops.cli.edge import guarded
from bizops.cli.main import bizops
from bizops.workspace import make_workspace, open_workspace


@pytest.fixture
def typed(capsys: pytest.CaptureFixture[str]) -> Type:
    """``typed("kpi", "revenue")`` is what a person gets who types that."""

    def type_(*words: object) -> Typed:
        capsys.readouterr()
        code = guarded(bizops, [str(word) for word in words])
        return Typed(code, *capsys.readouterr())

    return type_


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as `init` makes it, loaded; not to be changed."""
    root = tmp_path_factory.mktemp("loaded") / "shop"
    make_workspace(root)
    open_workspace(root).load()
    return root


@pytest.fixture
def shop(loaded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the loaded workspace, with the shell in it."""
    copy = shutil.copytree(loaded, tmp_path / "shop")
    monkeypatch.chdir(copy)
    return copy


@pytest.fixture
def empty_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace into which nothing was loaded, with the shell in it."""
    make_workspace(tmp_path / "shop")
    monkeypatch.chdir(tmp_path / "shop")
    return tmp_path / "shop"
