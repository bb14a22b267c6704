"""The documents hang together and speak of the project alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pages import PAGES, REPO, links_of, name_of

from bizops.measure import REFUSALS
from bizops.measure.completeness import ORDER

WORDS = re.findall(r"^\| \*\*(.+?)\*\* \|", (REPO / "docs/glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
DECISIONS = sorted((REPO / "docs/decisions").glob("[0-9]*.md"))
FOREIGN = re.compile(
    r"(?<![\w.])/(?:work|root|home|Users|opt)/\w|"
    r"\bpypi\.org|files\.pythonhosted|registry\.npmjs|--(?:extra-)?index-url [^|]*://",
)
"""Paths of somebody's machine, and hosts of package registries."""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links_of(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{name_of(page)} links to {link}"
        if anchor and file.suffix == ".md":
            assert anchor in _anchors(file), f"{name_of(page)} links to {link}"


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="(.+?)">', text))


@pytest.mark.parametrize("word", WORDS)
def test_every_word_of_the_glossary_is_used(word: str) -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES if page.name != "glossary.md"]
    texts += [path.read_text(encoding="utf-8") for path in (REPO / "src/bizops").rglob("*.py")]
    pattern = re.compile(rf"\b{re.escape(word)}(?:s|es)?\b".replace(r"\-", "[-_ ]"), re.IGNORECASE)
    assert any(pattern.search(text) for text in texts)


def test_concepts_explain_every_refusal_and_every_state_of_completeness() -> None:
    text = (REPO / "docs/concepts.md").read_text(encoding="utf-8")
    for code in (*REFUSALS, *ORDER):
        assert f"`{code}`" in text, code


def test_the_architecture_has_a_line_for_every_room() -> None:
    text = (REPO / "docs/architecture.md").read_text(encoding="utf-8")
    for room in (REPO / "src/bizops").iterdir():
        if (room / "__init__.py").is_file():
            assert f"{room.name}/" in text, room.name


def test_every_decision_is_in_the_index_under_its_title() -> None:
    index = (REPO / "docs/decisions/README.md").read_text(encoding="utf-8")
    for page in DECISIONS:
        number, title = re.match(r"# *(\d+)\.? *(.+)", page.read_text(encoding="utf-8")).groups()  # type: ignore[union-attr]
        assert page.name.startswith(number.zfill(4)), page.name
        line = f"- [{number.zfill(4)}]({page.name}) {title}"
        assert line in index.splitlines(), f"docs/decisions/README.md lacks the line\n{line}"


def test_every_decision_tells_why_and_what_would_change_it() -> None:
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8").lower()
        assert "context" in text and "choice" in text, page.name
        assert "change our mind" in text or "known limit" in text, page.name


def test_files_name_no_machine_and_no_registry() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=REPO, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        path = REPO / name
        if name == "tests/docs/test_pages.py" or not path.is_file():
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = FOREIGN.search(text)
        assert found is None, f"{name}: {found.group()}"
