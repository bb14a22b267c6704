"""Journeys: how cases flow, which are late, what happened to one."""

from __future__ import annotations

from typing import Literal, TypedDict

from bizops.calendar import Grain
from bizops.errors import BizopsError
from bizops.journeys import Flowing, LateCase
from bizops.measure.flow import Flow, Variant
from bizops.model.language import Journey
from bizops.present.numbers import display, number
from bizops.present.periods import period_text
from bizops.present.texts import say, text_of
from bizops.server.api.kpis import Owner, Reference
from bizops.server.api.operations import Call, Operation
from bizops.server.api.paging import cursor, page_of, start_of
from bizops.server.api.parameters import AS_OF, CURSOR, LANG, LIMIT, PERIOD
from bizops.server.api.rows import Cell, plain_rows
from bizops.server.api.scorecard import Named
from bizops.server.authorize import Resource

_HOUR_US = 3_600_000_000.0


class JourneyStep(TypedDict):
    """One step of a journey."""

    step: str
    title: str
    events: list[str]
    ends: bool


class JourneyAnswer(TypedDict):
    """A journey: what one case is, its steps in their order, and the KPIs that measure it."""

    name: str
    title: str
    description: str
    case: str
    steps: list[JourneyStep]
    kpis: list[Reference]


class JourneyList(TypedDict):
    """Journeys, and where the next page begins."""

    items: list[JourneyAnswer]
    next: str | None


class Duration(TypedDict):
    """A length of time in hours; null where too few cases tell."""

    value: float | None
    display: str


class Count(TypedDict):
    """How many."""

    value: int
    display: str


class Share(TypedDict):
    """A share in per cent."""

    value: float | None
    display: str


class StepFlowAnswer(TypedDict):
    """A step: the cases that came to it, how long after the step before, and the late ones that stand there now."""

    step: str
    title: str
    cases: Count
    median: Duration
    p90: Duration
    late_now: Count
    service: Reference | None


class LinkFlowAnswer(TypedDict):
    """Cases that went straight from one step to another: how long that took, and the time of all together."""

    start: str
    end: str
    cases: Count
    median: Duration
    waiting: Duration
    waiting_share: Share


class FlowFigures(TypedDict):
    """The figures of the whole; p50 and p90 count open cases as not yet ended."""

    begun: Count
    completed: Count
    open: Count
    p50: Duration
    p90: Duration
    late_now: Count


class VariantAnswer(TypedDict):
    """A way through the steps, and how many cases went it."""

    path: list[str]
    titles: list[str]
    cases: Count
    share: Share


class FlowAnswer(TypedDict):
    """How the cases of a journey went that began in a period."""

    name: str
    title: str
    period: Named
    clock: Literal["working", "elapsed"]
    clock_display: str
    as_of: str
    figures: FlowFigures
    ends: list[VariantAnswer]
    steps: list[StepFlowAnswer]
    links: list[LinkFlowAnswer]
    variants: list[VariantAnswer]
    late_rule: Reference | None


class LateCaseAnswer(TypedDict):
    """An open case past its limit."""

    case: str
    step: str
    step_title: str
    begun: str
    since: str
    age: Duration
    owner: Owner | None
    traces: list[str]


class LateAnswer(TypedDict):
    """Cases that are late now, the oldest first; without a rule no KPI says from what age a case is late."""

    rule: Reference | None
    now: str
    total: int
    items: list[LateCaseAnswer]
    next: str | None


class CaseAnswer(TypedDict):
    """What happened to one case, in the order of time."""

    journey: str
    case: str
    happenings: list[dict[str, Cell]]


MOST_VARIANTS = 12


def journeys(call: Call) -> JourneyList:
    """The journeys of the model."""
    model = call.workspace.model
    found, more = page_of(call, list(model.journeys.values()), model.hash)
    return JourneyList(items=[_journey(call, one) for one in found], next=more)


def _journey(call: Call, journey: Journey) -> JourneyAnswer:
    last = list(journey.steps)[-1]
    return JourneyAnswer(
        name=journey.name,
        title=text_of(journey.title, call.language) or journey.name,
        description=text_of(journey.description, call.language),
        case=journey.case,
        steps=[
            JourneyStep(
                step=name,
                title=text_of(step.title, call.language) or name,
                events=list(step.event),
                ends=name == last or name in journey.ended_by,
            )
            for name, step in journey.steps.items()
        ],
        kpis=[
            Reference(name=kpi.name, title=text_of(kpi.title, call.language) or kpi.name)
            for kpi in call.workspace.journeys.kpis(journey.name)
        ],
    )


def flow(call: Call) -> FlowAnswer:
    """How the cases went that began in a period: steps, links, figures, variants."""
    journeys = call.workspace.journeys
    journey = journeys.journey(call.path["journey"])
    period = call.period() or call.workspace.last_period(call.as_of)
    if period is None:
        raise BizopsError.of("no-data", "There are no KPIs, so there is no usual period.", hint="Name a period.")
    if period.grain is Grain.HOUR:
        raise BizopsError.of("bad-period", "Journeys are told by days or longer periods.")
    found = journeys.flow(journey.name, period.label, call.as_of)
    told, late = found.flow, found.late.by_step()
    waiting = sum(link.total_us for link in told.links)
    return FlowAnswer(
        name=journey.name,
        title=text_of(journey.title, call.language) or journey.name,
        period=Named(label=found.period.label, display=period_text(found.period, call.language)),
        clock="working" if found.working else "elapsed",
        clock_display=_clock_display(call, found),
        as_of=found.late.now.isoformat(),
        figures=_figures(call, told, len(found.late.cases)),
        ends=[_variant(call, journey, end, told.cases) for end in told.ends],
        steps=[
            StepFlowAnswer(
                step=one.step,
                title=_step_title(call, journey, one.step),
                cases=_count(call, one.cases),
                median=_duration(call, one.median_us),
                p90=_duration(call, one.p90_us),
                late_now=_count(call, late.get(one.step, 0)),
                service=_service(call, journey, one.step),
            )
            for one in told.steps
        ],
        links=[
            LinkFlowAnswer(
                start=link.start,
                end=link.end,
                cases=_count(call, link.cases),
                median=_duration(call, link.median_us),
                waiting=_duration(call, link.total_us),
                waiting_share=_share(call, link.total_us, waiting),
            )
            for link in told.links
        ],
        variants=[_variant(call, journey, variant, told.cases) for variant in told.variants[:MOST_VARIANTS]],
        late_rule=_reference(call, found.late.rule.name) if found.late.rule else None,
    )


