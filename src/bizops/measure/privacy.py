"""Small groups are withheld, and cannot be had by subtraction from their neighbours either."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bizops.measure.blocks import Floats, Ints

Mask = npt.NDArray[np.bool_]


def small_groups(codes: Ints, persons: Floats, minimum: int, n_ways: int, whole: int | None) -> tuple[Mask, Mask]:
    """Which cells to withhold: those about fewer than *minimum* people, and those that would give them away.

    ``whole`` is the way that does not split (None: not shown). Where the cells of one window and split that are withheld
    count fewer than *minimum* people together, whoever knows the whole could work them out: the smallest neighbours are
    then withheld too (complementary suppression; Cox 1980). Returns (small, suppressed).
    """
    small = (persons > 0) & (persons < minimum)
    suppressed = np.zeros(len(codes), dtype=bool)
    groups = codes >> 32
    for group in np.unique(groups[small]):
        if whole is not None and group % n_ways == whole:
            continue
        cells = np.flatnonzero(groups == group)
        hidden = [cell for cell in cells if small[cell]]
        rest = sorted(
            (cell for cell in cells if not small[cell] and persons[cell] > 0),
            key=lambda cell: (persons[cell], codes[cell]),
        )
        while rest and (len(hidden) < 2 or sum(persons[cell] for cell in hidden) < minimum):
            neighbour = rest.pop(0)
            suppressed[neighbour] = True
            hidden.append(neighbour)
    return small, suppressed
