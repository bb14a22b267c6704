"""Blocks: what one pass computed, as columns; and how KPI values gather their numbers from many blocks.

A cell is one window, one way to split and one combination of slice values. Cells have integer codes, so that values of
different components are aligned by comparing integers, not by walking rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_VALUE = "\x00"
SEPARATOR = "\x1f"
_ESCAPES = {0x00: "\x1e0", 0x1F: "\x1e1", 0x1E: "\x1e2"}
"""What stands for these signs within a slice value; the escape's own comes last when they are turned back."""


class Labels:
    """Slice values as small integers, the same for every block of a request."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {"": 0}
        self.texts: list[str] = [""]

    def code(self, text: str) -> int:
        """The integer of a text."""
        code = self.codes.get(text)
        if code is None:
            code = self.codes[text] = len(self.texts)
            self.texts.append(text)
        return code

    def encode(self, column: pa.ChunkedArray) -> Ints:
        """The integers of a column of texts."""
        encoded = pc.dictionary_encode(column, null_encoding="encode").combine_chunks()
        if isinstance(encoded, pa.ChunkedArray):
            encoded = (
                encoded.chunk(0)
                if encoded.num_chunks
                else pa.DictionaryArray.from_arrays(pa.array([], pa.int32()), pa.array([], pa.string()))
            )
        known = np.array([self.code(text or "") for text in encoded.dictionary.to_pylist()], dtype=np.int64)
        indices: Ints = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        return known[indices] if len(known) else indices

    @staticmethod
    def join(values: Sequence[str | None]) -> str:
        """One text for a combination of slice values."""
        return SEPARATOR.join(NO_VALUE if value is None else value.translate(_ESCAPES) for value in values)


def slice_values(label: str, width: int) -> tuple[str | None, ...]:
    """The slice values behind a label."""
    if width == 0:
        return ()
    return tuple(None if part == NO_VALUE else _unescaped(part) for part in label.split(SEPARATOR))


def _unescaped(text: str) -> str:
    for sign, escape in _ESCAPES.items():
        text = text.replace(escape, chr(sign)) if "\x1e" in text else text
    return text


@dataclass
class Block:
    """The answer of one pass: ``table`` has ``$w``, ``$dim``, ``$label``, ``$k`` and one column per component computed.

    ``where`` says for each component key in which column it stands, and under which ``$k`` (None: not told apart).
    """

    table: pa.Table
    where: dict[str, tuple[str, str | None]]
    query: str = ""
    _rows: dict[tuple[str | None, object], tuple[Ints, Ints]] = field(default_factory=dict)
    _numbers: dict[str, Floats] = field(default_factory=dict)

    @cached_property
    def windows(self) -> int:
        """How many windows it has rows for, counted up to the last."""
        return int(np.max(self.table.column("$w").to_numpy(), initial=-1)) + 1

    def cells(
        self, component: str, positions: tuple[int, ...], dims: tuple[int, ...], n_dims: int, labels: Labels
    ) -> tuple[Ints, Floats]:
        """A component's numbers (nan: no value) by cell code, in ascending order of codes.

        ``positions`` maps the block's windows, and ``dims`` its ways to split, to those of the request (-1: not asked
        for).
        """
        column, key = self.where[component]
        rows, codes = self._asked(key, (positions, dims, n_dims), labels)
        if column not in self._numbers:
            self._numbers[column] = floats(self.table.column(column))
        return codes, self._numbers[column][rows]

    def _asked(
        self, key: str | None, shape: tuple[tuple[int, ...], tuple[int, ...], int], labels: Labels
    ) -> tuple[Ints, Ints]:
        """The rows of one ``$k`` that are asked for, by ascending cell code, and these codes."""
        if (key, shape) not in self._rows:
            if key is not None:
                rows, codes = self._asked(None, shape, labels)
                mine = self._keys[0][rows] == self._keys[1].get(key, -1)
                self._rows[key, shape] = rows[mine], codes[mine]
            else:
                positions, dims, n_dims = shape
                w = np.array(positions, dtype=np.int64)[self.table.column("$w").to_numpy()]
                d = np.array(dims, dtype=np.int64)[self.table.column("$dim").to_numpy()]
                codes = (w * n_dims + d) << 32 | labels.encode(self.table.column("$label"))
                rows = np.flatnonzero((w >= 0) & (d >= 0))
                rows = rows[np.argsort(codes[rows], kind="stable")]
                self._rows[key, shape] = rows, codes[rows]
        return self._rows[key, shape]

    @cached_property
    def _keys(self) -> tuple[Ints, dict[str, int]]:
        """The ``$k`` of each row as a number, and the number of each."""
        encoded = pc.dictionary_encode(self.table.column("$k").combine_chunks())
        if isinstance(encoded, pa.ChunkedArray):
            encoded = encoded.combine_chunks()
        numbers = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        return numbers, {text: number for number, text in enumerate(encoded.dictionary.to_pylist())}


def floats(column: pa.ChunkedArray) -> Floats:
    """A numeric column as floats; no value becomes nan."""
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    if not pa.types.is_float64(column.type):
        column = pc.cast(column, pa.float64(), safe=False)
    return np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)


def block_of(answer: pa.Table, where: dict[str, tuple[str, str | None]], dims: Sequence[int], keyed: bool) -> Block:
    """A pass's answer as a block: slice columns joined to one label per row.

    ``dims`` gives the number of slices of each way to split; the answer's columns are named as
    :mod:`bizops.measure.plans` says.
    """
    n = answer.num_rows
    which = answer.column("grouping").to_numpy() if "grouping" in answer.column_names else np.zeros(n, dtype=np.int64)
    labels = np.full(n, "", dtype=object)
    for index, width in enumerate(dims):
        rows = np.flatnonzero(which == index)
        columns = [texts(answer.column(f"$d{index}_{at}").take(pa.array(rows))) for at in range(width)]
        labels[rows] = labels_of(columns, len(rows)).to_numpy(zero_copy_only=False)
    key = answer.column("$k") if keyed else pa.nulls(n, pa.string())
    return Block(block_table(answer, pa.array(which, pa.int32()), pa.array(labels, pa.string()), key), where)


def block_table(answer: pa.Table, dim: pa.Array, label: pa.Array, key: pa.Array) -> pa.Table:
    """An answer's aggregates beside what tells its rows apart, in the form of a block."""
    head = {"$w": answer.column("$w").cast(pa.int32()), "$dim": dim, "$label": label, "$k": key}
    numbers = {
        name: pa.array(floats(answer.column(name)), pa.float64(), from_pandas=True)
        for name in answer.column_names
        if name.startswith("c")
    }
    return pa.table(head | numbers)


def labels_of(columns: Sequence[pa.Array], n: int) -> pa.Array:
    """One label for each of ``n`` rows, from the texts of its slices."""
    if not columns:
        return pa.repeat(pa.scalar("", pa.string()), n)
    if len(columns) > 1:
        rows = zip(*(column.to_pylist() for column in columns), strict=True)
        return pa.array([Labels.join(values) for values in rows], pa.string())
    encoded = pc.dictionary_encode(columns[0], null_encoding="encode")
    return pa.array([Labels.join([text]) for text in encoded.dictionary.to_pylist()], pa.string()).take(encoded.indices)


def texts(column: pa.ChunkedArray) -> pa.Array:
    """Slice values as texts, written the same way whatever engine they come from."""
    return pc.cast(column, pa.string()).combine_chunks()
