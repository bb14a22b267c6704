"""Which delivered rows are new, which are known, and which correct a known one.

Statements are SQLGlot trees run by DuckDB within a memory limit; what does not fit goes to the lake's own temporary
directory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
from sqlglot import exp

from bizops.lake.database import open_database
from bizops.lake.segments import ROW_GROUP
from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW, TableSpec
from bizops.lake.statements import col, count_of, create, inner, live_rows, parquet, query, same, source, total

FILE = "_file"
TIME = "_time"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the staged rows: every one is counted exactly once."""

    accepted: int
    duplicates: int
    corrected: int
    stale: int


@contextmanager
def comparing(
    spec: TableSpec, staged: Path, live: Sequence[Segment], temporary: Path, replaced: Sequence[int]
) -> Iterator[Merge]:
    """Compare one staged delivery with the current rows of its source.

    ``replaced`` are earlier deliveries of the same content under another reading: what is left of them is withdrawn.
    """
    with open_database(temporary) as db:
        db.sql(query(parquet()), params=[[str(staged)]]).create_view("staged")
        if live:
            live_rows(db, spec.types, live, FILE)
        yield Merge(db, spec, bool(live), tuple(replaced))


class Merge:
    """The tables of one comparison: ``staged`` and ``live`` rows; staged ones ``dropped``, live ones ``outdated``."""

    def __init__(
        self, db: duckdb.DuckDBPyConnection, spec: TableSpec, has_live: bool, replaced: tuple[int, ...]
    ) -> None:
        self._db = db
        self._spec = spec
        self._has_live = has_live
        self._replaced = replaced

    def run(self) -> Outcome:
        """Find out; afterwards :meth:`new_rows` and :meth:`outdated` give the result."""
        return self._by_key() if self._spec.key else self._by_whole_row()

    def new_rows(self, *, in_order: bool) -> Iterator[pa.RecordBatch]:
        """The rows to be stored, in time order (``in_order``: they were staged so) with undated ones last."""
        kept = exp.select(*(col(n) for n in (*self._spec.names, ROW))).from_(source("staged"))
        if self._count("dropped"):
            kept = kept.where(_is_none_of("dropped"))
        if self._spec.time is not None and not in_order:
            kept = kept.order_by(exp.Ordered(this=col(self._spec.time), nulls_first=False), exp.Ordered(this=col(ROW)))
        yield from self._db.sql(query(kept)).to_arrow_reader(ROW_GROUP)

    def outdated(self) -> pa.Table:
        """Current rows that no longer hold: ``_delivery, _row, _file``, and ``_time`` if the source has one."""
        return self._db.sql(query(exp.select("*").from_(source("outdated")))).to_arrow_table()

    # ------------------------------------------------------------------------------------------------------- with key

    def _by_key(self) -> Outcome:
        staged = self._count("staged")
        outdone, outdone_equal = self._drop_outdone()
        duplicates = older = corrected = 0
        if self._has_live:
            self._match_keys()
            duplicates, older, corrected = self._counts_of_matches()
            known = exp.select(col(ROW)).from_(source("matched")).where(exp.or_(col("same"), col("older")))
            self._run(query(exp.insert(known, source("dropped"))))
        self._note_outdated_keys()
        accepted = staged - outdone - duplicates - older - corrected
        return Outcome(accepted, duplicates + outdone_equal, corrected, older + outdone - outdone_equal)

    def _drop_outdone(self) -> tuple[int, int]:
        """Of the rows with one key in this delivery, drop all but the last (or the greatest version).

        Returns how many those are, and how many of them say the same as the one that counts.
        """
        key = [col(k) for k in self._spec.key]
        repeated = (
            exp.select(*key)
            .from_(source("staged"))
            .group_by(*key)
            .having(exp.GT(this=count_of(), expression=exp.Literal.number(1)))
        )
        self._run(create("repeated", repeated))
        latest_first = [exp.Ordered(this=col(ROW, "s"), desc=True)]
        if self._spec.version is not None:
            latest_first.insert(0, exp.Ordered(this=col(self._spec.version, "s"), desc=True, nulls_first=False))
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[col(k, "s") for k in self._spec.key],
            order=exp.Order(expressions=latest_first),
        )
        ranked = (
            exp.select(col(ROW, "s"), exp.alias_(rank, "nth", quoted=True))
            .from_(source("staged", "s"))
            .join(inner(source("repeated", "r"), same(self._spec.key, "s", "r")))
        )
        not_first = exp.GT(this=col("nth"), expression=exp.Literal.number(1))
        self._run(create("dropped", exp.select(col(ROW)).from_(ranked.subquery("ranked")).where(not_first)))
        outdone = self._count("dropped")
        if outdone == 0:
            return 0, 0
        pairs = (
            exp.select(count_of())
            .from_(source("staged", "s"))
            .join(inner(source("staged", "w"), same(self._spec.names, "s", "w")))
            .where(exp.not_(_is_none_of("dropped", "s")), _is_none_of("dropped", "w"))
        )
        ((equal,),) = self._run(query(pairs))
        return outdone, equal

    def _match_keys(self) -> None:
        """Pair each remaining staged row with the current row of its key."""
        version = self._spec.version
        older: exp.Expr = exp.false()
        if version is not None:
            ours, theirs = col(version, "s"), col(version, "e")
            older = exp.and_(
                exp.Is(this=theirs, expression=exp.Not(this=exp.null())),
                exp.or_(exp.Is(this=ours, expression=exp.null()), exp.LT(this=ours.copy(), expression=theirs.copy())),
            )
        others = [name for name in self._spec.names if name not in self._spec.key]
        matched = (
            exp.select(
                col(ROW, "s"),
                *(exp.alias_(column, f"old{name}", quoted=True) for name, column in self._place("e").items()),
                exp.alias_(same(others, "s", "e"), "same", quoted=True),
                exp.alias_(older, "older", quoted=True),
            )
            .from_(source("staged", "s"))
            .join(inner(source("live", "e"), same(self._spec.key, "s", "e")))
            .where(_is_none_of("dropped", "s"))
        )
        self._run(create("matched", matched))

    def _counts_of_matches(self) -> tuple[int, int, int]:
        """How many rows are known, outdone by a newer version, and corrections."""
        older = exp.and_(exp.not_(col("same")), col("older"))
        counts = exp.select(total(col("same")), total(older), total(_changed())).from_(source("matched"))
        ((equal_rows, older_rows, changed_rows),) = self._run(query(counts))
        return equal_rows, older_rows, changed_rows

    def _note_outdated_keys(self) -> None:
        if not self._has_live:
            self._run(create("outdated", _nothing_outdated()))
            return
        columns = [exp.alias_(col(f"old{name}"), name, quoted=True) for name in self._place()]
        self._run(create("outdated", exp.select(*columns).from_(source("matched")).where(_changed())))
        if self._replaced:
            paired = exp.Join(
                this=source("matched", "m"),
                kind="ANTI",
                on=exp.and_(*(exp.EQ(this=col(n, "e"), expression=col(f"old{n}", "m")) for n in (DELIVERY, ROW))),
            )
            left_over = exp.select(*self._place("e").values()).from_(source("live", "e")).join(paired)
            left_over = left_over.where(col(DELIVERY, "e").isin(*self._replaced))
            self._run(query(exp.insert(left_over, source("outdated"))))

    # ---------------------------------------------------------------------------------------------------- without key

    def _by_whole_row(self) -> Outcome:
        """Store a row as often as the delivery that has it most often has it."""
        staged = self._count("staged")
        if not self._has_live:
            self._run(create("outdated", _nothing_outdated()))
            self._run(create("dropped", exp.select(col(ROW)).from_(source("staged")).limit(0)))
            return Outcome(staged, 0, 0, 0)
        replaced = col(DELIVERY).isin(*self._replaced) if self._replaced else exp.false()
        self._run(create("outdated", exp.select(*self._place().values()).from_(source("live")).where(replaced)))
        self._drop_known_rows(exp.not_(replaced))
        dropped = self._count("dropped")
        corrected = min(staged - dropped, self._count("outdated"))
        return Outcome(staged - dropped - corrected, dropped, corrected, 0)

    def _drop_known_rows(self, counts: exp.Expr) -> None:
        names = self._spec.names
        stored = exp.select(*(col(n) for n in names), exp.alias_(count_of(), "_have", quoted=True)).from_(
            source("live")
        )
        stored = stored.where(counts).group_by(*(col(n) for n in names))
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[col(n) for n in names],
            order=exp.Order(expressions=[exp.Ordered(this=col(ROW))]),
        )
        ranked = exp.select("*", exp.alias_(rank, "_nth", quoted=True)).from_(source("staged"))
        known = (
            exp.select(col(ROW, "s"))
            .from_(ranked.subquery("s"))
            .join(inner(stored.subquery("e"), same(names, "s", "e")))
            .where(exp.LTE(this=col("_nth", "s"), expression=col("_have", "e")))
        )
        self._run(create("dropped", known))

    # ------------------------------------------------------------------------------------------------------ both ways

    def _place(self, table: str | None = None) -> dict[str, exp.Expr]:
        """What says where a live row stands, by name."""
        place: dict[str, exp.Expr] = {name: col(name, table) for name in (DELIVERY, ROW, FILE)}
        if self._spec.time is not None:
            place[TIME] = exp.alias_(col(self._spec.time, table), TIME, quoted=True)
        return place

    def _count(self, table: str) -> int:
        ((found,),) = self._run(query(exp.select(count_of()).from_(source(table))))
        return found

    def _run(self, statement: str) -> list[tuple[int, ...]]:
        """Run a statement to its end."""
        return self._db.execute(statement).fetchall()


def _changed() -> exp.Expr:
    """The staged row says something else than the live one of its key, and is not older."""
    return exp.and_(exp.not_(col("same")), exp.not_(col("older")))


def _nothing_outdated() -> exp.Select:
    return exp.select(*(exp.alias_(exp.null(), name, quoted=True) for name in (DELIVERY, ROW, FILE))).limit(0)


def _is_none_of(table: str, alias: str | None = None) -> exp.Expr:
    """The row's position does not stand in a table of positions."""
    return exp.not_(col(ROW, alias).isin(query=exp.select(col(ROW)).from_(source(table))))
