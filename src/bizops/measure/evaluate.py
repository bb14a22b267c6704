"""KPI values from components: formulas over periods, the same for every engine.

A KPI is evaluated over a list of periods. Series move or widen the periods and evaluate what they are made of over
those; nothing is ever averaged from finer values unless ``across`` says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bizops.calendar import Calendar, Grain, Period
from bizops.errors import BizopsError
from bizops.measure.blocks import Floats, Ints
from bizops.measure.cells import Cells, arithmetic, combined, index_of, joined, least, union_of, values_at
from bizops.measure.components import Base, Component, Parts, Recipe, recipe_of
from bizops.measure.executor import Demand, Executor, dims_text
from bizops.measure.plans import Dims
from bizops.measure.windows import Window, offset, rolling, to_date
from bizops.model.language import Kpi
from bizops.model.measures import Measure, measure_of
from bizops.model.model import Model
from bizops.model.series import Series, series_of
from bizops.model.typed import BOOLEAN, TEXT, Formula, Typed, both, literal

Periods = tuple[Period | None, ...]


@dataclass(frozen=True)
class Splits:
    """The ways to split that are asked for, by slice names; and the filters that hold throughout."""

    ways: tuple[tuple[str, ...], ...] = ((),)
    filters: tuple[tuple[str, str], ...] = ()


class Evaluator:
    """Evaluates KPIs over periods: first everything is demanded, then fulfilled together, then put together."""

    def __init__(self, model: Model, executor: Executor, splits: Splits) -> None:
        self.model = model
        self.executor = executor
        self.splits = splits
        self.demands: dict[tuple[str, ...], Demand] = {}
        self._recipes: dict[str, tuple[Recipe, tuple[Dims, ...]]] = {}
        self._series: dict[str, Series] = {}
        self._keys: dict[Component, str] = {}

    # ---------------------------------------------------------------------------------------------------- demanding

    def demand(self, name: str, periods: Periods) -> None:
        """Notes everything that a KPI needs for these periods."""
        kpi = self.model.kpis[name]
        if kpi.kind in ("measure", "journey"):
            self._demand_leaf(kpi, periods)
        else:
            self._demand_series(self.series(kpi), self.calendar(kpi), periods)

    def _demand_leaf(self, kpi: Kpi, periods: Periods) -> None:
        recipe, dims = self.recipe(kpi)
        calendar = self.calendar(kpi)
        if any(period is not None and period.grain is Grain.HOUR for period in periods):
            self._check_hours(kpi, recipe.rows.base)
        windows = {Window.of(period) for period in periods if period is not None}
        for component in dict.fromkeys(recipe.components()):
            ways = dims if component.base.kind == "groups" else tuple(w for w in dims if _plain(w, recipe.measure))
            if not ways:
                continue
            slot = (component.base.text, calendar.fingerprint, *map(dims_text, ways))
            demand = self.demands.setdefault(slot, Demand(component.base, calendar, ways))
            demand.components[self.key(component)] = component
            demand.windows |= windows

    def _check_hours(self, kpi: Kpi, base: Base) -> None:
        time = base.time
        if base.kind == "states":
            source = self.model.sources[base.name]
            by_day = source.columns[source.valid.start if source.valid else str(source.time)].type == "date"
        else:
            by_day = time is not None and time.type.kind == "date"
        if by_day:
            raise BizopsError.of(
                "bad-period", f"The rows of '{kpi.name}' know only their day: it has no values by the hour."
            )

    def _demand_series(self, node: Series, calendar: Calendar, periods: Periods) -> None:
        if node.op == "kpi":
            self.demand(node.name, periods)
            return
        inner = self.windows_of(node, calendar, periods)
        for arg in node.args:
            self._demand_series(arg, calendar, inner)

    def fulfil(self) -> None:
        """Computes all that was demanded."""
        for demand in self.demands.values():
            self.executor.fulfil(demand)

    # ------------------------------------------------------------------------------------------------- what KPIs are

    def calendar(self, kpi: Kpi) -> Calendar:
        """The calendar a KPI is read by."""
        return self.model.calendar(kpi.calendar)

    def series(self, kpi: Kpi) -> Series:
        """The typed formula of a ratio or series."""
        if kpi.name not in self._series:
            self._series[kpi.name] = series_of(self.model, kpi)
        return self._series[kpi.name]

    def recipe(self, kpi: Kpi) -> tuple[Recipe, tuple[Dims, ...]]:
        """What a leaf is made of, under the filters asked for, and how it can be split as asked."""
        if kpi.name not in self._recipes:
            measure = measure_of(self.model, kpi)
            known = {**measure.slices, **measure.group_slices}
            conditions = [self._filter(measure, name, value) for name, value in self.splits.filters]
            measure = replace(measure, where=both(measure.where, *conditions))
            dims = tuple(
                tuple((name, known[name]) for name in way) for way in self.splits.ways if set(way) <= set(known)
            )
            self._recipes[kpi.name] = (recipe_of(measure), dims)
        return self._recipes[kpi.name]

    def _filter(self, measure: Measure, name: str, value: str) -> Typed:
        if name not in measure.slices:
            raise BizopsError.of(
                "no-such-slice",
                f"'{measure.name}' cannot be filtered by '{name}': it is known only after rows are grouped.",
                hint=f"Split by it instead: --by {name}.",
            )
        typed = measure.slices[name]
        if typed.type.kind == "text":
            return Typed("=", BOOLEAN, (typed, literal(value, TEXT)))
        return Typed("=", BOOLEAN, (Typed("to_text", TEXT, (typed,)), literal(value, TEXT)))

    def key(self, component: Component) -> str:
        """The name under which a component's values are kept."""
        if component not in self._keys:
            self._keys[component] = component.key(self.model)
        return self._keys[component]

    # -------------------------------------------------------------------------------------------------- putting
    # together

    def cells(self, name: str, periods: Periods) -> Cells:
        """The KPI's values; only after :meth:`demand` and :meth:`fulfil`."""
        kpi = self.model.kpis[name]
        if kpi.kind in ("measure", "journey"):
            return self._leaf(kpi, periods)
        return self._node(self.series(kpi), self.calendar(kpi), periods)

    def _leaf(self, kpi: Kpi, periods: Periods) -> Cells:
        recipe, dims = self.recipe(kpi)
        measure, calendar = recipe.measure, self.calendar(kpi)
        asked = [Window.of(period) if period is not None else None for period in periods]
        windows = tuple(dict.fromkeys(asked))  # several periods may look back to the same one
        names = self._way_texts(dims)
        got: dict[Component, tuple[Ints, Floats]] = {
            component: self.executor.found.gather(self.key(component), calendar.fingerprint, windows, names)
            for component in dict.fromkeys(recipe.components())
        }
        codes = union_of([pair[0] for pair in got.values()], self._wholes(windows, dims))
        of_nothing = {c: 0.0 if c.aggregate.name in ("count", "distinct", "tally") else np.nan for c in got}
        at = {component: values_at(codes, *pair, missing=of_nothing[component]) for component, pair in got.items()}
        every = (np.arange(len(windows), dtype=np.int64) * len(self.splits.ways)) << 32
        nothing = {component: np.full(len(windows), missing) for component, missing in of_nothing.items()}
        with np.errstate(divide="ignore", invalid="ignore"):
            value, naive = self._formula(measure.value, iter(recipe.parts), at, codes, windows, calendar)
            empty, _ = self._formula(measure.value, iter(recipe.parts), nothing, every, windows, calendar)
        factor = float(measure.factor)
        extras = {"rows": at[recipe.rows]}
        for extra, component in (
            ("persons", recipe.persons),
            ("open", recipe.open_cases),
            ("unpriced", recipe.unpriced),
            ("sampled", recipe.sampled),
        ):
            if component is not None:
                extras[extra] = at[component]
        if recipe.open_cases is not None:
            extras["naive"] = naive * factor
        cells = Cells(codes, value * factor, empty * factor, extras)
        if len(windows) == len(asked):
            return cells
        return cells.repeated(np.array([windows.index(window) for window in asked]), len(self.splits.ways))

    def _way_texts(self, dims: tuple[Dims, ...]) -> tuple[str, ...]:
        """The ways asked for as the executor knows them; ways this KPI does not have stay empty."""
        known = {tuple(name for name, _ in dim): dims_text(dim) for dim in dims}
        return tuple(known.get(way, "-") for way in self.splits.ways)

    def _wholes(self, windows: tuple[Window | None, ...], dims: tuple[Dims, ...]) -> Ints:
        """The unsplit cells, which exist even when no row does."""
        if () not in self.splits.ways or () not in dims:
            return np.empty(0, dtype=np.int64)
        n, at = len(self.splits.ways), self.splits.ways.index(())
        return np.array([(w * n + at) << 32 for w, window in enumerate(windows) if window is not None], dtype=np.int64)

    def _formula(
        self,
        node: Formula,
        parts: Iterator[Parts],
        at: dict[Component, Floats],
        codes: Ints,
        windows: tuple[Window | None, ...],
        calendar: Calendar,
    ) -> tuple[Floats, Floats]:
        """The formula's value and its naive value."""
        if node.op == "agg":
            return combined(next(parts), at)
        if node.op == "literal":
            constant = np.full(len(codes), float(node.value or 0))
            return constant, constant
        if node.op == "length":
            lengths = np.array([_length(str(node.value), window, calendar) for window in windows])
            result = lengths[(codes >> 32) // len(self.splits.ways)] if len(codes) else np.empty(0)
            return result, result
        args = [self._formula(arg, parts, at, codes, windows, calendar) for arg in node.args]
        value, naive = (arithmetic(node.op, [arg[which] for arg in args]) for which in (0, 1))
        return value, naive

    def _node(self, node: Series, calendar: Calendar, periods: Periods) -> Cells:
        if node.op == "kpi":
            return self.cells(node.name, periods)
        if node.op == "number":
            return Cells(np.empty(0, dtype=np.int64), np.full(1, node.number), np.full(len(periods), node.number))
        inner = self.windows_of(node, calendar, periods)
        args = [self._node(arg, calendar, inner) for arg in node.args]
        if node.op in ("rolling", "to_date", "offset"):
            return args[0]
        if node.op == "across":
            return self._across(node, args[0], calendar, periods)
        constants = [arg.value[0] if a.op == "number" else None for a, arg in zip(node.args, args, strict=True)]
        codes = union_of([arg.codes for arg, c in zip(args, constants, strict=True) if c is None])
        aligned = [
            arg.at(codes, len(self.splits.ways))
            if c is None
            else replace(arg, codes=codes, value=np.full(len(codes), c))
            for arg, c in zip(args, constants, strict=True)
        ]
        with np.errstate(divide="ignore", invalid="ignore"):
            value, empty = (
                index_of(node, values) if node.op == "index" else arithmetic(node.op, values)
                for values in ([arg.value for arg in aligned], [arg.empty for arg in aligned])
            )
        extras: dict[str, Floats] = {}
        for arg in aligned:
            for name, extra in arg.extras.items():
                if name == "naive":
                    continue
                extras[name] = joined(name, extras[name], extra) if name in extras else extra
        return Cells(codes, value, empty, extras)

    def windows_of(self, node: Series, calendar: Calendar, periods: Periods) -> Periods:
        """The periods over which the arguments of a node are evaluated."""
        if node.op == "rolling":
            assert node.span is not None
            return tuple(rolling(calendar, p, node.span) if p is not None else None for p in periods)
        if node.op == "offset":
            assert node.span is not None
            return tuple(offset(calendar, p, node.span) if p is not None else None for p in periods)
        if node.op == "to_date":
            return tuple(to_date(calendar, p, node.name) if p is not None else None for p in periods)
        if node.op == "across":
            return tuple(part for p in periods for part in self._parts_of(node, calendar, p))
        return periods

    def _parts_of(self, node: Series, calendar: Calendar, period: Period | None) -> list[Period]:
        """The finer periods that end inside one, as far as the data reach.

        A week that straddles two months belongs to the later one: each counts once, and no month waits for the next.
        """
        if period is None:
            return []
        return [
            p
            for p in calendar.periods(Grain(node.name), period.start, period.end)
            if p.end_us <= period.end_us and p.start_us <= self.executor.known.as_of_us
        ]

    def _across(self, node: Series, finer: Cells, calendar: Calendar, periods: Periods) -> Cells:
        """Finer values summed up inside each period."""
        owner = np.array(
            [at for at, p in enumerate(periods) for _ in self._parts_of(node, calendar, p)], dtype=np.int64
        )
        n = len(self.splits.ways)
        way_and_label = finer.codes - ((finer.codes >> 32) // n * n << 32)
        outer = (owner[(finer.codes >> 32) // n] * n << 32) + way_and_label if len(finer.codes) else finer.codes
        known = ~np.isnan(finer.value) & (finer.extras.get("rows", np.ones(len(finer.codes))) > 0)
        codes, inverse = np.unique(outer, return_inverse=True)
        counts = np.bincount(owner, minlength=len(periods))
        values = np.full(len(codes), np.nan)
        order = np.argsort(inverse, kind="stable")
        ends = np.searchsorted(inverse[order], np.arange(len(codes)), side="right")
        for at, rows in enumerate(np.split(order, ends[:-1])):
            inside = finer.value[rows][known[rows]]
            if node.empty_is_zero:
                lacking = int(counts[(codes[at] >> 32) // n]) - len(inside)
                inside = np.concatenate([inside, np.zeros(lacking)])
            if len(inside):
                values[at] = getattr(np, {"avg": "mean"}.get(node.how, node.how))(inside)
        extras: dict[str, Floats] = {
            "parts": np.asarray(np.bincount(inverse, weights=known.astype(float), minlength=len(codes)), np.float64)
        }
        for name, extra in finer.extras.items():
            if name in ("rows", "open", "unpriced", "sampled"):
                total = np.bincount(inverse, weights=np.nan_to_num(extra), minlength=len(codes))
                extras[name] = np.asarray(total, np.float64)
            elif name == "persons":
                extras[name] = least(inverse, np.where(known, extra, np.inf), len(codes))
        return Cells(codes, values, np.full(len(periods), np.nan), extras)


def _plain(way: Dims, measure: Measure) -> bool:
    """Whether a way to split exists before rows are grouped."""
    return not any(name in measure.group_slices for name, _ in way)


def _length(unit: str, window: Window | None, calendar: Calendar) -> float:
    if window is None:
        return np.nan
    if unit == "working_h":
        return calendar.working_us(window.start_us, window.end_us) / 3_600_000_000
    if unit == "working_d":
        days = calendar.working_day_table(window.first_day, window.last_day)
        return float(sum(days.is_working))
    return (window.end_us - window.start_us) / {"s": 1e6, "min": 6e7, "h": 3.6e9, "d": 8.64e10}[unit]
