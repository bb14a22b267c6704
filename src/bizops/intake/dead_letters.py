"""Bodies that could not be taken, kept for somebody to look at.

What was refused is kept as long as there is room for it: its sender knows. What was acknowledged and could then not be
stored is kept until somebody has seen to it.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path

from bizops.errors import BizopsError
from bizops.intake.inflate import inflate
from bizops.lake.files import no_fault, publish
from bizops.lake.frames import Entry

CAP_BYTES = 64 << 20
CAP_BODY = 1 << 20
CAP_FILES = 1000
MAX_UNPACKED = 64 << 20
_REFUSED, _STUCK = "refused", "stuck"


class DeadLetters:
    """A directory with one file a body: a line of JSON that says what it is, then the bytes as they came."""

    def __init__(self, root: Path, cap_bytes: int = CAP_BYTES) -> None:
        self._root = root
        self._cap = cap_bytes
        self._lock = threading.Lock()
        self._count = 0

    def refused(self, entry: Entry, reason: str) -> None:
        """Keep a body that was refused, cut to a mebibyte; the oldest make room."""
        with self._lock:
            self._count += 1
            self._write(f"{_REFUSED}-{entry.received_us:017d}-{self._count:06d}", entry, reason, entry.body[:CAP_BODY])
            self._make_room()

    def stuck(self, seq: int, entry: Entry, reason: str) -> None:
        """Keep an acknowledged body that cannot be stored, whole and durably."""
        with self._lock:
            self._write(f"{_STUCK}-{seq:016d}", entry, reason, entry.body)

    def counts(self) -> dict[str, int]:
        """How many bodies of each kind are kept."""
        names = [path.name for path in self._root.glob("*.body")]
        return {kind: sum(name.startswith(kind) for name in names) for kind in (_REFUSED, _STUCK)}

    def _write(self, name: str, entry: Entry, reason: str, body: bytes) -> None:
        self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
        head = {
            "sender": entry.sender,
            "signal": entry.signal,
            "media": entry.media,
            "encoding": entry.encoding,
            "headers": dict(entry.headers),
            "received_us": entry.received_us,
            "size": len(entry.body),
            "reason": reason,
        }
        temporary = self._root / f".{name}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(json.dumps(head).encode() + b"\n" + body)
        publish(self._root, temporary, f"{name}.body", no_fault)

    def let_go(self, before_us: int) -> None:
        """Remove what was refused before an instant: nobody looked at it."""
        with self._lock:
            for path in self._root.glob(f"{_REFUSED}-*.body"):
                if int(path.name.split("-")[1]) < before_us:
                    path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        kept = sorted(self._root.glob(f"{_REFUSED}-*.body"))
        sizes = [path.stat().st_size for path in kept]
        excess, surplus = sum(sizes) - self._cap, len(kept) - CAP_FILES
        for path, size in zip(kept, sizes, strict=True):
            if excess <= 0 and surplus <= 0:
                return
            path.unlink()
            excess, surplus = excess - size, surplus - 1


def forget(root: Path, text: str) -> int:
    """Remove bodies that have a text in them, packed or not; returns how many."""
    forgotten = 0
    for path in sorted(root.glob("*.body")):
        head, _, body = path.read_bytes().partition(b"\n")
        if text.encode() in head + _unpacked(body, json.loads(head)["encoding"]):
            path.unlink()
            forgotten += 1
    return forgotten


def _unpacked(body: bytes, encoding: str) -> bytes:
    """A body as it can be searched; as it came where it cannot be inflated."""
    try:
        return inflate(body, encoding, MAX_UNPACKED)
    except BizopsError:
        return body
