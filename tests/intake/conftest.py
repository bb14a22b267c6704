"""Sources as the model would give them, without a file behind them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from bizops.model.language import Column, Source
from bizops.model.nodes import Node


def make_source(name: str = "s", *, columns: dict[str, Any], **keys: Any) -> Source:
    """A source; a column is its type, or a dict of its keys."""
    node = Node.__new__(Node)
    made = {n: Column(name=n, node=node, **({"type": c} if isinstance(c, str) else c)) for n, c in columns.items()}
    return Source(name=name, node=node, columns=made, **keys)


@pytest.fixture
def shared_data() -> Path:
    """Directory of the real data sets; skips where they are not there."""
    path = Path(os.environ.get("BIZOPS_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"the shared data sets are not at {path}; set BIZOPS_DATA")
    return path
