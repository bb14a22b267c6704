"""The demo company is the same each time, and what its truth.json says is in its files."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from simulated_company import Company

from bizops.demo import simulate

LAST_INSTANT = datetime.fromisoformat("2026-06-30T18:00:00+02:00")


def digest(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def month_of(column: pa.ChunkedArray) -> np.ndarray:
    """`2025-03` for every time of a column, on the clock of Berlin."""
    return local_text(column, "%Y-%m").to_numpy()


def local_text(column: pa.ChunkedArray, form: str) -> pa.ChunkedArray:
    """Times as text, on the clock of Berlin."""
    if column.type.tz:
        column = pc.local_timestamp(column.cast(pa.timestamp("us", tz="Europe/Berlin")))
    return pc.strftime(column.cast(pa.timestamp("s")), form)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("first", 7), ("again", 7), ("other", 8)):
        simulate(tmp_path / name, seed=seed, scale=0.02)
    assert digest(tmp_path / "first") == digest(tmp_path / "again")
    assert digest(tmp_path / "first") != digest(tmp_path / "other")


def test_net_revenue_is_sales_less_returns_with_francs_at_the_rate_of_their_day(company: Company) -> None:
    rates = company.csv("fx.csv")
    sales = company.sales
    day = sales["booked_at"].cast(pa.date32()).cast(pa.int32()).to_numpy()
    position = np.searchsorted(rates["date"].cast(pa.int32()).to_numpy(), day, side="right") - 1
    price = np.rint(10_000 * rates["rate"].to_numpy()).astype(np.int64)[position]
    price[pc.equal(sales["currency"], "EUR").to_numpy()] = 10_000
    millionths = np.rint(100 * sales["net"].to_numpy()).astype(np.int64) * price
    month = month_of(sales["booked_at"])
    total = {name: int(millionths[month == name].sum()) / 1e6 for name in sorted(set(month))}
    truth = company.truth["net_revenue"]
    assert total == pytest.approx(truth["month"], abs=0.001)
    by_branch = [own["fiscal_year"]["FY2026"] for own in truth["branch"].values()]
    assert sum(by_branch) == pytest.approx(truth["fiscal_year"]["FY2026"], abs=0.01)
    francs_as_euros = truth["francs_added_as_euros"]["fiscal_year"]["FY2026"]
    assert abs(francs_as_euros - truth["fiscal_year"]["FY2026"]) > 10_000


def test_full_time_equivalents_follow_the_contracts_day_by_day(company: Company) -> None:
    first, days = date(2025, 3, 1), 31
    fte = np.zeros(days)
    for row in company.csv("roster.csv").to_pylist():
        for number in range(days):
            day = first + timedelta(days=number)
            if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"]):
                fte[number] += row["fte"]
    assert fte.mean() == pytest.approx(company.truth["average_fte"]["month"]["2025-03"], abs=1e-9)


def test_three_in_ten_positions_are_part_time_and_one_branch_has_three_people(company: Company) -> None:
    roster = company.csv("roster.csv")
    at_start = roster.filter(pc.equal(roster["valid_from"], date(2024, 7, 1)))
    assert at_start.num_rows == 240
    assert pc.mean(pc.less(at_start["fte"], 1.0)).as_py() == pytest.approx(0.31, abs=0.005)
    small = at_start.filter(pc.equal(at_start["branch"], company.truth["planted"]["small_branch"]))
    assert small.num_rows == 3


def test_a_redelivered_file_repeats_visits_and_adds_none(company: Company) -> None:
    delivered = company.parquet("visits/*.parquet")
    again = company.parquet("visits/redelivery_*.parquet")
    assert again.num_rows > 1000
    assert delivered.num_rows - company.visits.num_rows == again.num_rows
    assert company.visits.num_rows == company.truth["rows"]["visits"]


def test_customers_per_employee_and_day_count_a_person_with_two_numbers_once(company: Company) -> None:
    merges = {row["customer"]: row["person"] for row in company.csv("customer_merges.csv").to_pylist()}
    visits = company.visits
    month = month_of(visits["started_at"])
    day = local_text(visits["started_at"], "%Y-%m-%d")
    served: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    numbers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    rows = zip(day.to_pylist(), month, visits["employee"].to_pylist(), visits["customer"].to_pylist(), strict=True)
    for on, in_month, employee, customer in rows:
        if in_month == "2025-12":
            served[on, employee].add(merges.get(customer, customer))
            numbers[on, employee].add(customer)
    mean = sum(map(len, served.values())) / len(served)
    assert mean == pytest.approx(company.truth["customers_per_employee_day"]["month"]["2025-12"], abs=1e-12)
    assert sum(map(len, numbers.values())) > 1.01 * sum(map(len, served.values()))


def test_shops_keep_the_holidays_of_their_region(company: Company) -> None:
    region = {row["branch"]: row["region"] for row in company.csv("branches.csv").to_pylist()}
    sales = company.sales
    days: defaultdict[str, set[date]] = defaultdict(set)
    for branch, booked_at in zip(sales["branch"].to_pylist(), sales["booked_at"].to_pylist(), strict=True):
        days[region[branch]].add(booked_at.date())
    assert not any(day.weekday() == 6 for own in days.values() for day in own)
    assumption, conception = date(2025, 8, 15), date(2025, 12, 8)
    assert {name for name, own in days.items() if assumption not in own} == {"DE-BY", "AT-8", "AT-9"}
    assert {name for name, own in days.items() if conception not in own} == {"AT-8", "AT-9"}


def test_version_5_shows_the_history_three_times_as_fast(company: Company) -> None:
    views = company.views
    ok = pc.equal(views["outcome"], "ok").to_numpy()
    modern = pc.starts_with(views["release"], "5").to_numpy()
    slow_release = pc.equal(views["release"], "5.2.1").to_numpy()
    ms = pc.fill_null(views["rendered_ms"], 0).to_numpy()
    assert np.quantile(ms[ok & ~modern], 0.9) == pytest.approx(company.truth["history_view"]["v4"]["p90_ms"])
    assert np.quantile(ms[ok & ~modern], 0.9) == pytest.approx(9400, rel=0.02)
    assert np.quantile(ms[ok & modern & ~slow_release], 0.9) == pytest.approx(3100, rel=0.02)


def test_release_5_2_1_is_slow_for_customers_with_a_long_history_in_one_wave_only(company: Company) -> None:
    views, planted = company.views, company.truth["planted"]["regression"]
    lines = {row["customer"]: row["history_lines"] for row in company.csv("customers.csv").to_pylist()}
    rows = views.filter(pc.and_(pc.equal(views["release"], "5.2.1"), pc.equal(views["outcome"], "ok"))).to_pylist()
    assert {row["branch"] for row in rows} == set(company.truth["planted"]["waves"][str(planted["wave"])]["branches"])
    long_ms = [row["rendered_ms"] for row in rows if lines[row["customer"]] > planted["more_lines_than"]]
    short_ms = [row["rendered_ms"] for row in rows if lines[row["customer"]] <= planted["more_lines_than"]]
    assert np.median(short_ms) < 2_000 < 5_000 < np.median(long_ms)


def test_the_exporter_lost_two_days_and_sent_one_late(company: Company) -> None:
    on_time = company.parquet("history_views/*.parquet")
    seen = set(local_text(company.views["clicked_at"], "%Y-%m-%d").to_pylist())
    timely = set(local_text(on_time["clicked_at"], "%Y-%m-%d").to_pylist())
    assert not seen & set(company.truth["planted"]["exporter_down"])
    assert seen - timely == {company.truth["planted"]["exporter_late"]}
    assert company.views.num_rows == company.truth["rows"]["history_views"]


def test_two_lines_are_torn_and_every_booking_is_there_whole(company: Company) -> None:
    torn = [
        line
        for file in sorted((company.path / "sales").glob("*.csv"))
        for line in file.read_text(encoding="utf-8").splitlines()
        if line.count(",") != 14
    ]
    assert len(torn) == company.truth["rows"]["quarantined_sales"] == 2
    assert company.sales.num_rows == company.truth["rows"]["sales"]
    assert pc.count_distinct(company.sales["booking"]).as_py() == company.sales.num_rows


def test_a_closed_month_grows_by_a_late_file(company: Company) -> None:
    late = company.csv("late/sales_*.csv")
    assert set(month_of(late["booked_at"])) == {company.truth["planted"]["late_sales"]["month"]}
    before = company.truth["net_revenue"]["late_month_before_the_late_file"]
    assert before < company.truth["net_revenue"]["month"]["2026-02"] - 10_000


def test_branch_17_fills_profiles_with_placeholders(company: Company) -> None:
    changes = company.csv("profile_changes/*.csv")
    placeholder = pc.is_in(changes["new_value"], value_set=pa.array(["01.01.1900", "n/a", "unknown", "000000"]))
    gaming = pc.equal(changes["branch"], company.truth["planted"]["gaming_branch"])
    filled = pc.is_valid(changes["new_value"])
    here = changes.append_column("p", placeholder).filter(pc.and_(gaming, filled))
    there = changes.append_column("p", placeholder).filter(pc.and_(pc.invert(gaming), filled))
    assert pc.mean(here["p"]).as_py() > 0.35 > 0.03 > pc.mean(there["p"]).as_py()
    years = company.truth["data_points"]["branch"]
    best = max(years, key=lambda code: years[code]["FY2026"]["per_active_person"])
    assert best == company.truth["planted"]["gaming_branch"]


def test_orders_still_open_make_the_plain_mean_a_fifth_too_low(company: Company) -> None:
    submissions = company.parquet("orders/submissions.parquet").to_pylist()
    first = {row["order"]: row["at"] for row in submissions if row["action"] == "submitted"}
    ended = {row["order"] for row in submissions if row["action"] == "withdrawn"}
    decisions = (company.path / "orders" / "decisions.jsonl").read_text(encoding="utf-8").splitlines()
    ended |= {json.loads(line)["order"] for line in decisions}
    june = [order for order, at in first.items() if at >= datetime.fromisoformat("2026-06-01T00:00:00+02:00")]
    truth = company.truth["authorisation"]["month"]["2026-06"]
    assert len(june) == truth["submitted"]
    assert sum(order not in ended for order in june) == truth["open"] > 50
    assert max(first.values()) == LAST_INSTANT
    assert company.truth["authorisation"]["naive_mean_of_last_month_too_low_by"] == pytest.approx(0.22, abs=0.02)
    assert truth["median_h"] > truth["naive_median_h"]


def test_orders_are_decided_while_the_credit_desk_works(company: Company) -> None:
    checks = company.csv("orders/credit_checks.csv")["checked_at"]
    assert set(pc.hour(checks).to_pylist()) <= set(range(8, 19))
    assert 6 not in set(pc.day_of_week(checks).to_pylist())
    submitted = company.parquet("orders/submissions.parquet").sort_by("at").to_pylist()
    first: dict[str, str] = {}
    for row in submitted:
        first.setdefault(row["order"], row["action"])
    assert set(first.values()) == {"submitted"}


def test_the_first_wave_was_chosen_for_bad_luck_and_seems_to_gain_six_percent(company: Company) -> None:
    effect = company.truth["effect"]
    wave_1 = company.truth["planted"]["waves"]["1"]["branches"]
    assert set(effect["ranking_before_worst_first"][:6]) == set(wave_1)
    assert effect["naive_before_after_of_wave_1"] == pytest.approx(0.06, abs=0.01)


def test_a_fair_comparison_of_waves_finds_the_planted_effect(company: Company) -> None:
    """Two-way fixed effects over branches and months, after the half-year by whose luck wave 1 was chosen."""
    revenue, fte = company.truth["net_revenue"]["branch"], company.truth["average_fte"]["branch"]
    wave = {code: int(n) for n, own in company.truth["planted"]["waves"].items() for code in own["branches"]}
    begins = {1: "2025-10", 2: "2025-12", 3: "2026-02", 4: "2026-04"}  # the month in which the effect sets in
    codes, months = sorted(revenue), sorted(company.truth["net_revenue"]["month"])[10:]
    rows, values = [], []
    for i, code in enumerate(codes):
        for j, month in enumerate(months):
            if month != begins[wave[code]]:
                row = np.zeros(len(codes) + len(months) + 1)
                row[[i, len(codes) + j]] = 1
                row[-1] = month > begins[wave[code]]
                rows.append(row)
                values.append(np.log(revenue[code]["month"][month] / fte[code]["month"][month]))
    design, outcome = np.array(rows), np.array(values)
    estimate, _, rank, _ = np.linalg.lstsq(design, outcome, rcond=None)
    residual = outcome - design @ estimate
    variance = residual @ residual / (len(outcome) - rank) * np.linalg.pinv(design.T @ design)[-1, -1]
    low, high = estimate[-1] - 1.645 * variance**0.5, estimate[-1] + 1.645 * variance**0.5
    assert low < np.log(1 + company.truth["planted"]["effect_on_revenue"]) < high
    assert low > 0
    assert high < company.truth["effect"]["naive_before_after_of_wave_1"]


def test_more_discount_is_given_although_less_is_better(company: Company) -> None:
    years = company.truth["discount_share"]["fiscal_year"]
    assert years["FY2026"] > years["FY2025"] + 0.002
