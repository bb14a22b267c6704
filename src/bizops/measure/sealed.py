"""Tables in files that tell when they are damaged: a checksum, then an Arrow file."""

from __future__ import annotations

import mmap
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import xxhash

_HEADER = 64
"""Arrow aligns its buffers to 64 bytes; the checksum is padded to that."""


def write_sealed(path: Path, table: pa.Table) -> None:
    """Writes a table; the file is there whole or not at all."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    content = sink.getvalue()
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{uuid4().hex}.part")
    with temporary.open("wb") as file:
        file.write(xxhash.xxh3_128_digest(content).ljust(_HEADER, b"\0"))
        file.write(content)
    temporary.rename(path)


def read_sealed(path: Path) -> pa.Table | None:
    """The table of a file; None when it is gone or not as it was written."""
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    if xxhash.xxh3_128_digest(content[_HEADER:]).ljust(_HEADER, b"\0") != content[:_HEADER]:
        return None
    return pa.ipc.open_file(pa.BufferReader(pa.py_buffer(content[_HEADER:]))).read_all()
