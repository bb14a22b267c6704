"""A consistent view of the lake at one commit: which segments hold a source's rows, and which rows are outdated."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from sqlite3 import Connection

from bizops.lake.files import StoredFile, verify_file
from bizops.lake.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Deletion:
    """Rows of one segment that were corrected later: a Parquet file of ``(_delivery, _row)`` naming them."""

    path: str
    rows: int
    min_us: int | None
    max_us: int | None
    file: StoredFile


@dataclass(frozen=True, slots=True)
class Segment:
    """An immutable Parquet file of rows.

    ``min_us`` and ``max_us`` bound the source's time column (microseconds since 1970 UTC); None means unknown: the rows
    may lie anywhere. ``columns`` are the names and Arrow types present in the file, without the own ones.
    """

    id: int
    source: str
    part: str
    path: str
    rows: int
    min_us: int | None
    max_us: int | None
    columns: tuple[tuple[str, str], ...]
    deleted: tuple[Deletion, ...]
    file: StoredFile

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Every file that is needed to read its current rows."""
        return (self.file, *(deletion.file for deletion in self.deleted))

    def meets(self, start_us: int | None, end_us: int | None) -> bool:
        """Whether a row of the half-open range [start, end) may be in it."""
        return _meets(self.min_us, self.max_us, start_us, end_us)


@dataclass(frozen=True, slots=True)
class DeliveryRecord:
    """What came with one delivery and what became of its rows."""

    id: int
    source: str
    name: str
    sha256: str
    rows: int
    accepted: int
    duplicates: int
    corrected: int
    stale: int
    quarantined: int
    loaded_at_us: int
    author: str | None


class Snapshot:
    """The lake as it was after one commit; later commits never change what it shows."""

    def __init__(self, root: Path, manifest: Manifest, seq: int) -> None:
        self._root = root
        self._manifest = manifest
        self.seq = seq
        self._segments = cache(self._read_segments)
        self._ranges = cache(self._read_range)

    def __reduce__(self) -> tuple[type[Snapshot], tuple[Path, Manifest, int]]:
        return Snapshot, (self._root, self._manifest, self.seq)

    def sources(self) -> tuple[str, ...]:
        """The sources that have rows or deliveries."""
        with self._manifest.reading() as connection:
            found = connection.execute(
                "SELECT DISTINCT source FROM sources WHERE made <= ? ORDER BY source", (self.seq,)
            )
            return tuple(source for (source,) in found)

    def segments(self, source: str, start_us: int | None = None, end_us: int | None = None) -> tuple[Segment, ...]:
        """The segments that may hold rows of [start, end), in the order in which they were written."""
        return tuple(segment for segment in self._segments(source) if segment.meets(start_us, end_us))

    def rows(self, source: str) -> int:
        """How many rows are current."""
        return sum(s.rows - sum(d.rows for d in s.deleted) for s in self._segments(source))

    def time_range(self, source: str) -> tuple[int, int] | None:
        """First and last instant of the source's current rows, in microseconds since 1970 UTC."""
        return self._ranges(source)

    def _read_range(self, source: str) -> tuple[int, int] | None:
        bounds = [self._bounds(segment) for segment in self._segments(source)]
        known = [(low, high) for low, high in bounds if low is not None and high is not None]
        return (min(low for low, _ in known), max(high for _, high in known)) if known else None

    def _bounds(self, segment: Segment) -> tuple[int | None, int | None]:
        """A segment's bounds; looked up anew where a corrected row may be the one at the edge."""
        at_edge = any(
            gone.min_us is None or gone.max_us is None or gone.min_us <= (segment.min_us or 0)
            or gone.max_us >= (segment.max_us or 0)
            for gone in segment.deleted
        )  # fmt: skip
        if not at_edge or segment.min_us is None:
            return segment.min_us, segment.max_us
        from bizops.lake.bounds import live_bounds

        with self._manifest.reading() as connection:
            time = time_column(connection, segment.source, self.seq)
        assert time is not None
        self.verified_paths([segment])
        return live_bounds(segment.path, time, [gone.path for gone in segment.deleted])

    def fingerprint(self, source: str, start_us: int | None = None, end_us: int | None = None) -> str:
        """Changes exactly when a segment, or a correction in one, that meets [start, end) comes, goes or is merged."""
        import xxhash

        digest = xxhash.xxh3_128()
        for segment in self.segments(source, start_us, end_us):
            digest.update(f"{segment.id} {segment.file.checksum}\n".encode())
            for deletion in segment.deleted:
                if _meets(deletion.min_us, deletion.max_us, start_us, end_us):
                    digest.update(f"- {deletion.file.checksum}\n".encode())
        return digest.hexdigest()

    def loaded_at(self, source: str) -> int | None:
        """When the last delivery of a source arrived, in microseconds since 1970 UTC."""
        with self._manifest.reading() as connection:
            (found,) = connection.execute(
                "SELECT max(at_us) FROM deliveries JOIN commits ON made = seq WHERE source = ? AND seq <= ?",
                (source, self.seq),
            ).fetchone()
            return None if found is None else int(found)

    def deliveries(self, source: str) -> tuple[DeliveryRecord, ...]:
        """Everything that was delivered to a source, oldest first."""
        with self._manifest.reading() as connection:
            return tuple(
                DeliveryRecord(*row)
                for row in connection.execute(
                    "SELECT id, source, name, sha256, rows, accepted, duplicates, corrected, stale, quarantined, "
                    "at_us, author FROM deliveries JOIN commits ON made = seq "
                    "WHERE source = ? AND seq <= ? ORDER BY id",
                    (source, self.seq),
                )
            )

    def verified_paths(self, segments: Iterable[Segment]) -> list[str]:
        """The segments' paths, after a look that every byte in them and in their deletions is as it was written.

        Each file is read once per process. Raises ``damaged-segment`` naming the file.
        """
        paths = []
        for segment in segments:
            for file in segment.files:
                verify_file(self._root, file)
            paths.append(segment.path)
        return paths

    def _read_segments(self, source: str) -> tuple[Segment, ...]:
        with self._manifest.reading() as connection:
            return read_segments(connection, self._root, source, self.seq)


