"""The KPIs of the demo company, from its files through its model, equal what its truth.json says."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from simulated_company import Company

from bizops.workspace import Span, Workspace, open_workspace

EXAMPLE = Path(__file__).parents[2] / "examples" / "sales"
END_OF_DATA = datetime(2026, 6, 30, 16, 0, tzinfo=UTC)
Expected = Mapping[str, float | None]


@pytest.fixture(scope="session")
def workspace(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The example with its data loaded, at closing time of the last day."""
    target = tmp_path_factory.mktemp("sales") / "workspace"
    shutil.copytree(EXAMPLE, target)
    shutil.copytree(company.path, target / "data")
    opened = open_workspace(target, clock=lambda: END_OF_DATA)
    opened.load()
    return opened


def values(workspace: Workspace, kpi: str, grain: str, by: str | None = None) -> dict[str, float | None]:
    answer = workspace.query([kpi], grain=grain, span=Span("2024-07-01", "2026-06-30"), by=[[by]] if by else ((),))
    return {str(v.slice[by]) if by else v.period.label: v.value for v in answer}


def figures(name: str, scale: float = 1.0) -> Callable[[Mapping[str, Any]], dict[str, float]]:
    """One figure out of a record of figures by period."""
    return lambda records: {label: record[name] * scale for label, record in records.items()}


def months(records: Mapping[str, float]) -> dict[str, float]:
    return {label: value for label, value in records.items() if not label.startswith("FY")}


def times_100(records: Mapping[str, float]) -> dict[str, float]:
    return {label: 100 * value for label, value in records.items()}


CASES: list[tuple[str, str, str, Callable[[Any], Expected]]] = [
    ("net_revenue", "month", "net_revenue.month", dict),
    ("net_revenue", "fiscal_year", "net_revenue.fiscal_year", dict),
    ("gross_sales", "month", "net_revenue.gross_of_returns.month", dict),
    ("average_fte", "month", "average_fte.month", dict),
    ("average_fte", "fiscal_year", "average_fte.fiscal_year", dict),
    ("revenue_per_fte", "month", "revenue_per_fte.month", dict),
    ("revenue_per_fte", "fiscal_year", "revenue_per_fte.fiscal_year", dict),
    ("customers_per_day", "month", "customers_per_employee_day.month", dict),
    ("customers_per_day", "fiscal_year", "customers_per_employee_day.fiscal_year", dict),
    ("customer_contacts", "month", "customers_per_employee_day.contacts", months),
    ("fte_days", "month", "customers_per_employee_day.fte_days", months),
    ("customers_per_fte_day", "month", "customers_per_employee_day.per_fte_day", months),
    ("active_customers", "month", "customers_per_employee_day.distinct_persons", months),
    ("conversion", "month", "conversion.month", times_100),
    ("discount_share", "month", "discount_share.month", times_100),
    ("orders_submitted", "month", "authorisation.month", figures("submitted")),
    ("authorisation_rate", "month", "authorisation.month", figures("conversion", 100)),
    ("authorisation_rework", "fiscal_year", "authorisation.fiscal_year", figures("rework", 100)),
    ("open_orders", "month", "authorisation.month", figures("open")),
    ("late_orders", "month", "authorisation.month", figures("late_now")),
    ("time_to_authorise_closed_only", "month", "authorisation.month", figures("naive_mean_h")),
    ("history_view_p50", "month", "history_view.month", figures("p50_ms", 0.001)),
    ("history_view_p90", "month", "history_view.month", figures("p90_ms", 0.001)),
    ("history_view_within_3s", "month", "history_view.month", figures("share_within_3s", 100)),
    ("data_points", "fiscal_year", "data_points.fiscal_year", figures("captured")),
    ("data_points_per_customer", "fiscal_year", "data_points.fiscal_year", figures("per_active_person")),
    ("placeholder_share", "month", "data_points.month", figures("placeholder_share", 100)),
    ("mystery_shop_score", "fiscal_quarter", "advice_quality.fiscal_quarter", figures("mystery_shop_score")),
    ("wrong_advice_share", "fiscal_quarter", "advice_quality.fiscal_quarter", figures("wrong_advice_share", 100)),
    ("complaint_share", "fiscal_quarter", "advice_quality.fiscal_quarter", figures("complaint_share", 100)),
    ("protocol_completeness", "fiscal_quarter", "advice_quality.fiscal_quarter", figures("protocol_completeness", 100)),
    ("advice_quality", "fiscal_quarter", "advice_quality.fiscal_quarter", figures("index")),
]


def at(truth: Mapping[str, Any], path: str) -> Any:
    for part in path.split("."):
        truth = truth[part]
    return truth


@pytest.mark.parametrize(("kpi", "grain", "path", "expected"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_the_kpi_equals_the_truth(
    workspace: Workspace, company: Company, kpi: str, grain: str, path: str, expected: Callable[[Any], Expected]
) -> None:
    # Francs are converted row by row to four digits: a month may differ by a tenth of a cent.
    wanted = {label: pytest.approx(v, rel=1e-9, abs=1e-3) for label, v in expected(at(company.truth, path)).items()}
    assert values(workspace, kpi, grain) == wanted


@pytest.mark.parametrize("grain", ["month", "fiscal_year"])
@pytest.mark.parametrize(
    ("kpi", "figure"),
    [
        ("time_to_authorise", "median_h"),
        ("time_to_authorise_p90", "p90_h"),
        ("time_to_authorise_clock", "median_clock_h"),
    ],
)
def test_open_orders_count_as_not_yet_authorised_and_refused_ones_not_at_all(
    workspace: Workspace, company: Company, kpi: str, figure: str, grain: str
) -> None:
    truth = company.truth["authorisation"][grain]
    # The truth takes the step of the Kaplan-Meier curve, the KPI may interpolate between two orders.
    wanted = {label: pytest.approx(record[figure], rel=0.01) for label, record in truth.items()}
    assert values(workspace, kpi, grain) == wanted


def test_the_branch_of_three_is_withheld_and_cannot_be_worked_out(workspace: Workspace, company: Company) -> None:
    found = values(workspace, "customers_per_day", "total", by="branch")
    withheld = {branch for branch, value in found.items() if value is None}
    assert company.truth["planted"]["small_branch"] in withheld
    assert len(withheld) >= 2
    truth = company.truth["customers_per_employee_day"]["branch"]
    assert {b: v for b, v in found.items() if b not in withheld} == {
        b: pytest.approx(v, rel=1e-9) for b, v in truth.items() if b not in withheld
    }


def test_torn_lines_are_set_aside_and_redelivered_visits_counted_once(workspace: Workspace, company: Company) -> None:
    assert len(workspace.quarantine("sales")) == company.truth["rows"]["quarantined_sales"]
    again = workspace.load("visits")
    assert sum(report.accepted for report in again) == 0
