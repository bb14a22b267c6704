"""What a file of the log is made of: a head, then frames of a marker, length, CRC-32, number and payload.

The marker is random and a log's own. Whoever sends a body cannot know it, so nothing within a body can ever be taken
for a frame, and after damage the next frame is found by its marker alone.
"""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from zlib import crc32

MAGIC = b"BZL2"
MARKER_BYTES = 16
_FILE_HEAD = struct.Struct("<4s16sI")
_FRAME_HEAD = struct.Struct("<16sIIQ")
HEAD_BYTES = _FILE_HEAD.size


@dataclass(frozen=True, slots=True)
class Entry:
    """A body as it was received: from whom, of which signal, in which form, when (microseconds since 1970)."""

    sender: str
    signal: str
    media: str
    encoding: str
    received_us: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def new_marker() -> bytes:
    """A marker that nobody can guess."""
    return secrets.token_bytes(MARKER_BYTES)


def file_head(marker: bytes) -> bytes:
    """What a file begins with."""
    return _FILE_HEAD.pack(MAGIC, marker, crc32(marker))


def marker_of(data: bytes) -> bytes | None:
    """The marker that a file's head tells; None when the head is torn or damaged."""
    if len(data) < HEAD_BYTES:
        return None
    magic, marker, checksum = _FILE_HEAD.unpack_from(data)
    return marker if magic == MAGIC and checksum == crc32(marker) else None


def frame(marker: bytes, seq: int, entry: Entry) -> bytes:
    """An entry under its number."""
    told = [entry.sender, entry.signal, entry.media, entry.encoding, entry.received_us, entry.headers]
    head = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    payload = b"".join((len(head).to_bytes(4, "little"), head, entry.body))
    return _FRAME_HEAD.pack(marker, len(payload), _checksum(seq, payload), seq) + payload


def entry_of(payload: bytes) -> Entry:
    """The entry that a frame holds."""
    end = 4 + int.from_bytes(payload[:4], "little")
    sender, signal, media, encoding, received_us, headers = json.loads(payload[4:end])
    return Entry(sender, signal, media, encoding, received_us, payload[end:], headers)


def frames(data: bytes, marker: bytes, after: int = 0) -> Iterator[tuple[int, bytes, slice]]:
    """Every sound frame above a number: its number, its payload, and where it stands; numbers only ever grow."""
    at, last = HEAD_BYTES, after
    while (at := data.find(marker, at)) >= 0:
        found = _frame_at(data, at)
        if found is None:
            at += MARKER_BYTES
            continue
        seq, payload = found
        end = at + _FRAME_HEAD.size + len(payload)
        if seq > last:
            last = seq
            yield seq, payload, slice(at, end)
        at = end


def _frame_at(data: bytes, at: int) -> tuple[int, bytes] | None:
    start = at + _FRAME_HEAD.size
    if start > len(data):
        return None
    _, length, checksum, seq = _FRAME_HEAD.unpack_from(data, at)
    if start + length > len(data):
        return None
    payload = data[start : start + length]
    return (seq, payload) if _checksum(seq, payload) == checksum else None


def _checksum(seq: int, payload: bytes) -> int:
    return crc32(payload, crc32(seq.to_bytes(8, "little")))
