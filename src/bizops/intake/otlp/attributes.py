"""Attributes as columns: one for each key that is seen, of the type its values have; the rest as JSON.

Values of one key are gathered by sorting the keys' numbers once; no object is made for an attribute. Nested values,
which are rare, are the exception.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from bizops.intake.otlp.any_values import (
    BOOLEAN,
    INTEGER,
    NESTED,
    NUMBER,
    SCALARS,
    TEXT,
    AnyValues,
    any_values,
    told,
)

MOST_KEYS = 200

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Attributes:
    """Columns by key, and what is not in them as JSON texts by row (None: nothing anywhere)."""

    columns: dict[str, pa.Array]
    rest: pa.Array | None

    def struct(self) -> pa.StructArray | None:
        """The columns as one; None where there are none."""
        return pa.StructArray.from_arrays(list(self.columns.values()), list(self.columns)) if self.columns else None


def attributes_of(lists: Any, rows: int) -> Attributes:
    """The attributes of rows, given as lists of keys and values."""
    owners = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = pc.list_flatten(lists)
    if not len(pairs):
        return Attributes({}, None)
    key, value = pairs.flatten()
    coded = pc.dictionary_encode(key)
    codes, keys = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    values = any_values(value)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(keys)))
    chosen = _chosen(np.diff(ends, prepend=0), keys)
    columns: dict[str, pa.Array] = {}
    rest: dict[int, dict[str, Any]] = {}
    for code, (name, end) in enumerate(zip(keys, ends.tolist(), strict=True)):
        places = order[(ends[code - 1] if code else 0) : end]
        last = np.full(rows, -1, np.int64)
        last[owners[places]] = places  # of a key that stands twice, the last one counts
        kinds = np.unique(values.kind[last[last >= 0]]).tolist()
        into_rest = [kind for kind in kinds if kind in NESTED or (code not in chosen and kind in SCALARS)]
        for kind in into_rest:
            _into_rest(rest, name, _of_kind(last, values, kind), values)
        scalars = [kind for kind in SCALARS if kind in kinds]
        if code in chosen and scalars:
            columns[name] = _column({kind: _of_kind(last, values, kind) for kind in scalars}, values)
    return Attributes(dict(sorted(columns.items())), _as_json(rest, rows))


def _chosen(counts: Ints, keys: list[str]) -> set[int]:
    """The most frequent keys get a column; of keys that engines cannot tell apart (``Order``, ``order``) one does."""
    chosen: dict[str, int] = {}
    for code in np.argsort(-counts, kind="stable")[:MOST_KEYS].tolist():
        if keys[code]:
            chosen.setdefault(keys[code].lower(), code)
    return set(chosen.values())


def _of_kind(last: Ints, values: AnyValues, kind: int) -> Ints:
    """The places of one kind's values by row; -1 where there is none."""
    return np.where((last >= 0) & (values.kind[last] == kind), last, -1)


def _column(places: dict[int, Ints], values: AnyValues) -> pa.Array:
    """One key's column; numbers of both types become floats, other values of several types texts."""
    read = {TEXT: values.texts, INTEGER: values.integers, NUMBER: values.numbers, BOOLEAN: values.booleans}
    columns = [read[kind](own) for kind, own in places.items()]
    if len(columns) == 1:
        return columns[0]
    # JavaScript has one kind of number: 3 is sent as a whole one, 3.5 is not.
    common = pa.float64() if set(places) == {INTEGER, NUMBER} else pa.string()
    return pc.coalesce(*(pc.cast(column, common, safe=False) for column in columns))


def _into_rest(rest: dict[int, dict[str, Any]], name: str, places: Ints, values: AnyValues) -> None:
    rows = np.flatnonzero(places >= 0)
    for row, place in zip(rows.tolist(), places[rows].tolist(), strict=True):
        rest.setdefault(row, {})[name] = values.told(place)


def _as_json(rest: dict[int, dict[str, Any]], rows: int) -> pa.Array | None:
    if not rest:
        return None
    texts: list[str | None] = [None] * rows
    for row, own in rest.items():
        texts[row] = json_text(own)
    return pa.array(texts, pa.string())


def json_text(value: Any) -> str:
    """JSON with its keys in order, so that the same content is the same text; NaN and infinities are null."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def told_of(lists: Any) -> Iterator[dict[str, Any]]:
    """Each list of attributes as a dictionary: for span events and links, which are few."""
    for pairs in lists.to_pylist():
        yield {pair["key"]: told(b"".join(pair["value"])) for pair in pairs or ()}
