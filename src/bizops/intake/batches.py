"""What readers hand on: blocks of rows as they were delivered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bizops.lake import Rejection

ROWS_PER_BLOCK = 65_536


@dataclass(frozen=True)
class Block:
    """Some rows of a delivery: columns by the header they came under, the position of each row, and torn rows.

    Values are text where the format knows no types, and Arrow values of the format's own type otherwise. ``done`` is how
    many bytes of the delivery have been read.
    """

    table: pa.RecordBatch
    positions: npt.NDArray[np.int64]
    torn: tuple[Rejection, ...] = ()
    done: int = 0


@dataclass(frozen=True)
class Reading:
    """An opened delivery: its headers and its blocks. ``size`` is the number of bytes, 0 when unknown."""

    headers: tuple[str, ...]
    blocks: Iterator[Block]
    size: int = 0
    note: str = field(default="")
