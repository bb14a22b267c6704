"""From a question to values: the one way to a KPI number, for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING

import numpy as np

from bizops.calendar import Calendar, Grain, Period
from bizops.errors import BizopsError, did_you_mean
from bizops.measure import tables
from bizops.measure.blocks import Floats
from bizops.measure.completeness import completeness, fresh_until, worst
from bizops.measure.components import Base
from bizops.measure.evaluate import Cells, Evaluator, Periods, Splits
from bizops.measure.executor import Executor
from bizops.measure.privacy import Mask, small_groups
from bizops.measure.value import Comparison, Refusal, Value
from bizops.measure.windows import Window, offset
from bizops.model.duration import Duration
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.model.series import Series

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class Question:
    """What is asked: which KPIs, over which periods, split how, compared with what.

    ``periods`` holds the periods of each calendar by its name; ``compare`` is None, ``previous`` or ``year_ago``.
    """

    kpis: tuple[str, ...]
    periods: dict[str, tuple[Period, ...]]
    splits: Splits = Splits()
    compare: str | None = None


@dataclass
class KpiAnswer:
    """All values of one KPI, as columns: cells by code, and what holds for a whole period."""

    kpi: Kpi
    unit: str
    periods: tuple[Period, ...]
    cells: Cells
    refused: dict[int, str]
    states: list[str]
    fingerprints: list[str]
    fresh: datetime | None
    definition: str
    query: str
    earlier: list[Period | None] | None = None
    before: Cells | None = None
    before_states: list[str] | None = None
    impossible: tuple[tuple[str, ...], ...] = ()


class Answer:
    """The values asked for: iterate for :class:`Value` objects, or take them as an Arrow table."""

    def __init__(self, kpis: list[KpiAnswer], splits: Splits, executor: Executor) -> None:
        self.kpis = kpis
        self.splits = splits
        self._executor = executor

    def __iter__(self) -> Iterator[Value]:
        for answer in self.kpis:
            yield from self._values(answer)

    def of(self, kpi: str) -> list[Value]:
        """The values of one KPI, by period, then by split."""
        return [value for answer in self.kpis if answer.kpi.name == kpi for value in self._values(answer)]

    def _values(self, answer: KpiAnswer) -> Iterator[Value]:
        n, labels = len(self.splits.ways), self._executor.labels
        as_of = self._executor.known.as_of
        for at, code in enumerate(answer.cells.codes.tolist()):
            group, label = code >> 32, code & 0xFFFFFFFF
            window, way = group // n, self.splits.ways[group % n]
            period = answer.periods[window]
            refusal = answer.refused.get(at)
            number = answer.cells.value[at]
            yield Value(
                kpi=answer.kpi.name,
                period=period,
                slice={**dict(self.splits.filters), **dict(zip(way, labels.values(label, len(way)), strict=True))},
                value=None if refusal else float(number),
                unit=answer.unit,
                refusal=Refusal.of(refusal) if refusal else None,
                completeness=answer.states[window],
                fresh_until=answer.fresh,
                rows=_whole(answer.cells.extras.get("rows"), at),
                definition=answer.definition,
                fingerprint=answer.fingerprints[window],
                as_of=as_of,
                naive=None
                if refusal in ("small-group", "suppressed")
                else _number(answer.cells.extras.get("naive"), at),
                open_cases=_whole(answer.cells.extras.get("open"), at),
                compared=self._compared(answer, at, window, None if refusal else float(number)),
            )
        for way in answer.impossible:
            for window, period in enumerate(answer.periods):
                yield Value(
                    answer.kpi.name, period, dict.fromkeys(way), None, answer.unit, Refusal.of("no-such-slice"),
                    answer.states[window], answer.fresh, None, answer.definition, answer.fingerprints[window], as_of,
                )  # fmt: skip

    def _compared(self, answer: KpiAnswer, at: int, window: int, value: float | None) -> Comparison | None:
        if answer.earlier is None or answer.before is None or answer.before_states is None:
            return None
        period = answer.earlier[window]
        if period is None:
            return Comparison(None, None, None, None, Refusal.of("no-counterpart"))
        earlier = answer.before.value[at]
        known = None if np.isnan(earlier) else float(earlier)
        if answer.states[window] != "complete" or answer.before_states[window] != "complete":
            return Comparison(period, known, None, None, Refusal.of("partial-period"))
        if known is None or value is None:
            return Comparison(period, known, None, None, Refusal.of("no-value"))
        return Comparison(period, known, value - known, (value - known) / abs(known) if known else None, None)

    def to_arrow(self) -> pa.Table:
        """One row a value: ``kpi, period, start, end, slice, value, refusal, rows, completeness``."""
        import pyarrow as pa

        n, labels = len(self.splits.ways), self._executor.labels
        texts = pa.array([text.replace("\x1f", "/").replace("\x00", "") for text in labels.texts], pa.string())
        ways = pa.array(["/".join(way) for way in self.splits.ways], pa.string())
        batches = []
        for answer in self.kpis:
            codes = answer.cells.codes
            window = (codes >> 32) // n
            refused = (
                np.array([answer.refused.get(at) for at in range(len(codes))], dtype=object) if answer.refused else None
            )
            hidden = np.isnan(answer.cells.value)
            if answer.refused:
                hidden[list(answer.refused)] = True
            take = pa.array(window)
            batches.append(
                pa.table(
                    {
                        "kpi": pa.array([answer.kpi.name]).take(pa.array(np.zeros(len(codes), dtype=np.int64))),
                        "period": pa.array([p.label for p in answer.periods]).take(take),
                        "start": pa.array([p.start for p in answer.periods], pa.timestamp("us", "UTC")).take(take),
                        "end": pa.array([p.end for p in answer.periods], pa.timestamp("us", "UTC")).take(take),
                        "by": ways.take(pa.array((codes >> 32) % n)),
                        "slice": texts.take(pa.array(codes & 0xFFFFFFFF)),
                        "value": pa.array(answer.cells.value, mask=hidden),
                        "refusal": pa.array(refused, pa.string())
                        if refused is not None
                        else pa.nulls(len(codes), pa.string()),
                        "rows": pa.array(answer.cells.extras.get("rows", np.zeros(len(codes))), pa.float64()),
                        "completeness": pa.array(answer.states).take(take),
                    }
                )
            )
        return pa.concat_tables(batches)


def _number(values: Floats | None, at: int) -> float | None:
    return None if values is None or np.isnan(values[at]) else float(values[at])


def _whole(values: Floats | None, at: int) -> int | None:
    number = _number(values, at)
    return None if number is None else round(number)


def answer(model: Model, executor: Executor, question: Question) -> Answer:
    """The values of a question, computed together."""
    for name in question.kpis:
        if name not in model.kpis:
            raise BizopsError.of("unknown-kpi", f"There is no KPI '{name}'.", hint=did_you_mean(name, model.kpis))
    _check_filters(model, question)
    evaluator = Evaluator(model, executor, question.splits)
    asked: dict[str, tuple[Periods, Periods | None]] = {}
    for name in question.kpis:
        kpi = model.kpis[name]
        calendar = evaluator.calendar(kpi)
        periods = question.periods[kpi.calendar or ""]
        earlier = _earlier(calendar, periods, question.compare)
        asked[name] = (periods, earlier)
        evaluator.demand(name, periods)
        if earlier is not None:
            evaluator.demand(name, earlier)
    evaluator.fulfil()
    return Answer([_kpi_answer(evaluator, name, *asked[name]) for name in question.kpis], question.splits, executor)


def _check_filters(model: Model, question: Question) -> None:
    for name in question.kpis:
        for leaf in leaves(model, name):
            for field, _ in question.splits.filters:
                if field not in model.kpis[leaf].slices:
                    raise BizopsError.of(
                        "no-such-slice",
                        f"'{leaf}' cannot be filtered by '{field}'.",
                        hint=did_you_mean(field, model.kpis[leaf].slices)
                        or f"It has {', '.join(model.kpis[leaf].slices) or 'no slices'}.",
                    )


def leaves(model: Model, name: str) -> tuple[str, ...]:
    """The measures that a KPI is made of in the end."""
    from bizops.model.series import series_of

    kpi = model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        return (name,)
    return tuple(dict.fromkeys(leaf for part in sorted(series_of(model, kpi).kpis()) for leaf in leaves(model, part)))


def sources_of_kpi(model: Model, name: str) -> tuple[str, ...]:
    """The sources in which a KPI's rows happen (not those only looked up)."""
    found: dict[str, None] = {}
    for leaf in leaves(model, name):
        kpi = model.kpis[leaf]
        if kpi.kind == "journey":
            events = [e for step in model.journeys[kpi.journey or ""].steps.values() for e in step.event]
            found.update(dict.fromkeys(model.events[event].source for event in events))
        else:
            over = kpi.over or ""
            found[model.events[over].source if over in model.events else over] = None
    return tuple(found)


