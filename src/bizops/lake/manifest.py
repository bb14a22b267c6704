"""The list of what belongs to the lake: one small SQLite database, changed in one transaction per commit.

It uses a rollback journal, not WAL: SQLite before 3.51.3, which most Pythons link, can lose commits in WAL mode when a
checkpoint races with a reset, and a lake has one writer and short readers anyway.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bizops.errors import BizopsError

FORMAT = 2
FILE = "manifest.db"

_SCHEMA = """
CREATE TABLE commits (
    seq INTEGER PRIMARY KEY, at_us INTEGER NOT NULL, kind TEXT NOT NULL
);
CREATE TABLE sources (
    source TEXT NOT NULL, made INTEGER NOT NULL REFERENCES commits,
    spec TEXT NOT NULL, key TEXT NOT NULL, time TEXT,
    PRIMARY KEY (source, made)
);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, name TEXT NOT NULL, sha256 TEXT NOT NULL, spec TEXT NOT NULL,
    rows INTEGER NOT NULL, accepted INTEGER NOT NULL, duplicates INTEGER NOT NULL, corrected INTEGER NOT NULL,
    stale INTEGER NOT NULL, quarantined INTEGER NOT NULL, author TEXT, cursor TEXT,
    made INTEGER NOT NULL REFERENCES commits, withdrawn INTEGER REFERENCES commits
);
CREATE INDEX deliveries_by_content ON deliveries (source, sha256);
CREATE VIEW last_deliveries AS
    SELECT * FROM deliveries WHERE withdrawn IS NULL AND (sha256 = '' OR id = (
        SELECT max(id) FROM deliveries AS other
        WHERE other.source = deliveries.source AND other.sha256 = deliveries.sha256
    ));
CREATE TABLE schemas (
    id INTEGER PRIMARY KEY, columns TEXT NOT NULL UNIQUE
);
CREATE TABLE segments (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, part TEXT NOT NULL, path TEXT NOT NULL UNIQUE,
    rows INTEGER NOT NULL, time TEXT, min_us INTEGER, max_us INTEGER, checksum TEXT NOT NULL, size INTEGER NOT NULL,
    schema INTEGER NOT NULL REFERENCES schemas, made INTEGER NOT NULL REFERENCES commits,
    retired INTEGER REFERENCES commits
);
CREATE INDEX segments_by_source ON segments (source, made);
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL,
    checksum TEXT NOT NULL, size INTEGER NOT NULL, made INTEGER NOT NULL REFERENCES commits
);
CREATE TABLE deleted_rows (
    deletion INTEGER NOT NULL REFERENCES deletions, segment INTEGER NOT NULL REFERENCES segments,
    rows INTEGER NOT NULL, min_us INTEGER, max_us INTEGER, PRIMARY KEY (segment, deletion)
) WITHOUT ROWID;
CREATE TABLE quarantine (
    delivery INTEGER NOT NULL REFERENCES deliveries, row INTEGER NOT NULL, field TEXT, code TEXT NOT NULL,
    message TEXT NOT NULL, raw TEXT NOT NULL
);
CREATE INDEX quarantine_by_delivery ON quarantine (delivery);
CREATE TABLE quarantine_counts (
    delivery INTEGER NOT NULL REFERENCES deliveries, code TEXT NOT NULL, rows INTEGER NOT NULL,
    PRIMARY KEY (delivery, code)
) WITHOUT ROWID;
"""

_MARKS = "CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
_UPGRADES = {1: _MARKS}
"""From each format to the next."""


class Manifest:
    """Short transactions on the manifest of one lake."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / FILE

    def create_if_missing(self) -> None:
        """Set up an empty manifest; an existing one is left alone."""
        with self._connected("rwc") as connection:
            if _format_of(connection) == 0:
                if (self.path.parent / "segments").exists():
                    raise self._damaged("it is empty, though there are segments")
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} {_MARKS} PRAGMA user_version = {FORMAT}; COMMIT;")
            while (found := _format_of(connection)) < FORMAT:
                connection.executescript(
                    f"BEGIN IMMEDIATE; {_UPGRADES[found]} PRAGMA user_version = {found + 1}; COMMIT;"
                )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A consistent read, kept short: it holds up the writer's commit."""
        with self._connected("ro") as connection:
            connection.execute("BEGIN")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction, durable when the block ends, undone when it raises."""
        with self._connected("rw") as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        uri = f"{self.path.absolute().as_uri()}?mode={mode}"
        try:
            connection = sqlite3.connect(uri, uri=True, timeout=10.0, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise self._damaged(str(error)) from error
        try:
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            self._check_format(connection, new=mode == "rwc")
            yield connection
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError | sqlite3.IntegrityError) and "malformed" not in str(error):
                raise
            raise self._damaged(str(error)) from error
        finally:
            connection.close()

    def _check_format(self, connection: sqlite3.Connection, *, new: bool) -> None:
        found = _format_of(connection)
        if found == 0 and not new:
            raise self._damaged("it is empty")
        if found > FORMAT:
            raise BizopsError.of(
                "newer-format",
                f"{self.path} was written by a newer bizops (format {found}, this one knows {FORMAT}).",
                hint="Use the newer bizops; nothing was changed.",
            )

    def _damaged(self, reason: str) -> BizopsError:
        return BizopsError.of(
            "damaged-manifest",
            f"{self.path} cannot be read: {reason}.",
            hint="Restore it from a backup, or move the directory away and load the files again.",
        )


def _format_of(connection: sqlite3.Connection) -> int:
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    return int(found)


def add_commit(connection: sqlite3.Connection, kind: str, now_us: int) -> int:
    """Open the next commit and return its number; its time never goes back, even when the machine's clock does."""
    seq, last = connection.execute("SELECT coalesce(max(seq), 0), coalesce(max(at_us), 0) FROM commits").fetchone()
    connection.execute("INSERT INTO commits VALUES (?, ?, ?)", (seq + 1, max(now_us, last + 1), kind))
    return int(seq) + 1


def last_commit(connection: sqlite3.Connection) -> int:
    """The number of the newest commit, 0 when there is none."""
    (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM commits").fetchone()
    return int(seq)


def read_mark(connection: sqlite3.Connection, name: str) -> str | None:
    """How far something has come; None when it has not begun."""
    found = connection.execute("SELECT value FROM marks WHERE name = ?", (name,)).fetchone()
    return None if found is None else str(found[0])


def set_mark(connection: sqlite3.Connection, name: str, value: str) -> None:
    """Keep how far something has come."""
    connection.execute("INSERT OR REPLACE INTO marks VALUES (?, ?)", (name, value))


def schema_id(connection: sqlite3.Connection, columns: tuple[tuple[str, str], ...]) -> int:
    """The number under which a set of columns is kept."""
    text = json.dumps(columns)
    connection.execute("INSERT OR IGNORE INTO schemas (columns) VALUES (?)", (text,))
    (found,) = connection.execute("SELECT id FROM schemas WHERE columns = ?", (text,)).fetchone()
    return int(found)
