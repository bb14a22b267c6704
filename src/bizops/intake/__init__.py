"""From files and tables, as they are delivered, to typed rows in the lake. Knows nothing of KPIs."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bizops.intake.load import Progress, load_files
from bizops.intake.manual import load_manual
from bizops.intake.streams import Limits
from bizops.intake.tables import table_spec

if TYPE_CHECKING:
    from bizops.lake import Lake, LoadReport
    from bizops.model.language import Source

__all__ = ["Limits", "Progress", "load_files", "load_manual", "pull_sql", "table_spec"]


def pull_sql(
    lake: "Lake", source: "Source", *, base_dir: Path, env: Mapping[str, str], progress: Progress | None = None
) -> "LoadReport":
    """Pull a source's table; see :func:`bizops.intake.sql_tables.pull_sql`, which brings the database drivers along."""
    from bizops.intake import sql_tables

    return sql_tables.pull_sql(lake, source, base_dir=base_dir, env=env, progress=progress)
