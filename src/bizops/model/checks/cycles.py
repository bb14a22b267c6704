"""No definition is made from itself, however indirectly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bizops.errors import Place, Problem
from bizops.model.checks.found import as_list
from bizops.model.expression import names, parse_expression
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.model.scalars import ExprText

Edges = Mapping[str, Mapping[str, Place]]
"""For each name the names it is made from, and where that is written."""


@as_list
def check_cycles(model: Model) -> Iterator[Problem]:
    """Neither the computation of KPIs nor the arithmetic of the KPI tree leads back to where it began.

    They are two graphs: `revenue = customers * revenue_per_customer` is a fine identity, although the ratio on its
    right is computed from revenue.
    """
    yield from _cycles({name: dict(_parts(kpi, model)) for name, kpi in model.kpis.items()}, "is computed from")
    identities: dict[str, dict[str, Place]] = {}
    for link in model.links.values():
        if link.formula is not None:
            identities.setdefault(link.kpi, {}).update(_named(link.formula, model))
    yield from _cycles(identities, "is broken down into")


def _parts(kpi: Kpi, model: Model) -> Iterator[tuple[str, Place]]:
    if kpi.numerator:
        yield kpi.numerator, kpi.place("numerator")
    if kpi.denominator:
        yield kpi.denominator, kpi.place("denominator")
    for name in kpi.index:
        yield name, kpi.place("index", name)
    if kpi.kind == "series" and kpi.value is not None:
        yield from _named(kpi.value, model)


def _named(formula: ExprText, model: Model) -> Iterator[tuple[str, Place]]:
    for name in names(parse_expression(formula.text)):
        if name.name in model.kpis:
            yield name.name, formula.place_at(name.pos)


def _cycles(edges: Edges, verb: str) -> Iterator[Problem]:
    """One problem a cycle, at the edge that leads on from the member that stands first in the files."""
    settled: set[str] = set()
    for start in sorted(edges, key=lambda name: min(edges[name].values(), default=Place("", 0, 0))):
        path = _path_back(start, edges, settled.__contains__)
        if path:
            settled.update(path)
            shown = " → ".join((*path, start))
            yield Problem("cycle", f"'{start}' {verb} itself: {shown}.", edges[start][(*path, start)[1]])


def _path_back(start: str, edges: Edges, is_settled: Callable[[str], bool]) -> tuple[str, ...] | None:
    """The names from *start* on that lead back to it, or None."""
    if is_settled(start):
        return None
    ahead: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while ahead:
        path = ahead.pop()
        for name in edges.get(path[-1], ()):
            if name == start:
                return path
            if name not in seen:
                seen.add(name)
                ahead.append((*path, name))
    return None
