"""Days, months and hours begin where the calendar's zone says, through every change of the clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bizops.errors import BizopsError
from small_workspace import Small

YAML = """
calendars:
  days:
    zone: ZONE
    working: {mon-fri: "09:00-17:00"}
  berlin: {zone: Europe/Berlin}
  kathmandu: {zone: Asia/Kathmandu}
  retail: {zone: UTC, fiscal_year: {start: 02-01, named_by: start, weeks: 4-4-5}}
  uk_tax: {zone: UTC, fiscal_year: {start: 04-06, named_by: end, label: "TY{year}"}}
sources:
  ticks:
    columns: {id: text, at: timestamp, due: timestamp, n: integer}
    key: [id]
    time: at
    zone: UTC
  local:
    columns: {id: text, at: timestamp}
    key: [id]
    time: at
    zone: Europe/Berlin
  dated:
    columns: {id: text, on: date, at: timestamp}
    key: [id]
    time: on
    zone: UTC
kpis:
  n: {kind: measure, over: ticks, value: sum(n)}
  n_berlin: {kind: measure, over: ticks, value: sum(n), calendar: berlin}
  n_kathmandu: {kind: measure, over: ticks, value: sum(n), calendar: kathmandu}
  n_retail: {kind: measure, over: ticks, value: sum(n), calendar: retail}
  n_tax: {kind: measure, over: ticks, value: sum(n), calendar: uk_tax}
  days_seen: {kind: measure, over: ticks, value: distinct(day(at))}
  days_of_due: {kind: measure, over: ticks, value: distinct(day(due)), slices: []}
  due_at_noon: {kind: measure, over: ticks, value: count(where hour(due) = 12)}
  due_from_july: {kind: measure, over: ticks, value: "count(where due >= '2026-07-01T00:00')"}
  by_due: {kind: measure, over: ticks, time: due, value: count()}
  local: {kind: measure, over: local, value: count()}
  dated: {kind: measure, over: dated, value: count()}
  daily_rate: {kind: measure, over: ticks, value: rate(d), unit: 1/d}
"""
START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = [
    {"id": str(n), "at": (START + timedelta(hours=n, minutes=30)).isoformat(), "n": 1}
    for n in range(24 * 260)  # to the middle of November: both changes of clocks, in Europe and America
]


@pytest.fixture(scope="module")
def in_zone(tmp_path_factory):
    made = {}

    def zone(name):
        if name not in made:
            made[name] = Small(tmp_path_factory.mktemp("zone"), YAML.replace("ZONE", name), "2026-12-31T00:00")
            made[name].deliver("ticks", HOURS)
        return made[name]

    return zone


def local_days(zone: str) -> dict[date, int]:
    days: dict[date, int] = {}
    for row in HOURS:
        day = datetime.fromisoformat(row["at"]).astimezone(ZoneInfo(zone)).date()
        days[day] = days.get(day, 0) + 1
    return days


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "UTC"])
def test_every_row_counts_on_its_local_day(in_zone, zone):
    """Days of 23, 24, 23.5 and 25 hours; the days of Kathmandu begin at a quarter past 18 UTC."""
    expected = local_days(zone)
    for month in ("2026-03", "2026-04", "2026-10", "2026-11"):
        last = {"2026-03": 31, "2026-04": 30, "2026-10": 31, "2026-11": 13}[month]
        found = in_zone(zone).series("n", grain="day", start=f"{month}-02", end=f"{month}-{last}")
        assert found == {label: expected[date.fromisoformat(label)] for label in found}
        assert len(found) == last - 1


def test_days_of_23_and_25_hours(in_zone):
    berlin, york = in_zone("Europe/Berlin"), in_zone("America/New_York")
    for zone, spring, autumn in ((berlin, "2026-03-29", "2026-10-25"), (york, "2026-03-08", "2026-11-01")):
        assert zone.number("n", grain="day", start=spring, end=spring) == 23
        assert zone.number("n", grain="day", start=autumn, end=autumn) == 25
        assert zone.number("daily_rate", grain="day", start=spring, end=spring) == 24


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01"])
def test_hours_add_up_to_the_day(in_zone, zone, day):
    hours = in_zone(zone).series("n", grain="hour", start=day, end=day)
    assert sum(value or 0 for value in hours.values()) == in_zone(zone).number("n", grain="day", start=day, end=day)


def test_the_hour_that_comes_twice_is_two_hours(in_zone):
    hours = in_zone("Europe/Berlin").series("n", grain="hour", start="2026-10-25", end="2026-10-25")
    assert len(hours) == 25
    assert set(hours.values()) == {1}


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu"])
def test_days_add_up_to_months_and_months_to_quarters(in_zone, zone):
    made = in_zone(zone)
    days = made.series("n", grain="day", start="2026-04-01", end="2026-09-30")
    months = made.series("n", grain="month", start="2026-04", end="2026-09")
    quarters = made.series("n", grain="quarter", start="2026-Q2", end="2026-Q3")
    for label, value in months.items():
        assert value == sum(v for day, v in days.items() if day.startswith(label))
    assert quarters["2026-Q2"] == months["2026-04"] + months["2026-05"] + months["2026-06"]
    assert sum(quarters.values()) == sum(days.values())


def test_calendars_of_one_question_do_not_mix(in_zone):
    answer = in_zone("UTC").query("n", "n_berlin", "n_kathmandu", grain="day", start="2026-05-01", end="2026-05-01")
    starts = {value.kpi: value.period.start.isoformat() for value in answer}
    assert starts == {
        "n": "2026-05-01T00:00:00+00:00",
        "n_berlin": "2026-04-30T22:00:00+00:00",
        "n_kathmandu": "2026-04-30T18:15:00+00:00",
    }
    assert [value.value for value in answer] == [24, 24, 24]


def test_local_days_of_rows_are_counted_in_the_zone(in_zone):
    made = in_zone("America/New_York")
    assert made.number("days_seen", start="2026-04", end="2026-04") == 30
    assert made.number("days_seen", grain="total", start="2026-03-01", end="2026-10-31") == 31 * 5 + 30 * 3


def test_a_skipped_hour_of_a_local_file_is_still_an_hour(small):
    """Times without offset are Berlin's: 02:30 on 25 October comes twice, on 29 March never."""
    made = small(YAML.replace("ZONE", "Europe/Berlin"), local=[{"id": "1", "at": "2026-03-29T03:30:00"}])
    assert made.number("local", grain="hour", start="2026-03-29T03", end="2026-03-29T03") == 1


