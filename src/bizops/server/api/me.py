"""Who asks, of which workspace, and where its data reach: what a client needs to begin."""

from __future__ import annotations

from typing import TypedDict

from bizops.errors import BizopsError
from bizops.model.scalars import LANGUAGES
from bizops.present.periods import period_text
from bizops.present.texts import text_of
from bizops.server.api.operations import Call, Operation
from bizops.server.api.parameters import LANG
from bizops.server.authorize import Resource
from bizops.version import VERSION


class PrincipalAnswer(TypedDict):
    """Who asks; without users there is one who may see everything on this machine."""

    name: str
    roles: list[str]
    single_user: bool


class Fiscal(TypedDict):
    """When the fiscal year begins and how this one is called."""

    starts: str
    label: str


class WorkspaceAnswer(TypedDict):
    """What holds for the whole workspace."""

    title: str
    zone: str
    languages: list[str]
    lang: str
    currency: str | None
    fiscal: Fiscal | None


class ModelState(TypedDict):
    """The model that numbers are made with, and how many problems the files have that are not taken for it."""

    hash: str
    problems: int


class PeriodName(TypedDict):
    """A period by its label, and as people read it."""

    label: str
    start: str
    end: str
    display: str


class Me(TypedDict):
    """What a client needs to begin."""

    principal: PrincipalAnswer
    workspace: WorkspaceAnswer
    version: str
    as_of: str
    model: ModelState
    default_period: PeriodName | None


def me(call: Call) -> Me:
    """Who asks, of which workspace."""
    workspace, language = call.workspace, call.language
    model = workspace.model
    calendar = workspace.calendar()
    definition = model.calendars.get(model.settings.calendar or "")
    fiscal = None
    if definition is not None and definition.fiscal_year is not None:
        from bizops.calendar import Grain

        label = calendar.containing(Grain.FISCAL_YEAR, workspace.clock()).label
        fiscal = Fiscal(starts=definition.fiscal_year.start, label=label)
    return Me(
        principal=PrincipalAnswer(name=call.principal.sender or "local", roles=["admin"], single_user=True),
        workspace=WorkspaceAnswer(
            title=text_of(model.settings.title, language) or workspace.root.name,
            zone=calendar.zone,
            languages=list(LANGUAGES),
            lang=model.settings.language,
            currency=model.base_currency,
            fiscal=fiscal,
        ),
        version=VERSION,
        as_of=workspace.clock().isoformat(),
        model=ModelState(hash=model.hash, problems=len(call.problems)),
        default_period=_default_period(call),
    )


def _default_period(call: Call) -> PeriodName | None:
    """The last period that is over and reached by the data, at the grain most KPIs are read by."""
    try:
        period = call.workspace.last_period(call.as_of)
    except BizopsError as error:
        if error.problems[0].code != "no-data":
            raise
        return None
    if period is None:
        return None
    return PeriodName(
        label=period.label,
        start=period.start.isoformat(),
        end=period.end.isoformat(),
        display=period_text(period, call.language),
    )


OPERATIONS = (
    Operation("GET", "/me", "me", me.__doc__ or "", me, Resource.NUMBERS, Me, parameters=(LANG,), group="workspace"),
)
