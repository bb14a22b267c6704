"""What tests of several rooms share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path

import pytest

from small_workspace import MakeSmall, Small


@pytest.fixture
def small(tmp_path: Path) -> MakeSmall:
    """``small(yaml, source=rows, ..., now='2027-01-01')`` is a loaded workspace."""
    numbers = count(1)

    def make(yaml: str, *, now: str = "2027-01-01", **sources: Sequence[Mapping[str, object]]) -> Small:
        made = Small(tmp_path / f"small-{next(numbers)}", yaml, now)
        for source, rows in sources.items():
            made.deliver(source, rows)
        return made

    return make
