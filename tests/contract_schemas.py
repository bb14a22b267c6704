"""Schemas of the contract, whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

CONTRACT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "docs" / "contract.json").read_text(encoding="utf-8")
)


def schema_of(url: str) -> dict[str, Any]:
    """The schema of what a URL answers."""
    return {**CONTRACT["urls"][url]["json"], "$defs": CONTRACT["$defs"]}
