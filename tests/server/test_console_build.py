"""The committed console is the one that its sources make, and it is small."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha256
from pathlib import Path

from bizops.present.colours import DARK, LIGHT
from bizops.server.console_routes import BUILT, PAGES
from serving import Served

UI = Path(__file__).parents[2] / "ui"
LOOSE = ("index.html", "package-lock.json", "package.json", "svelte.config.js", "tsconfig.json", "vite.config.ts")


def sources() -> str:
    """The fingerprint of all that the build is made from, as ``ui/scripts/sources.js`` computes it."""
    names = sorted([*LOOSE, *(path.relative_to(UI).as_posix() for path in (UI / "src").rglob("*") if path.is_file())])
    lines = (f"{name} {sha256((UI / name).read_bytes()).hexdigest()}\n" for name in names)
    return sha256("".join(lines).encode()).hexdigest()


def texts(language: str) -> dict[str, str]:
    found: dict[str, str] = json.loads((UI / "src" / "texts" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def test_the_committed_build_is_that_of_the_sources() -> None:
    built = json.loads((BUILT / "build.json").read_text(encoding="utf-8"))
    assert built == {"sources": sources()}, "The console is stale: run 'make ui' and commit src/bizops/server/console."


def test_the_script_is_below_120_kb_packed() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in BUILT.rglob("*.js")) <= 120_000


def test_the_page_has_neither_script_nor_style_in_itself_and_names_no_other_host() -> None:
    page = (BUILT / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|style=|\son\w+=|<script(?![^>]*\bsrc=)", page)
    assert "//" not in page.replace("<!doctype html>", "")


def test_both_languages_say_the_same_things() -> None:
    english, german = texts("en"), texts("de")
    assert list(english) == list(german)
    for key in english:
        assert sorted(re.findall(r"\{\w+\}", english[key])) == sorted(re.findall(r"\{\w+\}", german[key])), key


def test_the_colours_of_the_console_are_those_of_everything_else() -> None:
    tokens = (UI / "src" / "styles" / "tokens.css").read_text(encoding="utf-8")
    blocks = [dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in tokens.split("{")]
    light, *dark = [block for block in blocks if "ink" in block]
    assert all(LIGHT[role] == colour for role, colour in light.items())
    assert len(dark) == 2
    for block in dark:
        assert block.keys() == light.keys()
        assert all(DARK[role] == colour for role, colour in block.items())


def test_every_page_is_served_with_a_policy_that_lets_only_its_own_files_in(served: Served) -> None:
    for path in PAGES:
        answer = served.ask(path.replace("{name}", "x").replace("{case:path}", "a/b"))
        assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
        assert "unsafe" not in policy


def test_files_with_a_hash_in_their_name_are_kept_for_good(served: Served) -> None:
    page = served.ask("/").text
    for name in re.findall(r'(?:src|href)="(/assets/[^"]+)"', page):
        answer = served.ask(name)
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert served.ask("/assets/nothing.js").status == 404
    assert served.ask("/assets/..%2findex.html").status == 404


def test_those_who_unpack_get_it_packed(served: Served) -> None:
    packed = served.ask("/", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == served.ask("/").body
