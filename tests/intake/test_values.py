"""What texts become in each type, and why some are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import lake_in, load_text, make_source, reasons, stored

from bizops.intake.instants import from_local, to_utc

GOOD: list[tuple[Any, str, Any]] = [
    ("integer", "12", 12),
    ("integer", " +5 ", 5),
    ("integer", "5.0", 5),
    ("integer", "", None),
    ("number", "1e3", 1000.0),
    ("number", "NaN", None),
    ("decimal", "12.50", Decimal("12.5")),
    ("decimal", "1.230000", Decimal("1.23")),
    ("decimal", "-99999999999999.9999", Decimal("-99999999999999.9999")),
    ("boolean", "Ja", True),
    ("boolean", "0", False),
    ("date", "2026-02-28", date(2026, 2, 28)),
    ({"type": "date", "format": "%d-%m-%y"}, "01-03-17", date(2017, 3, 1)),
    ("timestamp", "2026-03-01T10:00:00+02:00", datetime(2026, 3, 1, 8)),
    ("timestamp", "2026-03-01 10:00:00.123456789Z", datetime(2026, 3, 1, 10, 0, 0, 123456)),
    ("timestamp", "2026-03-01", datetime(2026, 3, 1)),
    ({"type": "timestamp", "zone": "Europe/Berlin"}, "2026-07-01 12:00", datetime(2026, 7, 1, 10)),
    ({"type": "timestamp", "format": "%d/%m/%Y %H:%M"}, "29/2/2024 01:14", datetime(2024, 2, 29, 1, 14)),
    (
        {"type": "timestamp", "format": "%d.%m.%Y %H:%M:%S.%f"},
        "01.02.2024 01:14:00.5",
        datetime(2024, 2, 1, 1, 14, 0, 500000),
    ),
    ({"type": "timestamp", "format": "%Y-%m-%d %H:%M %z"}, "2024-02-01 01:14 +0200", datetime(2024, 1, 31, 23, 14)),
    ({"type": "text", "nulls": ("?",)}, "?", None),
    ("text", " as it is ", " as it is "),
]

BAD: list[tuple[Any, str, str]] = [
    ("integer", "1.5", "bad-number"),
    ("integer", "0x10", "bad-number"),
    ("integer", "99999999999999999999", "out-of-range"),
    ("number", "inf", "bad-number"),
    ("number", "1,5", "bad-number"),
    ("decimal", "1.23456", "too-precise"),
    ("decimal", "123456789012345", "out-of-range"),
    ("decimal", "EUR 5", "bad-number"),
    ("boolean", "maybe", "bad-boolean"),
    ("date", "2026-02-30", "bad-date"),
    ({"type": "date", "format": "%d/%m/%Y"}, "31/02/2026", "bad-date"),
    ({"type": "timestamp", "format": "%d/%m/%Y %H:%M"}, "30/02/2026 10:00", "bad-timestamp"),
    ("timestamp", "yesterday", "bad-timestamp"),
    ({"type": "text", "required": True}, "", "missing-value"),
    ({"type": "text", "values": ("Won", "Lost")}, "won", "not-allowed"),
    ({"type": "number", "min": 0, "max": 10}, "10.5", "out-of-range"),
    ({"type": "decimal", "min": 0}, "-0.01", "out-of-range"),
]


@pytest.mark.parametrize(("column", "text", "value"), GOOD)
def test_a_text_becomes_the_value_it_means(tmp_path: Path, column: Any, text: str, value: Any) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, make_source({"x": column, "y": "text"}), f"x,y\n{text},1\n")
    assert (stored(lake), reasons(lake)) == ([(value, "1")], [])


@pytest.mark.parametrize(("column", "text", "code"), BAD)
def test_what_cannot_be_a_value_goes_to_the_quarantine_with_its_reason(
    tmp_path: Path, column: Any, text: str, code: str
) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, make_source({"x": column, "y": "text"}), f'x,y\n"{text}",1\n')
    assert (stored(lake), reasons(lake)) == ([], [(2, "x", code)])
    (row,) = lake.quarantine("s")
    assert row.delivery == "file.csv"
    assert '"y": "1"' in row.raw
    assert lake.quarantine_counts() == {("s", code): 1}


def test_a_few_bad_rows_among_many_are_found_exactly(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    lines = [str(n) if n % 977 else "n/a" for n in range(1, 5001)]
    report = load_text(lake, make_source({"x": "integer"}), "\n".join(["x", *lines]))
    assert reasons(lake) == [(n + 1, "x", "bad-number") for n in range(977, 5001, 977)]
    assert report.accepted == 4995


def test_decimal_commas_are_read_and_points_that_part_no_thousands_are_not_guessed_at(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    source = make_source({"x": "decimal"}, decimal_comma=True, delimiter=";")
    load_text(lake, source, "x\n1.234,50\n-7\n0,5\n1.5\n1,2,3\n")
    assert stored(lake) == [(Decimal("1234.5"),), (Decimal(-7),), (Decimal("0.5"),)]
    assert reasons(lake) == [(5, "x", "bad-number"), (6, "x", "bad-number")]


def test_a_time_that_occurs_twice_is_the_earlier_and_one_that_never_occurs_moves_forward() -> None:
    times = [datetime(2026, 10, 25, 2, 30), datetime(2026, 3, 29, 2, 30), None]
    utc = from_local(pa.array(times, pa.timestamp("us")), "Europe/Berlin").to_pylist()
    assert utc == [datetime(2026, 10, 25, 0, 30), datetime(2026, 3, 29, 1, 30), None]


@settings(deadline=None, max_examples=100)
@given(
    st.lists(st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Africa/Casablanca"]
    ),
)
def test_whole_columns_become_utc_as_single_times_do(times: list[datetime], zone: str) -> None:
    expected = [t.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).replace(tzinfo=None) for t in times]
    assert from_local(pa.array(times, pa.timestamp("us")), zone).to_pylist() == expected
    assert [to_utc(t, zone) for t in times] == expected


def test_every_quarter_of_an_hour_of_a_year_becomes_utc_as_a_single_time_does() -> None:
    times = np.arange("2026-01-01T00:00", "2027-01-01T00:00", 15, dtype="datetime64[m]").astype("datetime64[us]")
    found = from_local(pa.array(times), "Australia/Lord_Howe").to_pylist()
    assert found == [to_utc(t, "Australia/Lord_Howe") for t in times.tolist()]
