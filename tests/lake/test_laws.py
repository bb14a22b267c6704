"""However the same rows are delivered, the lake holds the same."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_rows import CLICKS, ORDERS, Row, click, current, deliver, in_order, order

from bizops.lake import Lake, TableSpec

VERSIONED = replace(ORDERS, columns=(*ORDERS.columns, ("version", pa.int64())), version="version")

clicks = st.builds(click, st.sampled_from(["a", "b", None]), st.integers(1, 3), st.sampled_from([1.0, 2.5, None]))
batches_of_clicks = st.lists(st.lists(clicks, max_size=8), min_size=1, max_size=3)
versions = st.builds(
    lambda id_, version: {**order(id_, id_ * 100 + version, day=1 + version), "version": version},
    st.integers(1, 4),
    st.integers(0, 5),
)
few = settings(deadline=None, max_examples=6)


def lake_with(spec: TableSpec, deliveries: Sequence[Sequence[Row]]) -> list[Row]:
    """What is current after these deliveries."""
    with tempfile.TemporaryDirectory() as directory:
        lake = Lake.open(Path(directory))
        for rows in deliveries:
            report = deliver(lake, spec, rows)
            assert report.rows == report.accepted + report.duplicates + report.corrected + report.stale
        return list(current(lake, spec.name))


def shared_out(rows: Sequence[Row], parts: Sequence[int]) -> list[list[Row]]:
    """Rows dealt out to three deliveries."""
    return [[row for row, part in zip(rows, parts, strict=False) if part == n] for n in range(3)]


@few
@given(batches_of_clicks)
def test_a_row_without_key_is_stored_as_often_as_one_delivery_has_it_at_most(deliveries: list[list[Row]]) -> None:
    most: Counter[str] = Counter()
    for rows in deliveries:
        most |= Counter(repr(row) for row in rows)
    assert Counter(repr(row) for row in lake_with(CLICKS, deliveries)) == most


@few
@given(batches_of_clicks, st.randoms(use_true_random=False))
def test_rows_without_key_may_come_in_any_order_and_again(deliveries: list[list[Row]], chance: object) -> None:
    again = [list(rows) for rows in [*deliveries, *deliveries]]
    for rows in (again, *again):
        chance.shuffle(rows)  # type: ignore[attr-defined]
    assert lake_with(CLICKS, again) == lake_with(CLICKS, deliveries)


@few
@given(
    st.lists(versions, max_size=20), st.lists(st.integers(0, 2), min_size=20, max_size=20), st.permutations(range(20))
)
def test_versioned_rows_may_be_split_permuted_and_delivered_again(
    rows: list[Row], parts: list[int], order_: list[int]
) -> None:
    newest: dict[object, Row] = {}
    for row in rows:
        if row["id"] not in newest or row["version"] > newest[row["id"]]["version"]:
            newest[row["id"]] = row
    permuted = [rows[n] for n in order_ if n < len(rows)]
    deliveries = [*shared_out(permuted, parts), rows[: len(rows) // 2], permuted]
    assert lake_with(VERSIONED, deliveries) == in_order(newest.values())


@few
@given(st.lists(st.lists(st.builds(order, st.integers(1, 4), st.integers(0, 3)), max_size=6), max_size=4))
def test_without_versions_the_last_row_delivered_for_a_key_counts(deliveries: list[list[Row]]) -> None:
    last = {row["id"]: row for rows in deliveries for row in rows}
    assert lake_with(ORDERS, deliveries or [[]]) == in_order(last.values())