def read_segments(connection: Connection, root: Path, source: str, seq: int) -> tuple[Segment, ...]:
    """The segments of a source that are current at a commit."""
    time = time_column(connection, source, seq)
    schemas = {
        id_: tuple((name, type_) for name, type_ in json.loads(columns))
        for id_, columns in connection.execute("SELECT id, columns FROM schemas")
    }
    deleted: dict[int, list[Deletion]] = {}
    for segment, path, rows, low, high, size, checksum in connection.execute(
        "SELECT segment, path, deleted_rows.rows, min_us, max_us, size, checksum "
        "FROM deleted_rows JOIN deletions ON deletion = id WHERE source = ? AND made <= ? ORDER BY id",
        (source, seq),
    ):
        stored = StoredFile(path, size, checksum)
        deleted.setdefault(segment, []).append(Deletion(str(root / path), rows, low, high, stored))
    found = connection.execute(
        "SELECT id, part, path, rows, time, min_us, max_us, checksum, size, schema FROM segments "
        "WHERE source = ? AND made <= ? AND (retired IS NULL OR retired > ?) ORDER BY id",
        (source, seq, seq),
    )
    segments = []
    for id_, part, path, rows, of, low, high, checksum, size, schema in found:
        if of != time:  # the source's time is another column now: these bounds say nothing about it
            low = high = None
        stored = StoredFile(path, size, checksum)
        gone = tuple(deleted.get(id_, ()))
        segments.append(Segment(id_, source, part, str(root / path), rows, low, high, schemas[schema], gone, stored))
    return tuple(segments)


def time_column(connection: Connection, source: str, seq: int) -> str | None:
    """The column that says when a row of the source happened, as of a commit."""
    found = connection.execute(
        "SELECT time FROM sources WHERE source = ? AND made <= ? ORDER BY made DESC LIMIT 1", (source, seq)
    ).fetchone()
    return None if found is None else found[0]


def _meets(low: int | None, high: int | None, start: int | None, end: int | None) -> bool:
    if low is None or high is None:
        return True
    return (start is None or high >= start) and (end is None or low < end)
