"""Rows on their way in: typed batches on disk, not yet part of the lake."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bizops.lake.spec import TableSpec

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

RAW_LIMIT = 4096
KEPT_PER_DELIVERY = 10_000


@dataclass(frozen=True, slots=True)
class Rejection:
    """A row that cannot be taken, and why; ``raw`` is what was delivered."""

    row: int
    field: str | None
    code: str
    message: str
    raw: str


@dataclass
class Staging:
    """Collects the rows of one delivery in a temporary Parquet file, and those that cannot be taken.

    Used as a context manager: the temporary file is gone afterwards. Of the rejected rows all are counted by reason and
    the first 10,000 are kept.
    """

    spec: TableSpec
    parent: Path
    rows: int = 0
    sorted_by_time: bool = True
    rejected: list[Rejection] = field(default_factory=list)
    rejected_by_code: dict[str, int] = field(default_factory=dict)
    _last_us: int | None = None
    _writer: pq.ParquetWriter | None = None
    _directory: Path | None = None

    def __enter__(self) -> Self:
        import pyarrow.parquet as pq

        self.parent.mkdir(parents=True, exist_ok=True)
        self._directory = Path(tempfile.mkdtemp(dir=self.parent))
        self._writer = pq.ParquetWriter(self.path, self.spec.staged_schema(), compression="lz4", use_dictionary=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.finish()
        if self._directory:
            shutil.rmtree(self._directory, ignore_errors=True)

    @property
    def path(self) -> Path:
        """The temporary file."""
        assert self._directory is not None, "use Staging in a with statement"
        return self._directory / "rows.parquet"

    def write(self, batch: pa.RecordBatch) -> None:
        """Add typed rows; the batch has the spec's columns and ``_row``."""
        assert self._writer is not None, "use Staging in a with statement"
        if batch.num_rows:
            self._writer.write_batch(batch)
            self.rows += batch.num_rows
            self._note_order(batch)

    def reject(self, rejection: Rejection) -> None:
        """Note a row that cannot be taken."""
        self.rejected_by_code[rejection.code] = self.rejected_by_code.get(rejection.code, 0) + 1
        if len(self.rejected) < KEPT_PER_DELIVERY:
            self.rejected.append(rejection)

    def finish(self) -> None:
        """No more rows will come."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _note_order(self, batch: pa.RecordBatch) -> None:
        if self.spec.time is None or not self.sorted_by_time:
            return
        import numpy as np

        from bizops.lake.segments import micros_of

        column = batch.column(self.spec.time)
        micros = micros_of(column)
        ordered = column.null_count == 0 and bool(np.all(micros[1:] >= micros[:-1]))
        self.sorted_by_time = ordered and (self._last_us is None or int(micros[0]) >= self._last_us)
        if ordered:
            self._last_us = int(micros[-1])
