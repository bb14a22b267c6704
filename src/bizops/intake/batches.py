"""What readers hand on: blocks of rows as they were delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bizops.errors import BizopsError, did_you_mean
from bizops.lake import Rejection

ROWS_PER_BLOCK = 65_536


@dataclass(frozen=True)
class Block:
    """Some rows of a delivery: columns by the header they came under, the position of each row, and torn rows.

    Values are text where the format knows no types, and Arrow values of the format's own type otherwise.
    """

    table: pa.RecordBatch
    positions: npt.NDArray[np.int64]
    torn: tuple[Rejection, ...] = ()


@dataclass(frozen=True)
class Reading:
    """An opened delivery: its headers, its blocks, its ``size`` in bytes (0 when unknown) and how many are read."""

    headers: tuple[str, ...]
    blocks: Iterator[Block]
    size: int = 0
    done: Callable[[], int] = lambda: 0


def text_block(
    headers: Sequence[str],
    rows: Sequence[Mapping[str, str | None]],
    positions: Sequence[int],
    torn: Iterable[Rejection] = (),
) -> Block:
    """A block of texts from rows by header; what a row lacks is NULL."""
    columns = [pa.array([row.get(header) for row in rows], pa.string()) for header in headers]
    table = pa.RecordBatch.from_arrays(columns, names=list(headers))
    return Block(table, np.array(positions, dtype=np.int64), tuple(torn))


def missing_column(name: str, header: str, headers: Iterable[str]) -> BizopsError:
    """The error for a delivery that lacks a column."""
    known = sorted(headers)
    return BizopsError.of(
        "missing-column",
        f"{name} has no column '{header}'.",
        hint=did_you_mean(header, known) or f"It has: {', '.join(known[:20])}.",
    )


class Keys:
    """Remembers which keys the rows of a delivery have, where there is no header to tell beforehand."""

    def __init__(self, name: str, wanted: Sequence[str]) -> None:
        self._name, self._wanted = name, wanted
        self._seen: set[str] = set()
        self._rows = 0

    def note(self, keys: Iterable[str]) -> None:
        """A row has these keys."""
        self._rows += 1
        self._seen.update(keys)

    def check(self) -> None:
        """Raise ``missing-column`` for a key that not a single row had."""
        for header in self._wanted:
            if self._rows and header not in self._seen:
                raise missing_column(self._name, header, self._seen)
