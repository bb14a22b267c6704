"""Distinct counts by several slices from bit masks: what the plan counted by mask, told apart by bit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.measure.blocks import Block, floats
from bizops.model.typed import Typed

MOST_VALUES = 62
"""Bits of a mask that stay clear of the sign."""

PACK_BITS = 16
"""Ways with few values share a mask as long as its combinations stay few: they are then grouped by once instead of
once each."""


@dataclass(frozen=True)
class Way:
    """One way to split: its index in the question, its expression, its values (as labels)."""

    dim: int
    typed: Typed
    values: tuple[str, ...]


def packed(ways: Sequence[Way]) -> list[list[Way]]:
    """The ways in as few masks as sensible."""
    packs: list[list[Way]] = []
    for way in sorted(ways, key=lambda way: (len(way.values), way.dim)):
        if packs and sum(len(one.values) for one in packs[-1]) + len(way.values) <= PACK_BITS:
            packs[-1].append(way)
        else:
            packs.append([way])
    return packs


def shifts_of(pack: Sequence[Way]) -> list[int]:
    """Where each way's bits begin in the mask."""
    shifts = [0]
    for way in pack[:-1]:
        shifts.append(shifts[-1] + len(way.values))
    return shifts


def values_of(table: pa.Table, dim: int) -> list[str]:
    """The slice values (as labels) that occur for one way to split."""
    here = table.column("$dim").to_numpy() == dim
    return sorted({text or "" for text in table.column("$label").filter(pa.array(here)).to_pylist()})


def counted(
    answer: pa.Table, packs: Sequence[Sequence[Way]], whole: int | None, where: dict[str, tuple[str, str | None]]
) -> Block:
    """A block of distinct counts from the answer of a mask plan; ``whole`` is the unsplit way, if asked for."""
    texts, codes = _coded(answer)
    n = len(texts) + 1
    group = answer.column("$w").to_numpy().astype(np.int64) * n + codes
    counts = floats(answer.column("c0"))
    single = "grouping" not in answer.column_names
    sets = np.zeros(answer.num_rows) if single else answer.column("grouping").to_numpy()
    columns: dict[str, list[object]] = {"$w": [], "$dim": [], "$label": [], "$k": [], "c0": []}

    def add(rows: npt.NDArray[np.intp], dim: int, label: str) -> None:
        groups, inverse = np.unique(group[rows], return_inverse=True)
        totals = np.bincount(inverse, weights=counts[rows], minlength=len(groups))
        columns["$w"] += (groups // n).tolist()
        columns["$dim"] += [dim] * len(groups)
        columns["$label"] += [label] * len(groups)
        columns["$k"] += [texts[g] if g < len(texts) else None for g in (groups % n).tolist()]
        columns["c0"] += totals.tolist()

    for index, pack in enumerate(packs):
        rows = np.flatnonzero(sets == index)
        if index == 0 and whole is not None:
            add(rows, whole, "")
        # Rows of other packs have no mask here; with them the column would be read as floats, which hold 53 bits.
        masks = answer.column(f"$m{index}").take(pa.array(rows)).to_numpy()
        for way, shift in zip(pack, shifts_of(pack), strict=True):
            for bit, label in enumerate(way.values):
                add(rows[masks >> (shift + bit) & 1 == 1], way.dim, label)
    types = {"$w": pa.int32(), "$dim": pa.int32(), "$label": pa.string(), "$k": pa.string(), "c0": pa.float64()}
    return Block(pa.table({name: pa.array(column, types[name]) for name, column in columns.items()}), where)


def _coded(answer: pa.Table) -> tuple[list[str], npt.NDArray[np.int64]]:
    """The values of ``$k`` and each row's index among them; rows without have the index behind the last."""
    if "$k" not in answer.column_names:
        return [], np.zeros(answer.num_rows, np.int64)
    encoded = pc.dictionary_encode(answer.column("$k").combine_chunks())
    indices = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return encoded.dictionary.to_pylist(), indices.astype(np.int64)
