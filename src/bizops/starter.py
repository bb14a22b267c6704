"""What `bizops init` writes: a small model that works, with a few rows of data, to be changed into one's own."""

from __future__ import annotations

FILES: dict[str, str] = {
    "bizops.yaml": """\
# What holds for the whole workspace. Every key is explained in docs/reference/language.md.
title: {en: My organisation, de: Meine Organisation}
language: en
calendar: office
""",
    "model/calendar.yaml": """\
calendars:
  office:
    zone: Europe/Berlin
    working: {mon-fri: 08:00-18:00}
    holidays: DE
""",
    "model/orders.yaml": """\
# A source says what its rows are; an event gives them a business meaning; KPIs measure events.
sources:
  orders:
    description: {en: One row an order., de: Eine Zeile je Auftrag.}
    files: [data/orders.csv]
    columns:
      order_id: {type: text, required: true}
      ordered_at: {type: timestamp, required: true}
      authorised_at: timestamp
      branch: text
      amount: {type: decimal, unit: EUR}
    key: [order_id]
    time: ordered_at
    zone: Europe/Berlin

events:
  order_placed:
    source: orders
    keys: {order: order_id}
  order_authorised:
    source: orders
    where: authorised_at is not null
    time: authorised_at
    keys: {order: order_id}

journeys:
  authorisation:
    case: order
    steps:
      placed: order_placed
      authorised: order_authorised
""",
    "model/kpis.yaml": """\
kpis:
  orders:
    title: {en: Orders, de: Aufträge}
    kind: measure
    over: order_placed
    value: count()
    unit: order
    direction: up
    slices: [branch]
  revenue:
    title: {en: Revenue, de: Umsatz}
    kind: measure
    over: order_placed
    value: sum(amount)
    unit: EUR
    direction: up
    slices: [branch]
  revenue_per_order:
    title: {en: Revenue per order, de: Umsatz je Auftrag}
    kind: ratio
    numerator: revenue
    denominator: orders
    unit: EUR/order
    direction: up
    slices: [branch]
  time_to_authorise:
    title: {en: Time to authorise an order, de: Zeit bis zur Freigabe}
    description:
      en: Median in working hours; open orders count as not yet authorised.
      de: Median in Arbeitsstunden; offene Aufträge zählen als noch nicht freigegeben.
    kind: journey
    journey: authorisation
    clock: working
    value: median(duration(placed, authorised))
    unit: h
    direction: down
    slices: [branch]

links:
  - {kpi: revenue, kind: identity, formula: orders * revenue_per_order}
  - kpi: orders
    kind: influence
    by: time_to_authorise
    lag: 2 weeks
    evidence: [{grade: asserted, source: Sales team}]

targets:
  revenue:
    kpi: revenue
    series: {2026-01: 1000, 2026-02: 1200}
""",
    "data/orders.csv": """\
order_id,ordered_at,authorised_at,branch,amount
A-1,2026-01-05 09:15,2026-01-05 11:40,North,120.00
A-2,2026-01-09 16:30,2026-01-12 09:10,South,310.50
A-3,2026-01-16 10:05,2026-01-16 10:50,North,89.90
A-4,2026-01-26 13:20,2026-01-28 15:00,South,540.00
A-5,2026-02-03 08:45,2026-02-03 17:30,North,210.00
A-6,2026-02-10 11:00,2026-02-11 09:30,South,75.25
A-7,2026-02-17 15:55,2026-02-18 08:20,North,660.00
A-8,2026-02-27 14:10,,South,150.00
A-9,2026-03-02 09:30,2026-03-02 12:15,North,330.00
""",
    ".gitignore": ".bizops/\n",
}
"""Content by path."""
