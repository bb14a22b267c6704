"""Values are kept and found again; what is late, corrected, deleted or damaged never leaves a wrong one behind."""

from __future__ import annotations

import shutil

import pytest

YAML = """
sources:
  orders:
    columns: {id: text, at: date, shop: text, n: integer}
    key: [id]
    time: at
kpis:
  n: {kind: measure, over: orders, value: sum(n), slices: [shop]}
  orders: {kind: measure, over: orders, value: count(), slices: [shop]}
  shops: {kind: measure, over: orders, value: distinct(shop), slices: [shop]}
  p90: {kind: measure, over: orders, value: "percentile(n, 90)", slices: [shop]}
  each: {kind: ratio, numerator: n, denominator: orders}
  quarter: {kind: series, value: "rolling(n, 3 months)"}
  daily: {kind: series, value: "across(orders, day, avg, zero)"}
"""
ALL = ["n", "orders", "shops", "p90", "each", "quarter"]


def order(number: int, at: str, n: int, shop: str = "a") -> dict[str, object]:
    return {"id": str(number), "at": at, "shop": shop, "n": n}


ROWS = [order(m * 100 + d, f"2026-{m:02}-{d:02}", m * d, "ab"[d % 2]) for m in range(1, 7) for d in range(1, 29)]
ROWS += [order(9000 + m, f"2026-{m:02}-{last}", 1) for m, last in ((1, 31), (3, 31), (4, 30), (5, 31), (6, 30))]
SPAN = {"start": "2026-01", "end": "2026-06", "by": [[], ["shop"]]}


def facts(answer) -> list[tuple]:
    return [
        (v.kpi, v.period.label, tuple(v.slice.items()), v.value, v.refusal, v.rows, v.completeness, v.fingerprint)
        for v in answer
    ]


@pytest.fixture
def shop(small):
    return small(YAML, orders=ROWS, now="2026-08-01")


def results(shop):
    return [path for path in (shop.root / ".bizops" / "results").rglob("*") if path.is_file()]


def test_the_second_answer_is_the_first(shop):
    first = facts(shop.query(*ALL, **SPAN))
    assert facts(shop.query(*ALL, **SPAN)) == first
    shop.open()
    assert facts(shop.query(*ALL, **SPAN)) == first


def test_many_kpis_together_are_each_as_alone(shop, small):
    together = facts(shop.query(*ALL, **SPAN))
    fresh = small(YAML, orders=ROWS, now="2026-08-01")
    alone = [fact for kpi in ALL for fact in facts(fresh.query(kpi, **SPAN))]
    assert together == alone


def test_periods_asked_alone_are_as_together(shop, small):
    together = facts(shop.query(*ALL, **SPAN))
    fresh = small(YAML, orders=ROWS, now="2026-08-01")
    months = [f"2026-0{m}" for m in (4, 1, 6, 2, 3, 5)]
    alone = [f for m in months for f in facts(fresh.query(*ALL, start=m, end=m, by=SPAN["by"]))]
    assert sorted(together, key=repr) == sorted(alone, key=repr)


def test_deleted_results_are_computed_again(shop):
    first = facts(shop.query(*ALL, **SPAN))
    shutil.rmtree(shop.root / ".bizops" / "results")
    assert facts(shop.query(*ALL, **SPAN)) == first


