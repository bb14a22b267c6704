"""From files and tables, as they are delivered, to typed rows in the lake. Knows nothing of KPIs."""

from bizops.intake.load import Progress, load_files
from bizops.intake.tables import table_spec

__all__ = ["Progress", "load_files", "table_spec"]
