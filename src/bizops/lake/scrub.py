"""Reads every byte of the lake and says what is not as it was written."""

from __future__ import annotations

from pathlib import Path

from bizops.errors import BizopsError, Problem
from bizops.lake.files import StoredFile, verify_file
from bizops.lake.manifest import Manifest


def scrub(root: Path, manifest: Manifest) -> list[Problem]:
    """All damage to the manifest, the segments and the deletion lists, past states included."""
    try:
        with manifest.reading() as connection:
            findings = [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]
            files = connection.execute(
                "SELECT path, size, checksum FROM segments UNION ALL SELECT path, size, checksum FROM deletions"
            ).fetchall()
    except BizopsError as error:
        return list(error.problems)
    problems = [Problem("damaged-manifest", f"{manifest.path}: {text}.") for text in findings]
    for path, size, checksum in files:
        try:
            verify_file(root, StoredFile(path, size, checksum), again=True)
        except BizopsError as error:
            problems += error.problems
    return problems
