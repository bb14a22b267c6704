"""Small tables that plans join: which window a tick belongs to, rates by day, open hours, working days.

Whatever a calendar or a rate table decides is handed to the engine as rows, so that every engine counts alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa

from bizops.calendar import Calendar
from bizops.measure.windows import TICK_US, Window

DAY_US = 86_400_000_000
EPOCH = date(1970, 1, 1)
RATE_STEP = Decimal("1e-12")
"""Rates are kept to twelve digits after the point; times amounts with four they are multiplied exactly."""


def ticks(windows: Sequence[Window]) -> pa.Table:
    """``tick`` (quarter hours since 1970) to ``$w`` (the window's index); windows are disjoint."""
    numbers: list[int] = []
    indices: list[int] = []
    for index, window in enumerate(windows):
        span = range(window.start_us // TICK_US, window.end_us // TICK_US)
        numbers.extend(span)
        indices.extend([index] * len(span))
    return pa.table({"tick": pa.array(numbers, pa.int64()), "$w": pa.array(indices, pa.int32())})


def days(windows: Sequence[Window]) -> pa.Table:
    """``tick`` (days since 1970) to ``$w``, for rows that know only their day."""
    numbers: list[int] = []
    indices: list[int] = []
    for index, window in enumerate(windows):
        span = range((window.first_day - EPOCH).days, (window.last_day - EPOCH).days + 1)
        numbers.extend(span)
        indices.extend([index] * len(span))
    return pa.table({"tick": pa.array(numbers, pa.int64()), "$w": pa.array(indices, pa.int32())})


def on_ticks(windows: Iterable[Window]) -> bool:
    """Whether every boundary lies on a tick."""
    return all(w.start_us % TICK_US == 0 and w.end_us % TICK_US == 0 for w in windows)


def bounds(windows: Sequence[Window]) -> pa.Table:
    """The windows themselves: ``$w``, first and last day and instants."""
    return pa.table(
        {
            "$w": pa.array(range(len(windows)), pa.int32()),
            "$first": pa.array([w.first_day for w in windows], pa.date32()),
            "$next": pa.array([w.last_day + timedelta(days=1) for w in windows], pa.date32()),
            "$start": pa.array([_naive(w.start_us) for w in windows], pa.timestamp("us")),
            "$end": pa.array([_naive(w.end_us) for w in windows], pa.timestamp("us")),
        }
    )


def _naive(us: int) -> datetime:
    return datetime(1970, 1, 1) + timedelta(microseconds=us)


def rates(base: str, dated: dict[str, list[tuple[date, Decimal]]], first: date, last: date) -> pa.Table:
    """``$currency`` and ``$day`` to ``$rate``: what one unit was worth in the base currency on each day it is known."""
    currencies: list[str] = []
    on: list[date] = []
    values: list[Decimal] = []
    for currency, steps in {**dated, base: [(first, Decimal(1))]}.items():
        for index, (start, rate) in enumerate(steps):
            end = steps[index + 1][0] if index + 1 < len(steps) else last + timedelta(days=1)
            day = max(start, first)
            while day < min(end, last + timedelta(days=1)):
                currencies.append(currency)
                on.append(day)
                values.append(rate)
                day += timedelta(days=1)
    return pa.table(
        {
            "$currency": pa.array(currencies, pa.string()),
            "$day": pa.array(on, pa.date32()),
            "$rate": pa.array([value.quantize(RATE_STEP) for value in values], pa.decimal128(20, 12)),
        }
    )


def open_hours(calendar: Calendar, first_us: int, last_us: int, regions: Sequence[str]) -> pa.Table:
    """Open time by UTC day and region: ``$before`` and the clipped intervals ``$s0, $e0, $s1 ...`` of the day."""
    first, last = first_us // DAY_US, last_us // DAY_US
    tables = [(region, calendar.open_table(first, last, region or None)) for region in regions]
    width = max(len(table.start_us) for _, table in tables)
    columns: dict[str, list[object]] = {"$region": [], "$day": [], "$before": []}
    for index in range(width):
        columns[f"$s{index}"], columns[f"$e{index}"] = [], []
    for region, table in tables:
        n = len(table.utc_day)
        columns["$region"] += [region] * n
        columns["$day"] += table.utc_day
        columns["$before"] += table.before_us
        for index in range(width):
            known = index < len(table.start_us)
            columns[f"$s{index}"] += table.start_us[index] if known else [0] * n
            columns[f"$e{index}"] += table.end_us[index] if known else [0] * n
    arrays = {
        name: pa.array(values, pa.string() if name == "$region" else pa.int64()) for name, values in columns.items()
    }
    return pa.table(arrays)


def working_days(calendar: Calendar, first: date, last: date, regions: Sequence[str], hours: bool) -> pa.Table:
    """Working days (or, with ``hours``, working seconds) before each local day: ``$region``, ``$day``, ``$before``."""
    regions_out: list[str] = []
    days_out: list[date] = []
    before: list[int] = []
    for region in regions:
        table = calendar.working_day_table(first, last + timedelta(days=1), region or None)
        regions_out += [region] * len(table.day)
        days_out += table.day
        if hours:
            seconds = 0
            for day in table.day:
                before.append(seconds)
                seconds += _open_seconds(calendar, day, region or None)
        else:
            before += table.before
    return pa.table(
        {
            "$region": pa.array(regions_out, pa.string()),
            "$day": pa.array(days_out, pa.date32()),
            "$before": pa.array(before, pa.int64()),
        }
    )


def _open_seconds(calendar: Calendar, day: date, region: str | None) -> int:
    start, end = calendar.period(day.isoformat()), calendar.period((day + timedelta(days=1)).isoformat())
    return calendar.working_us(start.start_us, end.start_us, region) // 1_000_000


def open_days(calendar: Calendar, first: date, last: date) -> pa.Table:
    """The working days themselves: ``day``."""
    table = calendar.working_day_table(first, last)
    kept = [day for day, working in zip(table.day, table.is_working, strict=True) if working]
    return pa.table({"day": pa.array(kept, pa.date32())})


def day_us(day: date) -> int:
    """Midnight UTC of a day, in microseconds since 1970: where the lake files days."""
    return (day - EPOCH).days * DAY_US


def utc(us: int) -> datetime:
    """The instant as an aware datetime."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=us)
