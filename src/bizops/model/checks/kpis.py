"""KPIs: what their kind asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bizops.errors import Problem
from bizops.model.checks.found import as_list, unknown
from bizops.model.dependencies import kpi_names
from bizops.model.language import Kpi
from bizops.model.model import Model

_ROUNDING = 1e-6


@as_list
def check_kpi(model: Model, kpi: Kpi) -> Iterator[Problem]:
    """Its parts belong together."""
    if kpi.kind == "measure":
        yield from _check_measure(model, kpi)
    elif kpi.kind == "journey" and kpi.anchor is not None:
        steps = model.journeys[kpi.journey or ""].steps
        if kpi.anchor not in steps:
            yield unknown(kpi.anchor, steps, "step", kpi.place("anchor"), of=kpi.journey)
    elif kpi.kind == "series":
        yield from _check_series(kpi)
    if kpi.kind in ("ratio", "series"):
        yield from _check_slices(model, kpi)
    for index, name in enumerate(kpi.slices):
        if name in kpi.slices[:index]:
            yield Problem(
                "duplicate-name", f"'{name}' stands twice.", kpi.place("slices", index), "Remove one of them."
            )


def _check_measure(model: Model, kpi: Kpi) -> Iterator[Problem]:
    if kpi.each and not kpi.per:
        yield Problem("missing-key", "'each' describes groups: by what?", kpi.place("each"), "Add 'per'.")
    for name in kpi.each:
        if name in kpi.per:
            yield Problem(
                "duplicate-name", f"'{name}' stands in 'per' already.", kpi.place("each", name), "Rename one."
            )
    if kpi.over in model.events or kpi.time is not None or kpi.grain == "total":
        return
    source = model.sources[kpi.over or ""]
    if source.time is None and source.valid is None:
        message = f"It is not known to which period a row of '{source.name}' belongs: it has no 'time'."
        yield Problem("missing-time", message, kpi.place("over"), "Give the KPI, or its source, a 'time'.")


def _check_series(kpi: Kpi) -> Iterator[Problem]:
    if kpi.value is None and not kpi.index:
        yield Problem("missing-key", f"'{kpi.name}' lacks a 'value' (a formula over KPIs) or an 'index'.", kpi.place())
    elif kpi.value is not None and kpi.index:
        yield Problem(
            "key-not-for-kind", "A KPI is a formula or an index, not both.", kpi.place("index"), "Remove one."
        )
    if not kpi.index:
        return
    total = sum(part.weight for part in kpi.index.values())
    if abs(total - 1) > _ROUNDING:
        yield Problem("bad-weights", f"The weights of an index add up to 1, not {total:g}.", kpi.place("index"))
    for name, part in kpi.index.items():
        if part.worst == part.best:
            message = f"'{name}' scores 0 and 100 at the same value."
            yield Problem("bad-range", message, kpi.place("index", name, "best"), "Set 'best' apart from 'worst'.")


def _check_slices(model: Model, kpi: Kpi) -> Iterator[Problem]:
    for index, name in enumerate(kpi.slices):
        for part in _parts(model, kpi):
            if name not in (slices := model.kpis[part].slices):
                message = f"'{kpi.name}' cannot be split by '{name}', because '{part}' is not."
                hint = f"Slices of '{part}': {', '.join(slices) or 'none'}."
                yield Problem("unknown-slice", message, kpi.place("slices", index), hint)
                break


def _parts(model: Model, kpi: Kpi) -> Iterable[str]:
    formula = kpi_names(kpi.value) if kpi.kind == "series" else []
    named = [name for name in (kpi.numerator, kpi.denominator) if name]
    return [name for name in (*named, *kpi.index, *formula) if name in model.kpis]
