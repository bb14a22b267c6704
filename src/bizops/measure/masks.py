"""Distinct counts by several ways to split, from bit masks: one mask for each thing counted, one bit a slice value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from bizops.measure.blocks import Ints

MOST_VALUES = 62
"""Bits of a mask that stay clear of the sign."""

MOST_CELLS = 1 << 22
"""Cells of a table of counts; where groups are many, masks are taken apart in smaller pieces."""


@dataclass(frozen=True)
class Way:
    """One way to split: its index in the question, the column of its codes (1, 2 ...), how many there are."""

    dim: int
    column: str
    size: int


def packed(ways: Sequence[Way]) -> list[list[Way]]:
    """The ways in as few masks as they fit in."""
    packs: list[list[Way]] = []
    for way in sorted(ways, key=lambda way: (way.size, way.dim)):
        if packs and sum(one.size for one in packs[-1]) + way.size <= MOST_VALUES:
            packs[-1].append(way)
        else:
            packs.append([way])
    return packs


def shifts_of(pack: Sequence[Way]) -> list[int]:
    """Where each way's bits begin in the mask."""
    shifts = [0]
    for way in pack[:-1]:
        shifts.append(shifts[-1] + way.size)
    return shifts


def counted(things: pa.Table, packs: Sequence[Sequence[Way]], n_windows: int, n_keys: int) -> tuple[Ints, list[Ints]]:
    """How many things each group has, and for each pack how many have each bit: arrays by group, then by bit.

    A group is a window and a key, numbered ``window * n_keys + key``. ``things`` has one row for each thing of a group,
    with its masks ``$m0``, ``$m1`` ...
    """
    groups = n_windows * n_keys
    group = groups_of(things, n_keys)
    width = next(width for width in (12, 8, 2) if groups << width <= MOST_CELLS or width == 2)
    pieces = np.arange(1 << width)
    bits_of_piece = pieces[:, None] >> np.arange(width) & 1
    by_pack: list[Ints] = []
    for index, pack in enumerate(packs):
        mask = things.column(f"$m{index}").to_numpy()
        counts = np.zeros((groups, MOST_VALUES + width), dtype=np.int64)
        for first in range(0, sum(way.size for way in pack), width):
            cells = (group << width) + (mask >> first & (1 << width) - 1)
            seen = np.bincount(cells, minlength=groups << width).reshape(groups, 1 << width)
            counts[:, first : first + width] = seen @ bits_of_piece
        by_pack.append(counts)
    return np.bincount(group, minlength=groups), by_pack


def groups_of(rows: pa.Table, n_keys: int) -> Ints:
    """The group of each row, by its window and, if there are several, its key (1, 2 ...)."""
    group: Ints = rows.column("$w").to_numpy().astype(np.int64) * n_keys
    if "$k" in rows.column_names:
        group += rows.column("$k").to_numpy() - 1
    return group
