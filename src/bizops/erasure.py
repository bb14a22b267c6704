"""What a workspace knows of people, and how somebody is taken out of it for good.

Pseudonyms are made with a key of the workspace's own; whoever has only the data cannot undo them. Erasing puts a random
name in the place of a person's values in every segment, past states included: sums and counts stay what they were,
nobody can say any more whose they are, and what is delivered again brings the person back under no name.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bizops.errors import BizopsError

if TYPE_CHECKING:
    from bizops.intake.privacy import Policy
    from bizops.lake import Lake
    from bizops.model import Model

KEY_FILE, ERASED_FILE = "pseudonym.key", "erased.json"


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of a person: files of the lake written anew, rows and bodies set aside that were removed."""

    files: int
    quarantined: int
    dead_letters: int


@dataclass(frozen=True)
class Privacy:
    """The rules, the key and the list of those who were erased; ``state`` is the workspace's state directory."""

    model: Model
    state: Path

    def policy(self) -> Policy:
        """What becomes of attributes of telemetry before they are stored."""
        from bizops.intake.privacy import Policy, Rule

        rules = tuple(Rule(pattern, action) for pattern, action in self.model.settings.privacy.items())
        return Policy(rules, self._key(), self.erased())

    def erased(self) -> frozenset[str]:
        """Pseudonyms of people who were erased."""
        path = self._directory / ERASED_FILE
        if not path.exists():
            return frozenset()
        try:
            return frozenset(json.loads(path.read_text(encoding="utf-8")))
        except ValueError:
            raise BizopsError.of(
                "damaged-file",
                f"{path} cannot be read: who was erased is not known.",
                hint="Put it back from a backup before anything is taken in.",
            ) from None

    def erase(self, lake: Lake, subject: str) -> Erased:
        """Take a person out of everything that is kept; ``subject`` is the value that names the person in the data."""
        if not subject.strip():
            raise BizopsError.of("missing-value", "Whom to erase is named by the value that stands in the data.")
        pseudonym = self.policy().pseudonym(subject)
        nobody = f"erased_{secrets.token_hex(8)}"
        with lake.writing():
            # First of all, so that nothing that arrives meanwhile brings the person back.
            self._write(ERASED_FILE, json.dumps(sorted({*self.erased(), pseudonym})).encode())
            files = lake.rewrite({subject: nobody, pseudonym: nobody})
            quarantined = lake.forget_quarantined(subject)
        from bizops.intake.dead_letters import forget

        letters = forget(lake.root / "dead", subject)
        for cache in ("results", "derived"):
            # Answers by customer name customers; they are worked out anew from the rows, which are all still there.
            shutil.rmtree(self.state / cache, ignore_errors=True)
        return Erased(files, quarantined, letters)

    @property
    def _directory(self) -> Path:
        return self.state / "privacy"

    def _key(self) -> bytes:
        path = self._directory / KEY_FILE
        if not path.exists():
            self._write(KEY_FILE, secrets.token_bytes(32))
        key = path.read_bytes()
        if len(key) != 32:
            raise BizopsError.of(
                "damaged-file", f"{path} is no key of 32 bytes.", hint="Put it back from a backup: pseudonyms need it."
            )
        return key

    def _write(self, name: str, content: bytes) -> None:
        """Durably, and for nobody else to read."""
        from bizops.lake.files import no_fault, publish

        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._directory / f".{name}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        publish(self._directory, temporary, name, no_fault)
