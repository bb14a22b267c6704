"""bizops: the control loop between a business and its IT.

``bizops.open(path)`` opens a workspace; see :class:`bizops.workspace.Workspace` for what can be asked of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bizops.version import VERSION as __version__

if TYPE_CHECKING:
    from bizops.workspace import Workspace

__all__ = ["__version__", "open"]


def open(path: str | Path = ".") -> Workspace:
    """Opens the workspace in a directory, or the one above it that holds ``bizops.yaml``."""
    from bizops.workspace import open_workspace

    return open_workspace(path)
