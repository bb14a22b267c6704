"""Fiscal years: their start, their name, their months of whole weeks."""

from datetime import date

import pytest

from bizops.calendar import Calendar, FiscalYear, Grain
from bizops.errors import BizopsError


def calendar(fiscal: FiscalYear) -> Calendar:
    return Calendar("Europe/Berlin", fiscal=fiscal)


def test_july_to_june_named_by_its_end() -> None:
    year = calendar(FiscalYear(7, 1, named_by="end")).period("FY2026")
    assert (year.first_day, year.last_day) == (date(2025, 7, 1), date(2026, 6, 30))


def test_july_to_june_named_by_its_start() -> None:
    year = calendar(FiscalYear(7, 1, named_by="start")).period("FY2026")
    assert (year.first_day, year.last_day) == (date(2026, 7, 1), date(2027, 6, 30))


@pytest.mark.parametrize("named_by", ["start", "end"])
def test_a_fiscal_year_from_january_is_the_calendar_year(named_by: str) -> None:
    year = calendar(FiscalYear(named_by="start" if named_by == "start" else "end")).period("FY2026")
    assert (year.first_day, year.last_day) == (date(2026, 1, 1), date(2026, 12, 31))


def test_the_british_tax_year_has_months_from_the_sixth() -> None:
    tax = calendar(FiscalYear(4, 6, named_by="start", label="{year}/{next_yy}"))
    assert tax.period("2026/27").first_day == date(2026, 4, 6)
    assert tax.period("2026/27-P01").last_day == date(2026, 5, 5)
    assert tax.period("2026/27-P12").last_day == date(2027, 4, 5)


@pytest.mark.parametrize(
    ("template", "label", "first_day"),
    [
        ("FY{year}", "FY2026", date(2025, 7, 1)),
        ("GJ {yy}", "GJ 26", date(2025, 7, 1)),
        ("FY{yy}/{next_yy}", "FY26/27", date(2025, 7, 1)),
        ("FY{next}", "FY2027", date(2025, 7, 1)),
        ("W{next_yy}", "W27", date(2025, 7, 1)),
        ("FY{yy}", "FY99", date(1998, 7, 1)),
    ],
)
def test_the_label_is_written_as_agreed(template: str, label: str, first_day: date) -> None:
    found = calendar(FiscalYear(7, 1, label=template)).period(label)
    assert (found.label, found.first_day) == (label, first_day)


def test_a_label_of_two_years_that_do_not_follow_each_other_is_refused() -> None:
    with pytest.raises(BizopsError, match="bad-period"):
        calendar(FiscalYear(7, 1, label="FY{yy}/{next_yy}")).period("FY26/28")


def test_week_patterns_start_on_the_week_nearest_to_the_day() -> None:
    weeks = calendar(FiscalYear(1, 1, weeks="4-4-5"))
    # 1 January 2026 is a Thursday: Monday 29 December is nearer than 5 January. 2027 begins on a Friday.
    assert weeks.period("FY2026").first_day == date(2025, 12, 29)
    assert weeks.period("FY2027").first_day == date(2027, 1, 4)


@pytest.mark.parametrize(
    ("pattern", "lengths"),
    [("4-4-5", [4, 4, 5] * 4), ("4-5-4", [4, 5, 4] * 4), ("5-4-4", [5, 4, 4] * 4)],
)
def test_fiscal_months_are_whole_weeks_and_the_53rd_goes_to_the_last(pattern: str, lengths: list[int]) -> None:
    weeks = calendar(FiscalYear(1, 1, weeks=pattern))  # type: ignore[arg-type]
    long, usual = weeks.period("FY2026"), weeks.period("FY2027")
    for year, expected in ((usual, lengths), (long, [*lengths[:-1], lengths[-1] + 1])):
        months = weeks.periods(Grain.FISCAL_MONTH, year.start, year.end)
        assert [month.label for month in months] == [f"{year.label}-P{n:02}" for n in range(1, 13)]
        assert [((month.last_day - month.first_day).days + 1) // 7 for month in months] == expected
        assert all(month.first_day.weekday() == 0 for month in months)


def test_quarters_of_a_53_week_year_have_13_13_13_and_14_weeks() -> None:
    weeks = calendar(FiscalYear(1, 1, weeks="4-4-5"))
    year = weeks.period("FY2026")
    quarters = weeks.periods(Grain.FISCAL_QUARTER, year.start, year.end)
    assert [((quarter.last_day - quarter.first_day).days + 1) // 7 for quarter in quarters] == [13, 13, 13, 14]


def test_the_american_retail_year_starts_on_the_sunday_nearest_to_1_february() -> None:
    retail = Calendar("America/New_York", "sunday", fiscal=FiscalYear(2, 1, named_by="start", weeks="4-5-4"))
    starts = {year: retail.period(f"FY{year}").first_day for year in (2023, 2024, 2025)}
    # As the National Retail Federation publishes them; 2023 had 53 weeks.
    assert starts == {2023: date(2023, 1, 29), 2024: date(2024, 2, 4), 2025: date(2025, 2, 2)}


@pytest.mark.parametrize(
    ("fiscal", "why"),
    [
        ({"month": 2, "day": 30}, "1 to 28"),
        ({"month": 2, "day": 30, "weeks": "4-4-5"}, "02-30 is not a day"),
        ({"month": 13}, "13-01 is not a day"),
        ({"label": "FY"}, "does not say the year"),
        ({"label": "FY{jahr}"}, "does not say the year"),
        ({"label": "{year}-{next_yy}"}, "taken for a calendar"),
    ],
)
def test_what_is_no_fiscal_year_is_refused(fiscal: dict[str, object], why: str) -> None:
    with pytest.raises(BizopsError, match=f"bad-calendar .*{why}"):
        FiscalYear(**fiscal)  # type: ignore[arg-type]
