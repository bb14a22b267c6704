"""Real data sets load whole, and loading them again changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sources import lake_in, make_source

from bizops.intake import load_files, pull_sql
from bizops.lake import Lake, LoadReport
from bizops.model.language import Source, Sql
from bizops.model.nodes import Scalar


@pytest.fixture
def data() -> Path:
    """Directory of the real data sets."""
    path = Path(os.environ.get("BIZOPS_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not path.is_dir():
        pytest.skip(f"the shared data sets are not at {path}; set BIZOPS_DATA")
    return path


def loaded_twice(lake: Lake, source: Source, load: Callable[[], LoadReport]) -> LoadReport:
    """The first report, after a look that a second load adds nothing."""
    first = load()
    before = lake.snapshot().fingerprint(source.name)
    again = load()
    assert (again.accepted, again.corrected, again.stale) == (0, 0, 0)
    assert lake.snapshot().fingerprint(source.name) == before
    assert lake.snapshot().rows(source.name) == first.accepted
    return first


RETAIL = make_source(
    {
        "invoice_no": "text",
        "stock_code": "text",
        "description": "text",
        "quantity": "integer",
        "invoice_date": "timestamp",
        "unit_price": "decimal",
        "customer_id": "text",
        "country": "text",
    },
    time="invoice_date",
    zone="Europe/London",
)


def test_online_retail_keeps_its_genuine_duplicates(tmp_path: Path, data: Path) -> None:
    import pyarrow.parquet as pq

    lake, whole = lake_in(tmp_path), data / "online_retail_2011" / "online_retail.parquet"
    assert load_files(lake, RETAIL, [whole])[0].accepted == 541_909
    before = lake.snapshot().fingerprint("s")
    table = pq.read_table(whole)
    pq.write_table(table.slice(200_000, 150_000), tmp_path / "part.parquet")
    again, part = load_files(lake, RETAIL, [whole, tmp_path / "part.parquet"])
    assert again.already_loaded
    assert part.duplicates == 150_000
    assert lake.snapshot().fingerprint("s") == before


def test_crm_sales_opportunities(tmp_path: Path, data: Path) -> None:
    day = {"type": "date", "format": "%d-%m-%y"}
    source = make_source(
        {
            "opportunity_id": "text",
            "sales_agent": "text",
            "product": "text",
            "account": "text",
            "deal_stage": {"type": "text", "values": ("Won", "Lost", "Engaging", "Prospecting")},
            "engage_date": day,
            "close_date": day,
            "close_value": "decimal",
        },
        key=("opportunity_id",),
        time="engage_date",
    )
    lake, path = lake_in(tmp_path), data / "crm_sales_opportunities" / "sales_pipeline.csv"
    report = loaded_twice(lake, source, lambda: load_files(lake, source, [path])[0])
    assert (report.rows, report.accepted, report.quarantined) == (8800, 8800, 0)


def test_northwind(tmp_path: Path, data: Path) -> None:
    source = make_source(
        {
            "id": {"type": "integer", "header": "OrderID"},
            "customer": {"type": "text", "header": "CustomerID"},
            "ordered": {"type": "date", "header": "OrderDate"},
            "freight": {"type": "decimal", "header": "Freight"},
        },
        key=("id",),
        time="ordered",
        kind="sql",
        sql=Sql(node=Scalar(), url="sqlite:northwind/northwind.sqlite", table="Orders", cursor="id"),
    )
    lake = lake_in(tmp_path)
    report = loaded_twice(lake, source, lambda: pull_sql(lake, source, base_dir=data, env={}))
    assert (report.accepted, report.quarantined) == (830, 0)


def test_travel_declarations(tmp_path: Path, data: Path) -> None:
    source = make_source(
        {"case_id": "text", "event_index": "integer", "ts": "timestamp", "activity": "text", "role": "text"},
        key=("case_id", "event_index"),
        time="ts",
    )
    lake, path = lake_in(tmp_path), data / "bpic2020_travel" / "DomesticDeclarations_events.parquet"
    assert loaded_twice(lake, source, lambda: load_files(lake, source, [path])[0]).accepted == 55_628


def test_servicenow_incidents(tmp_path: Path, data: Path) -> None:
    moment = {"type": "timestamp", "format": "%d/%m/%Y %H:%M", "nulls": ("?",)}
    source = make_source(
        {
            "number": "text",
            "incident_state": "text",
            "active": "boolean",
            "sys_mod_count": "integer",
            "opened_at": moment,
            "sys_updated_at": moment,
            "resolved_at": moment,
            "assignment_group": {"type": "text", "nulls": ("?",)},
        },
        time="sys_updated_at",
    )
    lake, path = lake_in(tmp_path), data / "servicenow_incidents" / "incident_event_log.parquet"
    report = loaded_twice(lake, source, lambda: load_files(lake, source, [path])[0])
    assert (report.accepted, report.quarantined) == (141_712, 0)


def test_bank_calls(tmp_path: Path, data: Path) -> None:
    source = make_source(
        {
            "vru_line": "text",
            "call_id": "integer",
            "date": {"type": "date", "format": "%y%m%d"},
            "outcome": "text",
            "q_time": "integer",
            "ser_time": "integer",
        },
        time="date",
    )
    lake, path = lake_in(tmp_path), data / "bank_call_center" / "calls_1999_02.parquet"
    assert loaded_twice(lake, source, lambda: load_files(lake, source, [path])[0]).accepted == 33_344
