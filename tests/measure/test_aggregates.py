"""What each aggregate says, against the same worked out in plain Python."""

from __future__ import annotations

import json
import random
import statistics

import numpy as np
import pytest

YAML = """
sources:
  calls:
    columns:
      id: text
      at: timestamp
      agent: text
      wait: {type: number, unit: s}
      n: integer
      cost: {type: decimal, unit: EUR}
      late: boolean
      note: text
      on: date
    key: [id]
    time: at
    zone: UTC
kpis:
  rows: {kind: measure, over: calls, value: count()}
  waits: {kind: measure, over: calls, value: count(wait)}
  agents: {kind: measure, over: calls, value: distinct(agent)}
  agent_notes: {kind: measure, over: calls, value: "distinct(agent, note)"}
  n_sum: {kind: measure, over: calls, value: sum(n)}
  cost_sum: {kind: measure, over: calls, value: sum(cost), unit: EUR}
  wait_avg: {kind: measure, over: calls, value: avg(wait), unit: s}
  wait_avg_min: {kind: measure, over: calls, value: avg(wait), unit: min}
  wait_min: {kind: measure, over: calls, value: min(wait), unit: s}
  wait_max: {kind: measure, over: calls, value: max(wait), unit: s}
  wait_median: {kind: measure, over: calls, value: median(wait), unit: s}
  wait_p95: {kind: measure, over: calls, value: "percentile(wait, 95)", unit: s}
  wait_p50_disc: {kind: measure, over: calls, value: "percentile_disc(wait, 50)", unit: s}
  wait_sd: {kind: measure, over: calls, value: stddev(wait), unit: s}
  late_share: {kind: measure, over: calls, value: share(late), unit: "%"}
  late_share_of_1: {kind: measure, over: calls, value: share(late)}
  late_of_ada: {kind: measure, over: calls, value: "share(late where agent = 'ada')"}
  not_late: {kind: measure, over: calls, value: count(where not late)}
  not_ada: {kind: measure, over: calls, value: "count(where agent <> 'ada')"}
  empty_notes: {kind: measure, over: calls, value: "count(where note = '')"}
  no_notes: {kind: measure, over: calls, value: count(where note is null)}
  some_notes: {kind: measure, over: calls, value: count(note)}
  per_agent: {kind: measure, over: calls, value: sum(n) / distinct(agent)}
  over_zero: {kind: measure, over: calls, value: "sum(n) / count(where n > 1_000_000)"}
  row_over_zero: {kind: measure, over: calls, value: "sum(n / (n - n))"}
  mixed: {kind: measure, over: calls, value: "100 * count(where late) / count() + 1"}
  minus: {kind: measure, over: calls, value: -sum(n) - -2}
  hourly: {kind: measure, over: calls, value: rate(h), unit: 1/h}
  per_working_hour: {kind: measure, over: calls, value: rate(working_h), unit: 1/h}
  per_working_day: {kind: measure, over: calls, value: "rate(working_d where late)", unit: 1/d}
  in_list: {kind: measure, over: calls, value: "count(where agent in ('ada', 'bob'))"}
  not_in_list: {kind: measure, over: calls, value: "count(where agent not in ('ada', 'bob'))"}
  long_waits: {kind: measure, over: calls, value: count(where wait >= 1 min)}
  between: {kind: measure, over: calls, value: count(where wait between 1 and 2)}
  longer: {kind: measure, over: calls, value: "sum(if(wait > 1, n, 0))"}
  filled: {kind: measure, over: calls, value: "sum(coalesce(n, 7))"}
  mondays: {kind: measure, over: calls, value: count(where weekday(at) = 1)}
  morning: {kind: measure, over: calls, value: count(where hour(at) < 12)}
  worked: {kind: measure, over: calls, value: count(where is_working_day(at))}
"""


def call(number: int, **values: object) -> dict[str, object]:
    return {"id": str(number), "at": f"2026-03-{1 + number % 28:02}T{number % 24:02}:30:00", **values}


MARCH = {"start": "2026-03", "end": "2026-03"}


def test_percentiles_are_type_7_and_type_1(small):
    """The pinned example: 1, 2, 3, 4 and no value: p95 is 3.85, the discrete median 2."""
    desk = small(YAML, calls=[call(n, wait=wait) for n, wait in enumerate([1, 2, 3, 4, None])])
    assert desk.number("wait_p95", **MARCH) == pytest.approx(3.85)
    assert desk.number("wait_p50_disc", **MARCH) == 2
    assert desk.number("wait_median", **MARCH) == 2.5


