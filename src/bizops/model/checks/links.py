"""Links of the KPI tree."""

from __future__ import annotations

from collections.abc import Iterator

from bizops.errors import Problem
from bizops.model.checks.found import as_list
from bizops.model.language import Evidence, Link
from bizops.model.model import Model


@as_list
def check_link(model: Model, link: Link) -> Iterator[Problem]:
    """It leads from one KPI to another, and its evidence is no contradiction in itself."""
    if link.by == link.kpi:
        yield Problem("cycle", f"'{link.kpi}' cannot influence itself.", link.place("by"))
    for evidence in link.evidence:
        yield from _check_interval(evidence)


def _check_interval(evidence: Evidence) -> Iterator[Problem]:
    low, high, estimate = evidence.low, evidence.high, evidence.estimate
    if low is not None and high is not None and low > high:
        yield Problem("bad-range", f"The interval ends at {high:g}, below its start {low:g}.", evidence.place("high"))
    elif estimate is not None and ((low is not None and estimate < low) or (high is not None and estimate > high)):
        yield Problem("bad-range", f"The estimate {estimate:g} lies outside its interval.", evidence.place("estimate"))
