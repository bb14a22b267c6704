"""Days of 23 and 25 hours, half-hour changes, and the offsets that other engines compute local time with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.calendar import Calendar, Grain, from_us, to_us

BERLIN = Calendar("Europe/Berlin")


def hours_of(calendar: Calendar, day: str) -> list[str]:
    period = calendar.period(day)
    return [hour.label for hour in calendar.periods(Grain.HOUR, period.start, period.end)]


def test_the_day_that_loses_an_hour_has_23() -> None:
    hours = hours_of(BERLIN, "2026-03-29")
    assert len(hours) == 23
    assert hours[:4] == ["2026-03-29T00", "2026-03-29T01", "2026-03-29T03", "2026-03-29T04"]


def test_the_day_that_gains_an_hour_has_25_and_the_second_tells_its_offset() -> None:
    hours = hours_of(BERLIN, "2026-10-25")
    assert len(hours) == 25
    assert hours[1:5] == ["2026-10-25T01", "2026-10-25T02", "2026-10-25T02+01:00", "2026-10-25T03"]
    first, second = BERLIN.period("2026-10-25T02"), BERLIN.period("2026-10-25T02+01:00")
    assert first.end == second.start == datetime(2026, 10, 25, 1, tzinfo=UTC)


def test_lord_howe_repeats_half_an_hour() -> None:
    island = Calendar("Australia/Lord_Howe")
    again = island.period("2026-04-05T01+10:30")
    assert again.end - again.start == timedelta(minutes=30)
    assert len(hours_of(island, "2026-04-05")) == 25
    short = island.period("2026-10-04T02")
    assert short.end - short.start == timedelta(minutes=30)


def test_hours_of_kathmandu_start_at_a_quarter_past() -> None:
    assert Calendar("Asia/Kathmandu").period("2026-03-01T14").start == datetime(2026, 3, 1, 8, 15, tzinfo=UTC)


def test_offsets_tell_when_clocks_change() -> None:
    start, end = BERLIN.period("2026").start_us, BERLIN.period("2026").end_us
    assert BERLIN.offsets(start, end) == [
        (start, 3600),
        (to_us(datetime(2026, 3, 29, 1, tzinfo=UTC)), 7200),
        (to_us(datetime(2026, 10, 25, 1, tzinfo=UTC)), 3600),
    ]


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "America/Boa_Vista"])
def test_no_change_is_missed_in_80_years(zone: str) -> None:
    # Boa Vista had summer time for one week, in October 2000.
    start, end = to_us(datetime(1970, 1, 1, tzinfo=UTC)), to_us(datetime(2050, 1, 1, tzinfo=UTC))
    offsets = Calendar(zone).offsets(start, end)
    hour = 3_600_000_000
    expected = [from_us(us).astimezone(ZoneInfo(zone)).utcoffset() for us in range(start, end, 6 * hour)]
    index, found = 0, []
    for us in range(start, end, 6 * hour):
        while index + 1 < len(offsets) and offsets[index + 1][0] <= us:
            index += 1
        found.append(timedelta(seconds=offsets[index][1]))
    assert found == expected


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(["Europe/Berlin", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York"]),
    st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),
)
def test_instants_survive_the_way_to_microseconds_and_back(zone: str, instant: datetime) -> None:
    assert from_us(to_us(instant)) == instant
    assert to_us(instant.astimezone(ZoneInfo(zone))) == to_us(instant)


def test_a_time_without_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        to_us(datetime(2026, 1, 1))
