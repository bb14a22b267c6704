"""Distinct counts by several slices from bit masks: what the plan counted by mask, told apart by bit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.measure.blocks import Block, floats

MOST_VALUES = 62
"""Bits of a mask that stay clear of the sign."""


def values_of(table: pa.Table, dim: int) -> list[str]:
    """The slice values (as labels) that occur for one way to split."""
    here = table.column("$dim").to_numpy() == dim
    return sorted({text or "" for text in table.column("$label").filter(pa.array(here)).to_pylist()})


def counted(
    answer: pa.Table,
    dims: Sequence[int | None],
    values: Sequence[Sequence[str]],
    where: dict[str, tuple[str, str | None]],
) -> Block:
    """A block of distinct counts from the answer of a mask plan.

    ``dims`` names for each grouping set the way to split it stands for (None: not asked for); ``values`` the labels
    behind the bits of each mask.
    """
    texts, codes = _coded(answer)
    n = len(texts) + 1
    group = answer.column("$w").to_numpy().astype(np.int64) * n + codes
    counts = floats(answer.column("c0"))
    sets = answer.column("grouping").to_numpy()
    columns: dict[str, list[object]] = {"$w": [], "$dim": [], "$label": [], "$k": [], "c0": []}

    def add(rows: npt.NDArray[np.intp], dim: int, label: str) -> None:
        groups, inverse = np.unique(group[rows], return_inverse=True)
        totals = np.bincount(inverse, weights=counts[rows], minlength=len(groups))
        columns["$w"] += (groups // n).tolist()
        columns["$dim"] += [dim] * len(groups)
        columns["$label"] += [label] * len(groups)
        columns["$k"] += [texts[g] if g < len(texts) else None for g in (groups % n).tolist()]
        columns["c0"] += totals.tolist()

    for index, dim in enumerate(dims):
        rows = np.flatnonzero(sets == index)
        if dim is None:
            continue
        if index == 0:
            add(rows, dim, "")
            continue
        masks = answer.column(f"$m{index - 1}").to_numpy(zero_copy_only=False)[rows].astype(np.int64)
        for bit, label in enumerate(values[index - 1]):
            add(rows[masks >> bit & 1 == 1], dim, label)
    types = {"$w": pa.int32(), "$dim": pa.int32(), "$label": pa.string(), "$k": pa.string(), "c0": pa.float64()}
    return Block(pa.table({name: pa.array(column, types[name]) for name, column in columns.items()}), where)


def _coded(answer: pa.Table) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The values of ``$k`` and each row's index among them; rows without have the index behind the last."""
    if "$k" not in answer.column_names:
        return [], np.zeros(answer.num_rows, np.int64)
    encoded = pc.dictionary_encode(answer.column("$k").combine_chunks())
    indices = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return encoded.dictionary.to_pylist(), indices.astype(np.int64)
