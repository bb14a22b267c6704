"""The lake: what happened, kept as immutable files."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from bizops.lake.files import Fault, no_fault
from bizops.lake.lock import WriterLock
from bizops.lake.manifest import Manifest, add_commit, schema_id
from bizops.lake.snapshot import Segment, Snapshot, read_segments
from bizops.lake.spec import TableSpec
from bizops.lake.staging import Staging

if TYPE_CHECKING:
    from bizops.lake.append import Prepared


@dataclass(frozen=True, slots=True)
class Delivery:
    """Something that arrived for a source: a file, a pull, entries by hand.

    ``sha256`` identifies its content (empty where there is none to compare), ``cursor`` is where the next pull goes on.
    """

    name: str
    sha256: str = ""
    author: str | None = None
    cursor: str | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What became of a delivery: ``rows`` is the sum of the other counts.

    ``duplicates`` were known already, ``corrected`` replaced a row with the same key, ``stale`` were outdone by a newer row,
    ``quarantined`` could not be taken, by reason in ``reasons``. ``already_loaded``: the same file was taken before; nothing was done.
    """

    source: str
    name: str
    rows: int
    accepted: int
    duplicates: int
    corrected: int
    stale: int
    quarantined: int
    reasons: tuple[tuple[str, int], ...] = ()
    already_loaded: bool = False


