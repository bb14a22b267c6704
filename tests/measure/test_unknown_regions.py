"""A row whose region the calendar does not know still has a working time: the calendar's own."""

from __future__ import annotations

from small_workspace import MakeSmall

YAML = """
calendars:
  days:
    zone: UTC
    working: {mon-fri: "08:00-18:00"}
    regions: {BY: {holidays: {country: DE, region: BY}}}
sources:
  tickets:
    columns: {id: text, opened: timestamp, closed: timestamp, region: text}
    key: [id]
    time: opened
events:
  opened: {source: tickets, keys: {ticket: id}}
  closed: {source: tickets, time: closed, keys: {ticket: id}}
journeys:
  repair: {case: ticket, steps: {opened: opened, closed: closed}}
kpis:
  repair_time:
    kind: journey
    journey: repair
    clock: working
    region: region
    value: max(duration(opened, closed))
    unit: h
    slices: [region]
"""


def test_a_holiday_counts_only_where_the_region_has_it(small: MakeSmall) -> None:
    # 15 August 2025 is a Friday, and a holiday in Bavaria.
    case = {"opened": "2025-08-14T17:00:00", "closed": "2025-08-18T09:00:00"}
    rows = [{"id": region or "none", "region": region, **case} for region in ("BY", "Atlantis", None)]

    workspace = small(YAML, tickets=rows)

    assert workspace.split("repair_time", "region", start="2025-08", end="2025-08") == {
        "BY": 2.0,
        "Atlantis": 12.0,
        None: 12.0,
    }
