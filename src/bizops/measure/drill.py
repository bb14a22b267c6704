"""From a value down to what it is made of: the rows or cases behind it, and what happened to one case.

Rows that tell of people are not shown where a KPI has a minimum group: one row is a group of one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bizops.calendar import Period
from bizops.errors import BizopsError, did_you_mean
from bizops.events.journeys import case_key, with_case
from bizops.events.rows import Known, source_plan, us_literal
from bizops.measure.components import Base, recipe_of
from bizops.measure.executor import Demand, Executor
from bizops.measure.ground import lowered, rows_of
from bizops.measure.windows import Window
from bizops.model.language import Event, Journey, Kpi
from bizops.model.measures import Measure, measure_of
from bizops.model.relations import EventFields, event_rows, scalar_of
from bizops.model.typed import BOOLEAN, TEXT, TIMESTAMP, Typed, both, field, literal, present
from bizops.model.typing import ENDED, scaled
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Filter, Plan, Project, Stack, Top

if TYPE_CHECKING:
    import pyarrow as pa

WHERE_IT_HAPPENED = ("service", "version", "trace", "span")
"""Columns of telemetry that lead on to a trace viewer."""


def rows_behind(executor: Executor, kpi: Kpi, period: Period, filters: Mapping[str, str], limit: int) -> pa.Table:
    """The rows (or cases) a KPI measures in a period, those with the largest value first.

    Columns: ``time`` (or the case and its steps), keys and fields of the event, slices, ``value`` (in the KPI's unit)
    where it aggregates one, and for telemetry service, version, trace and span.
    """
    model = executor.known.model
    if kpi.kind not in ("measure", "journey"):
        parts = [name for name in (kpi.numerator, kpi.denominator, *kpi.index) if name]
        hint = f"Ask for {' or '.join(parts)}." if parts else "Ask for one of the KPIs in its formula."
        raise BizopsError.of("no-rows", f"'{kpi.name}' is made of other KPIs, not of rows.", hint=hint)
    measure = measure_of(model, kpi)
    if measure.person is not None:
        raise BizopsError.of("withheld", f"Single rows of '{kpi.name}' tell of people: they are not shown.")
    base = recipe_of(measure).rows.base
    if base.kind == "states":
        raise BizopsError.of("no-rows", f"'{kpi.name}' counts states, not happenings.", hint="Look into its source.")
    plain = replace(base, kind="cases" if base.kind == "cases" else "rows", per=(), each=(), where=None)
    columns = _columns(measure)
    conditions = [measure.rows.where, measure.where, *_filtered(kpi, measure, filters)]
    assert measure.time is not None
    at = measure.time if measure.time.type.kind == "timestamp" else Typed("midnight", TIMESTAMP, (measure.time,))
    inside = (
        Typed(">=", BOOLEAN, (at, us_literal(period.start_us))),
        Typed("<", BOOLEAN, (at, us_literal(period.end_us))),
    )
    where = both(*conditions, present(measure.time), *inside)
    assert where is not None
    return _answer(executor, plain, period, kpi, where, columns, limit)


def _answer(
    executor: Executor, base: Base, period: Period, kpi: Kpi, where: Typed, columns: dict[str, Typed], limit: int
) -> pa.Table:
    calendar = executor.known.model.calendar(kpi.calendar)
    window = Window.of(period)
    ground = executor.ground(Demand(base, calendar, ()), [window])
    needed = [where, *columns.values()]
    rows = rows_of(ground, base, needed, period.start_us, period.end_us)
    kept = Filter(rows, lowered(ground, base, where))
    shown = Project(kept, {name: lowered(ground, base, typed) for name, typed in columns.items()})
    order = [("value", True)] if "value" in columns else []
    order += [(name, False) for name in columns if name != "value"]
    plan = Top(shown, tuple(order), limit)
    return executor.engine.run(plan, executor.clock(ground, base, plan), ground.tables)


def _filtered(kpi: Kpi, measure: Measure, filters: Mapping[str, str]) -> list[Typed]:
    found = []
    for name, value in filters.items():
        typed = measure.slices.get(name)
        if typed is None:
            hint = did_you_mean(name, measure.slices)
            raise BizopsError.of("no-such-slice", f"'{kpi.name}' cannot be filtered by '{name}'.", hint=hint)
        found.append(Typed("=", BOOLEAN, (Typed("to_text", TEXT, (typed,)), literal(value, TEXT))))
    return found


def _columns(measure: Measure) -> dict[str, Typed]:
    columns: dict[str, Typed] = {}
    journey = measure.rows.journey
    if journey is not None:
        columns[journey.case] = field(journey.case, TEXT)
        columns |= {name: field(name, TIMESTAMP) for name in journey.steps}
        columns["ended"] = field(ENDED, TIMESTAMP)
    elif measure.time is not None:
        columns["time"] = measure.time
        columns |= _told_of_row(measure)
    columns |= {name: typed for name, typed in measure.slices.items() if name not in columns}
    argument = next((a.args[0] for a in measure.value.aggregates() if a.args), None)
    if argument is not None and argument.type.is_numeric and not measure.per:
        whole = measure.value.op == "agg"
        columns["value"] = scaled(argument, measure.factor, measure.unit) if whole else argument
    return columns


def _told_of_row(measure: Measure) -> dict[str, Typed]:
    """Keys and fields of the event, and where telemetry says it happened."""
    fields = measure.rows.fields
    names: list[str] = [*fields.event.keys, *fields.event.fields] if isinstance(fields, EventFields) else []
    if measure.rows.source is not None and measure.rows.source.is_telemetry:
        names += [name for name in WHERE_IT_HAPPENED if name in measure.rows.source.columns]
    return {name: typed for name in names if (typed := fields.resolve(name)) is not None}


def stories_of_cases(known: Known, engine: Engine, journey: Journey, cases: Sequence[str]) -> pa.Table:
    """Everything that happened to some cases, in the order of time: case, step, event, source, where in telemetry."""
    parts = [
        _happenings(known, journey, name, step.where, known.model.events[event], cases)
        for name, step in journey.steps.items()
        for event in step.event
    ]
    by = (("time", False), ("step", False), ("event", False), ("span", False))
    return engine.run(Top(Stack(tuple(parts)), by, 10_000), Clock())


def _happenings(known: Known, journey: Journey, step: str, asked: object, event: Event, cases: Sequence[str]) -> Plan:
    rows = event_rows(known.model, event)
    source = rows.source
    assert source is not None and rows.time is not None
    key = case_key(journey, event)
    of_row = Typed("to_text", TEXT, (scalar_of(known.model, rows.fields, event.keys[key]),))
    own = scalar_of(known.model, rows.fields, asked, condition=True) if asked else None  # type: ignore[arg-type]
    where = both(rows.where, own, present(of_row), present(rows.time))
    assert where is not None
    time = rows.time if rows.time.type.kind == "timestamp" else Typed("midnight", TIMESTAMP, (rows.time,))
    told = {name: field(name, TEXT) for name in WHERE_IT_HAPPENED if source.is_telemetry and name in source.columns}
    columns = {
        journey.case: of_row,
        "time": time,
        "step": literal(step, TEXT),
        "event": literal(event.name, TEXT),
        "source": literal(source.name, TEXT),
        **{name: told.get(name, Typed("nothing", TEXT)) for name in WHERE_IT_HAPPENED},
    }
    used = where.fields().union(of_row.fields(), rows.time.fields(), *(typed.fields() for typed in told.values()))
    plan = Project(Filter(source_plan(known, source, used), where), columns)
    is_case = Typed("in", BOOLEAN, (field(journey.case, TEXT), *(literal(case, TEXT) for case in cases)))
    return Filter(with_case(known, journey, key, plan, columns), is_case)
