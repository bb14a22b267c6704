"""Distinct counts split several ways at once come from bit masks; they are the same as counting one by one."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from bizops.measure import masks
from small_workspace import MakeSmall

YAML = """
sources:
  calls:
    columns:
      id: {type: integer, required: true}
      at: {type: timestamp, required: true}
      kind: text
      customer: text
      team: text
      day_part: integer
      zip: text
    key: [id]
    time: at
kpis:
"""
KPI = "  {name}: {{kind: measure, over: calls, where: kind = '{name}', value: distinct(customer), unit: customer, "
KPI += "slices: [team, day_part, zip]}}\n"
COUNT = (
    KPI.replace("{name}:", "{name}_rows:")
    .replace("distinct(customer)", "count()")
    .replace("unit: customer", "unit: call")
)
WAYS: list[list[str]] = [[], ["team"], ["day_part"], ["zip"]]


@pytest.mark.parametrize("zips", [7, masks.MOST_VALUES, masks.MOST_VALUES + 20, 300])
def test_all_ways_at_once_equal_counting_by_hand(small: MakeSmall, zips: int) -> None:
    rng = np.random.default_rng(zips)
    rows = [
        {
            "id": number,
            "at": f"2026-0{rng.integers(1, 4)}-1{rng.integers(0, 10)}T12:00:00",
            "kind": str(rng.choice(["in", "out"])),
            "customer": None if rng.random() < 0.05 else f"c{rng.integers(0, 60)}",
            "team": None if rng.random() < 0.1 else f"team '{rng.integers(0, 5)}'",
            "day_part": None if rng.random() < 0.1 else int(rng.integers(-1, 3)),
            "zip": f"{rng.integers(0, zips):05d}",
        }
        for number in range(1500)
    ]
    yaml = YAML + "".join(line.format(name=name) for name in ("in", "out") for line in (KPI, COUNT))
    workspace = small(yaml, calls=rows)
    expected: dict[tuple[object, ...], set[object]] = defaultdict(set)
    for row in rows:
        for way in WAYS:
            if row["customer"] is not None:
                values = tuple(None if row[name] is None else str(row[name]) for name in way)
                expected[row["kind"], row["at"][:7], tuple(way), values].add(row["customer"])

    answer = workspace.query("in", "out", "in_rows", "out_rows", start="2026-01", end="2026-03", by=WAYS)

    got = {
        (value.kpi, value.period.label, tuple(value.slice), tuple(value.slice.values())): value.value
        for value in answer
        if value.kpi in ("in", "out") and value.value
    }
    assert got == {cell: len(customers) for cell, customers in expected.items()}


def test_ways_share_a_mask_as_long_as_they_fit_and_none_is_lost() -> None:
    ways = [masks.Way(dim, f"d{dim}", size) for dim, size in enumerate((3, 40, 7, 30))]

    packs = masks.packed(ways)

    assert sorted(way.dim for pack in packs for way in pack) == [0, 1, 2, 3]
    assert [sum(way.size for way in pack) for pack in packs] == [40, 40]
