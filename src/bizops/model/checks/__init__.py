"""Whether definitions make sense: everything that can be said without data."""

from bizops.model.checks.everything import check_model

__all__ = ["check_model"]
