"""Local times to UTC, by the time zone rules of Python and never by the machine's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

_DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1)


def to_utc(moment: datetime, zone: str) -> datetime:
    """A time as UTC without zone; one without offset is local in ``zone``.

    An ambiguous local time is the earlier instant, one that a clock change skipped is as much later as the clock was
    put forward (as in :mod:`zoneinfo`).
    """
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=ZoneInfo(zone), fold=0)
    return aware.astimezone(UTC).replace(tzinfo=None)


def from_iso(texts: pa.Array, zone: str) -> pa.Array:
    """ISO 8601 texts, all with or all without offset, as UTC; an Arrow error otherwise."""
    try:
        return from_local(pc.cast(texts, pa.timestamp("us")), zone)
    except pa.ArrowInvalid:
        return _without_zone(pc.cast(texts, pa.timestamp("us", "UTC")))


def from_local(times: pa.Array, zone: str) -> pa.Array:
    """Timestamps in microseconds as UTC: with a zone of their own they are instants already, else local in ``zone``."""
    if times.type.tz is not None:
        return _without_zone(times)
    if zone == "UTC":
        return times
    micros = np.asarray(pc.fill_null(pc.cast(times, pa.int64()), 0).to_numpy(zero_copy_only=False))
    utc = pa.array(micros - _offsets(micros, zone), pa.int64())
    return pc.if_else(pc.is_valid(times), pc.cast(utc, pa.timestamp("us")), pa.scalar(None, pa.timestamp("us")))


def _without_zone(times: pa.Array) -> pa.Array:
    return pc.cast(pc.cast(times, pa.int64()), pa.timestamp("us"))


def _offsets(micros: npt.NDArray[np.int64], zone: str) -> npt.NDArray[np.int64]:
    """Offset from UTC of each local time: one look-up a day, and one a value on days when the clock changes."""
    days, index = np.unique(micros // _DAY_US, return_inverse=True)
    by_day = [_offset_of_day(int(day), zone) for day in days]
    offsets = np.array([-1 if offset is None else offset for offset in by_day], dtype=np.int64)[index]
    changing = np.array([offset is None for offset in by_day], dtype=bool)[index]
    for place in np.flatnonzero(changing):
        offsets[place] = _offset_at(int(micros[place]), zone)
    return offsets


_FIRST_US = (datetime.min - _EPOCH) // timedelta(microseconds=1) + 2 * _DAY_US
_LAST_US = (datetime.max - _EPOCH) // timedelta(microseconds=1) - 2 * _DAY_US
"""Zones have no rules at the ends of the calendar; 9999-12-31, which means 'for ever', takes the last offset."""


@lru_cache(maxsize=1 << 16)
def _offset_of_day(day: int, zone: str) -> int | None:
    """The offset on a local day, or None when it changes in its course."""
    start = _offset_at(day * _DAY_US, zone)
    points = (day * _DAY_US + hour * 3_600_000_000 for hour in (6, 12, 18, 24))
    return start if all(_offset_at(point, zone) == start for point in points) else None


@lru_cache(maxsize=1 << 16)
def _offset_at(local_us: int, zone: str) -> int:
    local_us = min(max(local_us, _FIRST_US), _LAST_US)
    offset = (_EPOCH + timedelta(microseconds=local_us)).replace(tzinfo=ZoneInfo(zone)).utcoffset()
    assert offset is not None
    return offset // timedelta(microseconds=1)
