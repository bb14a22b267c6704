"""KPIs: what they are, and their numbers."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from bizops.describe import Neighbour, children_of, described, parents_of, services_behind, terms_of
from bizops.errors import BizopsError
from bizops.measure import Answer
from bizops.model.language import Kpi
from bizops.present.charts import Chart
from bizops.present.numbers import display
from bizops.present.texts import text_of, unit_text
from bizops.present.values import ValueForm, value_form
from bizops.present.verdict import Verdict
from bizops.server.api.operations import Call, Operation
from bizops.server.api.paging import page_of
from bizops.server.api.parameters import (
    AS_OF,
    BY,
    COMPARE,
    CURSOR,
    FROM,
    GRAIN,
    LANG,
    LAST,
    LIMIT,
    PERIOD,
    SCOPE,
    TEAM,
    TO,
    WHERE,
    Parameter,
)
from bizops.server.authorize import Resource
from bizops.workspace import Span


class Owner(TypedDict):
    """A team by its name and title."""

    team: str
    title: str


class OwnersAnswer(TypedDict):
    """Who answers for a KPI on each side."""

    business: Owner | None
    it: Owner | None


class KpiAnswer(TypedDict):
    """A KPI's definition."""

    name: str
    title: str
    short: str
    kind: Literal["measure", "ratio", "journey", "series"]
    unit: str
    unit_display: str
    direction: Literal["up", "down", "range", "none"]
    grain: str
    slices: list[str]
    owners: OwnersAnswer
    definition: str
    description: str


class KpiList(TypedDict):
    """KPIs, and where the next page begins."""

    items: list[KpiAnswer]
    next: str | None


class TargetValue(TypedDict):
    """The target of a period."""

    period: str
    value: float
    display: str


class TargetAnswer(TypedDict):
    """Where a KPI is meant to be, for a segment or the whole."""

    slice: dict[str, str]
    series: list[TargetValue]
    owner: str | None


class Reference(TypedDict):
    """Another definition of the model."""

    name: str
    title: str


class WholeKpi(KpiAnswer):
    """A KPI's definition with what it is made of and what stands beside it."""

    calendar: str
    source: dict[str, str]
    made_of: list[Reference]
    targets: list[TargetAnswer]
    place: str
    query: str | None
    terms: list[Reference]
    parents: list[Neighbour]
    children: list[Neighbour]
    services: list[Reference]
    journey: Reference | None


class KpiValues(TypedDict):
    """Values of a KPI, the oldest first, and the query that made them."""

    kpi: str
    title: str
    unit: str
    direction: str
    query: str
    values: list[ValueForm]


def kpis(call: Call) -> KpiList:
    """The KPIs of the model."""
    model = call.workspace.model
    names = call.workspace.scorecard_kpis(call.text("team"))
    found, more = page_of(call, names, model.hash)
    return KpiList(items=[_short(call, model.kpis[name]) for name in found], next=more)


def _short(call: Call, kpi: Kpi) -> KpiAnswer:
    model, language = call.workspace.model, call.language
    owners = kpi.owners
    title = text_of(kpi.title, language) or kpi.name
    return KpiAnswer(
        name=kpi.name,
        title=title,
        short=title.partition(",")[0],
        kind=kpi.kind,  # type: ignore[typeddict-item]  # the language lets nothing else through
        unit=kpi.unit,
        unit_display=unit_text(kpi.unit, language),
        direction=kpi.direction,  # type: ignore[typeddict-item]
        grain=kpi.grain,
        slices=list(kpi.slices),
        owners=OwnersAnswer(
            business=_owner(call, owners.business if owners else None), it=_owner(call, owners.it if owners else None)
        ),
        definition=model.definition_hash("kpis", kpi.name),
        description=text_of(kpi.description, language),
    )


def _owner(call: Call, team: str | None) -> Owner | None:
    return Owner(team=team, title=_title(call, "teams", team)) if team else None


def _title(call: Call, section: str, name: str) -> str:
    definition = call.workspace.model.section(section)[name]
    return text_of(getattr(definition, "title", None), call.language) or name


def _references(call: Call, section: str, names: Any) -> list[Reference]:
    return [Reference(name=name, title=_title(call, section, name)) for name in names]


