"""When the rows of a segment happened, without those that were corrected since."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from bizops.lake.spec import DELIVERY, ROW


def live_bounds(path: str, time: str, deletions: Iterable[str]) -> tuple[int, int] | tuple[None, None]:
    """First and last instant of a segment's current rows in microseconds since 1970; None when none is left.

    A row once typed 2062 and corrected since must not make every later period look complete.
    """
    return _live_bounds(path, time, tuple(deletions))


@lru_cache(maxsize=256)
def _live_bounds(path: str, time: str, deletions: tuple[str, ...]) -> tuple[int, int] | tuple[None, None]:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    def names(table: pa.Table) -> np.ndarray[tuple[int, ...], np.dtype[np.int64]]:
        deliveries = table.column(DELIVERY).to_numpy().astype(np.int64)
        named: np.ndarray[tuple[int, ...], np.dtype[np.int64]] = (deliveries << 40) + table.column(ROW).to_numpy()
        return named

    rows = pq.read_table(path, columns=[time, DELIVERY, ROW])
    gone = np.concatenate([names(pq.read_table(deletion, columns=[DELIVERY, ROW])) for deletion in deletions])
    left = rows.filter(pa.array(~np.isin(names(rows), gone))).column(time)
    if left.null_count == len(left):
        return None, None
    if pa.types.is_date32(left.type):
        left = pc.cast(left, pa.timestamp("us"))
    bounds = pc.min_max(pc.cast(left, pa.int64())).as_py()
    return int(bounds["min"]), int(bounds["max"])
