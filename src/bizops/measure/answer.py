"""From a question to values: the one way to a KPI number, for everyone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.calendar import Calendar, Grain, Period
from bizops.errors import BizopsError, did_you_mean
from bizops.measure import tables
from bizops.measure.behind import fingerprint_of, impossible_ways, leaves, query_of, state_of
from bizops.measure.blocks import NO_VALUE, SEPARATOR, Floats, slice_values
from bizops.measure.cells import Cells
from bizops.measure.completeness import fresh_until
from bizops.measure.evaluate import Evaluator, Periods, Splits
from bizops.measure.executor import Executor
from bizops.measure.value import Comparison, Refusal, Value
from bizops.measure.windows import offset
from bizops.measure.withheld import withheld
from bizops.model.duration import Duration
from bizops.model.language import Kpi
from bizops.model.model import Model


@dataclass(frozen=True)
class Question:
    """What is asked: which KPIs, over which periods, split how, compared with what.

    ``periods`` holds the periods of each calendar by its name; ``compare`` is None, ``previous`` or ``year_ago``.
    """

    kpis: tuple[str, ...]
    periods: dict[str, tuple[Period, ...]]
    splits: Splits = field(default_factory=Splits)
    compare: str | None = None


@dataclass
class KpiAnswer:
    """What holds for all values of one KPI, or for all of one period; the values are rows ``start`` to ``stop`` of
    the table.
    """

    kpi: Kpi
    periods: tuple[Period, ...]
    earlier: list[Period | None] | None
    states: list[str]
    before_states: list[str] | None
    fingerprints: list[str]
    fresh_us: int | None
    definition: str
    query: str
    impossible: tuple[tuple[str, ...], ...]
    start: int = 0
    stop: int = 0

    @property
    def fresh(self) -> datetime | None:
        """The last instant of which the data know."""
        return None if self.fresh_us is None else tables.utc(self.fresh_us)


class Answer:
    """The values asked for: iterate for :class:`Value` objects, or take them as an Arrow table.

    ``table`` holds one row a value: ``window`` and ``way`` (indices of period and split), ``label``, ``value``,
    ``refusal``, ``rows``, ``naive``, ``open``, ``before``.
    """

    def __init__(self, kpis: list[KpiAnswer], table: pa.Table, splits: Splits, as_of: datetime) -> None:
        self.kpis = kpis
        self.table = table
        self.splits = splits
        self.as_of = as_of

    def __iter__(self) -> Iterator[Value]:
        for part in self.kpis:
            yield from self._values(part)

    def of(self, kpi: str) -> list[Value]:
        """The values of one KPI, by period, then by split."""
        return [value for part in self.kpis if part.kpi.name == kpi for value in self._values(part)]

    def _values(self, part: KpiAnswer) -> Iterator[Value]:
        filters = dict(self.splits.filters)
        for row in self.table.slice(part.start, part.stop - part.start).to_pylist():
            window, way = row["window"], self.splits.ways[row["way"]]
            refusal = Refusal.of(row["refusal"]) if row["refusal"] else None
            yield Value(
                kpi=part.kpi.name,
                period=part.periods[window],
                slice={**filters, **dict(zip(way, slice_values(row["label"], len(way)), strict=True))},
                value=row["value"],
                unit=part.kpi.unit,
                refusal=refusal,
                completeness=part.states[window],
                fresh_until=part.fresh,
                rows=row["rows"],
                definition=part.definition,
                fingerprint=part.fingerprints[window],
                as_of=self.as_of,
                naive=row["naive"],
                open_cases=row["open"],
                compared=_compared(part, window, row["value"], row["before"]),
            )
        for way in part.impossible:
            for window, period in enumerate(part.periods):
                yield Value(
                    part.kpi.name, period, dict.fromkeys(way), None, part.kpi.unit, Refusal.of("no-such-slice"),
                    part.states[window], part.fresh, None, part.definition, part.fingerprints[window], self.as_of,
                )  # fmt: skip

    def to_arrow(self) -> pa.Table:
        """One row a value: ``kpi, period, start, end, by, slice, value, unit, refusal, rows, completeness``."""
        sizes = [part.stop - part.start for part in self.kpis]
        which = np.repeat(np.arange(len(self.kpis)), sizes)
        first = np.cumsum([0, *(len(part.periods) for part in self.kpis)])[:-1]
        window = first[which] + self.table.column("window").to_numpy()
        way = self.table.column("way").to_numpy()
        periods = [period for part in self.kpis for period in part.periods]
        states = [state for part in self.kpis for state in part.states]
        label = self.table.column("label")
        return pa.table(
            {
                "kpi": _repeated([part.kpi.name for part in self.kpis], which),
                "period": _repeated([period.label for period in periods], window),
                "start": pa.array(np.array([period.start_us for period in periods])[window], pa.timestamp("us", "UTC")),
                "end": pa.array(np.array([period.end_us for period in periods])[window], pa.timestamp("us", "UTC")),
                "by": _repeated(["/".join(names) for names in self.splits.ways], way),
                "slice": pc.replace_substring(pc.replace_substring(label, SEPARATOR, "/"), NO_VALUE, ""),
                "value": self.table.column("value"),
                "unit": _repeated([part.kpi.unit for part in self.kpis], which),
                "refusal": self.table.column("refusal"),
                "rows": self.table.column("rows"),
                "completeness": _repeated(states, window),
            }
        )


def _repeated(texts: list[str], indices: npt.NDArray[np.int64]) -> pa.DictionaryArray:
    """Texts by index, each kept once."""
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(texts, pa.string()))


def _compared(part: KpiAnswer, window: int, value: float | None, before: float | None) -> Comparison | None:
    if part.earlier is None or part.before_states is None:
        return None
    period = part.earlier[window]
    if period is None:
        return Comparison(None, None, None, None, Refusal.of("no-counterpart"))
    if part.states[window] != "complete" or part.before_states[window] != "complete":
        return Comparison(period, before, None, None, Refusal.of("partial-period"))
    if before is None or value is None:
        return Comparison(period, before, None, None, Refusal.of("no-value"))
    return Comparison(period, before, value - before, (value - before) / abs(before) if before else None, None)


def answer(model: Model, executor: Executor, question: Question) -> Answer:
    """The values of a question, computed together."""
    for name in question.kpis:
        if name not in model.kpis:
            raise BizopsError.of("unknown-kpi", f"There is no KPI '{name}'.", hint=did_you_mean(name, model.kpis))
    _check_filters(model, question)
    evaluator = Evaluator(model, executor, question.splits)
    asked: dict[str, tuple[tuple[Period, ...], Periods | None]] = {}
    for name in question.kpis:
        asked[name] = asked_periods(model, name, question)
        for periods in asked[name]:
            if periods is not None:
                evaluator.demand(name, periods)
    evaluator.fulfil()
    parts: list[KpiAnswer] = []
    columns: list[pa.Table] = []
    start = 0
    for name in question.kpis:
        part, table = _kpi_answer(evaluator, name, *asked[name])
        part.start, part.stop = start, start + table.num_rows
        start = part.stop
        parts.append(part)
        columns.append(table)
    return Answer(parts, pa.concat_tables(columns).combine_chunks(), question.splits, executor.known.as_of)


def asked_periods(model: Model, name: str, question: Question) -> tuple[tuple[Period, ...], Periods | None]:
    """The periods a KPI is asked for, and those it is compared with."""
    calendar_name = model.kpis[name].calendar
    periods = question.periods[calendar_name or ""]
    return periods, _earlier(model.calendar(calendar_name), periods, question.compare)


def _check_filters(model: Model, question: Question) -> None:
    for name in question.kpis:
        for leaf in leaves(model, name):
            slices = model.kpis[leaf].slices
            for wanted, _ in question.splits.filters:
                if wanted not in slices:
                    raise BizopsError.of(
                        "no-such-slice",
                        f"'{leaf}' cannot be filtered by '{wanted}'.",
                        hint=did_you_mean(wanted, slices) or f"It has {', '.join(slices) or 'no slices'}.",
                    )


@lru_cache(maxsize=256)
def _earlier(calendar: Calendar, periods: tuple[Period, ...], compare: str | None) -> Periods | None:
    """The periods to compare with; the same for every KPI of a question."""
    if compare is None:
        return None
    if compare == "year_ago":
        return tuple(offset(calendar, period, Duration(1, "year")) for period in periods)
    return tuple(None if period.grain is Grain.TOTAL else calendar.previous(period) for period in periods)


def _kpi_answer(
    evaluator: Evaluator, name: str, periods: tuple[Period, ...], earlier: Periods | None
) -> tuple[KpiAnswer, pa.Table]:
    kpi = evaluator.model.kpis[name]
    impossible = impossible_ways(evaluator, name)
    cells = _without(
        evaluator.cells(name, periods), [evaluator.splits.ways.index(way) for way in impossible], evaluator
    )
    states = [state_of(evaluator, name, period) for period in periods]
    bases = [evaluator.recipe(evaluator.model.kpis[leaf])[0].rows.base for leaf in leaves(evaluator.model, name)]
    ends = [end for base in bases if (end := fresh_until(evaluator.executor, base)) is not None]
    before = None
    before_states = None
    if earlier is not None:
        before_states = [state_of(evaluator, name, p) if p else "empty" for p in earlier]
        past = evaluator.cells(name, earlier)
        past.value[list(_refusals(evaluator, kpi, past, earlier, before_states))] = np.nan
        past.empty[[state == "empty" for state in before_states]] = np.nan
        before = past.at(cells.codes, len(evaluator.splits.ways)).value
    part = KpiAnswer(
        kpi=kpi,
        periods=periods,
        earlier=list(earlier) if earlier is not None else None,
        states=states,
        before_states=before_states,
        fingerprints=[fingerprint_of(evaluator, name, period) for period in periods],
        fresh_us=min(ends, default=None),
        definition=evaluator.model.definition_hash("kpis", name),
        query=query_of(evaluator, name),
        impossible=impossible,
    )
    return part, _columns(evaluator, cells, _refusals(evaluator, kpi, cells, periods, states), before)


def _without(cells: Cells, ways: list[int], evaluator: Evaluator) -> Cells:
    """The cells without those of some ways to split: half of a ratio may have a slice that the other half lacks."""
    keep = ~np.isin((cells.codes >> 32) % len(evaluator.splits.ways), ways)
    return replace(
        cells,
        codes=cells.codes[keep],
        value=cells.value[keep],
        extras={name: extra[keep] for name, extra in cells.extras.items()},
    )


def _columns(evaluator: Evaluator, cells: Cells, refused: dict[int, str], before: Floats | None) -> pa.Table:
    """The cells of one KPI as columns; refused ones without value."""
    n, labels = len(evaluator.splits.ways), evaluator.executor.found.labels
    codes = cells.codes
    size = len(codes)
    hidden = np.isnan(cells.value)
    hidden[list(refused)] = True
    secret = np.zeros(size, dtype=bool)
    secret[[at for at, code in refused.items() if code in ("small-group", "suppressed")]] = True
    reasons: list[str | None] = [None] * size
    for at, code in refused.items():
        reasons[at] = code

    def extra(name: str, type_: pa.DataType) -> pa.Array:
        found = cells.extras.get(name)
        if found is None:
            return pa.nulls(size, type_)
        lacking = np.isnan(found) | secret
        numbers = np.where(lacking, 0.0, found)
        return pa.array(np.rint(numbers).astype(np.int64) if type_ == pa.int64() else numbers, type_, mask=lacking)

    table = pa.table(
        {
            "window": pa.array((codes >> 32) // n, pa.int32()),
            "way": pa.array((codes >> 32) % n, pa.int32()),
            "label": pa.array(labels.texts, pa.string()).take(pa.array(codes & 0xFFFFFFFF)),
            "value": pa.array(np.where(hidden, 0.0, cells.value), pa.float64(), mask=hidden),
            "refusal": pa.array(reasons, pa.string()),
            "rows": extra("rows", pa.int64()),
            "naive": extra("naive", pa.float64()),
            "open": extra("open", pa.int64()),
            "before": pa.nulls(size, pa.float64())
            if before is None
            else pa.array(before, pa.float64(), from_pandas=True),
        }
    )
    # By name, not in the order in which an engine came upon them.
    return table.sort_by([("window", "ascending"), ("way", "ascending"), ("label", "ascending")])


def _refusals(evaluator: Evaluator, kpi: Kpi, cells: Cells, periods: Periods, states: list[str]) -> dict[int, str]:
    """Cells that are not shown, each with the code that says why."""
    n = len(evaluator.splits.ways)
    refused: dict[int, str] = {}
    for at in np.flatnonzero(np.isnan(cells.value)).tolist():
        opened = cells.extras.get("open")
        refused[at] = "not-reached" if opened is not None and opened[at] > 0 else "no-value"
    empty = [window for window, state in enumerate(states) if state == "empty"]
    if empty:
        for at in np.flatnonzero(np.isin((cells.codes >> 32) // n, empty)).tolist():
            refused[at] = "no-data"
    for extra, code in (("unpriced", "missing-rate"), ("sampled", "sampled")):
        rows = cells.extras.get(extra)
        if rows is not None:
            refused.update(dict.fromkeys(np.flatnonzero(rows > 0).tolist(), code))
    refused.update(withheld(evaluator, kpi, cells, periods))
    return refused
