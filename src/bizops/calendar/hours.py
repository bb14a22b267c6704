"""Local hours, also on the days when clocks change.

An hour is the time during which local clocks show one hour of one day at one offset. Where clocks go back it comes
twice; where they change by half an hour (Lord Howe), one hour of that day is half as long.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from bizops.calendar.period import Grain, Period
from bizops.calendar.zone import DAY_US, EPOCH, HOUR_US, SECOND_US, from_us, local_day, offsets


def hours_between(zone: str, start_us: int, end_us: int) -> Iterator[Period]:
    """The hours that cover [start, end), in order."""
    # A day more on either side, so that no hour within is cut by the search range, and a repeated hour sees its first.
    in_force = [(since, ahead * SECOND_US) for since, ahead in offsets(zone, start_us - DAY_US, end_us + DAY_US)]
    for index, (since, ahead) in enumerate(in_force):
        until = in_force[index + 1][0] if index + 1 < len(in_force) else end_us + DAY_US
        clock = (max(since, start_us - HOUR_US) + ahead) // HOUR_US * HOUR_US
        while (first := max(clock - ahead, since)) < min(until, end_us):
            after = min(clock + HOUR_US - ahead, until)
            if after > start_us:
                came_before = index > 0 and clock - in_force[index - 1][1] < since
                yield _hour(zone, first, after, clock, ahead if came_before else None)
            clock += HOUR_US


def _hour(zone: str, start_us: int, end_us: int, clock_us: int, ahead_us: int | None) -> Period:
    label = f"{EPOCH + timedelta(microseconds=clock_us):%Y-%m-%dT%H}"
    if ahead_us is not None:
        label += _offset_text(ahead_us)
    day = local_day(zone, start_us)
    return Period(Grain.HOUR, label, from_us(start_us), from_us(end_us), day, day)


def _offset_text(ahead_us: int) -> str:
    """`+01:00`; seconds only where the offset has some (before standard time)."""
    seconds = abs(ahead_us) // SECOND_US
    text = f"{'-' if ahead_us < 0 else '+'}{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if seconds % 60 else text


def hour_labelled(zone: str, label: str) -> Period | None:
    """The hour with this label; None when clocks skip it."""
    clock = datetime.fromisoformat(f"{label[:13]}:00")
    middle = (clock - EPOCH.replace(tzinfo=None)) // timedelta(microseconds=1)
    # No zone is further than 26 hours from UTC, in either direction.
    for hour in hours_between(zone, middle - 26 * HOUR_US, middle + 27 * HOUR_US):
        if hour.label == label:
            return hour
    return None
