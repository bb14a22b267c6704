"""Attributes as columns: one for each key that is seen, of the type its values have; the rest as JSON.

Values of one key are gathered by sorting the keys' numbers once; no object is made for an attribute. Nested values,
which are rare, are the exception.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa
import pyarrow.compute as pc

MOST_KEYS = 200
LONGEST = 8192
"""Longer texts are cut: one of them would fill a page of a file."""

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Attributes:
    """Columns by key, and what is not in them as JSON texts by row (None: nothing anywhere)."""

    columns: dict[str, pa.Array]
    rest: pa.Array | None

    def struct(self) -> pa.StructArray | None:
        """The columns as one; None where there are none."""
        return pa.StructArray.from_arrays(list(self.columns.values()), list(self.columns)) if self.columns else None


@dataclass(frozen=True, slots=True)
class _Values:
    """The values of all attributes: an array and its valid places by type, and the nested ones."""

    typed: dict[str, tuple[pa.Array, npt.NDArray[np.bool_]]]
    nested: dict[str, tuple[pa.Array, npt.NDArray[np.bool_]]]


def attributes_of(lists: Any, rows: int) -> Attributes:
    """The attributes of rows, given as lists of keys and values."""
    owners = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64)
    pairs = pc.list_flatten(lists)
    if not len(pairs):
        return Attributes({}, None)
    key, value = pairs.flatten()
    coded = pc.dictionary_encode(key)
    codes, keys = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    values = _values(value)
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=len(keys)))
    chosen = _chosen(np.diff(ends, prepend=0), keys)
    columns: dict[str, pa.Array] = {}
    rest: dict[int, dict[str, Any]] = {}
    for code, (name, end) in enumerate(zip(keys, ends.tolist(), strict=True)):
        places = order[(ends[code - 1] if code else 0) : end]
        last = np.full(rows, -1, np.int64)
        last[owners[places]] = places  # of a key that stands twice, the last one counts
        kept = last[last >= 0]
        nested = any(mask[kept].any() for _, mask in values.nested.values())
        if nested or code not in chosen:
            _into_rest(rest, name, last, values, all_of_it=code not in chosen)
        if code in chosen:
            column = _column(last, kept, values)
            if column is not None:
                columns[name] = column
    return Attributes(dict(sorted(columns.items())), _as_json(rest, rows))


def _chosen(counts: Ints, keys: list[str]) -> set[int]:
    """The most frequent keys get a column; of keys that engines cannot tell apart (``Order``, ``order``) one does."""
    chosen: dict[str, int] = {}
    for code in np.argsort(-counts, kind="stable")[:MOST_KEYS].tolist():
        if keys[code]:
            chosen.setdefault(keys[code].lower(), code)
    return set(chosen.values())


def _values(value: Any) -> _Values:
    children = dict(zip([field.name for field in value.type], value.flatten(), strict=True))
    masks = {name: pc.is_valid(array).to_numpy(zero_copy_only=False) for name, array in children.items()}
    return _Values(
        {name: (children[name], masks[name]) for name in ("s", "i", "d", "b")},
        {name: (children[name], masks[name]) for name in ("array", "map", "bytes")},
    )


def _column(last: Ints, kept: Ints, values: _Values) -> pa.Array | None:
    """One key's column; numbers of both types become floats, other values of several types texts."""
    found = [name for name, (_, mask) in values.typed.items() if mask[kept].any()]
    if not found:
        return None
    indices = pa.array(last, mask=last < 0)
    columns = [values.typed[name][0].take(indices) for name in found]
    if set(found) == {"i", "d"}:
        # JavaScript has one kind of number: 3 is sent as a whole one, 3.5 is not.
        columns = [pc.coalesce(*(pc.cast(column, pa.float64(), safe=False) for column in columns))]
    elif len(found) > 1:
        columns = [pc.coalesce(*(pc.cast(column, pa.string()) for column in columns))]
    return _cut(columns[0])


def _cut(column: pa.Array) -> pa.Array:
    if not pa.types.is_string(column.type) or (pc.max(pc.binary_length(column)).as_py() or 0) <= LONGEST:
        return column
    return pc.utf8_slice_codeunits(column, 0, LONGEST)


def _into_rest(rest: dict[int, dict[str, Any]], name: str, last: Ints, values: _Values, *, all_of_it: bool) -> None:
    kinds = {**values.nested, **(values.typed if all_of_it else {})}
    for kind, (array, mask) in kinds.items():
        rows = np.flatnonzero(last >= 0)
        rows = rows[mask[last[rows]]]
        for row, value in zip(rows.tolist(), array.take(pa.array(last[rows])).to_pylist(), strict=True):
            rest.setdefault(row, {})[name] = plain(kind, value)


def plain(kind: str, value: Any) -> Any:
    """A value as JSON has it; nested ones are decoded here."""
    if kind == "bytes":
        return base64.b64encode(value).decode()
    if kind in ("array", "map"):
        from opentelemetry.proto.common.v1.common_pb2 import ArrayValue, KeyValueList

        message = (ArrayValue if kind == "array" else KeyValueList)()
        message.ParseFromString(value)
        return [_any(item) for item in message.values] if kind == "array" else _map(message.values)
    return value[:LONGEST] if isinstance(value, str) else value


def _map(pairs: Any) -> dict[str, Any]:
    return {pair.key: _any(pair.value) for pair in pairs}


def _any(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None or kind.endswith("strindex"):
        return None
    found = getattr(value, kind)
    if kind == "array_value":
        return [_any(item) for item in found.values]
    if kind == "kvlist_value":
        return _map(found.values)
    return plain("bytes" if kind == "bytes_value" else kind, found)


def _as_json(rest: dict[int, dict[str, Any]], rows: int) -> pa.Array | None:
    if not rest:
        return None
    texts: list[str | None] = [None] * rows
    for row, told in rest.items():
        texts[row] = json_text(told)
    return pa.array(texts, pa.string())


def json_text(told: Any) -> str:
    """JSON with its keys in order, so that the same content is the same text; NaN and infinities are null."""
    return orjson.dumps(told, option=orjson.OPT_SORT_KEYS).decode()


def told_of(lists: Any) -> Iterator[dict[str, Any]]:
    """Each list of attributes as a dictionary: for span events and links, which are few."""
    for pairs in lists.to_pylist():
        yield {pair["key"]: value_of(pair["value"]) for pair in pairs or ()}


def value_of(value: dict[str, Any] | None) -> Any:
    """One value as JSON has it."""
    for kind, found in (value or {}).items():
        if found is not None:
            return plain(kind, found)
    return None
