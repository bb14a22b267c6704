"""Instants and the local days of a zone.

Tables hold instants as microseconds since 1970 (``..._us``); people and the API see timezone-aware datetimes.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from bizops.errors import BizopsError, did_you_mean

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.date()
SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
ONE_DAY = timedelta(days=1)

_PROBE_US = 3 * DAY_US
"""Two changes of offset less than this apart would be missed. In tzdata 2026 the closest are 95 hours apart (Freetown,
1939), and 166 hours since 1970."""


def to_us(instant: datetime) -> int:
    """Microseconds since 1970 of an aware datetime, exactly."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no zone: an instant needs one")
    return (instant - EPOCH) // timedelta(microseconds=1)


def from_us(us: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=us)


@lru_cache(maxsize=64)
def zone_info(zone: str) -> ZoneInfo:
    """The rules of a zone by its IANA name, or `unknown-zone`."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BizopsError.of(
            "unknown-zone", f"There is no time zone '{zone}'.", hint=did_you_mean(zone, available_timezones())
        ) from error


def offset_us(zone: str, us: int) -> int:
    """By how much local time is ahead of UTC at an instant."""
    ahead = from_us(us).astimezone(zone_info(zone)).utcoffset()
    assert ahead is not None
    return ahead // timedelta(microseconds=1)


@lru_cache(maxsize=256)
def offsets(zone: str, start_us: int, end_us: int) -> tuple[tuple[int, int], ...]:
    """When which offset is in force within [start, end): pairs of (from, seconds ahead of UTC), the first from *start*.

    zoneinfo does not tell its transitions; they are found by probing and then halving, exact to the microsecond.
    """
    found = [(start_us, offset_us(zone, start_us))]
    low = start_us
    while low < end_us:
        high = min(low + _PROBE_US, end_us)
        if offset_us(zone, high) != found[-1][1]:
            high = _transition(zone, low, high)
            if high < end_us:
                found.append((high, offset_us(zone, high)))
        low = high
    return tuple((from_us, ahead // SECOND_US) for from_us, ahead in found)


def _transition(zone: str, low: int, high: int) -> int:
    """First instant after *low* at which the offset is no longer that of *low*."""
    before = offset_us(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if offset_us(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def local_us(zone: str, local: datetime) -> int:
    """The instant at which clocks in the zone show *local*.

    A time that comes twice (clocks go back) is the first of the two. A time that never comes (clocks go forward) is
    moved forward by the length of the gap: 02:30 becomes 03:30. Both are what zoneinfo does with ``fold=0``.
    """
    return to_us(local.replace(tzinfo=zone_info(zone), fold=0))


@lru_cache(maxsize=65_536)
def day_start_us(zone: str, day: date) -> int:
    """The first instant of a local day; where clocks go forward over midnight, the instant of the change."""
    midnight = datetime.combine(day, time.min)
    first = local_us(zone, midnight)
    second = to_us(midnight.replace(tzinfo=zone_info(zone), fold=1))
    # In a gap, fold=1 reads the clock by the later offset, which leads to the earlier instant; the change lies between.
    return offsets(zone, second, first + 1)[-1][0] if second < first else first


def local_day(zone: str, us: int) -> date:
    """The local day within whose first and last instant an instant lies."""
    day = from_us(us).astimezone(zone_info(zone)).date()
    # Where clocks go back over midnight (St. John's until 2011), the evening comes again after the day has begun.
    while us < day_start_us(zone, day):
        day -= ONE_DAY
    while us >= day_start_us(zone, day + ONE_DAY):
        day += ONE_DAY
    return day
