"""The demo company read back from its files, with pyarrow alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Company:
    """The files of one simulation."""

    path: Path
    truth: dict[str, Any]

    def csv(self, pattern: str) -> pa.Table:
        """All CSV files of a pattern as one table; torn lines are left out."""
        options = pacsv.ParseOptions(invalid_row_handler=lambda row: "skip")
        convert = pacsv.ConvertOptions(strings_can_be_null=True, null_values=[""])
        files = sorted(self.path.glob(pattern))
        tables = [pacsv.read_csv(file, parse_options=options, convert_options=convert) for file in files]
        return pa.concat_tables(tables, promote_options="permissive")

    def parquet(self, pattern: str) -> pa.Table:
        """All Parquet files of a pattern as one table."""
        return pa.concat_tables([pq.read_table(file) for file in sorted(self.path.glob(pattern))])

    @cached_property
    def sales(self) -> pa.Table:
        """Sales with the file that came late."""
        return pa.concat_tables([self.csv("sales/*.csv"), self.csv("late/sales_*.csv")], promote_options="permissive")

    @cached_property
    def visits(self) -> pa.Table:
        """Visits, re-delivered rows counted once."""
        everything = self.parquet("visits/*.parquet")
        return everything.group_by(everything.column_names).aggregate([])

    @cached_property
    def views(self) -> pa.Table:
        """History views with the day that came late."""
        return pa.concat_tables([self.parquet("history_views/*.parquet"), self.parquet("late/history_views_*.parquet")])
