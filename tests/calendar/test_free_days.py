"""Public holidays by region, special days, and what is refused in a calendar's rules."""

from datetime import date, datetime, time

import pytest

from bizops.calendar import Calendar, DayHours, Maintenance, PublicHolidays, SpecialDay
from bizops.errors import BizopsError

OFFICE = (((time(9), time(17)),),) * 5 + ((), ())
GROUP = Calendar(
    "Europe/Berlin",
    working=OFFICE,
    holidays=PublicHolidays("DE"),
    regions={
        "BY": PublicHolidays("DE", "BY"),
        "BE": PublicHolidays("DE", "BE"),
        "AT": PublicHolidays("AT"),
        "HQ": None,
    },
)
NEW_YEARS_EVE = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("day", "free_in"),
    [
        (date(2025, 8, 15), {"BY", "AT"}),  # Assumption
        (date(2026, 12, 8), {"AT"}),  # Immaculate Conception
        (date(2027, 3, 8), {"BE"}),  # Women's Day
        (date(2025, 10, 3), {None, "BY", "BE", "HQ"}),  # German Unity
        (date(2026, 5, 1), {None, "BY", "BE", "AT", "HQ"}),
        (date(2026, 3, 2), set()),
    ],
)
def test_each_region_has_its_own_holidays(day: date, free_in: set[str | None]) -> None:
    regions = [None, "BY", "BE", "AT", "HQ"]
    assert {region for region in regions if not GROUP.is_working_day(day, region)} == free_in


def test_corpus_christi_is_worked_in_saxony_where_only_a_few_communes_have_it() -> None:
    saxony = Calendar("Europe/Berlin", working=OFFICE, holidays=PublicHolidays("DE", "SN"))
    assert saxony.is_working_day(date(2026, 6, 4))
    assert not saxony.is_working_day(date(2026, 11, 18))  # Repentance Day, in Saxony alone


def with_special_days(*days: SpecialDay) -> Calendar:
    return Calendar(
        "Europe/Berlin", working=OFFICE, holidays=PublicHolidays("DE"), regions=GROUP.regions, special_days=days
    )


def test_a_special_day_overrides_weekday_and_holiday() -> None:
    morning: DayHours = ((time(9), time(12)),)
    calendar = with_special_days(
        SpecialDay(NEW_YEARS_EVE, morning), SpecialDay(date(2026, 3, 2)), SpecialDay(date(2026, 10, 3), morning)
    )
    assert calendar.working_intervals(NEW_YEARS_EVE) == morning
    assert not calendar.is_working_day(date(2026, 3, 2))
    assert calendar.working_intervals(date(2026, 10, 3)) == morning


def test_a_special_day_of_a_region_goes_before_one_for_all() -> None:
    short, shorter = ((time(9), time(12)),), ((time(9), time(10)),)
    calendar = with_special_days(
        SpecialDay(NEW_YEARS_EVE, short), SpecialDay(NEW_YEARS_EVE, shorter, frozenset({"BY"}))
    )
    assert calendar.working_intervals(NEW_YEARS_EVE) == short
    assert calendar.working_intervals(NEW_YEARS_EVE, "BE") == short
    assert calendar.working_intervals(NEW_YEARS_EVE, "BY") == shorter


def test_unknown_countries_and_regions_are_refused_naming_the_known() -> None:
    for which, known in [(PublicHolidays("XX"), "DE"), (PublicHolidays("DE", "ZZ"), "BB, BE, BW, BY")]:
        with pytest.raises(BizopsError, match=f"unknown-holidays .*{known}"):
            Calendar("Europe/Berlin", working=OFFICE, holidays=which).is_working_day(date(2026, 3, 2))


@pytest.mark.parametrize(
    ("rules", "code", "why"),
    [
        ({"zone": "Europe/Berln"}, "unknown-zone", r"Did you mean 'Europe/Berlin'\?"),
        ({"zone": "../etc/passwd"}, "unknown-zone", "There is no time zone"),
        ({"zone": ""}, "unknown-zone", "There is no time zone"),
        ({"working": OFFICE[:5]}, "bad-calendar", "a week has 7"),
        ({"working": (((time(22), time(6)),),) * 7}, "bad-calendar", "22:00-24:00"),
        ({"working": (((time(9), time(12)), (time(11), time(13))),) * 7}, "bad-calendar", "monday overlap"),
        ({"working": (((time(9), time(0)), (time(11), time(13))),) * 7}, "bad-calendar", "monday overlap"),
        ({"operating": (((time(9), time(9)),),) * 7}, "bad-calendar", "end at 09:00"),
        ({"special_days": (SpecialDay(NEW_YEARS_EVE, ((time(9), time(8)),)),)}, "bad-calendar", "2026-12-31"),
        ({"special_days": (SpecialDay(NEW_YEARS_EVE, (), frozenset({"BY"})),)}, "unknown-region", "known: none"),
        ({"maintenance": (Maintenance(datetime(2026, 3, 2), datetime(2026, 3, 1)),)}, "bad-calendar", "ends before"),
    ],
)
def test_rules_without_meaning_are_refused(rules: dict[str, object], code: str, why: str) -> None:
    with pytest.raises(BizopsError, match=f"{code} .*{why}"):
        Calendar(**{"zone": "Europe/Berlin", **rules})  # type: ignore[arg-type]
