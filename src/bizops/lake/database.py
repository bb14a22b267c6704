"""DuckDB for the lake's own comparisons: bounded memory, spilling into the lake, and no way out to the network."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

MEMORY = "128MB"


@contextmanager
def open_database(temporary: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database that is gone after the block."""
    db = duckdb.connect(
        config={
            "memory_limit": MEMORY,
            "temp_directory": str(temporary),
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        }
    )
    try:
        yield db
    finally:
        db.close()
