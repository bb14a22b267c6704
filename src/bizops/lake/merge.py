"""Which delivered rows are new, which are known, and which correct a known one.

Statements are SQLGlot trees run by DuckDB within a memory limit; what does not fit goes to the lake's own temporary directory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
from sqlglot import exp

from bizops.lake.segments import ROW_GROUP
from bizops.lake.snapshot import Segment
from bizops.lake.spec import DELIVERY, ROW, TableSpec
from bizops.lake.statements import (
    col,
    create,
    inner,
    live_rows,
    parquet,
    query,
    same,
    source,
    total,
)

FILE = "_file"
MEMORY = "256MB"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the staged rows: every one is counted exactly once."""

    accepted: int
    duplicates: int
    corrected: int
    stale: int


class Merge:
    """Compares one staged delivery with the current rows of its source. A context manager that owns a DuckDB instance."""

    def __init__(
        self,
        spec: TableSpec,
        staged: Path,
        live: Sequence[Segment],
        temporary: Path,
        *,
        replaced: Sequence[int] = (),
        in_order: bool,
    ) -> None:
        """``replaced`` are earlier deliveries of the same file under another reading: their rows are withdrawn."""
        self._spec = spec
        self._live = live
        self._replaced = list(replaced)
        self._in_order = in_order
        self._tables: set[str] = set()
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(temporary),
            "autoload_known_extensions": False,
            "autoinstall_known_extensions": False,
        }
        self._db = duckdb.connect(config=config)
        self._db.sql(query(parquet()), params=[[str(staged)]]).create_view("staged")
        if live:
            live_rows(self._db, spec, live, FILE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def run(self) -> Outcome:
        """Find out; afterwards :meth:`new_rows` and :meth:`outdated` give the result."""
        return self._by_key() if self._spec.key else self._by_whole_row()

    def new_rows(self) -> Iterator[pa.RecordBatch]:
        """The rows to be stored, in time order, with their ``_row``; undated ones last."""
        names = [*self._spec.names, ROW]
        kept = exp.select(*(col(n) for n in names)).from_(source("staged"))
        if self._is_table("dropped"):
            kept = kept.where(~col(ROW).isin(query=exp.select(col(ROW)).from_(source("dropped"))))
        if self._spec.time is not None and not self._in_order:
            kept = kept.order_by(exp.Ordered(this=col(self._spec.time), nulls_first=False), exp.Ordered(this=col(ROW)))
        yield from self._db.sql(query(kept)).to_arrow_reader(ROW_GROUP)

    def outdated(self) -> pa.Table:
        """Current rows that no longer hold: ``_delivery, _row, _file`` and their time, if there is one."""
        return self._db.sql(query(exp.select("*").from_(source("outdated")))).to_arrow_table()

    def _by_key(self) -> Outcome:
        staged = self._count(exp.select(exp.Count(this=exp.Star())).from_(source("staged")))
        self._drop_outdone()
        outdone = self._count(exp.select(exp.Count(this=exp.Star())).from_(source("dropped")))
        outdone_equal = self._outdone_duplicates() if outdone else 0
        duplicates = stale = corrected = 0
        if self._live:
            self._match_keys()
            duplicates, stale, corrected = self._counts_of_matches()
            known = exp.select(col(ROW)).from_(source("matched")).where(exp.or_(col("same"), col("older")))
            self._run(query(exp.insert(known, source("dropped"))))
        self._outdated_by_key()
        accepted = staged - outdone - duplicates - stale - corrected
        return Outcome(accepted, duplicates + outdone_equal, corrected, stale + outdone - outdone_equal)

    def _drop_outdone(self) -> None:
        """Of the rows with one key in this delivery, all but the last (or the greatest version) are dropped."""
        key = [col(k) for k in self._spec.key]
        repeated = exp.select(*key).from_(source("staged")).group_by(*key).having(exp.Count(this=exp.Star()) > 1)
        self._create("repeated", repeated)
        order = [exp.Ordered(this=col(ROW), desc=True)]
        if self._spec.version is not None:
            order.insert(0, exp.Ordered(this=col(self._spec.version), desc=True, nulls_first=False))
        rank = exp.Window(
            this=exp.RowNumber(), partition_by=[col(k, "s") for k in self._spec.key], order=exp.Order(expressions=order)
        )
        ranked = (
            exp.select(col(ROW, "s"), exp.alias_(rank, "n", quoted=True))
            .from_(source("staged", "s"))
            .join(inner("repeated", "r", same(self._spec.key, "s", "r")))
        )
        outdone = exp.select(col(ROW)).from_(ranked.subquery("ranked")).where(col("n") > 1)
        self._create("dropped", outdone)

    def _outdone_duplicates(self) -> int:
        """How many outdone rows say the same as the one that counts."""
        dropped = exp.select(col(ROW)).from_(source("dropped"))
        pairs = (
            exp.select(exp.Count(this=exp.Star()))
            .from_(source("staged", "s"))
            .join(inner("staged", "w", same(self._spec.names, "s", "w")))
            .where(col(ROW, "s").isin(query=dropped), ~col(ROW, "w").isin(query=dropped.copy()))
        )
        return self._count(pairs)

    def _match_keys(self) -> None:
        """Pair each remaining staged row with the current row of its key."""
        version = self._spec.version
        older: exp.Expression = exp.false()
        if version is not None:
            ours, theirs = col(version, "s"), col(version, "e")
            older = exp.and_(
                exp.Not(this=exp.Is(this=theirs, expression=exp.null())),
                exp.or_(exp.Is(this=ours, expression=exp.null()), ours.copy() < theirs.copy()),
            )
        others = [name for name in self._spec.names if name not in self._spec.key]
        own = [exp.alias_(col(n, "e"), f"old{n}", quoted=True) for n in (DELIVERY, ROW, FILE)]
        if self._spec.time is not None:
            own.append(exp.alias_(col(self._spec.time, "e"), "old_time", quoted=True))
        matched = (
            exp.select(
                col(ROW, "s"),
                *own,
                exp.alias_(same(others, "s", "e"), "same", quoted=True),
                exp.alias_(older, "older", quoted=True),
            )
            .from_(source("staged", "s"))
            .join(inner("live", "e", same(self._spec.key, "s", "e")))
            .where(~col(ROW, "s").isin(query=exp.select(col(ROW)).from_(source("dropped"))))
        )
        self._create("matched", matched)

    def _counts_of_matches(self) -> tuple[int, int, int]:
        equal, older = col("same"), exp.and_(exp.not_(col("same")), col("older"))
        changed = exp.and_(exp.not_(col("same")), exp.not_(col("older")))
        counts = exp.select(total(equal), total(older), total(changed)).from_(source("matched"))
        ((equal_rows, older_rows, changed_rows),) = self._run(query(counts))
        return equal_rows, older_rows, changed_rows

    def _outdated_by_key(self) -> None:
        names = [DELIVERY, ROW, FILE]
        if not self._live:
            self._create("outdated", exp.select(*(exp.alias_(exp.null(), n, quoted=True) for n in names)).limit(0))
            return
        columns = [exp.alias_(col(f"old{n}"), n, quoted=True) for n in names]
        if self._spec.time is not None:
            columns.append(exp.alias_(col("old_time"), "_time", quoted=True))
        changed = exp.and_(exp.not_(col("same")), exp.not_(col("older")))
        self._create("outdated", exp.select(*columns).from_(source("matched")).where(changed))

    def _by_whole_row(self) -> Outcome:
        """Store a row as often as the delivery that has it most often has it."""
        staged = self._count(exp.select(exp.Count(this=exp.Star())).from_(source("staged")))
        withdrawn = self._withdraw_replaced()
        dropped = self._drop_known_rows() if self._live else 0
        fresh = staged - dropped
        corrected = min(fresh, withdrawn)
        return Outcome(fresh - corrected, dropped, corrected, 0)

    def _withdraw_replaced(self) -> int:
        names = [DELIVERY, ROW, FILE]
        if not self._live:
            self._create("outdated", exp.select(*(exp.alias_(exp.null(), n, quoted=True) for n in names)).limit(0))
            return 0
        columns = [col(n) for n in names]
        if self._spec.time is not None:
            columns.append(exp.alias_(col(self._spec.time), "_time", quoted=True))
        withdrawn = (
            exp.select(*columns)
            .from_(source("live"))
            .where(col(DELIVERY).isin(*self._replaced) if self._replaced else exp.false())
        )
        self._create("outdated", withdrawn)
        return self._count(exp.select(exp.Count(this=exp.Star())).from_(source("outdated")))

    def _drop_known_rows(self) -> int:
        names = self._spec.names
        counted = exp.select(
            *(col(n) for n in names), exp.alias_(exp.Count(this=exp.Star()), "_have", quoted=True)
        ).from_(source("live"))
        if self._replaced:
            counted = counted.where(~col(DELIVERY).isin(*self._replaced))
        counted = counted.group_by(*(col(n) for n in names))
        rank = exp.Window(
            this=exp.RowNumber(),
            partition_by=[col(n) for n in names],
            order=exp.Order(expressions=[exp.Ordered(this=col(ROW))]),
        )
        ranked = exp.select("*", exp.alias_(rank, "_nth", quoted=True)).from_(source("staged"))
        dropped = (
            exp.select(col(ROW, "s"))
            .from_(ranked.subquery("s"))
            .join(exp.Join(this=counted.subquery("e"), on=same(names, "s", "e")))
            .where(exp.LTE(this=col("_nth", "s"), expression=col("_have", "e")))
        )
        self._create("dropped", dropped)
        return self._count(exp.select(exp.Count(this=exp.Star())).from_(source("dropped")))

    def _count(self, select: exp.Select) -> int:
        ((found,),) = self._run(query(select))
        return int(found)

    def _create(self, name: str, select: exp.Select) -> None:
        """Keep the rows of a select as a temporary table."""
        self._run(create(name, select))
        self._tables.add(name)

    def _run(self, statement: str) -> list[tuple[int, ...]]:
        """Run a statement to its end."""
        return self._db.execute(statement).fetchall()

    def _is_table(self, name: str) -> bool:
        return name in self._tables
