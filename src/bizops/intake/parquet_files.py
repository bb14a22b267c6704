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
    return Reading(tuple(file.schema_arrow.names), _blocks(file, path), path.stat().st_size)


def _blocks(file: pq.ParquetFile, path: Path) -> Iterator[Block]:
    rows, total, size = 0, file.metadata.num_rows, path.stat().st_size
    with file:
        for batch in file.iter_batches(batch_size=ROWS_PER_BLOCK):
            positions = np.arange(rows + 1, rows + batch.num_rows + 1)
            rows += batch.num_rows
            yield Block(batch, positions, done=size * rows // max(total, 1))
