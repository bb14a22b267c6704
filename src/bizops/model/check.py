"""Whether definitions make sense: all that can be said without data."""

from __future__ import annotations

from bizops.errors import Problem
from bizops.model.model import Model


def check_model(model: Model) -> list[Problem]:
    """Everything that has no meaning in a model whose names and values are sound."""
    return []
