"""The language of the model: every section, every key, its meaning.

This file is the only owner of the language. The loader, ``bizops schema`` and the reference in
``docs/reference/language.md`` are all derived from the declarations below: ``takes(kind, meaning)`` states what a key
takes (see :mod:`bizops.model.kinds`) and what it means. A key without ``default`` is required.
"""

# ruff: noqa: RUF009  (`takes` wraps dataclasses.field: it is a declaration, not a default)

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from bizops.errors import Place
from bizops.model.frozen import FrozenDict
from bizops.model.kinds import (
    Bool,
    Date,
    DayHours,
    Decimal_,
    Duration,
    Expression,
    ExprText,
    Int,
    ListOf,
    MapOf,
    Name,
    Nested,
    Number,
    PeriodLabel,
    Ref,
    Span,
    Str,
    Text,
    Title,
    UnitText,
    Word,
    Zone,
    takes,
)
from bizops.model.nodes import Map, Node, place_of
from bizops.model.telemetry import BUILT_IN, KINDS


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What every definition has: its name (the key it stands under) and the node it was read from."""

    name: str = ""
    node: Node = field(default_factory=Map, repr=False, compare=False, hash=False)

    def place(self, *path: str | int) -> Place:
        """Where the value of a key stands, or its part; the definition's own name when the path is empty or absent.

        ``kpi.place("slices", 0)`` is the first slice.
        """
        return place_of(self.node, *path)


# ---------------------------------------------------------------------------------------------------------------- words


@dataclass(frozen=True, kw_only=True)
class Term(Definition):
    """A word that business and IT both use."""

    title: Text = takes(Title(), "The word as people say it, in one or both languages.", default=None)
    definition: Text = takes(Title(), "What both sides agreed that it means.", default=None)
    synonyms: tuple[str, ...] = takes(ListOf(Str()), "Other words for the same thing; they lead here.", default=())
    means: tuple[str, ...] = takes(
        ListOf(Ref("kpis", "events", "journeys", "sources", "services")),
        "The definitions this word is tied to.",
        default=(),
    )
    unlike: tuple[str, ...] = takes(
        ListOf(Ref("terms")), "Terms that are easily taken for this one, and mean something else.", default=()
    )
    owner: str | None = takes(Ref("teams"), "The team that answers for the definition.", default=None)
    unit: bool = takes(Bool(), "The word is a counting unit: `unit: order` may be written on a KPI.", default=False)
    agreed_by: tuple[str, ...] = takes(ListOf(Ref("teams")), "Teams that agreed to the definition.", default=())


@dataclass(frozen=True, kw_only=True)
class Interest(Definition):
    """What a team gains or loses by."""

    kpi: str = takes(Ref("kpis"), "The KPI in question.")
    wants: str = takes(Word("up", "down", "steady"), "Where the team wants it to go.")
    because: Text = takes(Title(), "Why, in the team's words.", default=None)


@dataclass(frozen=True, kw_only=True)
class Person(Definition):
    """Somebody who takes part in the loop."""

    title: Text = takes(Title(), "Display name.", default=None)
    role: str = takes(Str(), "What the person does in the team.", default="")
    mail: str = takes(Str(), "Where digests and reminders go.", default="")


@dataclass(frozen=True, kw_only=True)
class Team(Definition):
    """A group on the business or the IT side."""

    title: Text = takes(Title(), "Display name.", default=None)
    side: str = takes(Word("business", "it"), "Which side the team speaks for.")
    people: Mapping[str, Person] = takes(MapOf(Nested(Person)), "Members, by a short name.", default={})
    interests: tuple[Interest, ...] = takes(ListOf(Nested(Interest)), "KPIs the team gains or loses by.", default=())


@dataclass(frozen=True, kw_only=True)
class Operation(Definition):
    """Something a service does for its users."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What it does.", default=None)


