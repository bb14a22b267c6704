"""Rolling, to-date, offset and across: measured anew over other windows, against brute force over the rows."""

from __future__ import annotations

import random
import statistics
from datetime import date, timedelta

import pytest

YAML = """
calendars:
  days:
    zone: UTC
    week_start: monday
    fiscal_year: {start: 07-01, named_by: end}
sources:
  visits:
    columns: {id: text, at: date, who: text, n: integer, shop: text}
    key: [id]
    time: at
kpis:
  n: {kind: measure, over: visits, value: sum(n), slices: [shop]}
  visits: {kind: measure, over: visits, value: count(), slices: [shop]}
  people: {kind: measure, over: visits, value: distinct(who), slices: [shop]}
  pairs: {kind: measure, over: visits, value: "distinct(who, shop)"}
  p80: {kind: measure, over: visits, value: "percentile(n, 80)"}
  per_head: {kind: ratio, numerator: n, denominator: people}
  people_3m: {kind: series, value: "rolling(people, 3 months)"}
  pairs_3m: {kind: series, value: "rolling(pairs, 3 months)"}
  p80_3m: {kind: series, value: "rolling(p80, 3 months)"}
  n_28d: {kind: series, value: "rolling(n, 28 d)"}
  people_28d: {kind: series, value: "rolling(people, 28 d)"}
  n_12m: {kind: series, value: "rolling(n, 12 months)"}
  per_head_3m: {kind: series, value: "rolling(per_head, 3 months)"}
  n_ytd: {kind: series, value: "to_date(n, year)"}
  n_fytd: {kind: series, value: "to_date(n, fiscal_year)"}
  people_ytd: {kind: series, value: "to_date(people, year)"}
  n_qtd: {kind: series, value: "to_date(n, quarter)"}
  n_before: {kind: series, value: "offset(n, 1 month)"}
  n_year_ago: {kind: series, value: "offset(n, 1 year)"}
  growth: {kind: series, value: "100 * (n - offset(n, 1 month)) / offset(n, 1 month)"}
  share_of_year: {kind: series, value: "n / to_date(n, year)"}
  daily_mean: {kind: series, value: "across(visits, day, avg)"}
  daily_mean_zero: {kind: series, value: "across(visits, day, avg, zero)"}
  daily_median: {kind: series, value: "across(visits, day, median)"}
  daily_max: {kind: series, value: "across(visits, day, max)"}
  daily_people_sum: {kind: series, value: "across(people, day, sum)"}
  weekly_mean: {kind: series, value: "across(visits, week, avg)"}
  weekly_sum: {kind: series, value: "across(visits, week, sum)"}
  monthly_mean: {kind: series, value: "across(n, month, avg)"}
  twice: {kind: series, value: "rolling(people_ytd, 3 months)"}
"""
chance = random.Random(3)
FIRST, LAST = date(2025, 1, 1), date(2026, 6, 30)
ROWS = [
    {
        "id": str(number),
        "at": (FIRST + timedelta(days=chance.randrange((LAST - FIRST).days + 1))).isoformat(),
        "who": f"p{chance.randrange(60)}",
        "n": chance.randrange(1, 100),
        "shop": chance.choice(["a", "b"]),
    }
    for number in range(1200)
]
ROWS += [{"id": "last", "at": LAST.isoformat(), "who": "p1", "n": 1, "shop": "a"}]
ROWS += [{"id": "first", "at": FIRST.isoformat(), "who": "p1", "n": 1, "shop": "a"}]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    from small_workspace import Small

    made = Small(tmp_path_factory.mktemp("series"), YAML, "2026-07-01T00:00")
    made.deliver("visits", ROWS)
    return made


def between(first: str, last: str, shop: str | None = None) -> list[dict]:
    return [row for row in ROWS if first <= row["at"] <= last and shop in (None, row["shop"])]


def total(first: str, last: str, shop: str | None = None) -> int:
    return sum(row["n"] for row in between(first, last, shop))


def people(first: str, last: str, shop: str | None = None) -> int:
    return len({row["who"] for row in between(first, last, shop)})


APRIL = {"start": "2026-04", "end": "2026-04"}


def test_a_rolling_window_is_measured_from_its_rows(shop):
    found = {v.kpi: v.value for v in shop.query("people_3m", "pairs_3m", "p80_3m", "n_12m", "per_head_3m", **APRIL)}
    rows = between("2026-02-01", "2026-04-30")
    assert found["people_3m"] == people("2026-02-01", "2026-04-30")
    assert found["pairs_3m"] == len({(row["who"], row["shop"]) for row in rows})
    assert found["p80_3m"] == pytest.approx(
        statistics.quantiles([row["n"] for row in rows], n=5, method="inclusive")[3]
    )
    assert found["n_12m"] == total("2025-05-01", "2026-04-30")
    assert found["per_head_3m"] == sum(row["n"] for row in rows) / people("2026-02-01", "2026-04-30")


