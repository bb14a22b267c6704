"""Tokens: who may send, and under which name. Only their SHA-256 is kept.

A token is ``bzo_`` and 43 characters, shown once. Its sender's name is stamped on everything that comes with it and is
never read from a body. A running server sees a change of the file within a second.
"""

from __future__ import annotations

import hmac
import json
import os
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from bizops.errors import BizopsError
from bizops.lake.files import no_fault, publish

PREFIX = "bzo_"
LOCAL = "local"
"""The sender of what comes without a token, while there is none, from this machine."""
_SENDER = re.compile(r"[a-z][a-z0-9_-]{0,62}\Z")
_FRESH_S = 0.25


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of a token: its short ``id``, whose it is, and until when it holds; instants in ISO 8601, UTC."""

    id: str
    sender: str
    digest: str
    created: str
    expires: str | None = None
    revoked: str | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < datetime.fromisoformat(self.expires))


class Tokens:
    """The tokens of a state directory, in ``tokens.json``."""

    def __init__(self, state: Path, clock: Callable[[], datetime]) -> None:
        self._path = state / "tokens.json"
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = -1.0
        self._seen: tuple[int, int, int] | None = None
        self._known: tuple[Token, ...] = ()

    def create(self, sender: str, expires: datetime | None = None) -> tuple[Token, str]:
        """A new token of a sender, and the secret, which is kept nowhere."""
        check_sender(sender)
        now = self._clock()
        if expires is not None and expires <= now:
            raise BizopsError.of("bad-date", "A token cannot expire before it is made.")
        secret = PREFIX + secrets.token_urlsafe(32)
        digest = sha256(secret.encode()).hexdigest()
        token = Token(digest[:8], sender, digest, now.isoformat(), expires.isoformat() if expires else None)
        self._write((*self._read(), token))
        return token, secret

    def list(self) -> tuple[Token, ...]:
        """Every token that was ever made, also those that hold no more."""
        return self._read()

    def revoke(self, name: str) -> tuple[Token, ...]:
        """Ends one token by its id, or all tokens of a sender; returns those that were ended."""
        known = self._read()
        ended = tuple(
            replace(token, revoked=self._clock().isoformat())
            for token in known
            if name in (token.id, token.sender) and token.revoked is None
        )
        if not ended:
            raise BizopsError.of(
                "unknown-token", f"No token that could be revoked is called '{name}'.", hint="'bizops token list'."
            )
        by_id = {token.id: token for token in ended}
        self._write(tuple(by_id.get(token.id, token) for token in known))
        return ended

    def needed(self) -> bool:
        """Whether a token was ever made: from then on nobody sends without one."""
        return bool(self._current())

    def sender_of(self, secret: str) -> str | None:
        """Whose token this is; None when it is unknown, revoked or expired."""
        digest = sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()
        found: Token | None = None
        for token in self._current():
            # Every token is compared, each in constant time: how long it takes says nothing about what is known.
            if hmac.compare_digest(token.digest, digest):
                found = token
        return found.sender if found is not None and found.holds(self._clock()) else None

    def _current(self) -> tuple[Token, ...]:
        """The tokens, looked at again when the file was touched; at most four looks a second."""
        with self._lock:
            if time.monotonic() - self._looked >= _FRESH_S:
                touched = self._touched()
                if touched != self._seen or self._looked < 0:
                    self._known = self._read()
                    self._seen = touched
                self._looked = time.monotonic()
            return self._known

    def _touched(self) -> tuple[int, int, int] | None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def _read(self) -> tuple[Token, ...]:
        try:
            content = json.loads(self._path.read_bytes())
            return tuple(Token(**entry) for entry in content["tokens"])
        except FileNotFoundError:
            return ()
        except (ValueError, TypeError, KeyError, OSError) as error:
            # Without the list nobody may be let in, nor may it be overwritten.
            raise BizopsError.of(
                "unreadable-tokens",
                f"The list of tokens cannot be read ({type(error).__name__}).",
                hint=f"Mend {self._path} or delete it; without it every sender needs a new token.",
            ) from None

    def _write(self, tokens: tuple[Token, ...]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".tokens-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:  # mkstemp gives mode 0600
            json.dump({"tokens": [asdict(token) for token in tokens]}, file, indent=1)
        publish(self._path.parent, Path(temporary), self._path.name, no_fault)


def check_sender(name: str) -> str:
    """The name, if it can be a sender's."""
    if not _SENDER.match(name):
        raise BizopsError.of(
            "bad-name",
            f"'{name}' cannot name a sender.",
            hint="Use lower-case letters, digits, '-' and '_', beginning with a letter, such as 'shop' or 'crm-eu'.",
        )
    return name
