"""What surrounds the sale: the purchase-history view, customer data captured, and what is known of the advice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bizops.demo.bookings import Bookings
from bizops.demo.clock import DAY_S, DAYS, Numbers, Seconds, day_number
from bizops.demo.company import BRANCHES, GAMING_BRANCH, Branches, Customers
from bizops.demo.trade import Visits

VIEW_SHARE = 0.72
P90_MS = {4: 9400.0, 5: 3100.0}
"""90th percentile of the purchase-history view by version of the sales system."""
VIEW_SPREAD = 0.55
Z90 = 1.2815515655446004
FAILED = 0.008
ABANDONED = {4: 0.015, 5: 0.005}

REGRESSION_FIRST, REGRESSION_LAST = date(2026, 2, 9), date(2026, 2, 20)
"""history-svc 5.2.1 runs in wave 3 between these days: one query for each line of a customer's history."""
REGRESSION_WAVE = 3
REGRESSION_LINES = 40
REGRESSION_MS_PER_LINE = 70.0

EXPORTER_DOWN = (date(2025, 11, 18), date(2025, 11, 19))
EXPORTER_LATE = date(2026, 3, 10)

RELEASES = (
    ("4.8.2", date(2024, 7, 1)),
    ("4.9.0", date(2025, 2, 3)),
    ("5.0.0", date(2025, 9, 1)),
    ("5.1.0", date(2025, 11, 3)),
    ("5.2.0", date(2026, 1, 12)),
    ("5.2.1", REGRESSION_FIRST),
    ("5.2.2", date(2026, 2, 21)),
)
"""history-svc. 5.2.1 went to wave 3 alone; 5.2.2 went to everybody on version 5."""
REGRESSION_RELEASE = 5
FIRST_MODERN_RELEASE = 2


@dataclass(frozen=True)
class Views:
    """One entry a click on 'history'. ``ms`` is 0 where nothing was ever rendered."""

    visit: NDArray[np.int64]
    moment: Seconds
    release: NDArray[np.int64]
    ms: NDArray[np.int64]
    outcome: NDArray[np.int64]

    OUTCOMES = ("ok", "failed", "abandoned")


def release_on_days(branches: Branches) -> NDArray[np.int64]:
    """Which release each branch runs on each day; (branches, days)."""
    running = np.zeros((BRANCHES, DAYS), dtype=np.int64)
    for index, (_, start) in enumerate(RELEASES):
        first = np.full(BRANCHES, day_number(start))
        if index >= FIRST_MODERN_RELEASE:
            first = np.maximum(first, branches.go_live_day)
        if index == REGRESSION_RELEASE:
            first = np.where(branches.wave == REGRESSION_WAVE, first, DAYS)
        running[np.arange(DAYS)[None, :] >= first[:, None]] = index
    return running


def view_histories(rng: np.random.Generator, branches: Branches, customers: Customers, visits: Visits) -> Views:
    """Most advisers open the purchase history right after the greeting."""
    visit = np.flatnonzero(rng.random(len(visits.moment)) < VIEW_SHARE)
    moment = visits.moment[visit] + rng.integers(20, 240, len(visit))
    day, branch = moment // DAY_S, visits.branch[visit]
    modern = day >= branches.go_live_day[branch]
    release = release_on_days(branches)[branch, day]
    median = np.where(modern, P90_MS[5], P90_MS[4]) * np.exp(-Z90 * VIEW_SPREAD)
    ms = median * np.exp(VIEW_SPREAD * rng.normal(size=len(visit)))
    lines = customers.history_lines[visits.person[visit]]
    slow = (release == REGRESSION_RELEASE) & (lines > REGRESSION_LINES)
    ms += np.where(slow, REGRESSION_MS_PER_LINE * lines, 0.0)
    chance = rng.random(len(visit))
    abandoned = chance < np.where(modern, ABANDONED[5], ABANDONED[4])
    outcome = np.where(chance > 1 - FAILED, 1, np.where(abandoned, 2, 0))
    return Views(visit, moment, release, np.where(outcome == 0, np.rint(ms), 0).astype(np.int64), outcome)


