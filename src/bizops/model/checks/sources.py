"""Sources: columns that exist and fit, lookups that find one row."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from bizops.errors import Problem
from bizops.model.addresses import ENV, flaw_of
from bizops.model.checks.found import as_list, unknown
from bizops.model.duration import Duration
from bizops.model.language import NUMERIC_TYPES, TIME, VALUE, Column, Lookup, PromQl, Source
from bizops.model.model import Model
from bizops.model.telemetry import BUILT_IN

_TIMES = ("date", "timestamp")
_ENCODINGS = ("utf-8", "utf-16", "latin-1", "cp1252")
_FAMILIES = {"integer": "number", "decimal": "number", "number": "number"}


@as_list
def check_source(model: Model, source: Source) -> Iterator[Problem]:
    """Every column that is named exists and has a fitting type."""
    for index, name in enumerate(source.key):
        yield from _column(source, name, ("key", index))
    yield from _column(source, source.version, ("version",), (*NUMERIC_TYPES, *_TIMES))
    yield from _column(source, source.time, ("time",), _TIMES)
    if source.valid is not None:
        yield from _column(source, source.valid.start, ("valid", "start"), _TIMES)
        yield from _column(source, source.valid.end, ("valid", "end"), _TIMES)
        yield from _same_type_of_ends(source)
    for name, column in source.columns.items():
        yield from _check_column(source, name, column)
    yield from _check_telemetry(source)
    for lookup in source.lookups.values():
        yield from _check_lookup(model, source, lookup)
    yield from _check_reading(source)


def _column(
    source: Source, name: str | None, path: tuple[str | int, ...], types: tuple[str, ...] | None = None
) -> Iterator[Problem]:
    if name is None:
        return
    if name not in source.columns:
        yield unknown(name, source.columns, "column", source.place(*path), of=source.name, code="unknown-column")
    elif types and source.columns[name].type not in types:
        message = f"'{name}' is {source.columns[name].type}, but {' or '.join(types)} is needed here."
        yield Problem("wrong-type", message, source.place(*path))


def _same_type_of_ends(source: Source) -> Iterator[Problem]:
    assert source.valid is not None
    ends = [source.columns.get(name) for name in (source.valid.start, source.valid.end)]
    types = {column.type for column in ends if column is not None and column.type in _TIMES}
    if len(types) == 2:
        yield Problem("wrong-type", "Both ends of 'valid' are days, or both are times.", source.place("valid", "end"))


def _check_column(source: Source, name: str, column: Column) -> Iterator[Problem]:
    at = ("columns", name)
    yield from _column(source, column.currency, (*at, "currency"), ("text",))
    if column.unit is not None and column.currency is not None:
        yield Problem(
            "unit-mismatch",
            f"The amounts of '{name}' are in {column.unit}, or each in its own currency, but not both.",
            source.place(*at, "unit"),
            "Remove 'unit' or 'currency'.",
        )
    if column.min is not None and column.max is not None and column.min > column.max:
        message = f"No value is between {column.min:g} and {column.max:g}."
        yield Problem("bad-range", message, source.place(*at, "max"))


def _check_lookup(model: Model, source: Source, lookup: Lookup) -> Iterator[Problem]:
    target = model.sources[lookup.source]
    place = lookup.place("on")
    has_problem = False
    for own, theirs in lookup.on.items():
        for side, name in ((source, own), (target, theirs)):
            if name not in side.columns:
                has_problem = True
                at = lookup.place("on", own)
                yield unknown(name, side.columns, "column", at, of=side.name, code="unknown-column")
        if not has_problem and _family(source.columns[own]) != _family(target.columns[theirs]):
            message = f"'{own}' is {source.columns[own].type}, '{theirs}' is {target.columns[theirs].type}."
            yield Problem("wrong-type", message, lookup.place("on", own), "Columns that are compared have one type.")
    if has_problem:
        return
    dated = {target.valid.start} if target.valid else set()
    missing = [name for name in target.key if name not in {*lookup.on.values(), *dated}]
    if missing or not target.key:
        why = f"without '{missing[0]}'" if missing else "which has no key"
        yield Problem(
            "fan-out",
            f"One row may find several rows of {target.name}, {why}: rows would multiply.",
            place,
            f"Add {', '.join(missing)} to 'on'." if missing else f"Give {target.name} a 'key'.",
        )
    if target.valid and not (source.time or source.valid):
        yield Problem(
            "missing-time",
            f"Which row of {target.name} held when? Rows of {source.name} have no time.",
            place,
            f"Give {source.name} a 'time'.",
        )


def _check_telemetry(source: Source) -> Iterator[Problem]:
    for built_in in BUILT_IN.get(source.kind, ()):
        if source.columns[built_in.name].node is not source.node:
            message = f"{source.kind.capitalize()} have a column '{built_in.name}' already: {built_in.meaning}"
            place = source.place("columns", built_in.name)
            yield Problem("duplicate-name", message, place, "Give this one another name; 'header' names the attribute.")


def _family(column: Column) -> str:
    return _FAMILIES.get(column.type, column.type)


def _check_reading(source: Source) -> Iterator[Problem]:
    try:
        codecs.lookup(source.encoding)
    except LookupError:
        place = source.place("encoding")
        yield unknown(source.encoding, _ENCODINGS, "encoding", place, code="unknown-word")
    yield from _check_promql(source)
    sql = source.sql
    if sql is not None and sql.table is None and sql.query is None:
        yield Problem("missing-key", "What is pulled: a 'table', or a 'query'?", sql.place(), "Add one of them.")
    elif sql is not None and sql.table is not None and sql.query is not None:
        message = "Either a 'table' or a 'query' is pulled."
        yield Problem("key-not-for-kind", message, sql.place("query"), "Remove one of them.")


def _check_promql(source: Source) -> Iterator[Problem]:
    asked = source.promql
    if asked is None:
        return
    flaw = None if asked.url.startswith(ENV) else flaw_of(asked.url)
    if flaw is not None:
        yield Problem("bad-url", flaw, asked.place("url"))
    for name, text in (("token", asked.token), ("password", asked.password)):
        if text is not None and not text.startswith(ENV):
            hint = f"Write '{ENV}NAME', and set the environment variable NAME."
            yield Problem("secret-in-file", f"A {name} does not stand in a file.", asked.place(name), hint)
    yield from _check_proof(asked)
    for name in ("step", "overlap", "backfill"):
        length: Duration | None = getattr(asked, name)
        if length is not None and length.fixed is None:
            yield Problem("wrong-type", f"How long is '{length}'? Say it in days.", asked.place(name))
    by_header = {column.header or name: name for name, column in source.columns.items()}
    for header, types in ((TIME, ("timestamp",)), (VALUE, ("number", "integer", "decimal"))):
        if header not in by_header:
            message = f"The query delivers a '{header}', and no column takes it."
            yield Problem("missing-key", message, source.place("columns"), f"Add it: '{header}: {types[0]}'.")
        else:
            yield from _column(source, by_header[header], ("columns", by_header[header]), types)


def _check_proof(asked: PromQl) -> Iterator[Problem]:
    """A token, or a user with a password."""
    if asked.token is not None and (asked.user or asked.password) is not None:
        yield Problem("key-not-for-kind", "Either a 'token' or a 'user' proves who asks.", asked.place("token"))
    elif (asked.user is None) != (asked.password is None):
        lacks, has = ("password", "user") if asked.password is None else ("user", "password")
        yield Problem("missing-key", f"A user has a password: '{lacks}' is missing.", asked.place(has), "Add it.")
