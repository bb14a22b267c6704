"""Sources as the model would give them, without a file behind them, and what became of what was loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from bizops.intake import load_files
from bizops.lake import Lake, LoadReport
from bizops.model.language import Column, Source
from bizops.model.nodes import Scalar


def make_source(columns: dict[str, Any], name: str = "s", **keys: Any) -> Source:
    """A source; a column is its type, or a dict of its keys."""
    node = Scalar()
    made = {n: Column(name=n, node=node, **({"type": c} if isinstance(c, str) else c)) for n, c in columns.items()}
    return Source(name=name, node=node, columns=made, **keys)


def load_text(lake: Lake, source: Source, text: str | bytes, name: str = "file.csv") -> LoadReport:
    """Load a file with this content."""
    path = lake.root.parent / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    (report,) = load_files(lake, source, [path])
    return report


def stored(lake: Lake, source: str = "s") -> list[tuple[Any, ...]]:
    """The stored rows in the order of their position, without the own columns."""
    rows: list[dict[str, Any]] = []
    for segment in lake.snapshot().segments(source):
        assert not segment.deleted
        rows += pq.read_table(segment.path, partitioning=None).to_pylist()
    rows.sort(key=lambda row: (row["_delivery"], row["_row"]))
    return [tuple(value for name, value in row.items() if not name.startswith("_")) for row in rows]


def reasons(lake: Lake) -> list[tuple[int, str | None, str]]:
    """Row, field and reason of every quarantined row."""
    return [(row.row, row.field, row.code) for row in lake.quarantine()]


def lake_in(directory: Path) -> Lake:
    """An empty lake with room for files beside it."""
    return Lake.open(directory / "lake")
