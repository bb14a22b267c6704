"""Reads Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bizops.errors import BizopsError
from bizops.intake.batches import ROWS_PER_BLOCK, Block, Reading


def read_parquet(path: Path) -> Reading:
    """The rows of a Parquet file, in its own types; positions count from 1."""
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        raise BizopsError.of("unreadable-file", f"{path} is not a readable Parquet file: {error}.") from error
    return Reading(tuple(file.schema_arrow.names), _blocks(file), 0)


def _blocks(file: pq.ParquetFile) -> Iterator[Block]:
    rows = 0
    with file:
        for batch in file.iter_batches(batch_size=ROWS_PER_BLOCK):
            yield Block(batch, np.arange(rows + 1, rows + batch.num_rows + 1))
            rows += batch.num_rows
