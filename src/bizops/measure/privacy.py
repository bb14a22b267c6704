"""Small groups are withheld, and cannot be had by subtraction from their neighbours either."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bizops.measure.blocks import Floats, Ints

Mask = npt.NDArray[np.bool_]


def small_groups(
    codes: Ints,
    persons: Floats,
    minimum: int,
    slices: Sequence[tuple[str | None, ...]],
    also: Mask | None = None,
) -> tuple[Mask, Mask]:
    """Which cells to withhold: those about fewer than *minimum* people, and those that would give them away.

    ``slices`` are the slice values of each cell. Cells that differ in one slice only are a line, and their sum may be
    known. Where the withheld cells of a line count fewer than *minimum* people together, or where there is only one,
    its smallest other cells are withheld too, until no line gives any away (complementary suppression; Cox 1980). Ties
    go by the slice values, so that the same question always has the same answer. ``also`` is withheld for other
    reasons. Returns (small, suppressed).
    """
    small = (persons > 0) & (persons < minimum)
    hidden = small if also is None else small | also
    lines = _lines(codes >> 32, slices, set((codes >> 32)[hidden].tolist()))
    hidden = hidden.copy()
    changed = True
    while changed:
        changed = False
        for line in lines:
            withheld = [cell for cell in line if hidden[cell]]
            if not withheld or (len(withheld) > 1 and persons[withheld].sum() >= minimum):
                continue
            others = [cell for cell in line if not hidden[cell] and persons[cell] > 0]
            if others:
                hidden[min(others, key=lambda cell: (persons[cell], [part or "" for part in slices[cell]]))] = True
                changed = True
    return small, hidden & ~small


def _lines(groups: Ints, slices: Sequence[tuple[str | None, ...]], concerned: set[int]) -> list[list[int]]:
    """Cells of one window and split that differ in one slice only, where any of the split's cells is small."""
    lines: dict[tuple[object, ...], list[int]] = {}
    for cell, group in enumerate(groups.tolist()):
        if group in concerned:
            parts = slices[cell]
            for axis in range(len(parts)):
                lines.setdefault((group, axis, *parts[:axis], *parts[axis + 1 :]), []).append(cell)
    return list(lines.values())