def test_every_aggregate_agrees_with_plain_python(small):
    chance = random.Random(1)
    rows = [
        call(
            n,
            agent=chance.choice(["ada", "bob", "cy", None]),
            wait=round(chance.expovariate(0.1), 3) if chance.random() < 0.9 else None,
            n=chance.randint(-50, 50) if chance.random() < 0.9 else None,
            cost=str(chance.randint(0, 10**6) / 100),
            late=chance.choice([True, False, None]),
            note=chance.choice(["x", "", None]),
        )
        for n in range(500)
    ]
    desk = small(YAML, calls=rows)
    waits = [row["wait"] for row in rows if row["wait"] is not None]
    numbers = [row["n"] for row in rows if row["n"] is not None]
    known = [row["late"] for row in rows if row["late"] is not None]
    ada = [row["late"] for row in rows if row["late"] is not None and row["agent"] == "ada"]
    agents = {row["agent"] for row in rows if row["agent"] is not None}
    expected = {
        "rows": 500,
        "waits": len(waits),
        "agents": 3,
        "agent_notes": len({(r["agent"], r["note"]) for r in rows if r["agent"] is not None and r["note"]}),
        "n_sum": sum(numbers),
        "cost_sum": round(sum(float(row["cost"]) for row in rows), 2),
        "wait_avg": statistics.fmean(waits),
        "wait_avg_min": statistics.fmean(waits) / 60,
        "wait_min": min(waits),
        "wait_max": max(waits),
        "wait_median": statistics.median(waits),
        "wait_p95": float(np.percentile(waits, 95)),
        "wait_p50_disc": float(np.percentile(waits, 50, method="inverted_cdf")),
        "wait_sd": statistics.stdev(waits),
        "late_share": 100 * sum(known) / len(known),
        "late_share_of_1": sum(known) / len(known),
        "late_of_ada": sum(ada) / len(ada),
        "not_late": known.count(False),
        "not_ada": sum(row["agent"] in ("bob", "cy") for row in rows),
        "in_list": sum(row["agent"] in ("ada", "bob") for row in rows),
        "not_in_list": sum(row["agent"] == "cy" for row in rows),
        "per_agent": sum(numbers) / len(agents),
        "over_zero": None,
        "row_over_zero": None,
        "mixed": 100 * known.count(True) / 500 + 1,
        "minus": 2 - sum(numbers),
        "hourly": 500 / (31 * 24),
        "per_working_hour": 500 / (22 * 10),
        "per_working_day": known.count(True) / 22,
        "long_waits": sum(wait >= 60 for wait in waits),
        "between": sum(1 <= wait <= 2 for wait in waits),
        "longer": sum((r["n"] or 0) for r in rows if r["wait"] is not None and r["wait"] > 1),
        "filled": sum(7 if row["n"] is None else row["n"] for row in rows),
        "mondays": sum(int(str(row["at"])[8:10]) in (2, 9, 16, 23, 30) for row in rows),
        "morning": sum(int(str(row["at"])[11:13]) < 12 for row in rows),
        "worked": sum(int(str(row["at"])[8:10]) not in (1, 7, 8, 14, 15, 21, 22, 28, 29) for row in rows),
    }
    found = {value.kpi: value.value for value in desk.query(*expected, **MARCH)}
    assert found == {name: pytest.approx(value, abs=1e-9) for name, value in expected.items()}


def test_one_value_has_no_standard_deviation(small):
    assert small(YAML, calls=[call(1, wait=5)]).refusal("wait_sd", **MARCH) == "no-value"


def test_nothing_sums_to_no_value_and_counts_to_zero(small):
    desk = small(YAML, calls=[call(1, wait=None, n=None)])
    values = {v.kpi: v.value for v in desk.query("n_sum", "waits", "agents", "wait_avg", "late_share", **MARCH)}
    assert values == {"n_sum": None, "waits": 0, "agents": 0, "wait_avg": None, "late_share": None}


def test_an_empty_text_is_no_value(small):
    """Source columns hold texts that say something; the empty one says nothing, in every format."""
    desk = small(YAML, calls=[call(1, note=""), call(2, note=None), call(3, note="x"), call(4, note="  ")])
    assert desk.number("empty_notes", **MARCH) == 0
    assert desk.number("no_notes", **MARCH) + desk.number("some_notes", **MARCH) == 4
    assert desk.number("some_notes", **MARCH) in (1, 2)


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_number_never_comes_into_a_value(small, tmp_path, bad):
    desk = small(YAML, calls=[call(1, wait=1.0)])
    nothing = dict.fromkeys(desk.workspace.model.sources["calls"].columns)
    rows = [nothing | call(8, wait="BAD"), nothing | call(9)]
    path = tmp_path / "bad.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows).replace('"BAD"', bad))
    desk.workspace.load("calls", [path])
    found = {v.kpi: v.value for v in desk.query("wait_max", "wait_avg", "wait_median", "wait_min", **MARCH)}
    assert found == {"wait_max": 1, "wait_avg": 1, "wait_median": 1, "wait_min": 1}


def test_large_whole_numbers_are_added_exactly(small):
    rows = [call(n, n=2**52 + n) for n in range(1, 4)] + [call(9, n=-3 * 2**52)]
    assert small(YAML, calls=rows).number("n_sum", **MARCH) == 6


def test_sums_beyond_64_bits_do_not_overflow(small):
    rows = [call(n, n=9 * 10**18) for n in range(1, 5)]
    assert small(YAML, calls=rows).number("n_sum", **MARCH) == 36e18


def test_thousands_of_cents_add_up_to_the_cent(small):
    rows = [call(n, cost="0.01") for n in range(1, 1001)]
    assert small(YAML, calls=rows).number("cost_sum", **MARCH) == 10
