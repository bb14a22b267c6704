"""What is agreed. Hands on :class:`Model`, read and checked as a whole by :func:`read_model`."""

from bizops.model.load import read_model
from bizops.model.model import Model

__all__ = ["Model", "read_model"]