def _variant(call: Call, journey: Journey, variant: Variant, cases: int) -> VariantAnswer:
    return VariantAnswer(
        path=list(variant.path),
        titles=[_step_title(call, journey, step) for step in variant.path],
        cases=_count(call, variant.cases),
        share=_share(call, variant.cases, cases),
    )


def _figures(call: Call, flow: Flow, late: int) -> FlowFigures:
    return FlowFigures(
        begun=_count(call, flow.cases),
        completed=_count(call, flow.ended),
        open=_count(call, flow.open),
        p50=_duration(call, flow.median_us),
        p90=_duration(call, flow.p90_us),
        late_now=_count(call, late),
    )


def _clock_display(call: Call, found: Flowing) -> str:
    if found.working is None:
        return say("clock_elapsed", call.language)
    timed = call.workspace.journeys.clock(found.journey.name)
    calendar = call.workspace.model.calendars.get((timed.calendar if timed else None) or "")
    title = text_of(calendar.title, call.language) if calendar else ""
    return say("clock_working", call.language, calendar=title).strip(" :")


def _step_title(call: Call, journey: Journey, step: str) -> str:
    return text_of(journey.steps[step].title, call.language) or step


def _reference(call: Call, kpi: str) -> Reference:
    return Reference(name=kpi, title=text_of(call.workspace.model.kpis[kpi].title, call.language) or kpi)


def _service(call: Call, journey: Journey, step: str) -> Reference | None:
    model = call.workspace.model
    event = model.events[journey.steps[step].event[0]]
    name = event.service or model.sources[event.source].service
    return Reference(name=name, title=text_of(model.services[name].title, call.language) or name) if name else None


def _count(call: Call, value: int) -> Count:
    return Count(value=value, display=number(value, call.language, 0))


def _duration(call: Call, us: float | None) -> Duration:
    hours = None if us is None else us / _HOUR_US
    return Duration(value=hours, display=display(hours, "h", call.language))


def _share(call: Call, part: float, whole: float) -> Share:
    value = part / whole * 100 if whole else None
    return Share(value=value, display=display(value, "%", call.language, 1))


def late(call: Call) -> LateAnswer:
    """The open cases of a journey that are past their limit now."""
    workspace = call.workspace
    journey = workspace.journeys.journey(call.path["journey"])
    state = (workspace.model.hash, workspace.lake.snapshot().seq, call.workspace.clock())
    start, limit = start_of(call, state), call.number("limit", 100)
    found, total = workspace.journeys.late(journey.name, start, limit, call.as_of)
    owners = found.rule.owners if found.rule else None
    team = (owners.business or owners.it) if owners else None
    title = text_of(workspace.model.teams[team].title, call.language) if team else ""
    owner = Owner(team=team, title=title or team) if team else None
    return LateAnswer(
        rule=_reference(call, found.rule.name) if found.rule else None,
        now=found.now.isoformat(),
        total=total,
        items=[_late(call, journey, case, owner) for case in found.cases],
        next=cursor(call, start + limit, state) if total > start + limit else None,
    )


def _late(call: Call, journey: Journey, case: LateCase, owner: Owner | None) -> LateCaseAnswer:
    return LateCaseAnswer(
        case=case.case,
        step=case.step,
        step_title=_step_title(call, journey, case.step),
        begun=case.begun.isoformat(),
        since=case.since.isoformat(),
        age=_duration(call, case.age_us),
        owner=owner,
        traces=list(case.traces),
    )


def case(call: Call) -> CaseAnswer:
    """What happened to one case: each step with its time, service, version and trace."""
    table = call.workspace.case(call.path["journey"], call.path["case"])
    return CaseAnswer(journey=call.path["journey"], case=call.path["case"], happenings=plain_rows(table))


OPERATIONS = (
    Operation(
        "GET", "/journeys", "journeys", journeys.__doc__ or "", journeys, Resource.NUMBERS, JourneyList,
        parameters=(LANG, LIMIT, CURSOR), group="journeys",
    ),
    Operation(
        "GET", "/journeys/{journey}", "journey", flow.__doc__ or "", flow, Resource.NUMBERS, FlowAnswer,
        parameters=(LANG, AS_OF, PERIOD), group="journeys",
    ),
    Operation(
        "GET", "/journeys/{journey}/late", "late", late.__doc__ or "", late, Resource.ROWS, LateAnswer,
        parameters=(LANG, AS_OF, LIMIT, CURSOR), group="journeys",
    ),
    Operation(
        "GET", "/journeys/{journey}/cases/{case}", "case", case.__doc__ or "", case, Resource.ROWS, CaseAnswer,
        parameters=(LANG,), group="journeys",
    ),
)  # fmt: skip