@pytest.mark.parametrize("harm", ["empty", "cut", "flip", "noise"])
def test_damaged_results_are_computed_again(shop, harm):
    """No byte of a kept result may change a number: it is worked out again, or it is right."""
    first = facts(shop.query(*ALL, **SPAN))
    shop.open()
    for path in results(shop):
        data = bytearray(path.read_bytes())
        if harm == "empty":
            data = bytearray()
        elif harm == "cut":
            data = data[: len(data) // 2]
        elif harm == "flip":
            for at in range(0, len(data), 7):
                data[at] ^= 0x20
        else:
            data = bytearray(b"\xff" * len(data))
        path.write_bytes(data)
    assert facts(shop.query(*ALL, **SPAN)) == first


def test_one_wrong_bit_in_a_kept_number_is_noticed(shop):
    first = facts(shop.query("n", **SPAN))
    value = first[0][3]
    import struct

    shop.open()
    found = 0
    for path in results(shop):
        data = path.read_bytes()
        wanted = struct.pack("<d", value)
        if wanted in data:
            found += 1
            path.write_bytes(data.replace(wanted, struct.pack("<d", value + 1)))
    assert found
    assert facts(shop.query("n", **SPAN)) == first


def test_a_late_row_changes_its_own_period_only(shop):
    kpis = ["n", "orders", "shops", "p90", "each"]
    before = {fact[:3]: fact for fact in facts(shop.query(*kpis, **SPAN))}
    shop.deliver("orders", [order(99, "2026-03-15", 1000, "c")], at="2026-08-02")
    after = {fact[:3]: fact for fact in facts(shop.query(*kpis, **SPAN))}
    changed = {key for key in after if after[key] != before.get(key)}
    assert {key[1] for key in changed} == {"2026-03"}
    assert after["n", "2026-03", ()][3] == before["n", "2026-03", ()][3] + 1000
    fingerprints = {key: after[key][-1] != before[key][-1] for key in before}
    assert all(different == (key[1] == "2026-03") for key, different in fingerprints.items())


def test_a_rolling_value_is_of_all_data_in_its_window(shop):
    """A late row of March changes the quarters that end in March, April and May: values and fingerprints."""
    before = {v.period.label: v for v in shop.query("quarter", start="2026-01", end="2026-06")}
    shop.deliver("orders", [order(99, "2026-03-15", 1000)], at="2026-08-02")
    after = {v.period.label: v for v in shop.query("quarter", start="2026-01", end="2026-06")}
    for label in before:
        moved = label in ("2026-03", "2026-04", "2026-05")
        assert (after[label].value != before[label].value) == moved
        assert (after[label].fingerprint != before[label].fingerprint) == moved, label


def test_what_was_known_stays_to_be_asked_for(shop):
    old = facts(shop.query(*ALL, **SPAN))
    shop.deliver("orders", [order(99, "2026-03-15", 1000), order(101, "2026-01-01", 50, "b")], at="2026-08-02")
    new = facts(shop.query(*ALL, **SPAN))
    assert new != old
    assert facts(shop.query(*ALL, as_of="2026-08-01T12:00", **SPAN)) == old
    assert facts(shop.query(*ALL, as_of="2026-08-02T12:00", **SPAN)) == new


def test_a_correction_replaces_and_the_same_row_again_changes_nothing(shop):
    january = {"start": "2026-01", "end": "2026-01"}
    first = shop.one("n", **january)
    shop.deliver("orders", [order(101, "2026-01-01", 1, "b")], at="2026-08-02")  # as it was
    assert shop.one("n", **january).value == first.value
    shop.deliver("orders", [order(101, "2026-01-01", 501, "b")], at="2026-08-03")
    assert shop.number("n", **january) == first.value + 500
    assert shop.number("orders", **january) == 29


def test_a_correction_may_move_a_row_to_another_period(shop):
    march, may = (
        shop.number("orders", start="2026-03", end="2026-03"),
        shop.number("orders", start="2026-05", end="2026-05"),
    )
    shop.deliver("orders", [order(301, "2026-05-02", 3, "b")], at="2026-08-02")
    assert shop.number("orders", start="2026-03", end="2026-03") == march - 1
    assert shop.number("orders", start="2026-05", end="2026-05") == may + 1


def test_a_changed_definition_is_another_value(shop):
    january = {"start": "2026-01", "end": "2026-01"}
    before = shop.one("n", **january)
    shop.write(YAML.replace("value: sum(n), slices", "where: n > 5, value: sum(n), slices"))
    after = shop.one("n", **january)
    assert after.definition != before.definition
    assert after.value == before.value - sum(range(6)) - 1
    shop.write(YAML)
    assert shop.one("n", **january) == before


def test_a_changed_column_is_another_value(small):
    """The unit of a column is part of the meaning of every value made of it."""
    yaml = (
        YAML.replace("n: integer}", "n: {type: integer, unit: s}}")
        .replace("value: sum(n), slices", "value: sum(n), unit: s, slices")
        .replace("quarter: {", "quarter: {unit: s, ")
        .replace("each: {", "each: {unit: s, ")
        .replace("p90: {", "p90: {unit: s, ")
    )
    shop = small(yaml, orders=[order(1, "2026-01-01", 2)])
    assert shop.number("n", start="2026-01", end="2026-01") == 2
    shop.write(yaml.replace("unit: s}}", "unit: min}}"))
    assert shop.number("n", start="2026-01", end="2026-01") == 120


def test_compaction_changes_no_value(shop):
    for number in range(5):
        shop.deliver("orders", [order(5000 + number, "2026-02-10", number)])
    before = [fact[:-1] for fact in facts(shop.query(*ALL, **SPAN))]
    shop.workspace.lake.compact("orders")
    assert [fact[:-1] for fact in facts(shop.query(*ALL, **SPAN))] == before


def test_days_that_pass_without_rows_count_in_a_running_mean(small):
    shop = small(YAML, orders=[order(1, "2026-03-01", 1), order(2, "2026-03-02", 1)], now="2026-03-04T12:00")
    month = {"start": "2026-03", "end": "2026-03"}
    assert shop.number("daily", **month) == pytest.approx(2 / 4)
    shop.now = shop.now.replace(day=8)
    assert shop.number("daily", **month) == pytest.approx(2 / 8)


def test_asking_changes_no_data(shop):
    lake = shop.root / ".bizops" / "lake"
    before = {path: path.read_bytes() for path in lake.rglob("*.parquet")}
    shop.query(*ALL, **SPAN)
    assert {path: path.read_bytes() for path in lake.rglob("*.parquet")} == before


def test_two_readers_at_once_agree(shop):
    from concurrent.futures import ThreadPoolExecutor

    from small_workspace import Small

    others = [Small.__new__(Small) for _ in range(3)]
    for other in others:
        other.__dict__.update(shop.__dict__)
        other.open()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda other: facts(other.query(*ALL, **SPAN)), others))
    assert answers[0] == answers[1] == answers[2]
