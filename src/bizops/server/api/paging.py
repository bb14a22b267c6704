"""Lists come in pages; a cursor says where the next one begins, in a list that has not changed meanwhile."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

from bizops.errors import BizopsError
from bizops.server.api.operations import Call

PAGE = 100
_Item = TypeVar("_Item")


def page_of(call: Call, items: Sequence[_Item], state: object) -> tuple[list[_Item], str | None]:
    """The items that a call asks for, and the cursor of the next page; ``state`` changes whenever the list may."""
    start = start_of(call, state)
    limit = call.number("limit", PAGE)
    found = list(items[start : start + limit])
    return found, cursor(call, start + limit, state) if len(items) > start + limit else None


def cursor(call: Call, start: int, state: object) -> str:
    """Where to go on in a list."""
    told = b"%d.%s" % (start, _mark(call, state))
    return urlsafe_b64encode(told).decode().rstrip("=")


def start_of(call: Call, state: object) -> int:
    """The place that a cursor names; 0 without one."""
    text = call.text("cursor")
    if text is None:
        return 0
    try:
        number, _, mark = urlsafe_b64decode(text + "=" * (-len(text) % 4)).partition(b".")
        start = int(number) if number.isdigit() and len(number) < 10 else -1
    except (binascii.Error, ValueError):
        start, mark = -1, b""
    if start < 0 or len(mark) != 16:
        raise BizopsError.of("bad-cursor", "That is no cursor.", hint="Take 'next' of the answer before.")
    if mark != _mark(call, state):
        raise BizopsError.of(
            "stale-cursor", "The list has changed since, or is another one.", hint="Begin again without cursor."
        )
    return start


def _mark(call: Call, state: object) -> bytes:
    """The list that a cursor belongs to: what was asked, and the state it was asked in."""
    asked = sorted((name, values) for name, values in call.query.items() if name not in ("cursor", "limit", "lang"))
    told = repr((call.operation, sorted(call.path.items()), asked, state)).encode()
    return blake2b(told, digest_size=8).hexdigest().encode()