class Lake:
    """A directory of immutable segments with a manifest; one writer, many readers."""

    def __init__(self, root: Path, clock_ns: Callable[[], int], fault: Fault) -> None:
        self.root = root
        self.manifest = Manifest(root)
        self.lock = WriterLock(root / "lock")
        self._clock_ns = clock_ns
        self.fault = fault

    @classmethod
    def open(cls, path: Path | str, *, clock_ns: Callable[[], int] = time.time_ns, fault: Fault = no_fault) -> Lake:
        """Open the lake in a directory, which is made if it is not there. ``fault`` is called at the named points of a write."""
        root = Path(path).absolute()
        root.mkdir(parents=True, exist_ok=True)
        lake = cls(root, clock_ns, fault)
        lake.manifest.create_if_missing()
        return lake

    def snapshot(self, as_of: datetime | None = None) -> Snapshot:
        """What the lake holds now, or held at an instant (with zone; UTC without)."""
        with self.manifest.reading() as connection:
            if as_of is None:
                (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM commits").fetchone()
            else:
                instant = as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC)
                (seq,) = connection.execute(
                    "SELECT coalesce(max(seq), 0) FROM commits WHERE at_us <= ?", (_micros(instant),)
                ).fetchone()
        return Snapshot(self.root, self.manifest, seq)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer for a while; leftovers of a writer that died are removed first."""
        with self.lock.held() as fresh:
            if fresh:
                self._remove_leftovers()
            yield

    def staging(self, spec: TableSpec) -> Staging:
        """A place to put the rows of one delivery before :meth:`append`; use it within :meth:`writing`."""
        return Staging(spec, self.root / "tmp")

    def known_delivery(self, spec: TableSpec, sha256: str) -> LoadReport | None:
        """What became of this content when it was delivered before, read in the same way; None when it is new."""
        if not sha256:
            return None
        with self.manifest.reading() as connection:
            found = connection.execute(
                "SELECT name, rows, quarantined FROM deliveries WHERE source = ? AND sha256 = ? AND spec = ? ORDER BY id LIMIT 1",
                (spec.name, sha256, spec.hash),
            ).fetchone()
        if found is None:
            return None
        name, rows, quarantined = found
        return LoadReport(spec.name, name, rows, 0, rows - quarantined, 0, 0, quarantined, already_loaded=True)

    def last_cursor(self, source: str) -> str | None:
        """Where the last pull of a source ended."""
        with self.manifest.reading() as connection:
            found = connection.execute(
                "SELECT cursor FROM deliveries WHERE source = ? AND cursor IS NOT NULL ORDER BY id DESC LIMIT 1",
                (source,),
            ).fetchone()
        return None if found is None else str(found[0])

    def append(self, spec: TableSpec, staged: Staging, delivery: Delivery) -> LoadReport:
        """Take the rows of a delivery: what is known already changes nothing, what differs corrects.

        With a key, a row whose key is known replaces the old one unless its version is older. Without, a row is stored as often
        as the delivery that has it most often has it. All or nothing: a crash leaves the lake as it was.
        """
        from bizops.lake.append import prepare

        with self.writing():
            known = self.known_delivery(spec, delivery.sha256)
            if known is not None:
                return replace(known, name=delivery.name)
            staged.finish()
            with self.manifest.reading() as connection:
                (seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM commits").fetchone()
                (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM deliveries").fetchone()
                live = read_segments(connection, self.root, spec.name, seq)
                replaced = [
                    id_
                    for (id_,) in connection.execute(
                        "SELECT id FROM deliveries WHERE source = ? AND sha256 = ? AND sha256 <> ''",
                        (spec.name, delivery.sha256),
                    )
                ]
            prepared = prepare(self.root, spec, staged, live, number, seq + 1, replaced, self.fault)
            self.fault("before-manifest")
            with self.manifest.writing() as connection:
                seq = add_commit(connection, "append", self._clock_ns() // 1000)
                _note_spec(connection, spec, seq)
                report = _note_delivery(connection, number, spec, staged, delivery, prepared, seq)
                _note_files(connection, spec, prepared, seq)
            self.fault("after-manifest")
            return report

    def _remove_leftovers(self) -> None:
        shutil.rmtree(self.root / "tmp", ignore_errors=True)
        with self.manifest.reading() as connection:
            known = {
                path for (path,) in connection.execute("SELECT path FROM segments UNION ALL SELECT path FROM deletions")
            }
        for directory in ("segments", "deletions"):
            for path in (self.root / directory).rglob("*.parquet"):
                if path.relative_to(self.root).as_posix() not in known:
                    path.unlink()


def _note_spec(connection: Connection, spec: TableSpec, seq: int) -> None:
    last = connection.execute(
        "SELECT spec FROM sources WHERE source = ? ORDER BY made DESC LIMIT 1", (spec.name,)
    ).fetchone()
    text = json.dumps([spec.types, spec.key, spec.version, spec.time, spec.reading])
    if last is None or last[0] != text:
        connection.execute("INSERT INTO sources VALUES (?, ?, ?, ?)", (spec.name, seq, text, spec.time))


def _note_delivery(
    connection: Connection,
    number: int,
    spec: TableSpec,
    staged: Staging,
    delivery: Delivery,
    prepared: Prepared,
    seq: int,
) -> LoadReport:
    outcome, reasons = prepared.outcome, tuple(sorted(staged.rejected_by_code.items()))
    quarantined = sum(count for _, count in reasons)
    counts = (
        staged.rows + quarantined,
        outcome.accepted,
        outcome.duplicates,
        outcome.corrected,
        outcome.stale,
        quarantined,
    )
    connection.execute(
        "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (number, spec.name, delivery.name, delivery.sha256, spec.hash, *counts, delivery.author, delivery.cursor, seq),
    )
    connection.executemany(
        "INSERT INTO quarantine VALUES (?, ?, ?, ?, ?, ?)",
        [(number, r.row, r.field, r.code, r.message, r.raw) for r in staged.rejected],
    )
    connection.executemany(
        "INSERT INTO quarantine_counts VALUES (?, ?, ?)", [(number, code, count) for code, count in reasons]
    )
    return LoadReport(spec.name, delivery.name, *counts, reasons=reasons)


def _note_files(connection: Connection, spec: TableSpec, prepared: Prepared, seq: int) -> None:
    schema = schema_id(connection, spec.types)
    for segment in prepared.segments:
        file = segment.file
        connection.execute(
            "INSERT INTO segments (source, part, path, rows, time, min_us, max_us, checksum, size, schema, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                spec.name,
                segment.part,
                file.path,
                segment.rows,
                spec.time,
                segment.min_us,
                segment.max_us,
                file.checksum,
                file.size,
                schema,
                seq,
            ),
        )
    if prepared.deletions is not None:
        file = prepared.deletions.file
        inserted = connection.execute(
            "INSERT INTO deletions (source, path, rows, checksum, size, made) VALUES (?, ?, ?, ?, ?, ?)",
            (spec.name, file.path, sum(d.rows for d in prepared.deletions.segments), file.checksum, file.size, seq),
        )
        connection.executemany(
            "INSERT INTO deleted_rows VALUES (?, ?, ?, ?, ?)",
            [(inserted.lastrowid, d.segment, d.rows, d.min_us, d.max_us) for d in prepared.deletions.segments],
        )


def _micros(instant: datetime) -> int:
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


__all__ = ["Delivery", "Lake", "LoadReport", "Segment"]
