"""Pulls tables from SQLite and PostgreSQL through ADBC, which hands over Arrow batches."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import adbc_driver_manager
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlglot import exp

from bizops.errors import BizopsError
from bizops.intake.batches import Block, Reading
from bizops.intake.load import Progress, take
from bizops.intake.sql_statements import bound_of, encode_cursor, parsed_select, select_rows, table_of
from bizops.intake.tables import headers_of, table_spec
from bizops.lake import Delivery, Lake, LoadReport

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

    from bizops.model.language import Source

_CURSOR = "_cursor"


def pull_sql(
    lake: Lake, source: Source, *, base_dir: Path, env: Mapping[str, str], progress: Progress | None = None
) -> LoadReport:
    """Pull a source's table as one delivery; with a cursor only what changed since the last pull, less the overlap.

    Rows that come again are known by their key, so an overlap never counts twice. ``sqlite:`` paths are relative to
    ``base_dir``; ``env:NAME`` is looked up in ``env``. Nothing can be written through the connection.
    """
    if source.sql is None:
        raise BizopsError.of("no-table", f"Source '{source.name}' does not say where to pull from.", hint="Add `sql:`.")
    url = _resolved(source.sql.url, env)
    name = source.sql.table or "query"
    spec = table_spec(source)
    with lake.writing(), _connected(url, base_dir) as connection, lake.staging(spec) as staged:
        pull = _Pull(connection, source, url)
        last = lake.last_cursor(source.name) if source.sql.cursor else None
        take(pull.reading(last), source, name, staged, progress)
        return lake.append(spec, staged, Delivery(name, cursor=pull.cursor or last))


class _Pull:
    """One pull: remembers the greatest cursor value that came by."""

    def __init__(self, connection: Connection, source: Source, url: str) -> None:
        assert source.sql is not None
        self._url = url
        dialect = "sqlite" if url.startswith("sqlite:") else "postgres"
        self._connection, self._source, self._sql, self._dialect = connection, source, source.sql, dialect
        self._greatest: Any = None

    @property
    def cursor(self) -> str | None:
        """Where the next pull goes on; None when nothing new came."""
        return None if self._greatest is None else encode_cursor(self._greatest)

    def reading(self, last: str | None) -> Reading:
        """The rows since ``last``, less the overlap."""
        sql, dialect = self._sql, self._dialect
        rows_of = parsed_select(sql.query, dialect) if sql.query else table_of(sql.table or self._source.name)
        with self._connection.cursor() as cursor:
            cursor.execute(exp.select("*").from_(rows_of).limit(0).sql(dialect))
            headers = tuple(column[0] for column in cursor.description or ())
            cursor.fetchall()
        by = self._cursor_column()
        wanted = [header for header in dict.fromkeys(headers_of(self._source)) if header in headers]
        bound = None if last is None else bound_of(last, sql.overlap)
        statement = select_rows(rows_of, wanted, self._as_text(), by, bound, _CURSOR)
        return Reading(headers, self._blocks(statement.sql(dialect)))

    def _cursor_column(self) -> str | None:
        column = self._source.columns.get(self._sql.cursor or "")
        return column.header or self._sql.cursor if column is not None else self._sql.cursor

    def _as_text(self) -> Sequence[str]:
        """SQLite's columns can hold anything in any row, which ADBC's types cannot: all but floats come as text."""
        if self._dialect != "sqlite":
            return ()
        return [c.header or name for name, c in self._source.columns.items() if c.type != "number"]

    def _blocks(self, statement: str) -> Iterator[Block]:
        rows = 0
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
            for batch in _batches(cursor.fetch_record_batch(), self._url):
                if self._sql.cursor and batch.num_rows:
                    self._note_cursor(batch.column(_CURSOR))
                yield Block(batch, np.arange(rows + 1, rows + batch.num_rows + 1))
                rows += batch.num_rows

    def _note_cursor(self, column: pa.Array) -> None:
        greatest = pc.max(column).as_py()
        if greatest is not None and (self._greatest is None or greatest > self._greatest):
            self._greatest = greatest


def _resolved(url: str, env: Mapping[str, str]) -> str:
    """The URL itself, or what the environment says under ``env:NAME``."""
    if url.startswith("env:"):
        name = url.removeprefix("env:")
        if name not in env:
            raise BizopsError.of("missing-variable", f"The environment variable {name} is not set.")
        url = env[name]
    if not url.startswith(("sqlite:", "postgresql://", "postgres://")):
        raise BizopsError.of("unknown-database", "A database is named by `sqlite:path` or `postgresql://...`.")
    return url


@contextmanager
def _connected(url: str, base_dir: Path) -> Iterator[Connection]:
    """A connection that can only read. No message of it ever shows the password."""
    try:
        with _connect(url, base_dir) as connection:
            yield connection
    except adbc_driver_manager.Error as error:
        raise _database_error(error, url) from None


def _batches(reader: pa.RecordBatchReader, url: str) -> Iterator[pa.RecordBatch]:
    """The batches of an answer; what goes wrong in their midst comes as an error of Arrow, not of the driver."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (pa.ArrowException, OSError) as error:
            raise _database_error(error, url) from None
        yield batch


def _database_error(error: Exception, url: str) -> BizopsError:
    shown = _without_password(str(error), url)
    return BizopsError.of("database-error", f"The database {_without_password(url, url)} answers: {shown}")


def _connect(url: str, base_dir: Path) -> Connection:
    if url.startswith("sqlite:"):
        from adbc_driver_sqlite import dbapi as sqlite

        path = (base_dir / url.removeprefix("sqlite:")).absolute()
        if not path.is_file():
            raise BizopsError.of("missing-file", f"{path} is not there.")
        opened: Connection = sqlite.connect(f"{path.as_uri()}?mode=ro")
        return opened
    from adbc_driver_postgresql import dbapi as postgresql

    connection: Connection = postgresql.connect(url, autocommit=True)
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    return connection


def _without_password(text: str, url: str) -> str:
    password = urlsplit(url).password
    shown = text.replace(password, "***") if password else text
    return re.sub(r"(://[^:/@\s]*):[^@\s]*@", r"\1:***@", shown)
