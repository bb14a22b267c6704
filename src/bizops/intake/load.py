"""Loads files into the lake."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.intake.batches import Reading
from bizops.intake.bind import Binding
from bizops.intake.streams import Limits, opened
from bizops.intake.tables import headers_of, table_spec
from bizops.lake import Delivery, Lake, LoadReport, Staging

if TYPE_CHECKING:
    from bizops.model.language import Source

Progress = Callable[[int, int, int], None]
"""Called now and then with rows taken, bytes read, bytes in all (0 when unknown)."""

_SUFFIXES = {
    "csv": "csv", "tsv": "csv", "txt": "csv", "parquet": "parquet", "pq": "parquet",
    "jsonl": "jsonl", "ndjson": "jsonl", "xlsx": "xlsx", "xlsm": "xlsx", "xes": "xes",
}  # fmt: skip


def load_files(
    lake: Lake,
    source: Source,
    paths: Iterable[Path | str],
    *,
    author: str | None = None,
    progress: Progress | None = None,
    limits: Limits = Limits(),  # noqa: B008 -- frozen
) -> list[LoadReport]:
    """Load files into a source, each as one delivery; a file that was loaded before changes nothing.

    Rows that cannot be taken go to the quarantine and never stop the rest. A file that cannot be read at all, or lacks
    a column, raises and leaves the lake as the files before it made it.
    """
    with lake.writing():
        return [_load_file(lake, source, Path(path), author, progress, limits) for path in paths]


def take(reading: Reading, source: Source, name: str, staged: Staging, progress: Progress | None) -> None:
    """Type the rows of a delivery and stage them; what cannot be taken is rejected."""
    binding = Binding(source, reading.headers, name)
    for block in reading.blocks:
        batch, rejections = binding.typed(block)
        for rejection in (*block.torn, *rejections):
            staged.reject(rejection)
        staged.write(batch)
        if progress is not None:
            progress(staged.rows, reading.done(), reading.size)


def _load_file(
    lake: Lake, source: Source, path: Path, author: str | None, progress: Progress | None, limits: Limits
) -> LoadReport:
    spec = table_spec(source)
    delivery = Delivery(path.name, _sha256(path), author)
    known = lake.known_delivery(spec, delivery.sha256)
    if known is not None:
        return known
    with _read(path, source, limits) as reading, lake.staging(spec) as staged:
        take(reading, source, path.name, staged, progress)
        return lake.append(spec, staged, delivery)


@contextmanager
def _read(path: Path, source: Source, limits: Limits) -> Iterator[Reading]:
    """Open a file with the reader of its format, which is imported only when it is needed."""
    kind = source.format or _format_of(path)
    if kind == "parquet":
        from bizops.intake.parquet_files import read_parquet

        yield read_parquet(path)
        return
    if kind == "xlsx":
        from bizops.intake.xlsx_files import read_xlsx

        yield read_xlsx(path, source.sheet, limits)
        return
    wanted = headers_of(source)
    with opened(path, source.encoding if kind != "xes" else "utf-8", limits) as (stream, file):
        headers = wanted
        if kind == "csv":
            from bizops.intake.csv_files import read_csv

            headers, blocks = read_csv(stream, path.name, source.delimiter)
        elif kind == "jsonl":
            from bizops.intake.jsonl_files import read_jsonl

            blocks = read_jsonl(stream, path.name, wanted)
        else:
            from bizops.intake.xes_files import read_xes

            blocks = read_xes(stream, path.name, wanted)
        yield Reading(headers, blocks, path.stat().st_size, file.tell)


def _format_of(path: Path) -> str:
    suffixes = [suffix.lower().lstrip(".") for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = _SUFFIXES.get(suffixes[-1] if suffixes else "")
    if found is None:
        raise BizopsError.of(
            "unknown-format",
            f"The name {path.name} does not tell its format.",
            hint="Name the source's `format`: csv, parquet, jsonl, xlsx or xes.",
        )
    return found


def _sha256(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise BizopsError.of("unreadable-file", f"{path} is no regular file.")
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BizopsError.of("missing-file", f"{path} is not there.") from None
    except OSError as error:
        raise BizopsError.of("unreadable-file", f"{path} cannot be read: {error.strerror}.") from error
