"""Values of attributes, many at once: OTLP's AnyValue is read from its bytes, by the number of its field.

A value is one field in the shortest way to write it, which arrays can tell and read. Whatever is written otherwise
(twice, with fields unknown here) goes through the official package once and comes back in that form.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LONGEST = 8192
"""Longer texts are cut: one of them would fill a page of a file."""

TEXT, BOOLEAN, INTEGER, NUMBER, ARRAY, MAP, BYTES = 0x0A, 0x10, 0x18, 0x21, 0x2A, 0x32, 0x3A
"""First bytes: a field's number and how it is written."""
NOTHING = 0
SCALARS = (TEXT, INTEGER, NUMBER, BOOLEAN)
NESTED = (ARRAY, MAP, BYTES)
_MOST_VARINT = 10
_END = 2**31 - 1
"""Said aloud, for without an end Arrow 26 counts the bytes of what it cuts wrongly."""

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AnyValues:
    """AnyValue messages: which kind each is, and where its content begins (``head`` bytes after ``start``)."""

    messages: pa.BinaryArray
    kind: Bytes
    head: Bytes
    start: Ints
    data: Bytes

    def texts(self, places: Ints) -> pa.StringArray:
        """The texts at some places; -1 is no value."""
        found = self.messages.take(pa.array(places, mask=places < 0))
        heads = np.where(places < 0, 0, self.head[places])
        cut = [(head, pc.binary_slice(found, head, _END)) for head in np.unique(heads).tolist() if head]
        if len(cut) > 1:
            none = pa.scalar(None, pa.binary())
            whole = pc.coalesce(*(pc.if_else(pa.array(heads == head), part, none) for head, part in cut))
        else:
            whole = cut[0][1] if cut else found
        return _shortened(whole.view(pa.string()))

    def integers(self, places: Ints) -> pa.Int64Array:
        """The whole numbers at some places; -1 is no value."""
        found = np.zeros(len(places), np.int64)
        known = places >= 0
        found[known] = _varints(self.data, self.start[places[known]] + 1)[0].view(np.int64)
        return pa.array(found, mask=~known)

    def numbers(self, places: Ints) -> pa.DoubleArray:
        """The floating-point numbers at some places; -1 is no value."""
        found = np.zeros(len(places), np.float64)
        known = places >= 0
        bytes_ = self.data[(self.start[places[known]] + 1)[:, None] + np.arange(8)]
        found[known] = np.ascontiguousarray(bytes_).view("<f8").ravel()
        return pa.array(found, mask=~known)

    def booleans(self, places: Ints) -> pa.BooleanArray:
        """The truth values at some places; -1 is no value."""
        found = np.zeros(len(places), np.bool_)
        known = places >= 0
        found[known] = _varints(self.data, self.start[places[known]] + 1)[0] != 0
        return pa.array(found, mask=~known)

    def told(self, place: int) -> Any:
        """One value as JSON has it."""
        return told(self.messages[place].as_py())


def any_values(lists: Any) -> AnyValues:
    """Values as the wire has them: for each the messages that were sent for it, which together are one."""
    counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    if (counts == 1).all():
        messages = pc.list_flatten(lists)
    else:
        # Messages that stand one after the other are one message: so protobuf merges what is sent twice.
        messages = pa.array([b"".join(parts) for parts in lists.to_pylist()], pa.binary())
    found = _read(messages)
    strange = (found.kind == NOTHING) & (pc.binary_length(messages).to_numpy(zero_copy_only=False) > 0)
    if not strange.any():
        return found
    places = np.flatnonzero(strange)
    plain = [_canonical(message) for message in messages.take(pa.array(places)).to_pylist()]
    return _read(pc.replace_with_mask(messages, pa.array(strange), pa.array(plain, pa.binary())))


def _read(messages: Any) -> AnyValues:
    """What each message is; nothing where it is not one field written in the shortest way."""
    offsets = np.frombuffer(messages.buffers()[1], np.int32)[messages.offset : messages.offset + len(messages) + 1]
    raw = messages.buffers()[2]
    data = np.frombuffer(raw, np.uint8) if raw is not None and raw.size else np.zeros(1, np.uint8)
    start, size = offsets[:-1].astype(np.int64), np.diff(offsets)
    first = np.where(size > 0, data[np.minimum(start, len(data) - 1)], NOTHING).astype(np.uint8)
    number, width = _varints(data, start + 1)
    head = np.zeros(len(start), np.uint8)
    is_long, is_varint = _IS_LONG[first], (first == INTEGER) | (first == BOOLEAN)
    whole = is_long & (1 + width + number.view(np.int64) == size)
    whole |= is_varint & (1 + width == size)
    whole |= (first == NUMBER) & (size == 9)
    head[is_long] = (1 + width[is_long]).astype(np.uint8)
    return AnyValues(messages, np.where(whole, first, NOTHING).astype(np.uint8), head, start, data)


_IS_LONG = np.isin(np.arange(256), (TEXT, *NESTED))


def _varints(data: Bytes, at: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    """The variable-length numbers that begin at some bytes, and how many bytes they take (0: it does not end)."""
    value = np.zeros(len(at), np.uint64)
    width = np.zeros(len(at), np.int64)
    going = np.arange(len(at))
    last = len(data) - 1
    for step in range(_MOST_VARINT):
        byte = data[np.minimum(at[going] + step, last)]
        value[going] |= (byte & np.uint8(0x7F)).astype(np.uint64) << np.uint64(7 * step)
        ended = byte < 0x80
        width[going[ended]] = step + 1
        going = going[~ended]
        if not len(going):
            break
    return value, width


def _canonical(message: bytes) -> bytes:
    """A value with nothing but one field; nothing when it has none that is known."""
    value = _message(message)
    value.DiscardUnknownFields()
    kind = value.WhichOneof("value")
    return b"" if kind is None or kind.endswith("strindex") else bytes(value.SerializeToString())


def _message(message: bytes) -> Any:
    from opentelemetry.proto.common.v1.common_pb2 import AnyValue

    return AnyValue.FromString(message)


def told(message: bytes) -> Any:
    """One value as JSON has it."""
    return _told(_message(message))


def _told(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind is None or kind.endswith("strindex"):
        return None
    found = getattr(value, kind)
    if kind == "array_value":
        return [_told(item) for item in found.values]
    if kind == "kvlist_value":
        return {pair.key: _told(pair.value) for pair in found.values}
    if kind == "bytes_value":
        return base64.b64encode(found).decode()
    return found[:LONGEST] if isinstance(found, str) else found


def _shortened(column: pa.StringArray) -> pa.StringArray:
    if (pc.max(pc.binary_length(column)).as_py() or 0) <= LONGEST:
        return column
    return pc.utf8_slice_codeunits(column, 0, LONGEST)