def kpi(call: Call) -> WholeKpi:
    """What a KPI is: definition, owners, parts, targets, words, place in the tree, services, query."""
    model, name = call.workspace.model, call.path["kpi"]
    facts = described(call.workspace, name, whole=True, language=call.language)
    definition = model.kpis[name]
    targets = [
        TargetAnswer(
            slice=dict(target.slice),
            series=[_target(call, definition, period, value) for period, value in target.series.items()],
            owner=target.owner,
        )
        for target in model.targets.values()
        if target.kpi == name
    ]
    return WholeKpi(
        **_short(call, definition),
        calendar=facts["calendar"] or "",
        source=facts["source"],
        made_of=_references(call, "kpis", facts["made_of"]),
        targets=targets,
        place=facts["place"],
        query=facts["query"],
        terms=_references(call, "terms", terms_of(model, name)),
        parents=parents_of(model, name, call.language),
        children=children_of(model, name, call.language),
        services=_references(call, "services", services_behind(model, name)),
        journey=_references(call, "journeys", [definition.journey])[0] if definition.journey else None,
    )


def _target(call: Call, kpi: Kpi, period: str, value: float) -> TargetValue:
    return TargetValue(
        period=period, value=value, display=display(value, kpi.unit, call.language, kpi.decimals, short=True)
    )


def values_asked(call: Call) -> Answer:
    """The values of the KPI in the path, as the parameters ask for them."""
    ways = [tuple(part.strip() for part in way.split(",")) for way in call.query.get("by", ())]
    return call.workspace.query(
        [call.path["kpi"]],
        grain=call.text("grain"),
        span=span_of(call),
        by=ways or ((),),
        filters=call.filters,
        compare=call.compare,
        as_of=call.as_of,
    )


def span_of(call: Call) -> Span:
    """From which period to which."""
    last = call.text("last")
    return Span(call.text("from"), call.text("to") or call.text("period"), int(last) if last else None)


def values(call: Call) -> KpiValues:
    """Values of a KPI, each with what is needed to trust it."""
    (part,) = (answer := values_asked(call)).kpis
    found = [value_form(value, call.language, part.kpi.decimals) for value in answer]
    return KpiValues(
        kpi=part.kpi.name,
        title=text_of(part.kpi.title, call.language) or part.kpi.name,
        unit=part.kpi.unit,
        direction=part.kpi.direction,
        query=part.query,
        values=found,
    )


def chart(call: Call) -> Chart:
    """A KPI over time, or its parts, as a chart with every text decided."""
    ways = call.query.get("by", ())
    if len(ways) > 1 or any("," in way for way in ways):
        raise BizopsError.of("bad-chart", "A chart shows the parts of one slice.", hint="Give 'by' once.")
    return call.workspace.chart(
        call.path["kpi"],
        kind=call.text("kind") or "line",
        grain=call.text("grain"),
        span=span_of(call),
        by=ways[0] if ways else None,
        filters=call.filters,
        compare=call.compare,
        as_of=call.as_of,
        language=call.language,
    )


def verdict(call: Call) -> Verdict:
    """Whether the last complete value lies outside the usual ups and downs, in a sentence."""
    period = call.period(call.path["kpi"])
    return call.workspace.verdict(
        call.path["kpi"],
        period=period.label if period else None,
        filters=call.filters,
        as_of=call.as_of,
        language=call.language,
    )


ASKED = (LANG, AS_OF, GRAIN, PERIOD, FROM, TO, LAST, BY, WHERE, SCOPE, COMPARE)
KIND = Parameter("kind", "Over time, or the parts beside each other in the last period.", choices=("line", "bar"))

OPERATIONS = (
    Operation(
        "GET", "/kpis", "kpis", kpis.__doc__ or "", kpis, Resource.NUMBERS, KpiList,
        parameters=(LANG, TEAM, LIMIT, CURSOR),
    ),
    Operation("GET", "/kpis/{kpi}", "kpi", kpi.__doc__ or "", kpi, Resource.NUMBERS, WholeKpi, parameters=(LANG,)),
    Operation(
        "GET", "/kpis/{kpi}/values", "values", values.__doc__ or "", values, Resource.NUMBERS, KpiValues,
        parameters=ASKED,
    ),
    Operation(
        "GET", "/kpis/{kpi}/chart", "chart", chart.__doc__ or "", chart, Resource.NUMBERS, Chart,
        parameters=(*ASKED, KIND),
    ),
    Operation(
        "GET", "/kpis/{kpi}/verdict", "verdict", verdict.__doc__ or "", verdict, Resource.NUMBERS, Verdict,
        parameters=(LANG, AS_OF, PERIOD, SCOPE),
    ),
)  # fmt: skip
