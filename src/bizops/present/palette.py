"""What a few letters may mean: the definitions of the model and the pages, the best first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from bizops.model.model import Model
from bizops.present.texts import say, text_of

MOST = 20
_LEAST_ALIKE = 0.72
PAGES = {
    "loop": "/",
    "tree": "/tree",
    "scorecard": "/scorecard",
    "journeys": "/journeys",
    "glossary": "/glossary",
    "admin": "/admin",
}


@dataclass(frozen=True)
class Hit:
    """Something to go to: what it is, what it is called, and where."""

    kind: str
    id: str
    title: str
    hint: str
    href: str


@dataclass(frozen=True)
class _Candidate:
    hit: Hit
    words: tuple[str, ...]


def search(model: Model, query: str, language: str) -> list[Hit]:
    """The hits of a few letters; titles in both languages and synonyms count, in any case of letters."""
    wanted = query.casefold().strip()
    scored = [
        (_score(wanted, candidate.words), at, candidate.hit) for at, candidate in enumerate(_all(model, language))
    ]
    found = sorted((score, at, hit) for score, at, hit in scored if score is not None)
    return [hit for _, _, hit in found[:MOST]]


def _score(wanted: str, words: tuple[str, ...]) -> float | None:
    """The smaller, the better; None is no hit."""
    best: float | None = None
    for word in words:
        text = word.casefold()
        score = _score_of(wanted, text)
        if score is not None and (best is None or score < best):
            best = score
    return best


def _score_of(wanted: str, text: str) -> float | None:
    if text == wanted:
        return 0.0
    if text.startswith(wanted):
        return 1.0
    parts = text.replace("_", " ").split()
    if any(part.startswith(wanted) for part in parts):
        return 2.0
    if all(any(part.startswith(letters) for part in parts) for letters in wanted.split()):
        return 2.5
    if wanted in text:
        return 3.0
    if len(wanted) >= 4:
        alike = max(SequenceMatcher(None, wanted, part).ratio() for part in [text, *parts])
        if alike >= _LEAST_ALIKE:
            return 5.0 - alike
    return None


def _all(model: Model, language: str) -> Iterator[_Candidate]:
    for page, href in PAGES.items():
        titles = {one: say(f"page_{page}", one) for one in ("en", "de")}
        yield _Candidate(Hit("page", page, titles[language], "", href), (page, *titles.values()))
    for kind, section in (
        ("kpi", model.kpis), ("term", model.terms), ("journey", model.journeys), ("team", model.teams),
        ("service", model.services),
    ):  # fmt: skip
        for name, definition in section.items():
            title = getattr(definition, "title", None)
            synonyms = getattr(definition, "synonyms", ())
            described = getattr(definition, "description", None) or getattr(definition, "definition", None)
            hint = text_of(described, language)
            team = getattr(definition, "team", None)  # a service is told on its team's page
            href = f"/team/{team}" if kind == "service" and team else f"/{kind}/{name}"
            hit = Hit(kind, name, text_of(title, language) or name, hint, href)
            yield _Candidate(hit, (name, *(title or {}).values(), *synonyms))
