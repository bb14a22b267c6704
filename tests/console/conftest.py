"""A real browser on the sales example."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from visits import Open, Visit

from bizops.cli.data_commands import load_with_bars
from bizops.cli.demo_command import prepared
from serving import Served
from serving import served as serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = os.environ.get("BIZOPS_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("There is no chromium; BIZOPS_CHROMIUM may name one.")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(scope="session")
def sales(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The sales example, loaded and served."""
    workspace = prepared("sales", tmp_path_factory.mktemp("console") / "sales", live=False)
    load_with_bars(workspace)
    workspace.scorecard()  # what is cold takes longer than a browser waits
    with serving(workspace) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, sales: Served) -> Iterator[Open]:
    """``visit('/tree', theme='dark', lang='de')`` opens a page of the sales example and waits until it is there."""
    opened: list[Visit] = []

    def open_page(path: str, **asked: str) -> Visit:
        width, height = (int(part) for part in asked.pop("size", "1440x900").split("x"))
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        opened.append(Visit(context.new_page(), sales.port))
        opened[-1].go(path, **asked)
        return opened[-1]

    yield open_page
    for one in opened:
        one.page.context.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The checks of axe-core, as script."""
    path = Path(__file__).parents[2] / "ui" / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        pytest.skip("axe-core is not installed; 'make ui' brings it.")
    return path.read_text(encoding="utf-8")