FIELDS = ("birth date", "phone", "e-mail", "room size", "style", "household", "consent")
PURPOSES = ("identification", "contact", "contact", "advice", "advice", "advice", "marketing")
PLACEHOLDERS = ("01.01.1900", "n/a", "unknown", "000000")


@dataclass(frozen=True)
class Changes:
    """One entry a value typed into a customer's profile."""

    visit: NDArray[np.int64]
    moment: Seconds
    field: NDArray[np.int64]
    kind: NDArray[np.int64]
    """0 a real new value, 1 the old value again, 2 empty, 3 a placeholder."""
    placeholder: NDArray[np.int64]
    validated: NDArray[np.bool_]


def capture_data(rng: np.random.Generator, visits: Visits) -> Changes:
    """Three visits in ten leave a data point; branch 17 types twice as much, a third of it placeholders."""
    gaming = visits.branch == GAMING_BRANCH
    visit = np.flatnonzero(rng.random(len(gaming)) < np.where(gaming, 0.60, 0.30))
    gaming = gaming[visit]
    count = len(visit)
    moment = visits.moment[visit] + rng.integers(120, 900, count)
    chance = rng.random(count)
    placeholder_share = np.where(gaming, 0.38, 0.02)
    kind = np.select(
        [chance < placeholder_share, chance < placeholder_share + 0.06, chance < placeholder_share + 0.09], [3, 1, 2], 0
    )
    validated = rng.random(count) < np.where(kind == 3, 0.9, 0.88)
    return Changes(visit, moment, rng.integers(0, len(FIELDS), count), kind, rng.integers(0, 4, count), validated)


@dataclass(frozen=True)
class Advice:
    """What is known of the quality of advice: mystery shops, complaints, protocols."""

    shop_day: NDArray[np.int64]
    shop_branch: NDArray[np.int64]
    shop_score: NDArray[np.int64]
    complaint_order: NDArray[np.int64]
    """Row of the booking that is complained about."""
    complaint_day: NDArray[np.int64]
    complaint_advice: NDArray[np.bool_]
    protocol_visit: NDArray[np.int64]
    protocol_filled: NDArray[np.int64]

    PROTOCOL_FIELDS = 8


def judge_advice(rng: np.random.Generator, branches: Branches, visits: Visits, bookings: Bookings) -> Advice:
    """Three mystery shops a branch and quarter, one complaint in ninety sales, a protocol for one visit in six."""
    quarters = 8
    shop_branch = np.tile(np.repeat(np.arange(BRANCHES), 3), quarters)
    quarter = np.repeat(np.arange(quarters), BRANCHES * 3)
    shop_day = np.minimum(quarter * 91 + rng.integers(2, 88, len(quarter)), DAYS - 1)
    modern = shop_day >= branches.go_live_day[shop_branch]
    talent: Numbers = rng.normal(0, 2.0, BRANCHES)
    score = 71 + talent[shop_branch] + np.where(modern, 2.5, 0.0) + rng.normal(0, 9, len(quarter))
    order = np.argsort(shop_day, kind="stable")

    sales = np.flatnonzero((bookings.reason < 0) & (bookings.line == 1))
    complained = sales[rng.random(len(sales)) < 1 / 90]
    complaint_day = bookings.moment[complained] // DAY_S + rng.integers(1, 20, len(complained))
    kept = complaint_day < DAYS
    complained, complaint_day = complained[kept], complaint_day[kept]
    by_day = np.argsort(complaint_day, kind="stable")

    protocol = np.flatnonzero(rng.random(len(visits.moment)) < 1 / 6)
    fluent = visits.moment[protocol] // DAY_S >= branches.go_live_day[visits.branch[protocol]]
    filled = rng.binomial(Advice.PROTOCOL_FIELDS, np.where(fluent, 0.84, 0.78))
    return Advice(
        shop_day[order],
        shop_branch[order],
        np.clip(np.rint(score[order]), 0, 100).astype(np.int64),
        complained[by_day],
        complaint_day[by_day],
        rng.random(len(by_day)) < 0.45,
        protocol,
        filled,
    )
