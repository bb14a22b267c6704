"""The statements of a pull, built as SQLGlot trees."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bizops.errors import BizopsError

if TYPE_CHECKING:
    from bizops.model.duration import Duration

_AT_MOST = {"month": timedelta(days=31), "quarter": timedelta(days=92), "year": timedelta(days=366)}
_WRITES = (exp.DML, exp.DDL, exp.Command, exp.Alter, exp.Drop, exp.Into)


def table_of(name: str) -> exp.Table:
    """A table by its name, with schema and catalogue if they are given; every part is quoted."""
    *outer, table = (exp.to_identifier(part, quoted=True) for part in name.split("."))
    parts = dict(zip(("db", "catalog"), reversed(outer), strict=False))
    return exp.Table(this=table, **parts)


def parsed_select(text: str, dialect: str) -> exp.Subquery:
    """A query given by a person, as a table; anything but one SELECT is refused."""
    try:
        statements = sqlglot.parse(text, dialect=dialect)
    except SqlglotError as error:
        raise BizopsError.of("bad-query", f"The query cannot be read: {error}.") from error
    tree = statements[0] if len(statements) == 1 else None
    if not isinstance(tree, exp.Query) or any(_is_write(node) for node in tree.walk()):
        raise BizopsError.of("bad-query", "The query has to be a single SELECT that changes nothing.")
    return tree.subquery("pulled")


def _is_write(node: exp.Expr) -> bool:
    return isinstance(node, _WRITES) and not isinstance(node, exp.Query)


def select_rows(
    rows_of: exp.Expr,
    wanted: Sequence[str],
    as_text: Sequence[str],
    by: str | None,
    bound: exp.Expr | None,
    cursor_name: str,
) -> exp.Select:
    """The wanted columns of the rows at or after the bound, and the cursor's value under a name of its own."""
    columns: list[exp.Expr] = []
    for name in wanted:
        column: exp.Expr = exp.column(name, quoted=True)
        if name in as_text:
            column = exp.alias_(exp.cast(column, "text"), name, quoted=True)
        columns.append(column)
    if by is not None:
        columns.append(exp.alias_(exp.column(by, quoted=True), cursor_name, quoted=True))
    select = exp.select(*columns).from_(rows_of.copy())
    if by is not None and bound is not None:
        select = select.where(exp.GTE(this=exp.column(by, quoted=True), expression=bound))
    return select


def encode_cursor(value: Any) -> str:
    """A cursor's value as the lake keeps it."""
    if isinstance(value, datetime):
        return json.dumps(["timestamp" if value.tzinfo is None else "timestamptz", value.isoformat()])
    if isinstance(value, date):
        return json.dumps(["date", value.isoformat()])
    return json.dumps(["text", value] if isinstance(value, str) else ["number", str(value)])


def bound_of(cursor: str, overlap: Duration | None) -> exp.Expr:
    """From where the next pull starts: the last value, less the overlap if it is a time."""
    kind, value = json.loads(cursor)
    back = timedelta() if overlap is None else _at_most(overlap)
    if kind == "number":
        return exp.Literal.number(value)
    if kind == "text":
        return exp.Literal.string(_earlier_text(value, back))
    moment = datetime.fromisoformat(value) - back
    text = moment.date().isoformat() if kind == "date" else moment.isoformat(" ")
    return exp.cast(exp.Literal.string(text), kind)


def _at_most(overlap: Duration) -> timedelta:
    fixed = overlap.fixed
    return overlap.amount * _AT_MOST[overlap.unit] if fixed is None else fixed


def _earlier_text(text: str, back: timedelta) -> str:
    """A time written as text, somewhat earlier and written alike, so that both compare as texts; other texts as is."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) == len("2026-01-01"):
        return (moment - back).date().isoformat() if "-" in text else text
    digits = "microseconds" if "." in text else "seconds" if text.count(":") > 1 else "minutes"
    earlier = (moment - back).isoformat("T" if "T" in text else " ", digits)
    return earlier.replace("+00:00", "Z") if text.endswith("Z") else earlier
