"""DuckDB runs the plans: embedded, with bounded memory and threads, closed to files and networks it was not given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bizops.errors import BizopsError
from bizops.query.plan import Clock, Plan

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa


class Engine:
    """One DuckDB connection; ``run`` answers a plan with an Arrow table."""

    name = "duckdb"

    def __init__(self, *, readable: Path, scratch: Path, threads: int = 2, memory_mb: int = 1024) -> None:
        self.readable = readable
        self.scratch = scratch
        self.threads = threads
        self.memory_mb = memory_mb
        self._connection: duckdb.DuckDBPyConnection | None = None
        self.last_query = ""

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, opened at first use: importing DuckDB costs 0.2 s."""
        if self._connection is None:
            import duckdb

            connection = duckdb.connect(
                config={
                    "threads": self.threads,
                    "memory_limit": f"{self.memory_mb}MB",
                    "temp_directory": str(self.scratch),
                    "autoinstall_known_extensions": False,
                    "autoload_known_extensions": False,
                    "preserve_insertion_order": False,
                }
            )
            connection.execute("SET allowed_directories = $1", [[str(self.readable)]])
            connection.execute("SET enable_external_access = false")
            connection.execute("SET lock_configuration = true")
            self._connection = connection
        return self._connection

    def sql(self, plan: Plan, clock: Clock) -> str:
        """The query that answers a plan, as text for people to read."""
        from bizops.query.compile import compile_plan
        from bizops.query.dialect import DUCKDB

        return compile_plan(plan, DUCKDB, clock).sql("duckdb")

    def run(self, plan: Plan, clock: Clock, tables: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The plan's rows. ``tables`` are the small tables that its :class:`Given` nodes name."""
        return self.ask(self.sql(plan, clock), tables)

    def ask(self, query: str, tables: Mapping[str, pa.Table] | None = None) -> pa.Table:
        """The rows of a query made by :meth:`sql`: where many passes ask the same, its text is made once."""
        self.last_query = query
        with self._given(tables or {}):
            return self.connection.sql(query).to_arrow_table()

    def lay_out(self, name: str, plan: Plan, clock: Clock, tables: Mapping[str, pa.Table] | None = None) -> str:
        """Holds a plan's rows in memory, for the queries that follow to name; returns the statement that did."""
        from bizops.query.compile import laid_out
        from bizops.query.dialect import DUCKDB

        statement = laid_out(name, plan, DUCKDB, clock).sql("duckdb")
        with self._given(tables or {}):
            self.connection.execute(statement)
        return statement

    @contextmanager
    def _given(self, tables: Mapping[str, pa.Table]) -> Iterator[None]:
        """Small tables under their names, while a query runs; and what is to be said when memory is not enough."""
        import duckdb

        try:
            for name, table in tables.items():
                self.connection.register(name, table)
            yield
        except duckdb.OutOfMemoryException:
            raise BizopsError.of(
                "out-of-memory",
                f"The query needs more than the {self.memory_mb} MB it may use.",
                hint="Ask for fewer periods or slices at once, or raise 'memory_mb' in bizops.yaml.",
            ) from None
        finally:
            for name in tables:
                self.connection.unregister(name)

    def close(self) -> None:
        """Ends the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
