"""What people may write for a period, and what they are told otherwise."""

from datetime import date

import pytest

from bizops.calendar import Calendar, FiscalYear, Grain
from bizops.errors import BizopsError

BERLIN = Calendar("Europe/Berlin", fiscal=FiscalYear(7, 1))


@pytest.mark.parametrize(
    ("label", "grain", "first_day", "last_day"),
    [
        ("2026", Grain.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        ("2026-Q4", Grain.QUARTER, date(2026, 10, 1), date(2026, 12, 31)),
        ("2026-12", Grain.MONTH, date(2026, 12, 1), date(2026, 12, 31)),
        ("2024-02", Grain.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-W07", Grain.WEEK, date(2026, 2, 9), date(2026, 2, 15)),
        ("2026-03-01", Grain.DAY, date(2026, 3, 1), date(2026, 3, 1)),
        ("2026-03-01T14", Grain.HOUR, date(2026, 3, 1), date(2026, 3, 1)),
        ("FY2026", Grain.FISCAL_YEAR, date(2025, 7, 1), date(2026, 6, 30)),
        ("FY2026-Q3", Grain.FISCAL_QUARTER, date(2026, 1, 1), date(2026, 3, 31)),
        ("FY2026-P12", Grain.FISCAL_MONTH, date(2026, 6, 1), date(2026, 6, 30)),
        ("2026-01-01..2026-03-31", Grain.TOTAL, date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_every_grain_has_a_label(label: str, grain: Grain, first_day: date, last_day: date) -> None:
    period = BERLIN.period(label)
    assert (period.grain, period.first_day, period.last_day, period.label) == (grain, first_day, last_day, label)


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("", "is not a period"),
        ("march", "is not a period"),
        ("2026-13", "is not a period"),
        ("2026-3", "is not a period"),
        ("2026-Q5", "is not a period"),
        ("FY26", "is not a period"),
        ("FY2026-P13", "is not a period"),
        ("2026-02-30", "is not a date"),
        ("2026-02-30T10", "is not a date"),
        ("2026-03-01T25", "is not a date"),
        ("2026-W00", "has no week 00"),
        ("2025-W53", "has no week 53"),
        ("2026-03-29T02", "clocks skipped it"),
        ("2026-03-01T14+05:00", "another offset"),
        ("2026-03-31..2026-01-01", "ends before it starts"),
    ],
)
def test_other_labels_are_refused_with_what_is_accepted(label: str, why: str) -> None:
    with pytest.raises(BizopsError) as refusal:
        BERLIN.period(label)
    (problem,) = refusal.value.problems
    assert problem.code == "bad-period"
    assert why in problem.message
    assert problem.hint is not None
    for accepted in problem.hint.removeprefix("Write ").removesuffix(".").replace(" or ", ", ").split(", "):
        BERLIN.period(accepted)


def test_a_skipped_day_is_refused() -> None:
    with pytest.raises(BizopsError, match="never came in Pacific/Apia"):
        Calendar("Pacific/Apia").period("2011-12-30")


@pytest.mark.parametrize(
    "day",
    [date(year, 1, 1).replace(month=m, day=d) for year in range(2015, 2031) for m, d in ((1, 1), (1, 4), (12, 31))],
)
def test_weeks_from_monday_are_those_of_iso_8601(day: date) -> None:
    week = BERLIN.period(f"{day}")
    iso_year, iso_week, _ = day.isocalendar()
    assert BERLIN.containing(Grain.WEEK, week.start).label == f"{iso_year}-W{iso_week:02}"


def test_weeks_from_sunday_belong_to_the_year_of_their_fourth_day() -> None:
    calendar = Calendar("Europe/Berlin", week_start="sunday")
    assert calendar.period("2026-W01").first_day == date(2026, 1, 4)
    assert calendar.period("2025-W53").first_day == date(2025, 12, 28)
