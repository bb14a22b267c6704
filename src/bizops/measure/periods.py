"""Which periods a question is about: named ones, or the last few up to where the data reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bizops.calendar import Grain, Period
from bizops.errors import BizopsError
from bizops.events.rows import Known
from bizops.measure import tables
from bizops.measure.behind import sources_of_kpi

DEFAULT_COUNTS = {
    Grain.HOUR: 48,
    Grain.DAY: 31,
    Grain.WEEK: 13,
    Grain.MONTH: 13,
    Grain.QUARTER: 8,
    Grain.YEAR: 5,
    Grain.FISCAL_MONTH: 13,
    Grain.FISCAL_QUARTER: 8,
    Grain.FISCAL_YEAR: 5,
}
"""How many periods are shown when nobody says how many."""

MOST_PERIODS = 100_000
"""More periods than this are a slip of the pen: twelve years of hours."""


def periods_of(
    known: Known,
    kpis: Sequence[str],
    calendar_name: str | None,
    grain: str | None,
    first_label: str | None,
    last_label: str | None,
    last: int | None,
) -> tuple[Period, ...]:
    """The periods from one label to another (or the ``last`` few), at the grain the first KPI is usually read by."""
    calendar = known.model.calendar(calendar_name)
    wanted = Grain(grain or known.model.kpis[kpis[0]].grain)
    start = calendar.period(first_label).start if first_label else None
    end = calendar.period(last_label).end if last_label else None
    if start is None or end is None:
        earliest, latest = _reach(known, kpis)
        if end is None:
            end = calendar.containing(Grain.DAY if wanted is Grain.TOTAL else wanted, max(earliest, latest)).end
        if start is None:
            start = min(earliest, end)
            if wanted is not Grain.TOTAL:
                count = last or DEFAULT_COUNTS[wanted]
                period = calendar.containing(wanted, tables.utc(_micros(end) - 1))
                for _ in range(min(count, MOST_PERIODS) - 1):
                    if period.start <= start:
                        break
                    period = calendar.previous(period)
                start = max(start, period.start)
    if start >= end:
        if first_label and last_label:
            raise BizopsError.of("bad-period", "The first period lies after the last one.")
        first_day, last_day = (calendar.local_day(moment) for moment in _reach(known, kpis))
        asked = f"from {first_label}" if first_label else f"until {last_label}"
        raise BizopsError.of("no-data", f"There are no data {asked}; they go from {first_day} to {last_day}.")
    if wanted is Grain.TOTAL:
        return (calendar.total_period(start, end),)
    if (end - start).total_seconds() / 3600 / _HOURS[wanted] > MOST_PERIODS:
        raise BizopsError.of("bad-period", f"That is more than {MOST_PERIODS:,} periods.", hint="Take a coarser grain.")
    periods = calendar.periods(wanted, start, end)
    return tuple(periods[-last:] if last else periods)


_HOURS = {grain: 1 if grain is Grain.HOUR else 24 for grain in Grain}


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _reach(known: Known, kpis: Sequence[str]) -> tuple[datetime, datetime]:
    """From the first to the last instant of the data behind some KPIs, as far as it was known."""
    sources = sorted({source for kpi in kpis for source in sources_of_kpi(known.model, kpi)})
    if not any(known.of(source).rows(source) for source in sources):
        if any(known.latest.rows(source) for source in sources):
            raise BizopsError.of("no-data", f"Nothing was known of {', '.join(sources)} at that time yet.")
        raise BizopsError.of(
            "no-data", f"No data are loaded for {', '.join(sources)}.", hint="Load them with 'bizops load'."
        )
    ranges = [found for source in sources if (found := known.reach(source)) is not None]
    first = min((low for low, _ in ranges), default=0)
    last = max((high for _, high in ranges), default=known.as_of_us)
    return tables.utc(first), tables.utc(min(last, known.as_of_us))
