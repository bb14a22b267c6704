"""What is agreed besides numbers: terms, teams, services; and the way to all of it by a few letters."""

from __future__ import annotations

from typing import Literal, TypedDict

from bizops.errors import BizopsError, did_you_mean
from bizops.present.glossary import Entry, entries
from bizops.present.palette import Hit, search
from bizops.present.texts import text_of
from bizops.server.api.kpis import Owner, Reference
from bizops.server.api.operations import Call, Operation
from bizops.server.api.paging import page_of
from bizops.server.api.parameters import CURSOR, LANG, LIMIT, Parameter
from bizops.server.authorize import Resource


class TermList(TypedDict):
    """Terms in the order of the alphabet, and where the next page begins."""

    items: list[Entry]
    next: str | None


class PersonAnswer(TypedDict):
    """Somebody who takes part in the loop."""

    name: str
    title: str
    role: str


class InterestAnswer(TypedDict):
    """What a team gains or loses by."""

    kpi: Reference
    wants: Literal["up", "down", "steady"]
    because: str


class TeamAnswer(TypedDict):
    """A team on the business or the IT side, and what it answers for."""

    name: str
    title: str
    side: Literal["business", "it"]
    people: list[PersonAnswer]
    interests: list[InterestAnswer]
    kpis: list[Reference]
    services: list[Reference]


class TeamList(TypedDict):
    """Teams, and where the next page begins."""

    items: list[TeamAnswer]
    next: str | None


class OperationAnswer(TypedDict):
    """Something a service does."""

    name: str
    title: str
    description: str


class ServiceAnswer(TypedDict):
    """A digital service, who owns it, and what it does."""

    name: str
    title: str
    description: str
    team: Owner | None
    operations: list[OperationAnswer]


class ServiceList(TypedDict):
    """Services, and where the next page begins."""

    items: list[ServiceAnswer]
    next: str | None


class SearchAnswer(TypedDict):
    """What a few letters may mean, the best first."""

    items: list[Hit]


def terms(call: Call) -> TermList:
    """The glossary."""
    model = call.workspace.model
    found, more = page_of(call, entries(model, call.language), (model.hash, call.language))
    return TermList(items=found, next=more)


def term(call: Call) -> Entry:
    """One term of the glossary."""
    name, model = call.path["term"], call.workspace.model
    found = next((entry for entry in entries(model, call.language) if entry.name == name), None)
    if found is None:
        raise BizopsError.of("unknown-term", f"There is no term '{name[:80]}'.", hint=did_you_mean(name, model.terms))
    return found


def teams(call: Call) -> TeamList:
    """The teams of both sides."""
    model, language = call.workspace.model, call.language
    found, more = page_of(call, list(model.teams.values()), model.hash)
    items = [
        TeamAnswer(
            name=team.name,
            title=text_of(team.title, language) or team.name,
            side=team.side,  # type: ignore[typeddict-item]  # the language lets nothing else through
            people=[
                PersonAnswer(name=name, title=text_of(person.title, language) or name, role=person.role)
                for name, person in team.people.items()
            ],
            interests=[
                InterestAnswer(
                    kpi=_reference(call, "kpis", interest.kpi),
                    wants=interest.wants,  # type: ignore[typeddict-item]
                    because=text_of(interest.because, language),
                )
                for interest in team.interests
            ],
            kpis=[_reference(call, "kpis", name) for name in call.workspace.scorecard_kpis(team.name)],
            services=[
                _reference(call, "services", one.name) for one in model.services.values() if one.team == team.name
            ],
        )
        for team in found
    ]
    return TeamList(items=items, next=more)


def services(call: Call) -> ServiceList:
    """The digital services and what they do."""
    model, language = call.workspace.model, call.language
    found, more = page_of(call, list(model.services.values()), model.hash)
    items = [
        ServiceAnswer(
            name=service.name,
            title=text_of(service.title, language) or service.name,
            description=text_of(service.description, language),
            team=Owner(team=service.team, title=_reference(call, "teams", service.team)["title"])
            if service.team
            else None,
            operations=[
                OperationAnswer(
                    name=name,
                    title=text_of(operation.title, language) or name,
                    description=text_of(operation.description, language),
                )
                for name, operation in service.operations.items()
            ],
        )
        for service in found
    ]
    return ServiceList(items=items, next=more)


def _reference(call: Call, section: str, name: str) -> Reference:
    title = getattr(call.workspace.model.section(section)[name], "title", None)
    return Reference(name=name, title=text_of(title, call.language) or name)


def find(call: Call) -> SearchAnswer:
    """What a few letters may mean: KPIs, terms, journeys, teams, services, pages."""
    return SearchAnswer(items=search(call.workspace.model, call.text("q") or "", call.language))


Q = Parameter("q", "A few letters.", required=True)


def _list(name: str, handle: object, answer: object) -> Operation:
    return Operation(
        "GET", f"/{name}", name, handle.__doc__ or "", handle, Resource.MODEL, answer,  # type: ignore[arg-type]
        parameters=(LANG, LIMIT, CURSOR), group="words",
    )  # fmt: skip


OPERATIONS = (
    _list("terms", terms, TermList),
    Operation(
        "GET",
        "/terms/{term}",
        "term",
        term.__doc__ or "",
        term,
        Resource.MODEL,
        Entry,
        parameters=(LANG,),
        group="words",
    ),
    _list("teams", teams, TeamList),
    _list("services", services, ServiceList),
    Operation(
        "GET",
        "/search",
        "search",
        find.__doc__ or "",
        find,
        Resource.MODEL,
        SearchAnswer,
        parameters=(Q, LANG),
        group="words",
    ),
)
