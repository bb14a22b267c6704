"""The rows that were not taken."""

from __future__ import annotations

from dataclasses import dataclass
from sqlite3 import Connection


@dataclass(frozen=True, slots=True)
class QuarantinedRow:
    """A row that was not taken: where it stands, which field is wrong and why. ``raw`` is what was delivered."""

    source: str
    delivery: str
    row: int
    field: str | None
    code: str
    message: str
    raw: str


def read_quarantine(connection: Connection, source: str | None) -> list[QuarantinedRow]:
    """The kept rows of one source or all, in the order in which they were delivered."""
    found = connection.execute(
        "SELECT source, name, row, field, code, message, raw FROM quarantine JOIN last_deliveries ON delivery = id "
        "WHERE ? IS NULL OR source = ? ORDER BY id, row",
        (source, source),
    )
    return [QuarantinedRow(*row) for row in found]


def forget_in_quarantine(connection: Connection, text: str) -> int:
    """Blank what was delivered in rows that have a text in it; returns how many."""
    connection.execute("PRAGMA secure_delete = ON")
    return connection.execute(
        "UPDATE quarantine SET raw = '', message = 'Erased.' WHERE instr(raw, ?) OR instr(message, ?)", (text, text)
    ).rowcount


def count_quarantine(connection: Connection, source: str | None) -> dict[tuple[str, str], int]:
    """How many rows were not taken, by source and reason."""
    found = connection.execute(
        "SELECT source, code, sum(quarantine_counts.rows) FROM quarantine_counts JOIN last_deliveries ON delivery = id "
        "WHERE ? IS NULL OR source = ? GROUP BY source, code ORDER BY source, code",
        (source, source),
    )
    return {(name, code): rows for name, code, rows in found}
