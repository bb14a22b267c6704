"""Values read from their bytes are what the official package reads, however they were written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from bizops.intake.otlp.any_values import (
    BOOLEAN,
    INTEGER,
    LONGEST,
    NOTHING,
    NUMBER,
    TEXT,
    any_values,
    told,
)

texts = st.text(max_size=5) | st.integers(100, 20_000).map(lambda size: "ä" * size)
scalars: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda v: {"string_value": v}, texts),
    st.builds(lambda v: {"int_value": v}, st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda v: {"double_value": v}, st.floats(allow_nan=False)),
    st.builds(lambda v: {"bool_value": v}, st.booleans()),
    st.builds(lambda v: {"bytes_value": v}, st.binary(max_size=200)),
    st.just({}),
)
arrays = st.lists(scalars, max_size=3).map(lambda vs: {"array_value": {"values": [AnyValue(**v) for v in vs]}})
UNKNOWN = [b"", b"\x78\x05", b"\x40\x07", b"\xa2\x06\x01x"]  # fields 15, 8 (an index of texts) and 100
written = st.builds(
    lambda value, before, after: before + AnyValue(**value).SerializeToString() + after,
    scalars | arrays,
    st.sampled_from(UNKNOWN),
    st.sampled_from(UNKNOWN),
)


def read(messages: list[list[bytes]]) -> list[Any]:
    """Each value by the reader of its kind."""
    values = any_values(pa.array(messages, pa.list_(pa.binary())))
    readers = {TEXT: values.texts, INTEGER: values.integers, NUMBER: values.numbers, BOOLEAN: values.booleans}
    places = np.arange(len(messages))
    columns = {kind: reader(np.where(values.kind == kind, places, -1)).to_pylist() for kind, reader in readers.items()}
    found = []
    for place, kind in enumerate(values.kind.tolist()):
        others = [column[place] for own, column in columns.items() if own != kind]
        assert others == [None] * len(others)
        found.append(columns[kind][place] if kind in columns else None if kind == NOTHING else values.told(place))
    return found


@settings(deadline=None, max_examples=200)
@given(st.lists(st.lists(written, max_size=2), max_size=6))
def test_values_are_those_of_the_official_package_even_when_they_are_sent_in_parts(messages: list[list[bytes]]) -> None:
    assert read(messages) == [told(b"".join(parts)) for parts in messages]


def test_a_value_sent_twice_is_the_last_one_and_an_array_sent_twice_is_one_array() -> None:
    one, two = ([AnyValue(array_value={"values": [AnyValue(int_value=n)]}).SerializeToString()] for n in (1, 2))
    text, number = AnyValue(string_value="a").SerializeToString(), AnyValue(int_value=5).SerializeToString()
    assert read([[text, number], [number, text], [*one, *two], []]) == [5, "a", [1, 2], None]


def test_numbers_written_longer_than_needed_and_long_texts_are_read() -> None:
    assert read([[b"\x18\x85\x00"], [b"\x10\x02"], [b"\x18" + b"\xff" * 9 + b"\x01"]]) == [5, True, -1]
    assert read([[AnyValue(string_value="x" * 9000).SerializeToString()]]) == ["x" * LONGEST]