def _earlier(calendar: Calendar, periods: tuple[Period, ...], compare: str | None) -> Periods | None:
    if compare is None:
        return None
    if compare == "year_ago":
        return tuple(offset(calendar, period, Duration(1, "year")) for period in periods)
    return tuple(None if period.grain is Grain.TOTAL else calendar.previous(period) for period in periods)


def _kpi_answer(evaluator: Evaluator, name: str, periods: Periods, earlier: Periods | None) -> KpiAnswer:
    kpi = evaluator.model.kpis[name]
    calendar = evaluator.calendar(kpi)
    known = tuple(period for period in periods if period is not None)
    cells = evaluator.cells(name, periods)
    states = [_state(evaluator, name, period) for period in known]
    bases = [evaluator.recipe(evaluator.model.kpis[leaf])[0].rows.base for leaf in leaves(evaluator.model, name)]
    ends = [end for base in bases if (end := fresh_until(evaluator.executor, base)) is not None]
    before = evaluator.cells(name, earlier).at(cells.codes) if earlier is not None else None
    if before is not None:
        hidden = _refusals(evaluator, kpi, before, [])
        before.value[list(hidden)] = np.nan
    return KpiAnswer(
        kpi=kpi,
        unit=kpi.unit,
        periods=known,
        cells=cells,
        refused=_refusals(evaluator, kpi, cells, states),
        states=states,
        fingerprints=[_fingerprint(evaluator, bases, calendar, period) for period in known],
        fresh=tables.utc(min(ends)) if ends else None,
        definition=evaluator.model.definition_hash("kpis", name),
        query=_query(evaluator, name),
        earlier=list(earlier) if earlier is not None else None,
        before=before,
        before_states=[_state(evaluator, name, p) if p is not None else "empty" for p in earlier]
        if earlier is not None
        else None,
        impossible=_impossible(evaluator, name),
    )


