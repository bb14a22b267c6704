"""Tables pulled from databases."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sources import lake_in, make_source, reasons, stored

from bizops.errors import BizopsError
from bizops.intake import pull_sql
from bizops.lake import Lake, LoadReport
from bizops.model.duration import Duration
from bizops.model.language import Source, Sql
from bizops.model.nodes import Scalar

COLUMNS: dict[str, Any] = {"id": "integer", "amount": "decimal", "at": "timestamp"}


def orders(url: str, columns: dict[str, Any] | None = None, key: tuple[str, ...] = ("id",), **sql: Any) -> Source:
    """A source that pulls the table `orders`, or what `sql` says."""
    where = {"table": "orders"} if "query" not in sql else {}
    return make_source(columns or COLUMNS, kind="sql", key=key, sql=Sql(node=Scalar(), url=url, **where, **sql))


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A SQLite database with three orders, one of which has a text for an amount."""
    path = tmp_path / "shop.db"
    execute(
        path,
        "CREATE TABLE orders (id INTEGER, amount, at TEXT)",
        "INSERT INTO orders VALUES (1, 10.5, '2026-01-01 10:00:00'), (2, 'free', '2026-01-02 10:00:00'), "
        "(3, 30, '2026-01-03 10:00:00')",
    )
    return path


def pull(lake: Lake, source: Source, env: dict[str, str] | None = None) -> LoadReport:
    return pull_sql(lake, source, base_dir=lake.root.parent, env=env or {})


def test_a_sqlite_table_is_pulled_whatever_its_cells_hold(tmp_path: Path, shop: Path) -> None:
    lake = lake_in(tmp_path)
    pull(lake, orders("env:SHOP"), {"SHOP": "sqlite:shop.db"})
    assert stored(lake) == [
        (1, Decimal("10.5"), datetime(2026, 1, 1, 10)),
        (3, Decimal(30), datetime(2026, 1, 3, 10)),
    ]
    assert reasons(lake) == [(2, "amount", "bad-number")]


def test_pulling_again_starts_at_the_cursor_less_the_overlap(tmp_path: Path, shop: Path) -> None:
    lake = lake_in(tmp_path)
    source = orders("sqlite:shop.db", cursor="at", overlap=Duration(36, "h"))
    assert pull(lake, source).rows == 3
    execute(
        shop,
        "INSERT INTO orders VALUES (4, 40, '2026-01-04 10:00:00'), (5, 50, '2026-01-02 12:00:00'), "
        "(6, 60, '2026-01-01 12:00:00')",
    )
    report = pull(lake, source)
    assert (report.rows, report.accepted, report.duplicates, report.quarantined) == (4, 2, 1, 1)
    assert pull(lake, source).accepted == 0


def test_after_its_rows_were_taken_back_a_pull_begins_anew(tmp_path: Path, shop: Path) -> None:
    lake = lake_in(tmp_path)
    source = orders("sqlite:shop.db", cursor="at")
    pull(lake, source)
    assert lake.withdraw("s") == 2
    assert pull(lake, source).accepted == 2


def test_a_numeric_cursor_that_is_no_column_of_the_source(tmp_path: Path, shop: Path) -> None:
    lake = lake_in(tmp_path)
    execute(shop, "ALTER TABLE orders ADD COLUMN revision INTEGER", "UPDATE orders SET revision = id + 8")
    source = orders("sqlite:shop.db", cursor="revision")
    pull(lake, source)
    execute(shop, "UPDATE orders SET amount = 11, revision = 12 WHERE id = 1")
    report = pull(lake, source)
    assert (report.rows, report.corrected, report.duplicates) == (2, 1, 1)


def test_a_query_may_be_pulled_but_only_a_select(tmp_path: Path, shop: Path) -> None:
    lake = lake_in(tmp_path)
    query = "SELECT id, amount, at FROM orders WHERE id = 1 -- the first"
    assert pull(lake, orders("sqlite:shop.db", query=query)).rows == 1
    for bad in (
        "DELETE FROM orders",
        "SELECT 1; DROP TABLE orders",
        "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
        "PRAGMA user_version = 1",
        "SELEC 1",
    ):
        with pytest.raises(BizopsError, match="bad-query"):
            pull(lake, orders("sqlite:shop.db", query=bad))


