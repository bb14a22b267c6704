"""Opens files as streams of bytes: unpacked within bounds, in UTF-8."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from bizops.errors import BizopsError

_STEP = 1 << 20
_UTF8 = ("utf-8", "utf8", "utf-8-sig", "ascii", "us-ascii")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a packed file may become: ``ratio`` times its size, and ``free`` bytes in any case."""

    ratio: int = 200
    free: int = 256 << 20

    def check(self, name: str, packed: int, unpacked: int) -> None:
        """Raise ``too-large`` when that is exceeded."""
        if unpacked > max(self.free, packed * self.ratio):
            raise BizopsError.of(
                "too-large",
                f"{name} unpacks to more than {self.ratio} times its size.",
                hint="If that is right, unpack it yourself and load the result.",
            )


@contextmanager
def opened(path: Path, encoding: str, limits: Limits) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file's text in UTF-8 as a stream of bytes, and the file itself, whose position tells how far it was read."""
    with path.open("rb") as file:
        stream: BinaryIO = file
        if file.read(2) == b"\x1f\x8b":
            file.seek(0)
            stream = io.BufferedReader(_Inflated(file, path, limits), _STEP)
        else:
            file.seek(0)
        if encoding.lower() not in _UTF8:
            stream = io.BufferedReader(_Transcoded(stream, encoding), _STEP)
        yield stream, file


class _Inflated(io.RawIOBase):
    """The unpacked content of a gzip file."""

    def __init__(self, file: BinaryIO, path: Path, limits: Limits) -> None:
        self._gzip = gzip.GzipFile(fileobj=file, mode="rb")
        self._path, self._limits = path, limits
        self._packed = path.stat().st_size
        self._unpacked = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        try:
            data = self._gzip.read(min(len(buffer), _STEP))
        except (OSError, EOFError, zlib.error) as error:
            raise BizopsError.of("unreadable-file", f"{self._path} is not a whole gzip file: {error}.") from error
        self._unpacked += len(data)
        self._limits.check(self._path.name, self._packed, self._unpacked)
        buffer[: len(data)] = data
        return len(data)


class _Transcoded(io.RawIOBase):
    """A text in another encoding as UTF-8. Bytes that are no text stay as they are; their row is set aside later."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        try:
            self._decoder = codecs.getincrementaldecoder(encoding)(errors="surrogateescape")
        except LookupError:
            raise BizopsError.of("unknown-encoding", f"There is no encoding '{encoding}'.") from None
        self._stream = stream
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._ready:
            data = self._stream.read(_STEP)
            self._ready = self._decoder.decode(data, final=not data).encode("utf-8", "surrogateescape")
            if not data:
                break
        given, self._ready = self._ready[: len(buffer)], self._ready[len(buffer) :]
        buffer[: len(given)] = given
        return len(given)
