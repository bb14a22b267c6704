"""The order in which bytes become durable: write, fsync, rename, fsync of the directory.

Every fsync of the project's facts lives here and nowhere else.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bizops.errors import BizopsError

Fault = Callable[[str], None]
"""Called at the named points of a write; tests stop the process there."""


def no_fault(point: str) -> None:
    """Nothing goes wrong."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A durable, immutable file: path relative to the lake, size in bytes, xxh3-64 of its content."""

    path: str
    size: int
    checksum: str


def checksum_of(path: Path) -> tuple[int, str]:
    """Size and xxh3-64 of a file's content."""
    import xxhash

    digest = xxhash.xxh3_64()
    size = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(1 << 20):
            digest.update(block)
            size += len(block)
    return size, digest.hexdigest()


def publish(root: Path, temporary: Path, path: str, fault: Fault) -> StoredFile:
    """Give a finished temporary file its final name, durably."""
    sync(temporary)
    fault("before-rename")
    final = root / path
    made = make_directory(final.parent)
    size, checksum = checksum_of(temporary)
    temporary.rename(final)
    for directory in {final.parent, *made}:
        sync(directory)
    fault("after-rename")
    return StoredFile(path, size, checksum)


def make_directory(directory: Path) -> set[Path]:
    """Create a directory with its parents; returns the directories whose listing changed by it, to be synced."""
    if directory.is_dir():
        return set()
    changed = make_directory(directory.parent)
    directory.mkdir()
    return {*changed, directory.parent}


def sync(path: Path) -> None:
    """Make a file's content, or a directory's listing, durable."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_verified: dict[tuple[str, str], tuple[int, int, int]] = {}
"""Files found intact by this process, with what the file system said of them then."""


def verify_file(root: Path, stored: StoredFile, *, again: bool = False) -> None:
    """Refuse a file whose content is not what was written.

    It is read once per process, and again when the file system says that it was touched, or ``again`` asks for it.
    """
    path = root / stored.path
    try:
        status = path.stat()
        touched = (status.st_ino, status.st_size, status.st_mtime_ns)
        if not again and _verified.get((str(path), stored.checksum)) == touched:
            return
        found = checksum_of(path)
    except FileNotFoundError:
        raise _damaged(path, "is missing") from None
    if found != (stored.size, stored.checksum):
        raise _damaged(path, "was changed since it was written")
    _verified[(str(path), stored.checksum)] = touched


def _damaged(path: Path, what: str) -> BizopsError:
    return BizopsError.of(
        "damaged-segment",
        f"{path} {what}.",
        hint="Put the file back from a backup; numbers that need it are withheld until then.",
    )
