"""What a period is compared with a year before."""

from datetime import date, time

import pytest

from bizops.calendar import Calendar, DayAlignment, FiscalYear, PublicHolidays, SpecialDay
from bizops.errors import BizopsError

OFFICE = (((time(9), time(17)),),) * 5 + ((), ())
CALENDAR = Calendar(
    "Europe/Berlin",
    working=OFFICE,
    holidays=PublicHolidays("DE"),
    fiscal=FiscalYear(7, 1),
    special_days=(SpecialDay(date(2025, 12, 31)),),
)


def year_ago(label: str, align: DayAlignment = DayAlignment.SAME_WEEKDAY) -> str:
    return CALENDAR.year_ago(CALENDAR.period(label), align).label


@pytest.mark.parametrize(
    ("label", "before"),
    [
        ("2026", "2025"),
        ("2026-Q1", "2025-Q1"),
        ("2024-02", "2023-02"),
        ("2026-W07", "2025-W07"),
        ("FY2026", "FY2025"),
        ("FY2026-Q4", "FY2025-Q4"),
        ("FY2026-P01", "FY2025-P01"),
        ("2026-01-01..2026-03-31", "2025-01-01..2025-03-31"),
        ("2026-10-25T02+01:00", "2025-10-26T02+01:00"),
    ],
)
def test_periods_are_compared_with_the_same_one_of_the_year_before(label: str, before: str) -> None:
    assert year_ago(label) == before


def test_a_day_is_compared_with_the_same_weekday() -> None:
    assert year_ago("2026-03-02") == "2025-03-03"  # both Mondays


def test_a_day_can_be_compared_with_the_same_date() -> None:
    assert year_ago("2026-03-02", DayAlignment.SAME_DATE) == "2025-03-02"


def test_a_day_can_be_compared_with_the_same_working_day_of_the_month() -> None:
    # 1 January is free, and in 2026 2 January is the first working day, a Friday; in 2025 it was a Thursday.
    assert year_ago("2026-01-05", DayAlignment.NTH_WORKING_DAY) == "2025-01-03"


@pytest.mark.parametrize(
    ("label", "align", "why"),
    [
        ("2026-W53", DayAlignment.SAME_WEEKDAY, "no such week"),
        ("2024-02-29", DayAlignment.SAME_DATE, "2023 had no 29 February"),
        ("2026-03-01", DayAlignment.NTH_WORKING_DAY, "it is not a working day"),
        ("2026-12-31", DayAlignment.NTH_WORKING_DAY, "only 20 working days"),
        ("2021-03-29T02", DayAlignment.SAME_DATE, "no such week, day or hour"),
    ],
)
def test_where_there_is_no_counterpart_it_says_so(label: str, align: DayAlignment, why: str) -> None:
    with pytest.raises(BizopsError, match=f"no-counterpart  {label} has no counterpart a year ago: .*{why}"):
        year_ago(label, align)
