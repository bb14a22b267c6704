"""A small workspace that is served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bizops.intake import flush
from serving import Served
from serving import served as serving
from small_workspace import MakeSmall

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""


@pytest.fixture
def served(small: MakeSmall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)
    with serving(small(YAML, orders=[{"id": "a", "at": "2026-01-05T10:00"}]).workspace) as running:
        yield running
