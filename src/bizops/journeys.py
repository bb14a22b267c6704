"""What a workspace can tell of journeys: how their cases flow, which are late, what happened to one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bizops import answering
from bizops.answering import Run
from bizops.calendar import Calendar, Period
from bizops.errors import BizopsError, did_you_mean
from bizops.model import Model
from bizops.model.language import Journey, Kpi

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.events.rows import Known
    from bizops.measure.flow import Flow


@dataclass(frozen=True)
class LateCase:
    """An open case past its limit: at which step it stands, since when, and where telemetry saw it."""

    case: str
    step: str
    begun: datetime
    since: datetime
    age_us: int
    traces: tuple[str, ...] = ()


@dataclass(frozen=True)
class Late:
    """The late cases of a journey, those that began first at the top; without a ``rule`` nothing is late."""

    rule: Kpi | None
    now: datetime
    cases: tuple[LateCase, ...] = ()

    def by_step(self) -> dict[str, int]:
        """How many stand at each step."""
        counts: dict[str, int] = {}
        for case in self.cases:
            counts[case.step] = counts.get(case.step, 0) + 1
        return counts


@dataclass(frozen=True)
class Flowing:
    """The flow of the cases that began in a period; durations in working time of ``working``, or as time passes."""

    journey: Journey
    period: Period
    flow: Flow
    working: Calendar | None
    late: Late


@dataclass(frozen=True)
class Journeys:
    """The verbs on journeys, over one model; ``known`` and ``run`` are the workspace's."""

    model: Model
    state: Path
    known: Callable[[datetime | None], Known]
    run: Run

    def journey(self, name: str) -> Journey:
        """A journey by name."""
        if name not in self.model.journeys:
            hint = did_you_mean(name, self.model.journeys)
            raise BizopsError.of("unknown-journey", f"There is no journey '{name}'.", hint=hint)
        return self.model.journeys[name]

    def kpis(self, name: str) -> list[Kpi]:
        """The KPIs that measure a journey."""
        return [kpi for kpi in self.model.kpis.values() if kpi.kind == "journey" and kpi.journey == name]

    def clock(self, name: str) -> Kpi | None:
        """The KPI whose working hours the journey's durations are told in; None counts time as it passes."""
        return next((kpi for kpi in self.kpis(name) if kpi.clock == "working"), None)

    def flow(self, name: str, label: str, as_of: datetime | None = None) -> Flowing:
        """How the cases went that began in a period."""
        from bizops.measure.cases import times_of
        from bizops.measure.flow import flow_of

        journey, known, timed = self.journey(name), self.known(as_of), self.clock(name)
        calendar = self.model.calendar(timed.calendar if timed else None)
        period = calendar.period(label)
        cases = times_of(journey, self.run(answering.cases_of_period, known, self.state, name, calendar, period))
        flow = flow_of(cases, _now_us(known, journey), calendar if timed else None)
        return Flowing(journey, period, flow, calendar if timed else None, self._late(known, journey))

    def late(self, name: str, first: int, count: int, as_of: datetime | None = None) -> tuple[Late, int]:
        """Some of the cases that are late now, with their traces; and how many there are."""
        journey, known = self.journey(name), self.known(as_of)
        late = self._late(known, journey)
        shown = late.cases[first : first + count]
        traces = self._traces(known, journey, [case.case for case in shown])
        told = tuple(replace(case, traces=traces.get(case.case, ())) for case in shown)
        return Late(late.rule, late.now, told), len(late.cases)

    def story(self, name: str, case: str) -> pa.Table:
        """What happened to one case, in the order of time."""
        journey = self.journey(name)
        found = self.run(answering.stories, self.known(None), self.state, name, [case])
        if not found.num_rows:
            raise BizopsError.of("unknown-case", f"Nothing is known of '{case[:80]}' in '{name}'.")
        return found.drop_columns([journey.case])

    def _late(self, known: Known, journey: Journey) -> Late:
        from bizops.measure.cases import rule_for_late
        from bizops.measure.tables import utc

        rule, now_us = rule_for_late(self.model, journey.name), _now_us(known, journey)
        if rule is None:
            return Late(None, utc(now_us))
        calendar = self.model.calendar(rule.calendar) if rule.clock == "working" else None
        steps = list(journey.steps)
        found = []
        for row in self.run(answering.late_cases, known, self.state, rule.name).to_pylist():
            reached = [(_us(row[step]), at) for at, step in enumerate(steps) if row[step] is not None]
            (begun, _), (since, last) = reached[0], max(reached)
            age = _between(calendar, begun, now_us)
            found.append(LateCase(row[journey.case], steps[last], utc(begun), utc(since), age))
        return Late(rule, utc(now_us), tuple(found))

    def _traces(self, known: Known, journey: Journey, cases: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """The traces in which telemetry saw each case."""
        events = [self.model.events[event] for step in journey.steps.values() for event in step.event]
        if not cases or not any(self.model.sources[event.source].is_telemetry for event in events):
            return {}
        found: dict[str, dict[str, None]] = {}
        for row in self.run(answering.stories, known, self.state, journey.name, list(cases)).to_pylist():
            if row["trace"]:
                found.setdefault(row[journey.case], {})[row["trace"]] = None
        return {case: tuple(traces) for case, traces in found.items()}


def _now_us(known: Known, journey: Journey) -> int:
    """The last known instant of the journey's data; refused where there are none."""
    from bizops.events.journeys import sources_of

    reaches = [reach for source in sources_of(known, journey) if (reach := known.reach(source)) is not None]
    if not reaches:
        raise BizopsError.of("no-data", f"No data are loaded for the journey '{journey.name}'.")
    return min(known.as_of_us, max(last for _, last in reaches))


def _between(working: Calendar | None, start_us: int, end_us: int) -> int:
    return end_us - start_us if working is None else working.working_us(start_us, end_us)


def _us(moment: datetime) -> int:
    return round(moment.replace(tzinfo=UTC).timestamp() * 1_000_000)
