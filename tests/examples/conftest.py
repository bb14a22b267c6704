"""The demo company, simulated once for all tests."""

from __future__ import annotations

import json

import pytest
from simulated_company import Company

from bizops.demo import simulate


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """The company at full size, as `bizops demo` creates it."""
    target = tmp_path_factory.mktemp("nordlicht")
    simulate(target)
    return Company(target, json.loads((target / "truth.json").read_text(encoding="utf-8")))