@dataclass(frozen=True, kw_only=True)
class Service(Definition):
    """A digital service and what it does."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What it is for.", default=None)
    team: str | None = takes(Ref("teams"), "The team that owns it.", default=None)
    operations: Mapping[str, Operation] = takes(MapOf(Nested(Operation)), "What it does, by name.", default={})


# -------------------------------------------------------------------------------------------------------------- sources


NUMERIC_TYPES = ("integer", "number", "decimal")


@dataclass(frozen=True, kw_only=True)
class Column(Definition):
    """One column of a source."""

    title: Text = takes(Title(), "Display name.", default=None)
    type: str = takes(
        Word("text", "integer", "number", "decimal", "boolean", "date", "timestamp"),
        "What the values are. `decimal` is exact (18 digits, 4 after the point) and the type for money; "
        "`number` is a float.",
    )
    unit: str | None = takes(
        UnitText(), "Unit of a numeric column, e.g. `EUR`, `ms`, `fte`.", default=None, of=NUMERIC_TYPES
    )
    currency: str | None = takes(
        Str(), "Column that holds the currency code of each row's amount.", default=None, of=NUMERIC_TYPES
    )
    header: str | None = takes(
        Str(),
        "Name of the column in the file or table, when it differs; of telemetry, the attribute it is taken from "
        "(of the span, record or event, else of its resource).",
        default=None,
    )
    format: str | None = takes(
        Str(),
        "How dates and times are written, e.g. `%d/%m/%Y %H:%M`; ISO 8601 otherwise.",
        default=None,
        of=("date", "timestamp"),
    )
    zone: str | None = takes(
        Zone(), "Zone of times without offset, when it differs from the source's.", default=None, of=("timestamp",)
    )
    nulls: tuple[str, ...] = takes(ListOf(Str()), "Texts that mean 'no value', besides the empty one.", default=())
    required: bool = takes(Bool(), "A row without a value goes to the quarantine.", default=False)
    values: tuple[str, ...] = takes(
        ListOf(Str()), "The only values allowed; other rows go to the quarantine.", default=()
    )
    min: float | None = takes(
        Number(), "Smallest value allowed; other rows go to the quarantine.", default=None, of=NUMERIC_TYPES
    )
    max: float | None = takes(
        Number(), "Largest value allowed; other rows go to the quarantine.", default=None, of=NUMERIC_TYPES
    )


@dataclass(frozen=True, kw_only=True)
class Lookup(Definition):
    """Columns of another source, found by its key: they are then named `lookup.column`."""

    source: str = takes(Ref("sources"), "The source that is looked up.")
    on: Mapping[str, str] = takes(
        MapOf(Str()),
        "Own column to key column. It must cover the other source's whole key (else rows would multiply: `fan-out`); "
        "where the other source has `valid`, the row valid at this row's time is taken.",
    )


@dataclass(frozen=True, kw_only=True)
class Validity(Definition):
    """The two columns between which a row holds."""

    start: str = takes(Str(), "Column with the first instant or day on which the row holds.")
    end: str = takes(Str(), "Column with the instant or day from which it no longer holds; no value means still valid.")


@dataclass(frozen=True, kw_only=True)
class Sql(Definition):
    """Where a table is pulled from."""

    url: str = takes(Str(), "`sqlite:path` or `postgresql://...`; `env:NAME` reads it from the environment.")
    table: str | None = takes(Str(), "The table or view.", default=None)
    query: str | None = takes(Str(), "A SELECT, where a table is not enough.", default=None)
    cursor: str | None = takes(
        Str(), "Column that grows with every change; later pulls start from its last value.", default=None
    )
    overlap: Duration | None = takes(
        Span(), "How far behind the last value a pull starts again, to catch late commits.", default=None
    )


TIME, VALUE = "time", "value"
"""Under these names a PromQL query delivers its values and their times, beside its labels."""


@dataclass(frozen=True, kw_only=True)
class PromQl(Definition):
    """Which values are pulled from a Prometheus, or from what speaks its HTTP API."""

    url: str = takes(
        Str(), "`https://host`, before `/api/v1`; `env:NAME` reads it from the environment.", shapes_value=False
    )
    query: str = takes(
        Str(), "The query in PromQL; sum up what is no column: `sum by (store) (rate(orders_total[5m]))`."
    )
    step: Duration = takes(Span(), "From one value to the next, e.g. `5 min`; times are whole steps since 1970 in UTC.")
    overlap: Duration | None = takes(
        Span(),
        "How far behind the last value a pull starts again, to catch what came late.",
        default=None,
        shapes_value=False,
    )
    backfill: Duration = takes(
        Span(), "How far back the first pull reaches.", default=Duration(30, "d"), shapes_value=False
    )
    token: str | None = takes(
        Str(), "A token that proves who asks, as `env:NAME`; never the token itself.", default=None, shapes_value=False
    )
    user: str | None = takes(Str(), "A user, where there is a password instead.", default=None, shapes_value=False)
    password: str | None = takes(
        Str(), "The user's password, as `env:NAME`; never the password itself.", default=None, shapes_value=False
    )


@dataclass(frozen=True, kw_only=True)
class Source(Definition):
    """Where data come from, and what its rows are."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What one row is.", default=None)
    kind: str = takes(
        Word("files", "sql", "promql", "manual", *KINDS),
        "How the data arrive: as files, from a table, from a Prometheus, by hand; or as telemetry that a sender "
        "pushes: its `spans`, `logs`, metric `points`, `events` (CloudEvents) or `changes` (releases, incidents).",
        default="files",
    )
    sender: str | None = takes(
        Name(),
        "Whose telemetry: the name its token was made for; the source's own name otherwise.",
        default=None,
        of=KINDS,
    )
    where: ExprText | None = takes(
        Expression("boolean"), "Which of the sender's telemetry; all otherwise.", default=None, of=KINDS
    )
    service: str | None = takes(Ref("services"), "The service the data come from.", default=None, shapes_value=False)
    owner: str | None = takes(Ref("teams"), "Who answers for the data.", default=None)
    files: tuple[str, ...] = takes(
        ListOf(Str()),
        "Files `bizops load` takes when none is named; patterns such as `data/*.csv`, relative to the workspace.",
        default=(),
        shapes_value=False,
    )
    format: str | None = takes(
        Word("csv", "parquet", "jsonl", "xlsx", "xes"), "File format; told by the name otherwise.", default=None
    )
    delimiter: str | None = takes(Str(), "CSV: the separator; found out otherwise.", default=None)
    encoding: str = takes(Str(), "CSV, JSONL: the encoding.", default="utf-8")
    decimal_comma: bool = takes(Bool(), "CSV: `1.234,50` means 1234.5.", default=False)
    sheet: str | None = takes(Str(), "XLSX: the sheet; the first otherwise.", default=None)
    sql: Sql | None = takes(Nested(Sql), "The table, when `kind: sql`.", default=None, of=("sql",), needed_by=("sql",))
    promql: PromQl | None = takes(
        Nested(PromQl), "The query, when `kind: promql`.", default=None, of=("promql",), needed_by=("promql",)
    )
    columns: Mapping[str, Column] = takes(
        MapOf(Nested(Column, short="type"), keys=Name()),
        "The columns, by the name used in the model. Telemetry has [columns of its own](#telemetry) beside them. Those "
        "of a PromQL query are its `time`, its `value`, and labels.",
        default={},
        needed_by=("files", "sql", "promql", "manual"),
    )
    key: tuple[str, ...] = takes(
        ListOf(Str()),
        "Columns that tell one row from another. A row with a known key and other content corrects the old one. "
        "Without key the whole row is the key, counted as often as it stands in one delivery. The key of a PromQL "
        "query is its time and its labels.",
        default=(),
        of=("files", "sql", "manual", *KINDS),
    )
    version: str | None = takes(
        Str(),
        "Column that grows with every change of a row; an older version never replaces a newer one.",
        default=None,
    )
    time: str | None = takes(
        Str(), "Column that says when the row's fact happened.", default=None, of=("files", "sql", "manual", *KINDS)
    )
    valid: Validity | None = takes(
        Nested(Validity), "For rows that hold over a while (a roster, a price list).", default=None
    )
    zone: str = takes(Zone(), "Zone of times that carry no offset.", default="UTC")
    since: dt.date | None = takes(
        Date(), "The first day on which the data are complete; the day of the first row otherwise.", default=None
    )
    every: Duration | None = takes(
        Span(),
        "How often data arrive, e.g. `1 d`; a longer silence makes the data late.",
        default=None,
        shapes_value=False,
    )
    known: str = takes(
        Word("loaded", "time"),
        "When a row counts as known for `--as-of`: when it was `loaded`, or already at its own `time` "
        "(history loaded at once; a source without time is then known always).",
        default="loaded",
    )
    lookups: Mapping[str, Lookup] = takes(
        MapOf(Nested(Lookup), keys=Name()), "Other sources whose columns belong to a row, by name.", default={}
    )

    def __post_init__(self) -> None:
        if self.kind == "promql":
            named = {column.header or name: name for name, column in self.columns.items()}
            object.__setattr__(self, "time", named.get(TIME))
            object.__setattr__(self, "key", tuple(name for header, name in named.items() if header != VALUE))
        if not self.is_telemetry:
            return
        own = {c.name: Column(name=c.name, node=self.node, type=c.type, unit=c.unit) for c in BUILT_IN[self.kind]}
        object.__setattr__(self, "columns", FrozenDict(own | dict(self.columns)))
        object.__setattr__(self, "time", self.time or "time")

    @property
    def is_telemetry(self) -> bool:
        """Whether a sender pushes the rows, and they are mapped from what it sent."""
        return self.kind in BUILT_IN

    @property
    def declared(self) -> Mapping[str, Column]:
        """The columns that the model itself names."""
        own = {c.name for c in BUILT_IN.get(self.kind, ())}
        return FrozenDict({name: column for name, column in self.columns.items() if name not in own})

    @property
    def raw_table(self) -> str:
        """Where the lake keeps what the sender sent, as it came."""
        return f"{self.sender or self.name}.{self.kind}"


