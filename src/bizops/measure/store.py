"""The result store: values of windows, kept exactly as they were computed.

A block is kept per pass (a sealed Arrow file, which says itself what it holds); an index finds the blocks that may hold
a window with a fingerprint of the data and the calendar. Nothing is ever overwritten: late data have another
fingerprint, so that old values stay what they were known as. The whole store can be deleted, or be damaged; what it
does not hold any more is computed again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from bizops.measure.windows import Window

if TYPE_CHECKING:
    from bizops.measure.blocks import Block

INDEX = "index-2.db"
"""Its number grows with its form; an index of another form is not looked at."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS windows (
  start_us INTEGER NOT NULL, end_us INTEGER NOT NULL, fingerprint TEXT NOT NULL, file TEXT NOT NULL,
  PRIMARY KEY (start_us, end_us, fingerprint, file)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Kept:
    """A kept block: the block, the ways to split it holds, and the place of each of its windows."""

    block: Block
    dims: tuple[str, ...]
    positions: dict[tuple[Window, str], int]


class ResultStore:
    """Blocks on disk."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._opened: sqlite3.Connection | None = None
        self._kept: dict[str, Kept | None] = {}

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        """The index; a damaged one is begun anew."""
        if self._opened is None:
            try:
                self._opened = self._connect()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                self._discard()
                self._opened = self._connect()
        try:
            yield self._opened
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError:
            self._discard()

    def _discard(self) -> None:
        self.close()
        (self.directory / INDEX).unlink(missing_ok=True)

    def _connect(self) -> sqlite3.Connection:
        self.directory.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.directory / INDEX, timeout=10, isolation_level=None)
        # Results can be computed again: losing the last ones in a power cut is harmless, waiting for the disk is not.
        connection.executescript("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF;" + _SCHEMA)
        return connection

    def find(self, wanted: Iterable[tuple[Window, str]], dims: Sequence[str]) -> dict[tuple[Window, str], list[Kept]]:
        """For each window and fingerprint, the blocks that hold it for all ways to split."""
        files: dict[tuple[Window, str], list[str]] = {}
        with self._database() as database:
            for window, fingerprint in wanted:
                rows = database.execute(
                    "SELECT file FROM windows WHERE start_us = ? AND end_us = ? AND fingerprint = ?",
                    (window.start_us, window.end_us, fingerprint),
                )
                files[window, fingerprint] = [file for (file,) in rows]
        found: dict[tuple[Window, str], list[Kept]] = {}
        for key, names in files.items():
            for name in names:
                kept = self._read(name)
                if kept is not None and key in kept.positions and set(dims) <= set(kept.dims):
                    found.setdefault(key, []).append(kept)
        return found

    def _read(self, name: str) -> Kept | None:
        """A kept block; None when its file is gone or damaged."""
        if name not in self._kept:
            from bizops.measure.blocks import Block
            from bizops.measure.sealed import read_sealed

            table = read_sealed(self.directory / name)
            self._kept[name] = None
            if table is not None:
                facts: dict[str, Any] = json.loads(table.schema.metadata[b"facts"])
                where = {key: (column, disc) for key, (column, disc) in facts["components"].items()}
                positions = {
                    (Window(start, end, date.fromisoformat(first), date.fromisoformat(last)), fingerprint): at
                    for at, (start, end, first, last, fingerprint) in enumerate(facts["windows"])
                }
                self._kept[name] = Kept(Block(table, where, facts["query"]), tuple(facts["dims"]), positions)
        return self._kept[name]

    def keep(self, block: Block, windows: Sequence[tuple[Window, str]], dims: Sequence[str]) -> None:
        """Keeps a block for its windows, each with the fingerprint of the data it was computed from.

        Where nothing can be kept (the directory was deleted meanwhile, the disk is full, another process holds the
        index), the values are computed again another time: that is no reason to end a query.
        """
        try:
            self._keep(block, windows, dims)
        except (OSError, sqlite3.OperationalError):
            self.close()

    def _keep(self, block: Block, windows: Sequence[tuple[Window, str]], dims: Sequence[str]) -> None:
        from bizops.measure.sealed import write_sealed

        facts = {
            "components": block.where,
            "dims": list(dims),
            "query": block.query,
            "windows": [
                (w.start_us, w.end_us, w.first_day.isoformat(), w.last_day.isoformat(), fingerprint)
                for w, fingerprint in windows
            ],
        }
        name = f"{uuid4().hex}.arrow"
        write_sealed(self.directory / name, block.table.replace_schema_metadata({"facts": json.dumps(facts)}))
        with self._database() as database:
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT OR IGNORE INTO windows VALUES (?, ?, ?, ?)",
                [(window.start_us, window.end_us, fingerprint, name) for window, fingerprint in windows],
            )
            database.execute("COMMIT")

    def close(self) -> None:
        """Ends the connection to the index."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
