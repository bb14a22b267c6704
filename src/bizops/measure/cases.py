"""The cases of a journey: when each came to which step, and which are late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from bizops.calendar import Calendar, Period
from bizops.errors import BizopsError
from bizops.measure.components import recipe_of
from bizops.measure.executor import Demand, Executor
from bizops.measure.flow import NEVER, CaseTimes, Ints
from bizops.measure.ground import lowered, rows_of
from bizops.measure.tables import utc
from bizops.measure.windows import Window
from bizops.model.language import Journey, Kpi
from bizops.model.measures import measure_of
from bizops.model.model import Model
from bizops.model.typed import TEXT, TIMESTAMP, Aggregate, Typed, both, field
from bizops.model.typing import ENDED
from bizops.query.plan import Filter, Project, Top

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1_000_000
"""More late cases than this are not listed."""


def begun_in(executor: Executor, journey: Journey, calendar: Calendar, period: Period) -> pa.Table:
    """When the cases that began in a period came to each step, and when they ended."""
    import pyarrow.compute as pc

    first = next(iter(journey.steps))
    table = executor.cases(journey, calendar, [*journey.steps, ENDED])
    begun = table[first].cast("int64")
    inside = pc.and_(pc.greater_equal(begun, period.start_us), pc.less(begun, period.end_us))
    return table.filter(inside)


def times_of(journey: Journey, table: pa.Table) -> CaseTimes:
    """The same as arrays."""
    columns = [_instants(table, name) for name in journey.steps]
    return CaseTimes(tuple(journey.steps), np.column_stack(columns), _instants(table, ENDED))


def _instants(table: pa.Table, name: str) -> Ints:
    column = table[name].cast("int64").fill_null(NEVER)
    return np.asarray(column.to_numpy(), np.int64)


def rule_for_late(model: Model, journey: str) -> Kpi | None:
    """The KPI that says from what age a case of a journey is late: it counts open cases by their age."""
    for kpi in model.kpis.values():
        if kpi.kind == "journey" and kpi.journey == journey and _late(measure_of(model, kpi).value.aggregates()):
            return kpi
    return None


def _late(aggregates: Sequence[Aggregate]) -> Typed | None:
    """The condition of a count that looks at open cases and their age."""
    if len(aggregates) != 1 or aggregates[0].name != "count" or aggregates[0].where is None:
        return None
    where = aggregates[0].where
    return where if where.uses("now") and ENDED in where.fields() else None


def late_cases(executor: Executor, kpi: Kpi) -> pa.Table:
    """The cases that a KPI counts as late now, those that began first at the top: case and steps."""
    model = executor.known.model
    measure = measure_of(model, kpi)
    if measure.person is not None:
        raise BizopsError.of("withheld", f"Single cases of '{kpi.name}' tell of people: they are not shown.")
    journey, late = measure.rows.journey, _late(measure.value.aggregates())
    assert journey is not None and late is not None
    base = recipe_of(measure).rows.base
    where = both(measure.where, late)
    assert where is not None
    calendar = model.calendar(kpi.calendar)
    today = calendar.period(calendar.local_day(utc(executor.now_us(base))).isoformat())
    ground = executor.ground(Demand(base, calendar, ()), [Window.of(today)])
    columns = {journey.case: field(journey.case, TEXT)} | {name: field(name, TIMESTAMP) for name in journey.steps}
    rows = rows_of(ground, base, [where, *columns.values()])
    kept = Filter(rows, lowered(ground, base, where))
    first = next(iter(journey.steps))
    plan = Top(Project(kept, columns), ((first, False), (journey.case, False)), MOST)
    return executor.engine.run(plan, executor.clock(ground, base, plan), ground.tables)