# ------------------------------------------------------------------------------------------------- events and journeys


@dataclass(frozen=True, kw_only=True)
class Sample(Definition):
    """A row such as may arrive, and what it is: a test beside the mapping."""

    given: Mapping[str, str] = takes(
        MapOf(Str()), "Columns and attributes of the row, by name; times in ISO 8601, durations in the column's unit."
    )
    expect: Mapping[str, str] = takes(MapOf(Str()), "Keys and fields that the event then has.", default={})
    matches: bool = takes(Bool(), "Whether the row is the event at all.", default=True)


@dataclass(frozen=True, kw_only=True)
class Event(Definition):
    """A business event: which rows of a source it is, when it happened, and to what."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What happened.", default=None)
    source: str = takes(Ref("sources"), "The source whose rows are mapped.")
    where: ExprText | None = takes(Expression("boolean"), "Which rows; all otherwise.", default=None)
    time: ExprText | None = takes(
        Expression("timestamp"), "When it happened; the source's `time` otherwise.", default=None
    )
    keys: Mapping[str, ExprText] = takes(
        MapOf(Expression(), keys=Name()), "What it happened to: `order: order_id`. Journeys join by these.", default={}
    )
    fields: Mapping[str, ExprText] = takes(
        MapOf(Expression(), keys=Name()),
        "Further values by name; the columns of the source are there anyway.",
        default={},
    )
    service: str | None = takes(Ref("services"), "The service in which it happens.", default=None, shapes_value=False)
    operation: str | None = takes(Str(), "The operation of that service.", default=None, shapes_value=False)
    samples: tuple[Sample, ...] = takes(
        ListOf(Nested(Sample)),
        "Rows that are the event, or are not; `bizops mapping test` tries them.",
        default=(),
        shapes_value=False,
    )


@dataclass(frozen=True, kw_only=True)
class Step(Definition):
    """One step of a journey."""

    title: Text = takes(Title(), "Display name.", default=None)
    event: tuple[str, ...] = takes(ListOf(Ref("events"), single=True), "The event, or events, that make the step.")
    where: ExprText | None = takes(Expression("boolean"), "Only these events.", default=None)
    match: str = takes(
        Word("first", "last", "next"),
        "Which one counts when there are several: the `first` or the `last` of the case, wherever it stands, so "
        "also before the case began (its duration from there is negative), or the first at or after the `after` "
        "step (`next`).",
        default="first",
    )
    after: str | None = takes(Str(), "For `match: next`: the step it follows; the step above otherwise.", default=None)
    within: Duration | None = takes(Span(), "For `match: next`: later than this does not count.", default=None)


@dataclass(frozen=True, kw_only=True)
class Journey(Definition):
    """Ordered business steps of one case, joined by a key."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What one case is.", default=None)
    case: str = takes(Str(), "The key that joins the events: every step's event must have it.")
    steps: Mapping[str, Step] = takes(
        MapOf(Nested(Step, short="event"), keys=Name(), ordered=True),
        "The steps in their order. A case begins with the first one.",
    )
    chains: Mapping[str, str] = takes(
        MapOf(Ref("events"), keys=Name()),
        "Other keys that lead to the case: `quote: order_made` where the event `order_made` has the keys `quote` and "
        "`order`. Steps may then be events that know the quote only.",
        default={},
    )
    ended_by: tuple[str, ...] = takes(
        ListOf(Str()),
        "Steps after which a case is no longer open even if it never arrives (rejected, withdrawn).",
        default=(),
    )
    fields: Mapping[str, ExprText] = takes(
        MapOf(Expression(), keys=Name()),
        "Further values of a case, taken from the row that made its first step; that row's columns are there anyway.",
        default={},
    )


