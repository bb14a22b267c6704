"""The words that business and IT share: what they mean, what they are tied to, and who has agreed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bizops.model.language import Kpi, Term
from bizops.model.model import Model
from bizops.present.texts import text_of

TIED = {"kpis": "kpi", "events": "event", "journeys": "journey", "sources": "source", "services": "service"}
"""Sections that a term may be tied to, and what one of each is called."""


@dataclass(frozen=True)
class Tied:
    """A definition that a term is tied to."""

    kind: str
    name: str
    title: str


@dataclass(frozen=True)
class TermOf:
    """Another term, by its name and title."""

    name: str
    title: str


@dataclass(frozen=True)
class TeamOf:
    """A team, by its name and title."""

    team: str
    title: str


@dataclass(frozen=True)
class Entry:
    """A term; ``open_with`` are teams that answer for what it is tied to and have not agreed to its definition."""

    name: str
    title: str
    titles: Mapping[str, str]
    definition: str
    definitions: Mapping[str, str]
    synonyms: tuple[str, ...]
    unlike: tuple[TermOf, ...]
    means: tuple[Tied, ...]
    owner: TeamOf | None
    agreed_by: tuple[TeamOf, ...]
    approved: bool
    open_with: tuple[TeamOf, ...]


def entries(model: Model, language: str) -> list[Entry]:
    """All terms in the order of the alphabet."""
    found = [_entry(model, term, language) for term in model.terms.values()]
    return sorted(found, key=lambda entry: (entry.title.casefold(), entry.name))


def _entry(model: Model, term: Term, language: str) -> Entry:
    open_with = [team for team in _concerned(model, term) if team not in term.agreed_by]
    return Entry(
        name=term.name,
        title=text_of(term.title, language) or term.name,
        titles=dict(term.title or {}),
        definition=text_of(term.definition, language),
        definitions=dict(term.definition or {}),
        synonyms=term.synonyms,
        unlike=tuple(TermOf(name, text_of(model.terms[name].title, language) or name) for name in term.unlike),
        means=tuple(tied for name in term.means for tied in _tied(model, name, language)),
        owner=_team(model, term.owner, language) if term.owner else None,
        agreed_by=tuple(_team(model, team, language) for team in term.agreed_by),
        approved=bool(term.agreed_by) and not open_with,
        open_with=tuple(_team(model, team, language) for team in open_with),
    )


def _tied(model: Model, name: str, language: str) -> list[Tied]:
    found = []
    for section, kind in TIED.items():
        definition = model.section(section).get(name)
        if definition is not None:
            found.append(Tied(kind, name, text_of(getattr(definition, "title", None), language) or name))
    return found


def _concerned(model: Model, term: Term) -> list[str]:
    """The teams that answer for the KPIs and services that a term is tied to."""
    found: dict[str, None] = {}
    for name in term.means:
        kpi, service = model.kpis.get(name), model.services.get(name)
        if kpi is not None:
            found.update(dict.fromkeys(_owners(kpi)))
        if service is not None and service.team is not None:
            found[service.team] = None
    return list(found)


def _owners(kpi: Kpi) -> list[str]:
    return [team for team in (kpi.owners.business, kpi.owners.it) if team] if kpi.owners else []


def _team(model: Model, team: str, language: str) -> TeamOf:
    return TeamOf(team, text_of(model.teams[team].title, language) or team)
