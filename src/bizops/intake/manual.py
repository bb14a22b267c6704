"""Entries made by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from bizops.errors import BizopsError, did_you_mean
from bizops.intake.batches import Reading, text_block
from bizops.intake.load import take
from bizops.intake.tables import headers_of, table_spec
from bizops.lake import Delivery, Lake, LoadReport

if TYPE_CHECKING:
    from bizops.model.language import Source


def load_manual(lake: Lake, source: Source, entries: Iterable[Mapping[str, Any]], author: str) -> LoadReport:
    """Take entries by column name, as one delivery of its author; a later entry with a known key corrects."""
    rows = [_as_texts(entry, source) for entry in entries]
    spec = table_spec(source)
    with lake.writing(), lake.staging(spec) as staged:
        headers = headers_of(source)
        block = text_block(headers, rows, range(1, len(rows) + 1))
        take(Reading(headers, iter([block])), source, "manual", staged, None)
        return lake.append(spec, staged, Delivery("manual", author=author))


def _as_texts(entry: Mapping[str, Any], source: Source) -> dict[str, str | None]:
    """An entry's values as they would stand in a file, by header."""
    texts: dict[str, str | None] = {}
    for name, value in entry.items():
        if name not in source.columns:
            raise BizopsError.of(
                "unknown-column",
                f"Source '{source.name}' has no column '{name}'.",
                hint=did_you_mean(name, source.columns),
            )
        column = source.columns[name]
        if value is None or isinstance(value, str):
            text = value
        elif isinstance(value, bool):
            text = "true" if value else "false"
        elif column.format is not None and hasattr(value, "strftime"):
            text = value.strftime(column.format)
        else:
            text = value.isoformat() if hasattr(value, "isoformat") else str(value)
        texts[column.header or name] = text
    return texts