# ----------------------------------------------------------------------------------------------------------------- KPIs


@dataclass(frozen=True, kw_only=True)
class Owners(Definition):
    """Who answers for a KPI on each side."""

    business: str | None = takes(Ref("teams"), "The team on the business side.", default=None)
    it: str | None = takes(Ref("teams"), "The team on the IT side.", default=None)


@dataclass(frozen=True, kw_only=True)
class MinimumGroup(Definition):
    """Below how many people a value is withheld."""

    of: ExprText = takes(Expression(), "What identifies a person, e.g. `employee_id`.")
    size: int | None = takes(
        Int(min=2, max=1000),
        "Fewer than this and the value is withheld; the workspace's `minimum_group` otherwise.",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Snapshot(Definition):
    """How rows that describe a state (head-count, stock) make a value for a period."""

    at: str = takes(
        Word("last", "first", "average", "total"),
        "The state at the end or start of the period, its time-weighted `average`, or the `total` of value times "
        "duration (person-days). Between two snapshots the earlier one holds.",
    )
    weight: str = takes(
        Word("elapsed", "working_days", "working_hours"),
        "How `average` and `total` measure time: as it passes (by the day, where states begin and end with days), or "
        "in the calendar's working days or hours.",
        default="elapsed",
    )


@dataclass(frozen=True, kw_only=True)
class IndexPart(Definition):
    """One part of an index."""

    weight: float = takes(Number(min=0), "Its share; weights are used as written and shown, and must add up to 1.")
    worst: float = takes(Number(), "The part's value that scores 0.")
    best: float = takes(Number(), "The part's value that scores 100.")


@dataclass(frozen=True, kw_only=True)
class Kpi(Definition):
    """A governed number."""

    title: Text = takes(Title(), "Display name.", default=None)
    description: Text = takes(Title(), "What it says and what it does not say.", default=None)
    kind: str = takes(Word("measure", "ratio", "journey", "series"), "Which of the four forms it has.")
    unit: str = takes(UnitText(), "Unit of the value, e.g. `EUR`, `h`, `%`, `order`, `EUR/fte`.", default="1")
    decimals: int | None = takes(
        Int(min=0, max=6), "Digits after the point on screens.", default=None, shapes_value=False
    )
    direction: str = takes(Word("up", "down", "range", "none"), "Where good lies.", default="none", shapes_value=False)
    owners: Owners | None = takes(Nested(Owners), "Who answers for it on each side.", default=None)
    calendar: str | None = takes(Ref("calendars"), "The calendar; the workspace's otherwise.", default=None)
    grain: str = takes(
        Word(
            "hour", "day", "week", "month", "quarter", "year", "fiscal_month", "fiscal_quarter", "fiscal_year", "total"
        ),
        "The period it is usually read by.",
        default="month",
        shapes_value=False,
    )
    slices: tuple[str, ...] = takes(ListOf(Str()), "Fields by which it may be split.", default=())
    minimum_group: MinimumGroup | None = takes(
        Nested(MinimumGroup, short="of"), "Whose privacy the value touches.", default=None
    )
    # measure
    over: str | None = takes(
        Ref("events", "sources"),
        "measure: the event or source whose rows are measured.",
        default=None,
        of=("measure",),
        needed_by=("measure",),
    )
    where: ExprText | None = takes(
        Expression("boolean"), "measure, journey: which rows or cases.", default=None, of=("measure", "journey")
    )
    per: Mapping[str, ExprText] = takes(
        MapOf(Expression(), keys=Name(), list_of_names=True),
        "measure: make one row for each combination first (a customer, an employee and day) ...",
        default={},
        of=("measure",),
    )
    each: Mapping[str, ExprText] = takes(
        MapOf(Expression(), keys=Name()),
        "measure: ... with these aggregated values, which `value` then uses.",
        default={},
        of=("measure",),
    )
    time: ExprText | None = takes(
        Expression("timestamp"),
        "measure: the time that decides the period; the event's or source's otherwise.",
        default=None,
        of=("measure",),
    )
    snapshot: Snapshot | None = takes(
        Nested(Snapshot, short="at"), "measure: the rows are states, not happenings.", default=None, of=("measure",)
    )
    # ratio
    numerator: str | None = takes(
        Ref("kpis"), "ratio: the upper KPI.", default=None, of=("ratio",), needed_by=("ratio",)
    )
    denominator: str | None = takes(
        Ref("kpis"),
        "ratio: the lower KPI. Both are aligned on period and slice; a ratio of sums, never a mean of ratios.",
        default=None,
        of=("ratio",),
        needed_by=("ratio",),
    )
    # journey
    journey: str | None = takes(
        Ref("journeys"),
        "journey: the journey whose cases are measured.",
        default=None,
        of=("journey",),
        needed_by=("journey",),
    )
    clock: str = takes(
        Word("elapsed", "working"),
        "journey: durations as time passes, or in the calendar's working hours.",
        default="elapsed",
        of=("journey",),
    )
    open_cases: str = takes(
        Word("censor", "drop"),
        "journey: percentiles and means count open cases as 'not yet' (`censor`), or leave "
        "them out and say so (`drop`).",
        default="censor",
        of=("journey",),
    )
    anchor: str | None = takes(
        Str(),
        "journey: the step whose time decides the period; the first step otherwise.",
        default=None,
        of=("journey",),
    )
    region: ExprText | None = takes(
        Expression("text"),
        "Field with the calendar region of a row or case, where working time differs by region.",
        default=None,
        of=("measure", "journey"),
    )
    # all
    value: ExprText | None = takes(
        Expression(),
        "measure, journey: the aggregate. series: the formula over KPIs.",
        default=None,
        of=("measure", "journey", "series"),
        needed_by=("measure", "journey"),
    )
    index: Mapping[str, IndexPart] = takes(
        MapOf(Nested(IndexPart), keys=Ref("kpis")),
        "series: instead of a formula, a weighted index of these KPIs. A missing part leaves the index without value.",
        default={},
        of=("series",),
    )


# ------------------------------------------------------------------------------------------------ links, targets, peers


@dataclass(frozen=True, kw_only=True)
class Evidence(Definition):
    """Why a link is believed."""

    grade: str = takes(Word("randomised", "quasi-experimental", "observational", "asserted"), "How strong it is.")
    source: str = takes(Str(), "Where it comes from: a study, an initiative, a person.")
    date: dt.date | None = takes(Date(), "When.", default=None)
    estimate: float | None = takes(
        Number(), "Change of the upper KPI for a change of 1 (relative where both are relative).", default=None
    )
    low: float | None = takes(Number(), "Lower end of its 90 % interval.", default=None)
    high: float | None = takes(Number(), "Upper end of its 90 % interval.", default=None)
    note: Text = takes(Title(), "Anything a reader should know.", default=None)


@dataclass(frozen=True, kw_only=True)
class Link(Definition):
    """An edge of the KPI tree."""

    kpi: str = takes(Ref("kpis"), "The upper KPI.")
    kind: str = takes(Word("identity", "influence"), "Arithmetic, or a hypothesis.")
    formula: ExprText | None = takes(
        Expression(),
        "identity: the arithmetic, e.g. `customers * revenue_per_customer`.",
        default=None,
        of=("identity",),
        needed_by=("identity",),
    )
    by: str | None = takes(
        Ref("kpis"), "influence: the lower KPI.", default=None, of=("influence",), needed_by=("influence",)
    )
    lag: Duration | None = takes(Span(), "influence: how long it takes to show.", default=None, of=("influence",))
    strength: float | None = takes(
        Number(), "influence: % change of the upper KPI for 1 % of the lower.", default=None, of=("influence",)
    )
    evidence: tuple[Evidence, ...] = takes(
        ListOf(Nested(Evidence)), "influence: why it is believed; none means asserted.", default=(), of=("influence",)
    )


@dataclass(frozen=True, kw_only=True)
class Band(Definition):
    """How far from the target still counts as what."""

    good: float = takes(
        Number(),
        "Share of the target reached that is good, e.g. 1.0 (0.98 where 'up' is good and a little less will do).",
        default=1.0,
    )
    warn: float = takes(
        Number(), "Share reached below (or, for `down`, above) which it is bad; between both: watch.", default=0.9
    )


@dataclass(frozen=True, kw_only=True)
class Target(Definition):
    """Where a KPI is meant to be, period by period."""

    kpi: str = takes(Ref("kpis"), "The KPI.")
    slice: Mapping[str, str] = takes(
        MapOf(Str()), "The segment it holds for, e.g. `{region: BY}`; the whole otherwise.", default={}
    )
    series: Mapping[str, float] = takes(
        MapOf(Number(), keys=PeriodLabel()),
        "Target by period: `2026-01`, `2026-Q1`, `FY2026` ... A month without entry takes its fiscal year's.",
    )
    bands: Band = takes(Nested(Band), "When a value is good, to be watched, bad.", default=Band())
    low: float | None = takes(Number(), "direction `range`: lower end.", default=None)
    high: float | None = takes(Number(), "direction `range`: upper end.", default=None)
    owner: str | None = takes(Ref("teams"), "Who promised it.", default=None)


@dataclass(frozen=True, kw_only=True)
class Benchmark(Definition):
    """Comparative data from elsewhere, with where they come from."""

    title: Text = takes(Title(), "Display name.", default=None)
    kpi: str = takes(Ref("kpis"), "Our KPI that is compared.")
    definition: Text = takes(Title(), "How they define it.")
    pool: str = takes(Str(), "Who is in it.")
    year: int = takes(Int(min=1900, max=2200), "The year the figures are from.")
    source: str = takes(Str(), "Publisher and table.")
    licence: str = takes(Str(), "Under which licence the figures may be used. Without it they may not.")
    n: int | None = takes(Int(min=1), "How many stand behind the figures.", default=None)
    unit: str = takes(UnitText(), "Unit of the figures.")
    values: Mapping[str, float] = takes(MapOf(Number()), "The figures: `value`, or `p25`, `median`, `p75` ...")
    same_definition: str = takes(Word("same", "similar", "different"), "How close their definition is to ours.")
    same_population: str = takes(Word("same", "similar", "different"), "How close their pool is to us.")
    note: Text = takes(Title(), "What to keep in mind (series breaks, estimates).", default=None)


# ------------------------------------------------------------------------------------------------ calendars, currencies


@dataclass(frozen=True, kw_only=True)
class Holidays(Definition):
    """Public holidays by the `holidays` package."""

    country: str = takes(Str(), "ISO country code, e.g. `DE`.")
    region: str | None = takes(Str(), "Its subdivision, e.g. `BY`.", default=None)


@dataclass(frozen=True, kw_only=True)
class SpecialDay(Definition):
    """A day that is unlike its weekday."""

    date: dt.date = takes(Date(), "The day.")
    title: Text = takes(Title(), "What it is.", default=None)
    hours: tuple[tuple[dt.time, dt.time], ...] = takes(
        DayHours(), "Working hours on it; none means closed.", default=()
    )
    regions: tuple[str, ...] = takes(ListOf(Str()), "Only in these regions; everywhere otherwise.", default=())


@dataclass(frozen=True, kw_only=True)
class Maintenance(Definition):
    """A planned interruption: clocks stop, signals stay silent."""

    start: str = takes(Str(), "Local date and time, `2026-03-01T22:00`.")
    end: str = takes(Str(), "Local date and time.")
    title: Text = takes(Title(), "What is done.", default=None)
    services: tuple[str, ...] = takes(ListOf(Ref("services")), "Services concerned; all otherwise.", default=())


@dataclass(frozen=True, kw_only=True)
class Region(Definition):
    """A part of the organisation with holidays of its own."""

    title: Text = takes(Title(), "Display name.", default=None)
    holidays: Holidays | None = takes(Nested(Holidays, short="country"), "Its public holidays.", default=None)


@dataclass(frozen=True, kw_only=True)
class FiscalYear(Definition):
    """When the fiscal year starts and what it is called."""

    start: str = takes(
        Str(),
        "First day as month-day, e.g. `07-01`. With `weeks`, the first week is the one nearest to it.",
        default="01-01",
    )
    named_by: str = takes(
        Word("start", "end"), "The calendar year that names it: the one it starts or ends in.", default="end"
    )
    label: str = takes(
        Str(),
        "How it is written; `{year}`, `{yy}`, `{next}` and `{next_yy}` stand for the naming year and the one after.",
        default="FY{year}",
    )
    weeks: str | None = takes(
        Word("4-4-5", "4-5-4", "5-4-4"),
        "Fiscal months are whole weeks in this pattern; calendar months otherwise.",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class CalendarDef(Definition):
    """One way to count time."""

    title: Text = takes(Title(), "Display name.", default=None)
    zone: str = takes(Zone(), "The zone in which days begin.")
    week_start: str = takes(Word("monday", "sunday", "saturday"), "First day of the week.", default="monday")
    working: Mapping[str, tuple[tuple[dt.time, dt.time], ...]] = takes(
        MapOf(DayHours(), keys=Str()),
        "Working hours by weekday or range: `mon-fri: 08:00-18:00`, `sat: 09:00-13:00`. Days not named are free.",
        default={},
    )
    operating: Mapping[str, tuple[tuple[dt.time, dt.time], ...]] = takes(
        MapOf(DayHours(), keys=Str()), "Operating hours of services, written alike; always, otherwise.", default={}
    )
    holidays: Holidays | None = takes(Nested(Holidays, short="country"), "Public holidays everywhere.", default=None)
    regions: Mapping[str, Region] = takes(
        MapOf(Nested(Region)), "Parts with other holidays, by the code that the data use.", default={}
    )
    special_days: tuple[SpecialDay, ...] = takes(ListOf(Nested(SpecialDay)), "Days unlike their weekday.", default=())
    maintenance: tuple[Maintenance, ...] = takes(ListOf(Nested(Maintenance)), "Planned interruptions.", default=())
    fiscal_year: FiscalYear | None = takes(
        Nested(FiscalYear, short="start"), "The fiscal year; the calendar year otherwise.", default=None
    )


@dataclass(frozen=True, kw_only=True)
class RatesFrom(Definition):
    """A source that holds dated rates."""

    source: str = takes(Ref("sources"), "The source; its rows are rates.")
    currency: str = takes(Str(), "Column with the currency code.")
    date: str = takes(Str(), "Column with the first day on which the rate holds.")
    rate: str = takes(Str(), "Column with the price of 1 unit of that currency in the base currency.")


@dataclass(frozen=True, kw_only=True)
class Currencies(Definition):
    """The reporting currency and what others are worth in it."""

    base: str = takes(UnitText(), "The currency that conversions lead to.")
    rates: Mapping[str, Mapping[dt.date, Decimal]] = takes(
        MapOf(MapOf(Decimal_(), keys=Date())),
        "By currency: from which day on one unit is worth how much of the base currency.",
        default={},
    )
    rates_from: RatesFrom | None = takes(Nested(RatesFrom), "A source with the rates instead.", default=None)


SECTIONS: dict[str, type[Definition]] = {
    "terms": Term,
    "teams": Team,
    "services": Service,
    "sources": Source,
    "events": Event,
    "journeys": Journey,
    "kpis": Kpi,
    "links": Link,
    "targets": Target,
    "benchmarks": Benchmark,
    "calendars": CalendarDef,
    "currencies": Currencies,
}
"""Section name to the definitions that it holds by name; `currencies` is a single one."""

LISTED = ("links", "targets")
"""Sections that may be lists: their entries are then named by the KPI and a number, `revenue#1`."""


@dataclass(frozen=True, kw_only=True)
class Retention(Definition):
    """How long telemetry is kept as it came; what was mapped from it stays."""

    spans: Duration = takes(Span(), "Spans.", default=Duration(30, "d"))
    logs: Duration = takes(Span(), "Log records.", default=Duration(14, "d"))
    points: Duration = takes(Span(), "Metric points.", default=Duration(90, "d"))
    events: Duration = takes(Span(), "CloudEvents.", default=Duration(1100, "d"))


@dataclass(frozen=True, kw_only=True)
class SendLimits(Definition):
    """How much one sender may send to a server, over all its tokens; what is more is told when to come again."""

    requests_per_second: int = takes(Int(min=1, max=1_000_000), "Requests, or calls of gRPC.", default=2000)
    megabytes_per_second: int = takes(Int(min=1, max=100_000), "Megabytes as they arrive, packed or not.", default=100)


@dataclass(frozen=True, kw_only=True)
class Settings(Definition):
    """`bizops.yaml`: what holds for the whole workspace."""

    title: Text = takes(Title(), "Name of the organisation.", default=None)
    language: str = takes(Word("en", "de"), "Language of what people read.", default="en")
    calendar: str | None = takes(Ref("calendars"), "Calendar of KPIs that name none.", default=None)
    minimum_group: int = takes(Int(min=2, max=1000), "Groups of fewer people are withheld.", default=5)
    memory_mb: int = takes(
        Int(min=128, max=1_000_000),
        "Memory a query may use, in MB; beyond it works on disk, or is refused.",
        default=1024,
        shapes_value=False,
    )
    threads: int = takes(Int(min=1, max=256), "Processor threads a query may use.", default=2, shapes_value=False)
    query_seconds: int = takes(
        Int(min=1, max=86_400),
        "How long a question to the server may take; then its process is ended.",
        default=60,
        shapes_value=False,
    )
    state: str = takes(Str(), "Directory for data and results, relative to this file.", default=".bizops")
    privacy: Mapping[str, str] = takes(
        MapOf(Word("drop", "pseudonym", "generalise", "keep"), ordered=True),
        "What becomes of attributes of telemetry before anything is stored, by name or pattern (`customer.*`); the "
        "first that fits decides, then the [rules that hold everywhere](#privacy).",
        default={},
        shapes_value=False,
    )
    retention: Retention = takes(
        Nested(Retention), "How long telemetry is kept as it came.", default=Retention(), shapes_value=False
    )
    limits: SendLimits = takes(
        Nested(SendLimits),
        "How much one sender may send; five seconds' worth may come at once. Holds from the server's next start.",
        default=SendLimits(),
        shapes_value=False,
    )
    data: str | None = takes(
        Str(),
        "Directory that source files are relative to; this one otherwise. `env:NAME` reads it from the environment.",
        default=None,
    )