def test_rolling_distinct_counts_are_exact_in_every_period_and_slice(shop):
    values = shop.query("people_3m", by=[[], ["shop"]], start="2025-03", end="2026-06")
    for value in values:
        last = value.period.last_day
        month = last.year * 12 + last.month - 3
        first = date(month // 12, month % 12 + 1, 1)
        assert value.value == people(first.isoformat(), last.isoformat(), value.slice.get("shop")), value.period.label


def test_rolling_days_end_with_each_day(shop):
    days = {"grain": "day", "start": "2026-03-28", "end": "2026-04-02"}
    sums, heads = shop.series("n_28d", **days), shop.series("people_28d", **days)
    assert len(sums) == 6
    for label, value in sums.items():
        first = (date.fromisoformat(label) - timedelta(days=27)).isoformat()
        assert value == total(first, label)
        assert heads[label] == people(first, label)


def test_to_date_begins_with_the_year_or_fiscal_year(shop):
    found = {v.kpi: v.value for v in shop.query("n_ytd", "n_fytd", "people_ytd", "n_qtd", **APRIL)}
    assert found == {
        "n_ytd": total("2026-01-01", "2026-04-30"),
        "n_fytd": total("2025-07-01", "2026-04-30"),
        "people_ytd": people("2026-01-01", "2026-04-30"),
        "n_qtd": total("2026-04-01", "2026-04-30"),
    }


def test_offsets_find_the_earlier_period(shop):
    values = {v.kpi: v.value for v in shop.query("n", "n_before", "n_year_ago", "growth", "share_of_year", **APRIL)}
    march, april = total("2026-03-01", "2026-03-31"), total("2026-04-01", "2026-04-30")
    assert values["n_before"] == march
    assert values["n_year_ago"] == total("2025-04-01", "2025-04-30")
    assert values["growth"] == pytest.approx(100 * (april - march) / march)
    assert values["share_of_year"] == pytest.approx(april / total("2026-01-01", "2026-04-30"))


def test_days_that_share_their_earlier_day_all_have_it(shop):
    """The 28th, 29th, 30th and 31st of March all look back to 28 February."""
    found = shop.series("n_before", grain="day", start="2026-03-27", end="2026-04-01")
    february = total("2026-02-28", "2026-02-28") or None
    assert found == {
        "2026-03-27": total("2026-02-27", "2026-02-27") or None,
        "2026-03-28": february,
        "2026-03-29": february,
        "2026-03-30": february,
        "2026-03-31": february,
        "2026-04-01": total("2026-03-01", "2026-03-01") or None,
    }
    assert february is not None


def daily(first: str, last: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in between(first, last):
        counts[row["at"]] = counts.get(row["at"], 0) + 1
    return counts


def test_across_takes_the_finer_values_that_exist(shop):
    counts = daily("2026-04-01", "2026-04-30")
    assert len(counts) < 30  # some days are empty
    found = {
        v.kpi: v.value
        for v in shop.query("daily_mean", "daily_mean_zero", "daily_median", "daily_max", "daily_people_sum", **APRIL)
    }
    assert found == {
        "daily_mean": pytest.approx(statistics.fmean(counts.values())),
        "daily_mean_zero": pytest.approx(sum(counts.values()) / 30),
        "daily_median": statistics.median(counts.values()),
        "daily_max": max(counts.values()),
        "daily_people_sum": sum(people(day, day) for day in counts),
    }


def test_across_months_of_a_quarter(shop):
    found = shop.series("monthly_mean", grain="quarter", start="2026-Q1", end="2026-Q2")
    assert found["2026-Q1"] == pytest.approx(total("2026-01-01", "2026-03-31") / 3)
    assert found["2026-Q2"] == pytest.approx(total("2026-04-01", "2026-06-30") / 3)


def test_a_month_means_the_same_whichever_months_it_is_asked_with(shop):
    """Weeks straddle months: the mean over the weeks of April does not depend on whether May is asked for too."""
    alone = shop.number("weekly_mean", **APRIL)
    assert shop.series("weekly_mean", start="2026-03", end="2026-05")["2026-04"] == alone


def test_every_week_counts_in_one_month_the_one_it_ends_in(shop):
    """Sunday 3 May 2026 ends the week that began on 27 April."""
    weeks = shop.series("visits", grain="week", start="2026-03-30", end="2026-05-31")
    assert shop.number("weekly_sum", **APRIL) == sum(weeks[f"2026-W{n}"] for n in (14, 15, 16, 17))
    assert shop.number("weekly_sum", start="2026-05", end="2026-05") == sum(
        weeks[f"2026-W{n}"] for n in (18, 19, 20, 21, 22)
    )


@pytest.mark.parametrize(
    "kpi", ["n_12m", "people_3m", "n_before", "n_ytd", "daily_mean", "per_head_3m", "n_28d", "weekly_mean"]
)
def test_every_period_asked_together_is_the_same_as_alone(shop, kpi):
    together = shop.series(kpi, start="2025-12", end="2026-06")
    for label in ("2026-01", "2026-06"):
        assert shop.number(kpi, start=label, end=label) == together[label]


def test_a_window_that_the_data_do_not_fill_is_truncated(shop):
    states = {v.period.label: v.completeness for v in shop.query("n_12m", start="2025-11", end="2025-12")}
    assert states == {"2025-11": "truncated", "2025-12": "complete"}


def test_windows_may_be_nested(shop):
    assert shop.number("twice", **APRIL) == people("2026-01-01", "2026-04-30")


def test_hours_never_see_what_comes_after_them(small):
    """At 10 o'clock, the last seven days end at 11: not with the evening that is still to come."""
    yaml = YAML.replace("at: date", "at: timestamp").replace("time: at", "time: at\n    zone: UTC")
    rows = [
        {"id": str(hour), "at": f"2026-03-02T{hour:02}:00:00", "who": "x", "n": 1, "shop": "a"} for hour in range(24)
    ]
    from bizops.errors import BizopsError

    made = small(yaml, visits=rows)
    try:
        found = made.series("n_28d", grain="hour", start="2026-03-02T10", end="2026-03-02T11")
    except BizopsError:
        return  # refused is as good: the window is told in days
    assert found == {"2026-03-02T10": 11, "2026-03-02T11": 12}


def test_parts_are_as_they_are_when_asked_in_another_order(shop):
    kpis = ["people_3m", "n", "n_ytd", "per_head"]
    forth = {v.kpi: v.value for v in shop.query(*kpis, **APRIL)}
    back = {v.kpi: v.value for v in shop.query(*reversed(kpis), **APRIL)}
    assert forth == back
