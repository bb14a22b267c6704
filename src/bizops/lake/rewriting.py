"""Texts replaced in segments that are written already, past ones too: how somebody is taken out of the lake."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bizops.lake.days import write_rows
from bizops.lake.files import Fault, StoredFile, publish, verify_file
from bizops.lake.manifest import Manifest

Replacements = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A segment with another file, not yet in the manifest, and the file that it had."""

    segment: int
    was: str
    now: StoredFile

    def note(self, connection: Connection) -> None:
        """Put the new file in the place of the old one, in past states too."""
        connection.execute(
            "UPDATE segments SET path = ?, checksum = ?, size = ? WHERE id = ?",
            (self.now.path, self.now.checksum, self.now.size, self.segment),
        )


def rewrite_segments(root: Path, manifest: Manifest, table: str, values: Replacements, fault: Fault) -> list[Rewritten]:
    """Write anew every segment of a table, past ones too, in which one of the texts stands."""
    with manifest.reading() as connection:
        found = connection.execute(
            "SELECT id, path, size, checksum FROM segments WHERE source = ? ORDER BY id", (table,)
        ).fetchall()
    rewritten = []
    for id_, path, size, checksum in found:
        verify_file(root, StoredFile(path, size, checksum))
        new = replaced_values(pq.read_table(root / path, partitioning=None), values)
        if new is None:
            continue
        temporary = root / "tmp" / path.replace("/", "-")
        temporary.parent.mkdir(exist_ok=True)
        write_rows(new, temporary)
        rewritten.append(Rewritten(id_, path, publish(root, temporary, _next_name(path), fault)))
    return rewritten


def _next_name(path: str) -> str:
    """A name for what takes the place of a file: the same with a number, counted on."""
    directory, _, name = path.rpartition("/")
    stem, _, times = name.removesuffix(".parquet").partition("-r")
    return f"{directory}/{stem}-r{int(times or 0) + 1}.parquet"


def replaced_values(rows: pa.Table, values: Replacements) -> pa.Table | None:
    """The rows with texts replaced where they stand as a whole value, or as one within JSON; None where none does."""
    changed = False
    columns = {}
    for name in rows.column_names:
        was = rows[name].combine_chunks()
        columns[name] = _replaced(was, values)
        changed |= columns[name] is not was
    return pa.table(columns) if changed else None


def _replaced(column: pa.Array, values: Replacements) -> pa.Array:
    """The column itself when nothing of it is to be replaced."""
    if pa.types.is_struct(column.type):
        was = column.flatten()
        now = [_replaced(child, values) for child in was]
        if all(new is old for new, old in zip(now, was, strict=True)):
            return column
        names = [child.name for child in column.type]
        return pa.StructArray.from_arrays(now, names, mask=pc.is_null(column))
    if not pa.types.is_string(column.type):
        return column
    whole = pc.index_in(column, pa.array(list(values), pa.string()))
    if whole.null_count < len(whole):
        new = pc.take(pa.array(list(values.values()), pa.string()), whole)
        column = pc.if_else(pc.is_valid(whole), new, column)
    return _replaced_in_json(column, values)


def _replaced_in_json(column: pa.Array, values: Replacements) -> pa.Array:
    quoted = [orjson.dumps(text).decode() for text in values]
    hits = pc.match_substring(column, quoted[0])
    for one in quoted[1:]:
        hits = pc.or_(hits, pc.match_substring(column, one))
    if not pc.any(hits).as_py():
        return column
    coded = pc.dictionary_encode(pc.if_else(hits, column, pa.scalar(None, pa.string())))
    was = coded.dictionary.to_pylist()
    now = [_json_replaced(text, values) for text in was]
    if now == was:
        return column
    return pc.coalesce(pa.array(now, pa.string()).take(coded.indices), column)


def _json_replaced(text: str, values: Replacements) -> str:
    try:
        told = orjson.loads(text)
    except orjson.JSONDecodeError:
        return text
    return orjson.dumps(_told(told, values), option=orjson.OPT_SORT_KEYS).decode()


def _told(value: Any, values: Replacements) -> Any:
    if isinstance(value, dict):
        return {_told(key, values) or "": _told(part, values) for key, part in value.items()}
    if isinstance(value, list):
        return [_told(part, values) for part in value]
    return values.get(value, value) if isinstance(value, str) else value
