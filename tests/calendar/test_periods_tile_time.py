"""Periods of a grain cover time without gap or overlap, in every zone."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.calendar import Calendar, FiscalYear, Grain, Period, from_us, to_us

ZONES = [
    "UTC",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",  # clocks change by half an hour
    "America/New_York",
    "Europe/Berlin",
    "America/Sao_Paulo",  # clocks went forward at midnight until 2018
    "America/St_Johns",  # clocks went back from 00:01 to 23:01 of the day before until 2010
    "Pacific/Apia",  # had no 30 December 2011
]
GRAINS = [grain for grain in Grain if grain is not Grain.TOTAL]
FISCAL_YEARS = [
    FiscalYear(),
    FiscalYear(7, 1),
    FiscalYear(4, 6, named_by="start", label="FY{yy}/{next_yy}"),
    FiscalYear(1, 1, weeks="4-4-5"),
    FiscalYear(2, 1, named_by="start", weeks="4-5-4"),
    FiscalYear(12, 31, weeks="5-4-4"),
]
LAWS = settings(deadline=None, max_examples=120)

FIRST, LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)


@cache
def changes_of(zone: str) -> list[datetime]:
    return [from_us(us) for us, _ in Calendar(zone).offsets(to_us(FIRST), to_us(LAST))]


@st.composite
def moments(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    """A calendar and an instant, every other one within a day of a change of its clocks."""
    calendar = Calendar(
        zone=draw(st.sampled_from(ZONES)),
        week_start=draw(st.sampled_from(["monday", "sunday", "saturday"])),
        fiscal=draw(st.sampled_from(FISCAL_YEARS)),
    )
    if draw(st.booleans()):
        near = timedelta(minutes=draw(st.integers(-1500, 1500)))
        return calendar, draw(st.sampled_from(changes_of(calendar.zone))) + near
    return calendar, from_us(draw(st.integers(to_us(FIRST), to_us(LAST))))


@LAWS
@given(moments(), st.sampled_from(GRAINS), st.integers(1, 2000))
def test_periods_cover_a_range_without_gap_or_overlap(
    moment: tuple[Calendar, datetime], grain: Grain, hours: int
) -> None:
    calendar, start = moment
    end = start + timedelta(hours=hours)
    periods = calendar.periods(grain, start, end)
    assert periods[0].start <= start < periods[0].end
    assert periods[-1].start < end <= periods[-1].end
    assert all(one.end == other.start for one, other in pairwise(periods))
    assert all(period.start < period.end and period.grain is grain for period in periods)
    assert len({period.label for period in periods}) == len(periods)


@LAWS
@given(moments(), st.sampled_from(GRAINS))
def test_an_instant_lies_in_the_period_that_contains_it(moment: tuple[Calendar, datetime], grain: Grain) -> None:
    calendar, instant = moment
    period = calendar.containing(grain, instant)
    assert period.start <= instant < period.end
    assert calendar.containing(grain, period.start) == period
    assert calendar.containing(grain, period.end - timedelta(microseconds=1)) == period


@LAWS
@given(moments(), st.sampled_from(GRAINS))
def test_a_label_leads_back_to_its_period(moment: tuple[Calendar, datetime], grain: Grain) -> None:
    calendar, instant = moment
    period = calendar.containing(grain, instant)
    assert calendar.period(period.label) == period


@LAWS
@given(moments(), st.sampled_from(GRAINS), st.integers(1, 5))
def test_next_and_previous_undo_each_other(moment: tuple[Calendar, datetime], grain: Grain, n: int) -> None:
    calendar, instant = moment
    period = calendar.containing(grain, instant)
    assert calendar.previous(calendar.next(period, n), n) == period
    assert calendar.next(period).start == period.end


@LAWS
@given(moments())
def test_the_hours_of_a_day_add_up_to_it(moment: tuple[Calendar, datetime]) -> None:
    calendar, instant = moment
    day = calendar.containing(Grain.DAY, instant)
    hours = calendar.periods(Grain.HOUR, day.start, day.end)
    assert sum((hour.end - hour.start for hour in hours), timedelta()) == day.end - day.start
    assert {hour.first_day for hour in hours} == {day.first_day}


@LAWS
@given(moments())
def test_longer_periods_are_made_of_whole_shorter_ones(moment: tuple[Calendar, datetime]) -> None:
    calendar, instant = moment
    for inner, outer in [
        (Grain.DAY, Grain.WEEK),
        (Grain.MONTH, Grain.QUARTER),
        (Grain.QUARTER, Grain.YEAR),
        (Grain.FISCAL_MONTH, Grain.FISCAL_QUARTER),
        (Grain.FISCAL_QUARTER, Grain.FISCAL_YEAR),
    ]:
        whole = calendar.containing(outer, instant)
        parts = calendar.periods(inner, whole.start, whole.end)
        assert (parts[0].start, parts[-1].end) == (whole.start, whole.end)


BERLIN = Calendar("Europe/Berlin")


def test_an_empty_range_has_no_periods() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    assert BERLIN.periods(Grain.DAY, now, now) == []


def test_days_are_those_of_the_zone() -> None:
    march = BERLIN.period("2026-03")
    assert march.start == datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert march.end == datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert (march.first_day, march.last_day) == (date(2026, 3, 1), date(2026, 3, 31))
    assert march.end_us - march.start_us == (31 * 24 - 1) * 3_600_000_000


def test_the_total_is_one_period_of_whole_days() -> None:
    start, end = datetime(2017, 1, 1, 9, tzinfo=UTC), datetime(2018, 12, 31, 15, tzinfo=UTC)
    total = BERLIN.total_period(start, end)
    assert total.label == "2017-01-01..2018-12-31"
    assert BERLIN.periods(Grain.TOTAL, start, end) == [total]
    assert BERLIN.period(total.label) == total
    assert BERLIN.previous(total).label == "2015-01-02..2016-12-31"
    assert BERLIN.next(total).label == "2019-01-01..2020-12-30"


@pytest.mark.parametrize(
    ("grain", "until", "label"),
    [
        (Grain.YEAR, "2026-05", "2026-01-01..2026-05-31"),
        (Grain.FISCAL_YEAR, "2026-05", "2025-07-01..2026-05-31"),
        (Grain.MONTH, "2026-05-17", "2026-05-01..2026-05-17"),
        (Grain.YEAR, "2026-W01", "2026-01-01..2026-01-04"),
    ],
)
def test_to_date_runs_from_the_start_of_the_longer_period(grain: Grain, until: str, label: str) -> None:
    calendar = Calendar("Europe/Berlin", fiscal=FiscalYear(7, 1))
    assert calendar.to_date(grain, calendar.period(until)).label == label


def test_a_day_that_the_zone_skipped_is_no_period() -> None:
    samoa = Calendar("Pacific/Apia")
    days = samoa.periods(Grain.DAY, datetime(2011, 12, 29, 12, tzinfo=UTC), datetime(2011, 12, 31, tzinfo=UTC))
    assert [day.label for day in days] == ["2011-12-29", "2011-12-31"]
    assert samoa.next(samoa.period("2011-12-29")).label == "2011-12-31"


@pytest.mark.parametrize(
    ("zone", "day", "start"),
    [
        ("America/Sao_Paulo", "2018-11-04", datetime(2018, 11, 4, 3, tzinfo=UTC)),  # from 00:00 to 01:00
        ("America/Toronto", "1919-03-31", datetime(1919, 3, 31, 4, 30, tzinfo=UTC)),  # from 23:30 to 00:30
    ],
)
def test_a_day_begins_when_clocks_go_forward_over_midnight(zone: str, day: str, start: datetime) -> None:
    period: Period = Calendar(zone).period(day)
    assert period.start == start
    assert Calendar(zone).previous(period).end == start


def test_an_evening_that_comes_again_belongs_to_the_day_that_has_begun() -> None:
    # In St. John's clocks went back from 00:01 to 23:01 of the day before: what is 23:30 again is after midnight.
    calendar = Calendar("America/St_Johns")
    again = datetime(2008, 11, 2, 3, tzinfo=UTC)
    assert calendar.containing(Grain.DAY, again).label == "2008-11-02"
    assert calendar.containing(Grain.HOUR, again).label == "2008-11-01T23-03:30"
    assert calendar.local_day(again) == date(2008, 11, 2)