def _state(evaluator: Evaluator, name: str, period: Period) -> str:
    """Completeness of a KPI's period: the worst of what it is made of, each over its own window."""
    kpi = evaluator.model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        base: Base = evaluator.recipe(kpi)[0].rows.base
        return completeness(evaluator.executor, base, evaluator.calendar(kpi), period)
    return _series_state(evaluator, evaluator.series(kpi), evaluator.calendar(kpi), period)


def _series_state(evaluator: Evaluator, node: Series, calendar: Calendar, period: Period) -> str:
    if node.op == "kpi":
        return _state(evaluator, node.name, period)
    inner = (period,) if node.op == "across" else evaluator.windows_of(node, calendar, (period,))
    return worst(
        [_series_state(evaluator, arg, calendar, p) if p is not None else "empty" for arg in node.args for p in inner]
    )


def _fingerprint(evaluator: Evaluator, bases: list[Base], calendar: Calendar, period: Period) -> str:
    digest = blake2b(digest_size=8)
    for base in bases:
        digest.update(evaluator.executor.fingerprint(base, calendar, Window.of(period)).encode())
    return digest.hexdigest()


def _query(evaluator: Evaluator, name: str) -> str:
    texts = []
    for leaf in leaves(evaluator.model, name):
        kpi = evaluator.model.kpis[leaf]
        recipe, _ = evaluator.recipe(kpi)
        for part in recipe.parts[:1]:
            texts.append(evaluator.executor.query(evaluator.key(part.components[0]), evaluator.calendar(kpi)))
    return ";\n".join(dict.fromkeys(text for text in texts if text))


def _impossible(evaluator: Evaluator, name: str) -> tuple[tuple[str, ...], ...]:
    """Ways to split that not every part of the KPI has."""
    missing = []
    for way in evaluator.splits.ways:
        for leaf in leaves(evaluator.model, name):
            if not set(way) <= set(evaluator.model.kpis[leaf].slices):
                missing.append(way)
                break
    return tuple(missing)


def _refusals(evaluator: Evaluator, kpi: Kpi, cells: Cells, states: list[str]) -> dict[int, str]:
    """Cells that are not shown, each with the code that says why."""
    n = len(evaluator.splits.ways)
    whole = evaluator.splits.ways.index(()) if () in evaluator.splits.ways else None
    refused: dict[int, str] = {}
    for at in np.flatnonzero(np.isnan(cells.value)).tolist():
        opened = cells.extras.get("open")
        refused[at] = "not-reached" if opened is not None and opened[at] > 0 else "no-value"
    empty = [window for window, state in enumerate(states) if state == "empty"]
    if empty:
        for at in np.flatnonzero(np.isin((cells.codes >> 32) // n, empty)).tolist():
            refused[at] = "no-data"
    unpriced = cells.extras.get("unpriced")
    if unpriced is not None:
        refused.update(dict.fromkeys(np.flatnonzero(unpriced > 0).tolist(), "missing-rate"))
    persons = cells.extras.get("persons")
    minimum = max(
        (evaluator.recipe(evaluator.model.kpis[leaf])[0].measure.minimum for leaf in leaves(evaluator.model, kpi.name)),
        default=0,
    )
    if persons is not None and minimum:
        small: Mask
        small, suppressed = small_groups(cells.codes, np.nan_to_num(persons), minimum, n, whole)
        refused.update(dict.fromkeys(np.flatnonzero(suppressed).tolist(), "suppressed"))
        refused.update(dict.fromkeys(np.flatnonzero(small).tolist(), "small-group"))
    return refused
