"""The few SQLGlot trees that the lake's comparisons are built from. Every identifier is quoted by the library."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
from sqlglot import exp

from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW

_SQL_TYPES = {
    "string": "VARCHAR",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "date32[day]": "DATE",
    "timestamp[us]": "TIMESTAMP",
    "decimal128(18, 4)": "DECIMAL(18, 4)",
}


def query(tree: exp.Expr) -> str:
    """The statement as DuckDB reads it."""
    return tree.sql("duckdb")


def col(name: str, table: str | None = None) -> exp.Column:
    """A column."""
    return exp.column(name, table=table, quoted=True)


def source(name: str, alias: str | None = None) -> exp.Table:
    """A table or view."""
    alias_ = exp.TableAlias(this=exp.to_identifier(alias, quoted=True)) if alias else None
    return exp.Table(this=exp.to_identifier(name, quoted=True), alias=alias_)


def parquet(file_column: str | None = None) -> exp.Select:
    """All columns of the Parquet files given as parameter 1; with the path of each row's file when asked."""
    arguments: list[exp.Expr] = [exp.Parameter(this=exp.Literal.number(1))]
    if file_column:
        arguments.append(exp.EQ(this=exp.column("filename"), expression=exp.Literal.string(file_column)))
    return exp.select("*").from_(exp.Table(this=exp.Anonymous(this="read_parquet", expressions=arguments)))


def same(names: Sequence[str], left: str, right: str) -> exp.Expr:
    """Both rows have equal values in these columns; NULL equals NULL."""
    if not names:
        return exp.true()
    return exp.and_(*(exp.NullSafeEQ(this=col(n, left), expression=col(n, right)) for n in names))


def inner(table: exp.Expr, on: exp.Expr) -> exp.Join:
    """An inner join."""
    return exp.Join(this=table, on=on)


def count_of() -> exp.Expr:
    """How many rows."""
    return exp.Count(this=exp.Star())


def total(condition: exp.Expr) -> exp.Expr:
    """How many rows fulfil a condition."""
    return exp.Filter(this=count_of(), expression=exp.Where(this=condition))


def create(name: str, select: exp.Select) -> str:
    """Keep the rows of a select as a temporary table."""
    properties = exp.Properties(expressions=[exp.TemporaryProperty()])
    return query(exp.Create(this=source(name), kind="TABLE", expression=select, properties=properties))


def live_rows(
    db: duckdb.DuckDBPyConnection, types: Sequence[tuple[str, str]], segments: Sequence[Segment], file_column: str
) -> None:
    """Make the view ``live``: the current rows of the segments in the given columns and types, and where they stand.

    Segments written under an earlier definition lack columns (NULL) or have other types (cast if possible, else NULL).
    """
    groups: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for segment in segments:
        groups.setdefault(segment.columns, []).append(segment.path)
    parts: list[exp.Select] = []
    for number, (columns, paths) in enumerate(groups.items()):
        view = f"files_{number}"
        db.sql(query(parquet(file_column)), params=[paths]).create_view(view)
        chosen = [_as_now(name, type_, dict(columns).get(name)) for name, type_ in types]
        parts.append(exp.select(*chosen, col(DELIVERY), col(ROW), col(file_column)).from_(source(view)))
    rows: exp.Query = parts[0]
    for part in parts[1:]:
        rows = exp.union(rows, part, distinct=False)
    deletions = sorted({deletion.path for segment in segments for deletion in segment.deleted})
    if deletions:
        db.sql(query(parquet()), params=[deletions]).create_view("deletions")
        using = [exp.to_identifier(name, quoted=True) for name in (DELIVERY, ROW)]
        anti = exp.Join(this=source("deletions"), kind="ANTI", using=using)
        rows = exp.select("*").from_(rows.subquery("stored")).join(anti)
    db.sql(query(rows)).create_view("live")


def _as_now(name: str, type_: str, was: str | None) -> exp.Expr:
    if was == type_:
        return col(name)
    value = exp.null() if was is None else col(name)
    cast = exp.TryCast(this=value, to=exp.DataType.build(_SQL_TYPES[type_], dialect="duckdb"))
    return exp.alias_(cast, name, quoted=True)
