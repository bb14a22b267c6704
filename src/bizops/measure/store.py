"""The result store: values of windows, kept exactly as they were computed.

A block is kept per pass (an Arrow file); an index says for which window, fingerprint of the data, calendar and ways to
split it holds, and which components. Nothing is ever overwritten: late data have another fingerprint, so that old
values stay what they were known as. The whole store can be deleted; it is computed again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bizops.measure.windows import Window

if TYPE_CHECKING:
    from bizops.measure.blocks import Block

_SCHEMA = """
CREATE TABLE IF NOT EXISTS blocks (id INTEGER PRIMARY KEY, file TEXT NOT NULL, dims TEXT NOT NULL, components TEXT NOT
NULL,
  query TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS windows (
  start_us INTEGER NOT NULL, end_us INTEGER NOT NULL, fingerprint TEXT NOT NULL, dims TEXT NOT NULL,
  block INTEGER NOT NULL REFERENCES blocks(id), position INTEGER NOT NULL,
  PRIMARY KEY (start_us, end_us, fingerprint, dims, block)
) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Kept:
    """Where a window's values are kept: in which block, as which of its windows."""

    block: int
    position: int


class ResultStore:
    """Blocks on disk. A store that cannot be written to is used without keeping anything."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._opened: sqlite3.Connection | None = None
        self._blocks: dict[int, Block] = {}

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        if self._opened is None:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._opened = sqlite3.connect(self.directory / "index.db", timeout=10, isolation_level=None)
            # Results can be computed again: losing the last ones in a power cut is harmless, waiting for the disk
            # is not.
            self._opened.executescript("PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF;" + _SCHEMA)
        yield self._opened

    def find(self, wanted: Iterable[tuple[Window, str]], dims: Sequence[str]) -> dict[tuple[Window, str], list[Kept]]:
        """For each window and fingerprint, the blocks that hold it for all ways to split."""
        found: dict[tuple[Window, str], list[Kept]] = {}
        with self._database() as database:
            for window, fingerprint in wanted:
                rows = database.execute(
                    "SELECT dims, block, position FROM windows WHERE start_us = ? AND end_us = ? AND fingerprint = ?",
                    (window.start_us, window.end_us, fingerprint),
                )
                kept = [Kept(block, position) for have, block, position in rows if set(dims) <= set(json.loads(have))]
                if kept:
                    found[window, fingerprint] = kept
        return found

    def block(self, number: int) -> Block | None:
        """A kept block; None when its file is gone."""
        if number not in self._blocks:
            import pyarrow as pa

            from bizops.measure.blocks import Block

            with self._database() as database:
                row = database.execute("SELECT file, components, query FROM blocks WHERE id = ?", (number,)).fetchone()
            if row is None:
                return None
            with suppress(OSError, pa.ArrowInvalid):
                with pa.memory_map(str(self.directory / row[0])) as file:
                    table = pa.ipc.open_file(file).read_all()
                where = {key: (column, disc) for key, (column, disc) in json.loads(row[1]).items()}
                self._blocks[number] = Block(table, where, row[2])
        return self._blocks.get(number)

    def dims_of(self, number: int) -> list[str]:
        """The ways to split a block holds, in its order."""
        with self._database() as database:
            row = database.execute("SELECT dims FROM blocks WHERE id = ?", (number,)).fetchone()
        return list(json.loads(row[0]))

    def keep(self, block: Block, windows: Sequence[tuple[Window, str]], dims: Sequence[str]) -> None:
        """Keeps a block for its windows, each with the fingerprint of the data it was computed from."""
        import pyarrow as pa

        name = f"{uuid4().hex}.arrow"
        temporary = self.directory / f"{name}.part"
        with self._database() as database:
            with pa.OSFile(str(temporary), "wb") as file, pa.ipc.new_file(file, block.table.schema) as writer:
                writer.write_table(block.table)
            temporary.rename(self.directory / name)
            database.execute("BEGIN IMMEDIATE")
            made = database.execute(
                "INSERT INTO blocks (file, dims, components, query) VALUES (?, ?, ?, ?)",
                (name, json.dumps(list(dims)), json.dumps(block.where), block.query),
            )
            database.executemany(
                "INSERT OR IGNORE INTO windows VALUES (?, ?, ?, ?, ?, ?)",
                [
                    (window.start_us, window.end_us, fingerprint, json.dumps(list(dims)), made.lastrowid, position)
                    for position, (window, fingerprint) in enumerate(windows)
                ],
            )
            database.execute("COMMIT")

    def close(self) -> None:
        """Ends the connection to the index."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None
