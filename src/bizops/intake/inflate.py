"""Unpacks what arrives, never to more than is allowed."""

from __future__ import annotations

import zlib
from typing import Any

from bizops.errors import BizopsError

_STEP = 1 << 20


def inflate(body: bytes, encoding: str, limit: int) -> bytes:
    """The body as its sender wrote it; ``too-large`` beyond *limit* bytes, ``undecodable`` when it is damaged."""
    if encoding in ("", "identity"):
        found = body
    elif encoding == "gzip":
        found = _gunzip(body, limit)
    elif encoding == "zstd":
        found = _unzstd(body, limit)
    else:
        raise BizopsError.of("undecodable", f"'{encoding}' is no way of packing that is known here.")
    if len(found) > limit:
        raise _too_large(limit)
    return found


def _gunzip(body: bytes, limit: int) -> bytes:
    """All members of a gzip body."""
    from isal import isal_zlib

    damaged: Any = isal_zlib.error
    parts: list[bytes] = []
    size, rest = 0, body
    try:
        while rest:
            member = isal_zlib.decompressobj(16 + zlib.MAX_WBITS)
            while not member.eof:
                part = member.decompress(rest, limit + 1 - size)
                rest = member.unconsumed_tail
                parts.append(part)
                size += len(part)
                if size > limit:
                    raise _too_large(limit)
                if not part and not rest and not member.eof:
                    raise BizopsError.of("undecodable", "The body ends in the middle: its gzip packing is cut off.")
            rest = member.unused_data
    except damaged:
        raise BizopsError.of("undecodable", "The body is not packed with gzip, as its header says.") from None
    if not parts:
        raise BizopsError.of("undecodable", "The body is empty, but is said to be packed with gzip.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _unzstd(body: bytes, limit: int) -> bytes:
    import zstandard

    # A frame may ask for a window of any size; 8 MB is what the format says every reader should allow.
    reader = zstandard.ZstdDecompressor(max_window_size=8 << 20).stream_reader(body, read_across_frames=True)
    parts: list[bytes] = []
    size = 0
    try:
        while part := reader.read(_STEP):
            parts.append(part)
            size += len(part)
            if size > limit:
                raise _too_large(limit)
    except zstandard.ZstdError:
        raise BizopsError.of("undecodable", "The body is not packed with zstd, as its header says.") from None
    if not parts:
        raise BizopsError.of("undecodable", "The body is empty, but is said to be packed with zstd.")
    return b"".join(parts)


def _too_large(limit: int) -> BizopsError:
    return BizopsError.of("too-large", f"The body is larger than {limit >> 20} MiB when it is unpacked.")
