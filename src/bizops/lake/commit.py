"""What one commit writes into the manifest."""

from __future__ import annotations

import json
from dataclasses import dataclass
from sqlite3 import Connection
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.lake.manifest import schema_id
from bizops.lake.spec import TableSpec
from bizops.lake.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bizops.lake.append import NewDeletions, Prepared
    from bizops.lake.segments import NewSegment


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

    ``duplicates`` were known already, ``corrected`` replaced a row with the same key, ``stale`` were outdone by a newer
    row, ``quarantined`` could not be taken, by reason in ``reasons``. ``already_loaded``: the same content was taken
    before, so nothing was done.
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


def find_known(connection: Connection, spec: TableSpec, sha256: str) -> LoadReport | None:
    """What became of this content when it was last delivered, if it was read then as it would be now."""
    found = connection.execute(
        "SELECT id, name, rows, quarantined, spec FROM deliveries "
        "WHERE source = ? AND sha256 = ? AND sha256 <> '' AND withdrawn IS NULL ORDER BY id DESC LIMIT 1",
        (spec.name, sha256),
    ).fetchone()
    if found is None or found[4] != spec.hash:
        return None
    id_, name, rows, quarantined, _ = found
    reasons = connection.execute("SELECT code, rows FROM quarantine_counts WHERE delivery = ? ORDER BY code", (id_,))
    return LoadReport(
        spec.name, name, rows, 0, rows - quarantined, 0, 0, quarantined, tuple(reasons.fetchall()), already_loaded=True
    )


def find_replaced(connection: Connection, source: str, sha256: str) -> list[int]:
    """Earlier deliveries of this content, which were read in another way."""
    found = connection.execute(
        "SELECT id FROM deliveries WHERE source = ? AND sha256 = ? AND sha256 <> '' AND withdrawn IS NULL",
        (source, sha256),
    )
    return [id_ for (id_,) in found]


def check_key(connection: Connection, spec: TableSpec) -> None:
    """Refuse rows under another key than the one by which the stored rows were told apart."""
    (stored,) = connection.execute(
        "SELECT count(*) FROM segments WHERE source = ? AND retired IS NULL", (spec.name,)
    ).fetchone()
    last = connection.execute(
        "SELECT key FROM sources WHERE source = ? ORDER BY made DESC LIMIT 1", (spec.name,)
    ).fetchone()
    if stored and last is not None and json.loads(last[0]) != list(spec.key):
        was = ", ".join(json.loads(last[0])) or "none"
        raise BizopsError.of(
            "key-changed",
            f"Source '{spec.name}' was loaded with key ({was}), now it has ({', '.join(spec.key) or 'none'}).",
            hint=f"Take its rows back with 'bizops withdraw {spec.name}', then load it again.",
        )


def note_spec(connection: Connection, spec: TableSpec, seq: int) -> None:
    """Keep how a source is read now, when that has changed."""
    last = connection.execute(
        "SELECT spec FROM sources WHERE source = ? ORDER BY made DESC LIMIT 1", (spec.name,)
    ).fetchone()
    if last is None or last[0] != spec.hash:
        connection.execute(
            "INSERT INTO sources VALUES (?, ?, ?, ?, ?)", (spec.name, seq, spec.hash, json.dumps(spec.key), spec.time)
        )


def note_delivery(
    connection: Connection,
    number: int,
    spec: TableSpec,
    staged: Staging,
    delivery: Delivery,
    prepared: Prepared,
    seq: int,
) -> LoadReport:
    """Keep what came and what became of it."""
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
        "INSERT INTO deliveries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)",
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


def note_arrival(
    connection: Connection, number: int, table: str, time: str, name: str, counts: tuple[int, int], seq: int
) -> LoadReport:
    """Keep what came of telemetry: how many rows, and how many of them were new."""
    rows, accepted = counts
    if connection.execute("SELECT 1 FROM sources WHERE source = ?", (table,)).fetchone() is None:
        connection.execute("INSERT INTO sources VALUES (?, ?, '', '[]', ?)", (table, seq, time))
    connection.execute(
        "INSERT INTO deliveries VALUES (?, ?, ?, '', '', ?, ?, ?, 0, 0, 0, NULL, NULL, ?, NULL)",
        (number, table, name, rows, accepted, rows - accepted, seq),
    )
    return LoadReport(table, name, rows, accepted, rows - accepted, 0, 0, 0)


def note_segments(
    connection: Connection,
    source: str,
    columns: tuple[tuple[str, str], ...],
    time: str | None,
    segments: Sequence[NewSegment],
    seq: int,
) -> None:
    """Make new segments part of the lake."""
    schema = schema_id(connection, columns)
    for new in segments:
        file = new.file
        bounds = (new.min_us, new.max_us)
        connection.execute(
            "INSERT INTO segments (source, part, path, rows, time, min_us, max_us, checksum, size, schema, made) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (source, new.part, file.path, new.rows, time, *bounds, file.checksum, file.size, schema, seq),
        )


def note_deletions(connection: Connection, source: str, deletions: NewDeletions, seq: int) -> None:
    """Make a list of outdated rows part of the lake."""
    file = deletions.file
    inserted = connection.execute(
        "INSERT INTO deletions (source, path, rows, checksum, size, made) VALUES (?, ?, ?, ?, ?, ?)",
        (source, file.path, sum(d.rows for d in deletions.segments), file.checksum, file.size, seq),
    )
    connection.executemany(
        "INSERT INTO deleted_rows VALUES (?, ?, ?, ?, ?)",
        [(inserted.lastrowid, d.segment, d.rows, d.min_us, d.max_us) for d in deletions.segments],
    )


def retire(connection: Connection, segments: Sequence[int], seq: int) -> None:
    """Take segments out of the current state; earlier snapshots keep them."""
    connection.executemany("UPDATE segments SET retired = ? WHERE id = ?", [(seq, id_) for id_ in segments])
