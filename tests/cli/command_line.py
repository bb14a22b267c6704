"""What a person gets who types a command."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Typed:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


Type = Callable[..., Typed]
