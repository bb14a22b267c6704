"""Benchmarks: figures that may be set beside the KPI."""

from __future__ import annotations

from collections.abc import Iterator

from bizops.errors import Problem
from bizops.model.checks.found import as_list
from bizops.model.language import Benchmark
from bizops.model.measures import without_counting
from bizops.model.model import Model
from bizops.units import Unit


@as_list
def check_benchmark(model: Model, benchmark: Benchmark) -> Iterator[Problem]:
    """Its unit measures the same as the KPI's, apart from what is counted: EUR/person stands beside EUR/fte."""
    kpi = model.kpis[benchmark.kpi]
    theirs, ours = (without_counting(Unit.parse(unit, model.nouns)) for unit in (benchmark.unit, kpi.unit))
    if not theirs.compatible(ours):
        message = f"The figures are in {benchmark.unit}, '{kpi.name}' is in {kpi.unit}: they cannot be compared."
        yield Problem("unit-mismatch", message, benchmark.place("unit"))
    if not benchmark.values:
        yield Problem("missing-value", "A benchmark without figures says nothing.", benchmark.place("values"))