def due(number: int, at: str, due_at: str) -> dict[str, object]:
    return {"id": str(number), "at": at, "due": due_at, "n": 1}


def test_times_outside_the_period_are_local_too(small):
    """Ordered in January, due in July: the hour is that of July's clock, whichever months are asked for."""
    rows = [due(1, "2026-01-10T12:00:00", "2026-07-01T10:00:00"), due(2, "2026-06-10T12:00:00", "2026-12-01T11:00:00")]
    made = small(YAML.replace("ZONE", "Europe/Berlin"), ticks=rows)
    assert made.number("due_at_noon", start="2026-01", end="2026-01") == 1
    assert made.number("due_at_noon", start="2026-06", end="2026-06") == 1
    assert made.number("due_at_noon", grain="year", start="2026", end="2026") == 2


def test_a_written_time_is_local_wherever_it_stands(small):
    rows = [due(1, "2026-01-10T12:00:00", "2026-06-30T21:59:59"), due(2, "2026-01-10T12:00:00", "2026-06-30T22:00:00")]
    made = small(YAML.replace("ZONE", "Europe/Berlin"), ticks=rows)
    assert made.number("due_from_july", start="2026-01", end="2026-01") == 1


def test_another_time_of_the_row_may_decide_the_period(small):
    rows = [due(1, "2026-01-10T12:00:00", "2026-06-30T22:30:00"), due(2, "2026-01-31T12:00:00", "2026-06-01T00:00:00")]
    made = small(YAML.replace("ZONE", "Europe/Berlin"), ticks=rows)
    assert made.number("by_due", start="2026-07", end="2026-07") == 1
    assert made.number("by_due", start="2026-06", end="2026-06") == 1


def test_rows_that_know_only_their_day_have_no_hour(small):
    rows = [{"id": "1", "on": "2026-05-04"}, {"id": "2", "on": "2026-05-05"}]
    made = small(YAML.replace("ZONE", "Europe/Berlin"), dated=rows)
    assert made.series("dated", grain="day", start="2026-05-03", end="2026-05-05") == {
        "2026-05-03": None,
        "2026-05-04": 1,
        "2026-05-05": 1,
    }
    try:
        hours = made.series("dated", grain="hour", start="2026-05-04", end="2026-05-04")
    except BizopsError:
        return
    assert all(value is None for value in hours.values())


def test_dates_are_local_whatever_the_zone(small):
    for zone in ("Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati"):
        made = small(
            YAML.replace("ZONE", zone), dated=[{"id": "1", "on": "2026-05-31"}, {"id": "2", "on": "2026-05-01"}]
        )
        assert made.number("dated", start="2026-05", end="2026-05") == 2


def test_fiscal_years_are_named_as_they_are_written(in_zone):
    made = in_zone("UTC")
    assert list(made.series("n_retail", grain="fiscal_year", start="2026-03-01", end="2026-03-01")) == ["FY2026"]
    assert list(made.series("n_tax", grain="fiscal_year", start="2026-04-05", end="2026-04-06")) == ["TY2026", "TY2027"]


def test_fiscal_months_of_four_four_and_five_weeks(in_zone):
    made = in_zone("UTC")
    found = made.query("n_retail", grain="fiscal_month", start="FY2026-P02", end="FY2026-P07")
    lengths = [(value.period.last_day - value.period.first_day).days + 1 for value in found]
    assert lengths == [28, 35, 28, 28, 35, 28]
    assert [value.value for value in found] == [days * 24 for days in lengths]
    quarter = made.number("n_retail", grain="fiscal_quarter", start="FY2026-Q2", end="FY2026-Q2")
    assert quarter == 13 * 7 * 24


def test_days_before_1970_are_days_like_any_other(small):
    rows = [{"id": str(n), "at": at, "n": 1} for n, at in enumerate(("1969-12-30T23:00:00", "1969-12-31T22:59:59"))]
    made = small(YAML.replace("ZONE", "Europe/Berlin"), ticks=rows)
    found = made.series("n", grain="day", start="1969-12-30", end="1970-01-01")
    assert found == {"1969-12-30": None, "1969-12-31": 2, "1970-01-01": None}
