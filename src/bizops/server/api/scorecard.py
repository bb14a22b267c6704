"""Many KPIs at a glance: the scorecard and the tree."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Literal, TypedDict, cast

from bizops.calendar import Period
from bizops.present.charts import Chart
from bizops.present.periods import period_text
from bizops.present.scorecard import Row
from bizops.present.texts import say, text_of
from bizops.present.tree import Node
from bizops.server.api.operations import Call, Operation
from bizops.server.api.parameters import AS_OF, COMPARE, LANG, PERIOD, SCOPE, TEAM, Parameter
from bizops.server.authorize import Resource


class Links(TypedDict):
    """Where more is told."""

    kpi: str


class ScorecardRow(TypedDict):
    """One KPI: its last complete period, its verdict, the changes in words, its last periods as a small chart."""

    kpi: str
    title: str
    owner: str
    owner_title: str
    direction: str
    unit: str
    period: str | None
    period_display: str
    value: float | None
    display: str
    completeness: str | None
    refusal: str | None
    target: float | None
    target_display: str
    status: Literal["good", "watch", "bad"] | None
    status_text: str
    change: str
    change_note: str | None
    previous: str
    previous_note: str | None
    relative: float | None
    year_ago: str
    year_ago_note: str | None
    spark: list[float | None]
    usual: list[tuple[float, float] | None]
    spark_chart: Chart
    unfinished: str | None
    fresh_until: str | None
    unusual: float
    verdict: str
    verdict_text: str
    news: bool
    links: Links


class Named(TypedDict):
    """Something by its name, and as people read it."""

    label: str
    display: str


class ScorecardAnswer(TypedDict):
    """A sentence first, then the rows; ``left_out`` cannot be told apart by the scope."""

    title: str
    language: str
    sentence: str
    period: Named | None
    compare: Named
    rows: list[ScorecardRow]
    left_out: list[str]


class TreeAnswer(TypedDict):
    """The roots with all below them, and the KPIs that hang nowhere."""

    title: str
    language: str
    roots: list[Node]
    outside: list[str]
    outside_titles: list[str]


def scorecard(call: Call) -> ScorecardAnswer:
    """Every KPI at a glance: value, target, change, verdict, last periods."""
    workspace, model = call.workspace, call.workspace.model
    period = call.period()
    card = workspace.scorecard(
        period.label if period else None,
        call.text("team"),
        filters=call.filters,
        as_of=call.as_of,
        language=call.language,
    )
    compare = call.text("compare") or "previous"
    rows = [_row(call, row, compare) for row in card.rows]
    shown = period or _commonest(call, rows)
    in_team = workspace.scorecard_kpis(call.text("team"))
    present = {row.kpi for row in card.rows}
    return ScorecardAnswer(
        title=card.title,
        language=call.language,
        sentence=card.sentence,
        period=Named(label=shown.label, display=period_text(shown, call.language)) if shown else None,
        compare=Named(label=compare, display=say(f"against_{compare}", call.language)),
        rows=rows,
        left_out=[text_of(model.kpis[name].title, call.language) or name for name in in_team if name not in present],
    )


def _row(call: Call, row: Row, compare: str) -> ScorecardRow:
    change, note = {
        "previous": (row.previous, row.previous_note),
        "year_ago": (row.year_ago, row.year_ago_note),
    }.get(compare, ("", None))
    team = call.workspace.model.teams.get(row.owner)
    period = (
        call.workspace.calendar(call.workspace.model.kpis[row.kpi].calendar).period(row.period) if row.period else None
    )
    told: Any = {
        **asdict(row),
        "period_display": period_text(period, call.language) if period else "",
        "change": change,
        "change_note": note,
        "owner_title": (text_of(team.title, call.language) or row.owner) if team else row.owner,
        "spark_chart": row.spark_chart(call.language),
        "links": Links(kpi=f"/kpi/{row.kpi}"),
    }
    return cast(ScorecardRow, told)


def _commonest(call: Call, rows: list[ScorecardRow]) -> Period | None:
    """The period that most rows tell of."""
    labels = [row["period"] for row in rows if row["period"]]
    return call.workspace.calendar().period(max(dict.fromkeys(labels), key=labels.count)) if labels else None


def tree(call: Call) -> TreeAnswer:
    """What is made of what, and what is believed to move it."""
    period = call.period()
    found = call.workspace.tree(
        call.text("kpi"),
        period=period.label if period else None,
        filters=call.filters,
        as_of=call.as_of,
        language=call.language,
    )
    return TreeAnswer(
        title=found.title,
        language=found.language,
        roots=list(found.roots),
        outside=list(found.outside),
        outside_titles=list(found.outside_titles),
    )


KPI = Parameter("kpi", "From this KPI downwards; the whole tree otherwise.")
COMMON = (LANG, AS_OF, PERIOD, SCOPE)

OPERATIONS = (
    Operation(
        "GET",
        "/scorecard",
        "scorecard",
        scorecard.__doc__ or "",
        scorecard,
        Resource.NUMBERS,
        ScorecardAnswer,
        parameters=(*COMMON, COMPARE, TEAM),
    ),
    Operation(
        "GET", "/tree", "tree", tree.__doc__ or "", tree, Resource.NUMBERS, TreeAnswer, parameters=(*COMMON, KPI)
    ),
)
