"""Working time between two instants: exact, additive, and the same whoever computes it."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.calendar import Calendar, DayHours, Maintenance, PublicHolidays, SpecialDay, from_us, to_us
from bizops.errors import BizopsError

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
FREE: DayHours = ()


def hours(*intervals: tuple[int, int]) -> DayHours:
    return tuple((time(start), time(end % 24)) for start, end in intervals)


OFFICE = (hours((9, 12), (13, 18)),) * 5 + (FREE, FREE)
BERLIN = Calendar("Europe/Berlin", working=OFFICE, holidays=PublicHolidays("DE"))


def local(text: str, zone: str = "Europe/Berlin") -> int:
    return to_us(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)))


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-03-02T10:00", "2026-03-02T11:30", 1.5),
        ("2026-03-02T11:00", "2026-03-02T14:00", 2),  # the lunch break does not count
        ("2026-03-02T06:00", "2026-03-02T22:00", 8),
        ("2026-03-06T17:00", "2026-03-09T10:00", 2),  # over the weekend
        ("2026-04-02T17:00", "2026-04-07T10:00", 2),  # over Easter
        ("2026-03-02T00:00", "2026-03-09T00:00", 40),
        ("2026-03-07T00:00", "2026-03-08T00:00", 0),
        ("2026-12-30T17:00", "2027-01-04T10:00", 10),  # over the new year: Thursday is worked, 1 January is free
    ],
)
def test_only_working_hours_count(start: str, end: str, worked: float) -> None:
    assert BERLIN.working_us(local(start), local(end)) == worked * HOUR_US
    assert BERLIN.working_us(local(end), local(start)) == -worked * HOUR_US


@cache
def minutes_worked(calendar: Calendar, start_us: int, end_us: int) -> int:
    """Counts every minute, by reading the clock on the wall."""
    zone, worked = ZoneInfo(calendar.zone), 0
    for us in range(start_us, end_us, 60_000_000):
        wall = from_us(us).astimezone(zone).replace(tzinfo=None)
        at_work = any(
            opens <= wall.time() and (closes == time.min or wall.time() < closes)
            for opens, closes in calendar.working_intervals(wall.date())
        )
        closed = any(window.start <= wall < window.end for window in calendar.maintenance)
        worked += at_work and not closed
    return worked


@st.composite
def day_hours(draw: st.DrawFn) -> DayHours:
    # Not between 0:00 and 4:00, when clocks change: then a time that comes twice is taken as its first.
    bounds = sorted(draw(st.sets(st.sampled_from([0, *range(4, 25)]), max_size=4)))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return hours(*pairs)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    days = st.dates(date(2026, 3, 1), date(2026, 4, 30))
    windows = []
    for day in draw(st.lists(days, max_size=2)):
        start = datetime.combine(day, time(draw(st.integers(4, 23))))
        windows.append(Maintenance(start, start + timedelta(days=draw(st.integers(0, 2)), minutes=30)))
    return Calendar(
        zone=draw(st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"])),
        working=tuple(draw(day_hours()) for _ in range(7)),
        special_days=tuple(SpecialDay(day, draw(day_hours())) for day in draw(st.lists(days, max_size=3, unique=True))),
        maintenance=tuple(windows),
    )


minutes = st.integers(0, 60 * 24 * 60).map(lambda minute: local("2026-03-01T00:00", "UTC") + minute * 60_000_000)


@settings(deadline=None, max_examples=40)
@given(calendars(), minutes, st.integers(0, 10 * 24 * 60))
def test_it_equals_the_count_of_every_minute(calendar: Calendar, start_us: int, length: int) -> None:
    end_us = start_us + length * 60_000_000
    assert calendar.working_us(start_us, end_us) == minutes_worked(calendar, start_us, end_us) * 60_000_000


@settings(deadline=None, max_examples=60)
@given(calendars(), minutes, minutes, minutes, st.integers(-999_999, 999_999))
def test_it_is_additive(calendar: Calendar, a: int, b: int, c: int, microseconds: int) -> None:
    b += microseconds
    assert calendar.working_us(a, c) == calendar.working_us(a, b) + calendar.working_us(b, c)


@settings(deadline=None, max_examples=40)
@given(calendars(), minutes, minutes, st.integers(1, 400))
def test_it_does_not_depend_on_where_the_table_starts(calendar: Calendar, a: int, b: int, earlier: int) -> None:
    table = calendar.open_table(min(a, b) // DAY_US - earlier, max(a, b) // DAY_US)
    assert table.open_until(b) - table.open_until(a) == calendar.working_us(a, b)


@settings(deadline=None, max_examples=40)
@given(calendars())
def test_the_table_holds_apart_intervals_within_their_utc_day(calendar: Calendar) -> None:
    table = calendar.open_table(20_513, 20_573)
    assert table.before_us[0] == 0
    for row, day in enumerate(table.utc_day):
        bounds = [column[row] for pair in zip(table.start_us, table.end_us, strict=True) for column in pair]
        assert bounds == sorted(bounds)
        assert bounds[0] >= day * DAY_US
        assert bounds[-1] <= (day + 1) * DAY_US


def test_a_table_of_no_days_is_empty() -> None:
    table = BERLIN.open_table(101, 100)
    assert (table.utc_day, table.before_us, table.start_us, table.end_us) == ([], [], ([],), ([],))


def test_a_table_of_free_days_still_has_its_column() -> None:
    table = Calendar("UTC").open_table(100, 101)
    assert (table.utc_day, table.before_us) == ([100, 101], [0, 0])
    assert table.start_us == table.end_us == ([101 * DAY_US, 102 * DAY_US],)


@pytest.mark.parametrize(
    ("day", "interval", "worked"),
    [
        ("2026-03-29", (0, 6), 5),  # clocks go from 02:00 to 03:00
        ("2026-10-25", (0, 6), 7),  # and from 03:00 back to 02:00
        ("2026-03-29", (0, 24), 23),
        ("2026-10-25", (0, 24), 25),
        ("2026-03-29", (2, 3), 0),  # never came
        ("2026-10-25", (2, 3), 2),  # came twice
    ],
)
def test_hours_follow_the_clock_on_the_wall_when_it_changes(day: str, interval: tuple[int, int], worked: int) -> None:
    always = Calendar("Europe/Berlin", working=(hours(interval),) * 7)
    period = always.period(day)
    assert always.working_us(period.start_us, period.end_us) == worked * HOUR_US


def test_a_bound_that_clocks_skip_moves_forward_by_the_gap() -> None:
    shift = Calendar("Europe/Berlin", working=(((time(0), time(2, 30)),),) * 7)
    table = shift.open_table(20_541, 20_541)  # 29 March 2026
    assert from_us(table.end_us[0][0]) == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)  # 03:30 in Berlin


def test_hours_that_overlap_because_of_a_gap_count_once() -> None:
    hours_of_day = ((time(2), time(2, 30)), (time(3), time(4)))
    shift = Calendar("Europe/Berlin", working=(hours_of_day,) * 7)
    changed, usual = shift.period("2026-03-29"), shift.period("2026-03-30")
    assert shift.working_us(changed.start_us, changed.end_us) == HOUR_US  # 03:00-03:30 and 03:00-04:00
    assert shift.working_us(usual.start_us, usual.end_us) == 1.5 * HOUR_US


def test_maintenance_stops_the_clock() -> None:
    window = Maintenance(datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 14))
    calendar = Calendar("Europe/Berlin", working=OFFICE, maintenance=(window,))
    assert calendar.working_us(local("2026-03-02T00:00"), local("2026-03-03T00:00")) == 5 * HOUR_US


def test_maintenance_of_one_service_does_not_stop_the_clock_of_the_others() -> None:
    window = Maintenance(datetime(2026, 3, 2, 10), datetime(2026, 3, 2, 14), services=frozenset({"crm"}))
    calendar = Calendar("Europe/Berlin", working=OFFICE, maintenance=(window,))
    assert calendar.working_us(local("2026-03-02T00:00"), local("2026-03-03T00:00")) == 8 * HOUR_US


def test_services_operate_within_their_hours_and_outside_maintenance() -> None:
    at = {hour: datetime(2026, 3, 2, hour, tzinfo=ZoneInfo("Europe/Berlin")) for hour in (5, 6, 11, 12, 21, 22)}
    window = Maintenance(datetime(2026, 3, 2, 11), datetime(2026, 3, 2, 12))
    only_crm = Maintenance(datetime(2026, 3, 2, 21), datetime(2026, 3, 2, 22), services=frozenset({"crm"}))
    calendar = Calendar("Europe/Berlin", operating=(hours((6, 22)),) * 7, maintenance=(window, only_crm))
    assert [hour for hour, instant in at.items() if calendar.is_operating(instant)] == [6, 12, 21]
    assert not calendar.is_operating(at[21], service="crm")
    assert calendar.is_operating(at[21], service="shop")
    assert Calendar("Europe/Berlin").is_operating(at[5])


def test_working_days_are_counted_up_to_each_day() -> None:
    table = BERLIN.working_day_table(date(2026, 4, 2), date(2026, 4, 8))  # Good Friday is the 3rd
    assert table.day[0] == date(2026, 4, 2)
    assert table.is_working == [True, False, False, False, False, True, True]
    assert table.before == [0, 1, 1, 1, 1, 1, 2]


def test_an_unknown_region_is_refused() -> None:
    calendar = Calendar("Europe/Berlin", working=OFFICE, regions={"BY": PublicHolidays("DE", "BY")})
    with pytest.raises(BizopsError, match=r"unknown-region .* known: BY"):
        calendar.working_us(0, DAY_US, region="BX")