def test_a_column_that_the_table_lacks_is_named(tmp_path: Path, shop: Path) -> None:
    with pytest.raises(BizopsError) as refused:
        pull(lake_in(tmp_path), orders("sqlite:shop.db", {"id": "integer", "amonut": "decimal"}))
    assert refused.value.problems[0].hint == "Did you mean 'amount'?"


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("env:NOWHERE", "missing-variable"),
        ("mysql://x", "unknown-database"),
        ("sqlite:none.db", "missing-file"),
        ("postgresql://me:s3cret@127.0.0.1:1/x", "database-error"),
    ],
)
def test_a_database_that_cannot_be_reached_is_one_clear_error_without_its_password(
    tmp_path: Path, url: str, code: str
) -> None:
    with pytest.raises(BizopsError) as refused:
        pull(lake_in(tmp_path), orders(url))
    assert refused.value.problems[0].code == code
    assert "s3cret" not in str(refused.value)


def test_a_table_that_is_not_there_is_one_clear_error(tmp_path: Path, shop: Path) -> None:
    execute(shop, "DROP TABLE orders")
    with pytest.raises(BizopsError, match=r"database-error.*no such table: orders"):
        pull(lake_in(tmp_path), orders("sqlite:shop.db"))


# ---------------------------------------------------------------------------------------------------------- PostgreSQL


def run(command: list[str], directory: Path) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.getuid() == 0 else []
    subprocess.run([*prefix, *command], check=True, cwd=directory, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server of our own."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL's server programs are not installed")
    if os.getuid() == 0 and shutil.which("setpriv") is None:
        pytest.skip("PostgreSQL refuses to run as root, and setpriv is not there")
    binaries = programs[-1].parent
    with tempfile.TemporaryDirectory() as name, socket.socket() as probe:
        directory = Path(name)
        directory.chmod(0o777)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        run([f"{binaries}/initdb", "-D", f"{name}/db", "-U", "shop", "-A", "trust", "--no-sync"], directory)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={name} -c fsync=off"
        server = [f"{binaries}/pg_ctl", "-D", f"{name}/db", "-w", "-l", f"{name}/log"]
        run([*server, "-o", options, "start"], directory)
        try:
            yield f"postgresql://shop:s3cret@127.0.0.1:{port}/postgres"
        finally:
            run([*server, "-m", "immediate", "stop"], directory)


def test_a_postgresql_table_is_pulled_with_exact_numbers_and_instants(tmp_path: Path, postgres: str) -> None:
    from adbc_driver_postgresql import dbapi

    with dbapi.connect(postgres, autocommit=True) as connection, connection.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE "Orders" (id bigint, amount numeric(12,2), at timestamptz, day date, u uuid, b boolean)'
        )
        cursor.execute("CREATE SEQUENCE numbers")
        cursor.execute(
            """INSERT INTO "Orders" VALUES (1, 10.10, '2026-07-01 12:00+02', '2026-07-01',
               'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', true), (2, NULL, '2026-07-02 12:00+02', NULL, NULL, NULL)"""
        )
    columns = {**COLUMNS, "day": "date", "u": "text", "b": "boolean"}
    sql = Sql(node=Scalar(), url=postgres, table="public.Orders", cursor="at", overlap=Duration(1, "h"))
    source = make_source(columns, kind="sql", key=("id",), sql=sql)
    lake = lake_in(tmp_path)
    assert pull(lake, source).accepted == 2
    assert stored(lake) == [
        (1, Decimal("10.1"), datetime(2026, 7, 1, 10), date(2026, 7, 1), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", True),
        (2, None, datetime(2026, 7, 2, 10), None, None, None),
    ]
    assert pull(lake, source).rows == 1
    with pytest.raises(BizopsError, match=r"database-error.*read-only") as refused:
        pull(lake_in(tmp_path / "other"), orders(postgres, {"id": "integer"}, query="SELECT nextval('numbers') AS id"))
    assert "s3cret" not in str(refused.value)
