"""The lake: what happened, kept as immutable files."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import TYPE_CHECKING

from bizops.errors import BizopsError, Problem
from bizops.lake.commit import (
    Delivery,
    LoadReport,
    check_key,
    find_known,
    find_replaced,
    note_deletions,
    note_delivery,
    note_segments,
    note_spec,
    retire,
)
from bizops.lake.files import Fault, no_fault
from bizops.lake.lock import WriterLock
from bizops.lake.manifest import Manifest, add_commit, last_commit, read_mark, set_mark
from bizops.lake.quarantine import QuarantinedRow, count_quarantine, forget_in_quarantine, read_quarantine
from bizops.lake.snapshot import Segment, Snapshot, read_segments, time_column
from bizops.lake.spec import UNDATED, TableSpec, is_day
from bizops.lake.staging import Staging

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.lake.telemetry import RawRows

LOG_MARK = "log"
RESERVE = 256 << 20
"""Bytes of the disk that are left alone (a twentieth of a small one)."""


class Lake:
    """A directory of immutable segments with a manifest; one writer, many readers."""

    def __init__(self, root: Path, clock_ns: Callable[[], int], fault: Fault) -> None:
        self.root = root
        self.manifest = Manifest(root)
        self.lock = WriterLock(root / "lock")
        self._clock_ns = clock_ns
        self.fault = fault
        self._is_tidy = False

    @classmethod
    def open(cls, path: Path | str, *, clock_ns: Callable[[], int] = time.time_ns, fault: Fault = no_fault) -> Lake:
        """Open the lake in a directory, made if missing. ``fault`` is called at the named points of a write."""
        root = Path(path).absolute()
        root.mkdir(parents=True, exist_ok=True)
        lake = cls(root, clock_ns, fault)
        lake.manifest.create_if_missing()
        return lake

    def snapshot(self, as_of: datetime | None = None) -> Snapshot:
        """What the lake holds now, or held at an instant (with zone; UTC without)."""
        with self.manifest.reading() as connection:
            if as_of is None:
                seq = last_commit(connection)
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
            if fresh and not self._is_tidy:
                self._remove_leftovers()
            self._is_tidy = False
            yield
            self._is_tidy = True

    def staging(self, spec: TableSpec) -> Staging:
        """A place to put the rows of one delivery before :meth:`append`; use it within :meth:`writing`."""
        return Staging(spec, self.root / "tmp")

    def known_delivery(self, spec: TableSpec, sha256: str) -> LoadReport | None:
        """What became of this content when it was delivered before and read in the same way; None when it is new."""
        with self.manifest.reading() as connection:
            return find_known(connection, spec, sha256)

    def last_cursor(self, source: str) -> str | None:
        """Where the last pull of a source ended; None when there is none whose rows are still taken."""
        with self.manifest.reading() as connection:
            found = connection.execute(
                "SELECT cursor FROM deliveries WHERE source = ? AND cursor IS NOT NULL AND withdrawn IS NULL "
                "ORDER BY id DESC LIMIT 1",
                (source,),
            ).fetchone()
        return None if found is None else str(found[0])

    def append(self, spec: TableSpec, staged: Staging, delivery: Delivery) -> LoadReport:
        """Take the rows of a delivery: what is known already changes nothing, what differs corrects.

        With a key, a row whose key is known replaces the old one unless its version is older. Without, a row is stored
        as often as the delivery that has it most often has it. All or nothing: a crash leaves the lake as it was.
        """
        from bizops.lake.append import prepare

        with self.writing():
            known = self.known_delivery(spec, delivery.sha256)
            if known is not None:
                return known
            self._check_room()
            staged.finish()
            with self.manifest.reading() as connection:
                check_key(connection, spec)
                seq = last_commit(connection)
                (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM deliveries").fetchone()
                live = read_segments(connection, self.root, spec.name, seq)
                replaced = find_replaced(connection, spec.name, delivery.sha256)
            prepared = prepare(self.root, spec, staged, live, number, seq + 1, replaced, self.fault)
            with self._committing("append") as (connection, seq):
                note_spec(connection, spec, seq)
                report = note_delivery(connection, number, spec, staged, delivery, prepared, seq)
                note_segments(connection, spec.name, spec.types, spec.time, prepared.segments, seq)
                if prepared.deletions is not None:
                    note_deletions(connection, spec.name, prepared.deletions, seq)
            return report

    # ------------------------------------------------------------------------------------------------ telemetry

    def take(self, batches: Sequence[RawRows], log_upto: int | None) -> list[LoadReport]:
        """Take rows of telemetry into raw tables: those that came before change nothing, whenever that was.

        One transaction for all, and for how far the log has been stored. A crash leaves the lake as it was. The
        rows of a table come as one batch: batches are told apart from what is stored, not from each other.
        """
        from bizops.lake.telemetry import write_new

        with self.writing():
            with self.manifest.reading() as connection:
                seq = last_commit(connection) + 1
                (number,) = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM deliveries").fetchone()
                live = {b.table: read_segments(connection, self.root, b.table, seq) for b in batches}
            taken = [
                write_new(self.root, batch, live[batch.table], number + index, seq, self.fault)
                for index, batch in enumerate(batches)
            ]
            with self._committing("take") as (connection, seq):
                reports = [one.note(connection, seq) for one in taken]
                if log_upto is not None:
                    set_mark(connection, LOG_MARK, str(log_upto))
            return reports

    def log_mark(self) -> int:
        """The number of the last entry of the log that is in the lake."""
        return int(self.mark(LOG_MARK) or 0)

    def mark(self, name: str) -> str | None:
        """How far something has come, as :meth:`derive` last said."""
        with self.manifest.reading() as connection:
            return read_mark(connection, name)

    def derive(
        self, spec: TableSpec, rows: Iterable[pa.RecordBatch], mark: tuple[str, str], replace_from: date | None
    ) -> int:
        """Add derived rows and say how far the table has come, in one transaction; returns how many rows.

        Rows carry ``_delivery`` and ``_row`` of what they come from. With ``replace_from``, the table's rows from that
        day on (UTC) give way to them.
        """
        from bizops.lake.days import first_day
        from bizops.lake.telemetry import write_derived

        assert spec.time is not None
        with self.writing():
            with self.manifest.reading() as connection:
                seq = last_commit(connection) + 1
                live = read_segments(connection, self.root, spec.name, seq)
            new = write_derived(self.root, spec.name, spec.time, rows, seq, self.fault)
            with self._committing("derive") as (connection, seq):
                note_spec(connection, spec, seq)
                if replace_from is not None:
                    old = [s.id for s in live if first_day(s.part) >= replace_from or s.part == UNDATED]
                    retire(connection, old, seq)
                note_segments(connection, spec.name, spec.types, spec.time, new, seq)
                set_mark(connection, *mark)
            return sum(segment.rows for segment in new)

    def expire(self, table: str, before: date) -> int:
        """Let go of a raw table's days before that one; returns how many rows that were."""
        from bizops.lake.days import first_day

        with self.writing():
            with self.manifest.reading() as connection:
                live = read_segments(connection, self.root, table, last_commit(connection))
            old = [segment for segment in live if first_day(segment.part) < before]
            if old:
                with self._committing("expire") as (connection, seq):
                    retire(connection, [segment.id for segment in old], seq)
            return sum(segment.rows for segment in old)

    def sweep(self, table: str, grace_s: float = 3600.0) -> int:
        """Remove the files of a raw table that nobody can be reading any more; returns how many."""
        from bizops.lake.telemetry import sweep

        with self.writing():
            before_us = self._clock_ns() // 1000 - int(grace_s * 1_000_000)
            with self.manifest.writing() as connection:
                paths = sweep(connection, table, before_us)
            for path in paths:
                (self.root / path).unlink(missing_ok=True)
            return len(paths)

    def rewrite(self, values: Mapping[str, str | None]) -> int:
        """Replace texts in all tables, past states too, wherever they stand as a whole value or as one within JSON.

        All or nothing; the old files are removed at once. Returns how many files changed.
        """
        from bizops.lake.rewriting import rewrite_segments

        with self.writing():
            with self.manifest.reading() as connection:
                tables = [table for (table,) in connection.execute("SELECT DISTINCT source FROM segments")]
            rewritten = [
                one for table in tables for one in rewrite_segments(self.root, self.manifest, table, values, self.fault)
            ]
            if rewritten:
                with self._committing("rewrite") as (connection, _):
                    for one in rewritten:
                        one.note(connection)
                for one in rewritten:
                    (self.root / one.was).unlink()
            return len(rewritten)

    def _check_room(self) -> None:
        if self.room() <= 0:
            raise BizopsError.of(
                "disk-full",
                f"The disk of {self.root} is full but for what is kept back to tidy up.",
                hint="Free some space, then load again; nothing was taken.",
            )

    def room(self) -> int:
        """Bytes that may still be written before the reserve is touched, which keeps the lake able to tidy up."""
        disk = os.statvfs(self.root)
        free, size = disk.f_bavail * disk.f_frsize, disk.f_blocks * disk.f_frsize
        return free - min(RESERVE, size // 20)

    # ---------------------------------------------------------------------------------------------------- upkeep

    def compact(self, source: str) -> int:
        """Merge the small segments of each month (of telemetry: each day) into one; returns how many were replaced.

        The rows stay the same, and snapshots before it still see the old segments. Fingerprints change, for they tell
        files apart: values of the months concerned are worked out anew.
        """
        from bizops.lake.compact import merge_small

        with self.writing():
            with self.manifest.reading() as connection:
                seq = last_commit(connection)
                live = read_segments(connection, self.root, source, seq)
                time = time_column(connection, source, seq)
            if any(is_day(segment.part) for segment in live):
                return self._compact_days(source, live, time, seq + 1)
            merged = merge_small(self.root, source, live, time, seq + 1, self.fault)
            if merged:
                with self._committing("compact") as (connection, seq):
                    for group in merged:
                        note_segments(connection, source, group.columns, group.time, group.new, seq)
                        retire(connection, group.old, seq)
            return sum(len(group.old) for group in merged)

    def _compact_days(self, table: str, live: Sequence[Segment], time: str | None, seq: int) -> int:
        from bizops.lake.days import columns_of
        from bizops.lake.telemetry import merge_days

        assert time is not None
        merged = merge_days(self.root, table, live, time, seq, self.fault)
        if merged:
            with self._committing("compact") as (connection, seq):
                for day in merged:
                    note_segments(connection, table, columns_of(day.schema), time, day.new, seq)
                    retire(connection, day.old, seq)
        return sum(len(day.old) for day in merged)

    def withdraw(self, source: str) -> int:
        """Take all rows of a source out, so that its files can be loaded afresh; returns how many rows that were.

        Snapshots before it still see them.
        """
        with self.writing():
            snapshot = self.snapshot()
            with self._committing("withdraw") as (connection, seq):
                retire(connection, [segment.id for segment in snapshot.segments(source)], seq)
                connection.execute(
                    "UPDATE deliveries SET withdrawn = ? WHERE source = ? AND withdrawn IS NULL", (seq, source)
                )
            return snapshot.rows(source)

    def verify(self) -> list[Problem]:
        """Read every byte of the lake, past states too, and tell what is not as it was written."""
        from bizops.lake.scrub import scrub

        return scrub(self.root, self.manifest)

    def quarantine(self, source: str | None = None) -> list[QuarantinedRow]:
        """Rows that were not taken: at most 10,000 of a delivery; of a file loaded again, those of the last time."""
        with self.manifest.reading() as connection:
            return read_quarantine(connection, source)

    def forget_quarantined(self, text: str) -> int:
        """Blank rows that were not taken and have a text in them; they still count. Returns how many."""
        with self.writing(), self.manifest.writing() as connection:
            return forget_in_quarantine(connection, text)

    def quarantine_counts(self, source: str | None = None) -> dict[tuple[str, str], int]:
        """How many rows were not taken, by source and reason; all are counted."""
        with self.manifest.reading() as connection:
            return count_quarantine(connection, source)

    @contextmanager
    def _committing(self, kind: str) -> Iterator[tuple[Connection, int]]:
        """One transaction that makes the files written before it part of the lake."""
        self.fault("before-manifest")
        with self.manifest.writing() as connection:
            yield connection, add_commit(connection, kind, self._clock_ns() // 1000)
            self.fault("in-manifest")
        self.fault("after-manifest")

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


def _micros(instant: datetime) -> int:
    delta = instant - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds
