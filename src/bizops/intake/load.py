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
from bizops.intake.csv_files import read_csv
from bizops.intake.parquet_files import read_parquet
from bizops.intake.tables import table_spec
from bizops.lake import Delivery, Lake, LoadReport

if TYPE_CHECKING:
    from bizops.model.language import Source

Progress = Callable[[int, int, int], None]
"""Called now and then with rows read, bytes read, bytes in all (0 when unknown)."""


def load_files(
    lake: Lake,
    source: Source,
    paths: Iterable[Path | str],
    *,
    author: str | None = None,
    progress: Progress | None = None,
) -> list[LoadReport]:
    """Load files into a source, each as one delivery; a file that was loaded before changes nothing."""
    with lake.writing():
        return [_load_file(lake, source, Path(path), author, progress) for path in paths]


def _load_file(lake: Lake, source: Source, path: Path, author: str | None, progress: Progress | None) -> LoadReport:
    spec = table_spec(source)
    delivery = Delivery(path.name, _sha256(path), author)
    known = lake.known_delivery(spec, delivery.sha256)
    if known is not None:
        return known
    with _opened(path, source) as reading, lake.staging(spec) as staged:
        binding = Binding(source, reading.headers, path.name)
        for block in reading.blocks:
            batch, rejections = binding.typed(block)
            for rejection in (*block.torn, *rejections):
                staged.reject(rejection)
            staged.write(batch)
            if progress is not None:
                progress(staged.rows, block.done, reading.size)
        return lake.append(spec, staged, delivery)


@contextmanager
def _opened(path: Path, source: Source) -> Iterator[Reading]:
    kind = source.format or _format_of(path)
    if kind == "parquet":
        yield read_parquet(path)
    else:
        with path.open("rb") as file:
            yield read_csv(file, path.name, source.delimiter, path.stat().st_size)


def _format_of(path: Path) -> str:
    suffixes = [suffix.lower().lstrip(".") for suffix in path.suffixes if suffix.lower() != ".gz"]
    found = {"csv": "csv", "tsv": "csv", "txt": "csv", "parquet": "parquet"}.get(suffixes[-1] if suffixes else "")
    if found is None:
        raise BizopsError.of(
            "unknown-format", f"The name {path.name} does not tell its format.", hint="Name the source's `format`."
        )
    return found


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise BizopsError.of("missing-file", f"{path} is not there.") from None
