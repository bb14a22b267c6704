"""Which cells of an answer are withheld because they tell about too few people, however the question is put."""

from __future__ import annotations

import numpy as np

from bizops.measure.blocks import slice_values
from bizops.measure.cells import Cells
from bizops.measure.evaluate import Evaluator, Periods, Splits
from bizops.measure.privacy import Mask, small_groups
from bizops.model.language import Kpi

Key = tuple[int, tuple[str, ...], tuple[str | None, ...]]
"""A cell by window, names of its slices and their values."""


def withheld(evaluator: Evaluator, kpi: Kpi, cells: Cells, periods: Periods) -> dict[int, str]:
    """Cells to withhold, each with the code that says why; a filter shows no more than the split by its fields."""
    minimum = _minimum(evaluator, kpi.name)
    persons = cells.extras.get("persons")
    if not minimum or persons is None:
        return {}
    if evaluator.splits.filters:
        reasons = _of_the_split(evaluator, kpi, periods)
        return {at: reasons[key] for at, key in enumerate(_keys(evaluator, cells)) if key in reasons}
    keys = _keys(evaluator, cells)
    also = (
        _hidden_further_down(evaluator, kpi, keys, periods) if (persons > 0).any() else np.zeros(len(keys), dtype=bool)
    )
    slices = [values for _, _, values in keys]
    small, suppressed = small_groups(cells.codes, np.nan_to_num(persons), minimum, slices, also)
    refused = dict.fromkeys(np.flatnonzero(suppressed).tolist(), "suppressed")
    return refused | dict.fromkeys(np.flatnonzero(small).tolist(), "small-group")


def _hidden_further_down(evaluator: Evaluator, kpi: Kpi, keys: list[Key], periods: Periods) -> Mask:
    """Cells that are withheld when split once more by a slice that does not divide them: same people, same fate.

    A branch lies in one region: what a table of branches within regions hides, a table of branches does not show.
    """
    more = _slices(evaluator, kpi.name)
    ways = tuple((*way, name) for way in evaluator.splits.ways if way for name in more if name not in way)
    hidden: dict[Key, list[bool]] = {}
    if ways:
        split = Evaluator(evaluator.model, evaluator.executor, Splits(ways))
        split.demand(kpi.name, periods)
        split.fulfil()
        cells = split.cells(kpi.name, periods)
        below = _keys(split, cells)
        persons = np.nan_to_num(cells.extras["persons"])
        masks = small_groups(cells.codes, persons, _minimum(split, kpi.name), [values for _, _, values in below])
        for at, (window, names, values) in enumerate(below):
            if persons[at] > 0:
                parts = hidden.setdefault((window, names, values[:-1]), [])
                parts.append(bool(masks[0][at] or masks[1][at]))
    alone = {(window, names[:-1], values) for (window, names, values), parts in hidden.items() if parts == [True]}
    return np.array([key in alone for key in keys], dtype=bool)


def _slices(evaluator: Evaluator, name: str) -> list[str]:
    """The slices that everything has that a KPI is made of."""
    kpi = evaluator.model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        return list(kpi.slices)
    parts = [_slices(evaluator, part) for part in sorted(evaluator.series(kpi).kpis())]
    return [slice_ for slice_ in parts[0] if all(slice_ in part for part in parts)] if parts else []


def _minimum(evaluator: Evaluator, name: str) -> int:
    """How many people a value has to be about; 0 where it touches nobody's privacy."""
    kpi = evaluator.model.kpis[name]
    if kpi.kind in ("measure", "journey"):
        return evaluator.recipe(kpi)[0].measure.minimum
    return max((_minimum(evaluator, part) for part in evaluator.series(kpi).kpis()), default=0)


def _of_the_split(evaluator: Evaluator, kpi: Kpi, periods: Periods) -> dict[Key, str]:
    """What would be withheld if the question were split by the filters' fields instead."""
    ways = tuple(dict.fromkeys(_names(evaluator.splits, way) for way in evaluator.splits.ways))
    split = Evaluator(evaluator.model, evaluator.executor, Splits(ways))
    split.demand(kpi.name, periods)
    split.fulfil()
    cells = split.cells(kpi.name, periods)
    keys = list(_keys(split, cells))
    return {keys[at]: reason for at, reason in withheld(split, kpi, cells, periods).items()}


def _names(splits: Splits, way: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*dict(splits.filters), *way)))


def _keys(evaluator: Evaluator, cells: Cells) -> list[Key]:
    splits, texts = evaluator.splits, evaluator.executor.found.labels.texts
    keys: list[Key] = []
    for code in cells.codes.tolist():
        window, at = divmod(code >> 32, len(splits.ways))
        way = splits.ways[at]
        values: dict[str, str | None] = dict(splits.filters)
        values |= zip(way, slice_values(texts[code & 0xFFFFFFFF], len(way)), strict=True)
        names = _names(splits, way)
        keys.append((window, names, tuple(values[name] for name in names)))
    return keys
