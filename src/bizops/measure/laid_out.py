"""Many ways to split in one pass: its rows are laid out once, then counted way by way.

Grouping sets would read the rows once too, but they hash texts for every set. Here slice values become small numbers
while the rows are read, so that each way to split is an array index for the engine, and distinct counts come from bit
masks (see ``docs/decisions``). Which values a slice has is learnt from earlier windows; a value never seen before is
numbered 0, which the answer shows, and is then asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from bizops.measure import masks
from bizops.measure.blocks import Block, block_table, labels_of, texts
from bizops.measure.components import Base, Component
from bizops.measure.ground import Ground
from bizops.measure.plans import (
    CODED_KINDS,
    LAID_OUT,
    Dims,
    laid_out_plan,
    mask_plan,
    values_plan,
    way_plan,
)
from bizops.measure.windows import Window
from bizops.model.typed import Aggregate, Typed
from bizops.query.plan import Clock, Plan

MOST_CODED = 254
"""Slices with more values are grouped by as they are."""

SliceValues = dict[Typed, tuple[str | None, ...]]


@dataclass
class LaidOut:
    """What is computed from rows laid out: ``computed`` aggregates, told apart by ``by``, for several ways to split.

    ``values`` are those that slices are known to have; what is learnt is added.
    """

    ground: Ground
    base: Base
    by: Typed | None
    keys: tuple[str, ...]
    computed: Sequence[Component]
    dims: tuple[Dims, ...]
    values: SliceValues
    clock: Callable[[Plan, Sequence[Window]], Clock]
    _asked: dict[str, tuple[Plan, str]] = field(default_factory=dict)

    def block(self, windows: Sequence[Window], where: Mapping[str, tuple[str, str | None]]) -> Block:
        """The components' values for some windows."""
        if any(typed not in self.values for typed in self._slices()):
            self._learn(windows)
        block = self._counted(windows, where)
        if block is None:
            self._learn(windows)
            block = self._counted(windows, where)
        assert block is not None
        return block

    def _slices(self) -> list[Typed]:
        found = dict.fromkeys(typed for dim in self.dims for _, typed in dim)
        return [typed for typed in found if typed.type.kind in CODED_KINDS]

    def _learn(self, windows: Sequence[Window]) -> None:
        """Asks which values the slices have in some windows, beside those known before."""
        slices = self._slices()
        plan = values_plan(self.ground, self.base, self.by, self.computed, self.keys, slices, windows)
        answer = self.ground.engine.run(plan, self.clock(plan, windows), self.ground.tables)
        single = "grouping" not in answer.column_names
        which = np.zeros(answer.num_rows) if single else answer.column("grouping").to_numpy()
        for index, typed in enumerate(slices):
            seen = texts(answer.column(f"$v{index}").take(pa.array(np.flatnonzero(which == index)))).to_pylist()
            known = {*self.values.get(typed, ()), *seen}
            self.values[typed] = tuple(sorted(known, key=lambda text: (text is not None, text or "")))

    def _counted(self, windows: Sequence[Window], where: Mapping[str, tuple[str, str | None]]) -> Block | None:
        """The block; nothing when a slice has a value that is not known yet."""
        engine, keyed = self.ground.engine, self.by is not None
        coded = {typed: values for typed in self._slices() if len(values := self.values[typed]) <= MOST_CODED}
        plan, aggregates = laid_out_plan(
            self.ground, self.base, self.by, self.computed, self.keys, self.dims, coded, windows
        )
        queries = [engine.lay_out(LAID_OUT, plan, self.clock(plan, windows), self.ground.tables)]
        ways = self._ways(coded)
        distinct = {name: each for name, each in aggregates.items() if each.name == "distinct" and ways}
        plain = {name: each for name, each in aggregates.items() if name not in distinct}
        by_mask = {way.dim for way in ways} | {index for index, dim in enumerate(self.dims) if not dim and ways}
        parts: list[pa.Table] = []
        for index, dim in enumerate(self.dims):
            own = way_plan(keyed, index, len(dim), plain if index in by_mask else aggregates)
            answer = self._ask(f"way {index}", own, queries)
            known = [name for at, (_, typed) in enumerate(dim) if (name := f"$d{index}_{at}") and typed in coded]
            if any(np.min(answer.column(name).to_numpy(), initial=1) == 0 for name in known):
                return None
            parts.append(answer)
        for name, each in distinct.items():
            self._add_distinct(name, each, ways, len(windows), parts, queries)
        tables = [self._as_block(index, answer, coded) for index, answer in enumerate(parts)]
        order = tables[0].column_names
        return Block(
            pa.concat_tables([t.select(order) for t in tables]).combine_chunks(), dict(where), ";\n".join(queries)
        )

    def _ask(self, name: str, plan: Plan, queries: list[str]) -> pa.Table:
        """The answer of a query over rows laid out; its text stays the same from pass to pass."""
        asked = self._asked.get(name)
        if asked is None or asked[0] != plan:
            asked = self._asked[name] = (plan, self.ground.engine.sql(plan, Clock()))
        queries.append(asked[1])
        return self.ground.engine.ask(asked[1])

    def _ways(self, coded: Mapping[Typed, Sequence[str | None]]) -> list[masks.Way]:
        """The ways to split that fit into bit masks."""
        return [
            masks.Way(index, f"$d{index}_0", len(coded[dim[0][1]]))
            for index, dim in enumerate(self.dims)
            if len(dim) == 1 and len(coded.get(dim[0][1], range(masks.MOST_VALUES + 1))) <= masks.MOST_VALUES
        ]

    def _add_distinct(
        self, name: str, each: Aggregate, ways: list[masks.Way], n_windows: int, parts: list[pa.Table],
        queries: list[str],
    ) -> None:  # fmt: skip
        """Adds a distinct count to the answers of the ways that masks tell about, and to that of the whole."""
        packs = masks.packed(ways)
        n_keys = len(self.keys) if self.by is not None else 1
        things = self._ask(name, mask_plan(self.by is not None, each, packs), queries)
        whole, by_pack = masks.counted(things, packs, n_windows, n_keys)
        for index, dim in enumerate(self.dims):
            if not dim:
                parts[index] = parts[index].append_column(name, pa.array(whole[masks.groups_of(parts[index], n_keys)]))
        for pack, counts in zip(packs, by_pack, strict=True):
            for way, shift in zip(pack, masks.shifts_of(pack), strict=True):
                answer = parts[way.dim]
                bit = answer.column(way.column).to_numpy() - 1 + shift
                parts[way.dim] = answer.append_column(name, pa.array(counts[masks.groups_of(answer, n_keys), bit]))

    def _as_block(self, index: int, answer: pa.Table, coded: Mapping[Typed, Sequence[str | None]]) -> pa.Table:
        columns = []
        for at, (_, typed) in enumerate(self.dims[index]):
            column = answer.column(f"$d{index}_{at}")
            columns.append(_decoded(column, coded[typed]) if typed in coded else texts(column))
        key = pa.nulls(answer.num_rows, pa.string()) if self.by is None else _decoded(answer.column("$k"), self.keys)
        dim = pa.array(np.full(answer.num_rows, index), pa.int32())
        return block_table(answer, dim, labels_of(columns, answer.num_rows), key)


def _decoded(codes: pa.ChunkedArray, values: Sequence[str | None]) -> pa.Array:
    """The texts behind codes that begin at 1."""
    return pa.array(values, pa.string()).take(pa.array(codes.to_numpy().astype(np.int64) - 1))
