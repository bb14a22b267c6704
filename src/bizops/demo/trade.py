"""Visits and orders: whom the staff serve, day by day, and how much a branch would sell with and without version 5."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from bizops.demo.clock import DAY_S, DAYS, FIRST_DAY, Numbers, Seconds, all_days
from bizops.demo.company import BRANCHES, Branches, Customers, Roster

EFFECT_ON_REVENUE = 0.018
"""Version 5 raises net revenue per FTE by this share ..."""
EFFECT_LAG_DAYS = 42
"""... from this many days after a branch's roll-out."""
EFFECT_ON_VISITS = 0.012

VISITS_PER_FTE_DAY = 4.8
ABSENCE = 0.12
SATURDAY_SHARE = 0.55
CONVERSION = 0.20
REVENUE_PER_FTE_DAY = 1150.0
WEEKLY_NOISE = 0.02


@dataclass(frozen=True)
class Visits:
    """One entry a customer served by an employee, in the order of time."""

    moment: Seconds
    branch: NDArray[np.int64]
    employee: NDArray[np.int64]
    person: NDArray[np.int64]
    customer: NDArray[np.int64]
    """The number under which the person was found: their own or a duplicate."""

    @property
    def day(self) -> NDArray[np.int64]:
        """Day of each visit."""
        return self.moment // DAY_S


@dataclass(frozen=True)
class Rates:
    """Price of one Swiss franc in euros, by the Monday from which it holds, in ten-thousandths."""

    day: NDArray[np.int64]
    rate: NDArray[np.int64]

    def on(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rate that holds on each day."""
        return self.rate[np.searchsorted(self.day, day, side="right") - 1]


def season_on_days() -> Numbers:
    """Demand of each day against an ordinary one: Christmas, the January lull, a quiet summer, slow growth."""
    day_of_year = np.array([day.timetuple().tm_yday for day in all_days()], dtype=np.float64)
    christmas = 0.42 * np.exp(-(((day_of_year - 346) / 14.0) ** 2))
    lull = -0.12 * np.exp(-(((day_of_year - 22) / 16.0) ** 2))
    summer = -0.06 * np.exp(-(((day_of_year - 215) / 24.0) ** 2))
    growth = 0.004 * np.arange(DAYS) / 365.0
    return 1.0 + christmas + lull + summer + growth


def effect_on_days(branches: Branches, size: float, lag_days: int) -> Numbers:
    """Factor that version 5 puts on each branch and day."""
    treated = np.arange(DAYS)[None, :] >= branches.go_live_day[:, None] + lag_days
    return np.where(treated, 1.0 + size, 1.0)


def day_weight(branches: Branches) -> Numbers:
    """How much of an ordinary day each branch works: 1 on weekdays, less on Saturdays, 0 when closed."""
    seconds = np.array([hours.seconds for hours in branches.hours])
    return np.where(seconds == 0, 0.0, np.where(seconds < 6 * 3600, SATURDAY_SHARE, 1.0))


def receive_visits(
    rng: np.random.Generator, branches: Branches, roster: Roster, customers: Customers, scale: float
) -> Visits:
    """Poisson visits to the employees present, at uniform times within opening hours."""
    expected = (
        VISITS_PER_FTE_DAY
        * scale
        * day_weight(branches)
        * season_on_days()[None, :]
        * effect_on_days(branches, EFFECT_ON_VISITS, EFFECT_LAG_DAYS)
    )
    branch, employee, day = [], [], []
    days = np.arange(DAYS)
    for row in range(len(roster.employee)):
        employed = (days >= roster.start[row]) & (days < roster.end[row])
        present = employed & (rng.random(DAYS) >= ABSENCE)
        count = rng.poisson(expected[roster.branch[row]] * roster.fte[row] * present)
        day.append(np.repeat(days, count))
        branch.append(np.full(count.sum(), roster.branch[row]))
        employee.append(np.full(count.sum(), roster.employee[row]))
    day_of, branch_of, employee_of = np.concatenate(day), np.concatenate(branch), np.concatenate(employee)
    start = np.array([hours.start for hours in branches.hours])[branch_of, day_of]
    length = np.array([hours.seconds for hours in branches.hours])[branch_of, day_of] - 45 * 60
    moment = day_of * DAY_S + start + (rng.random(len(day_of)) * length).astype(np.int64)
    order = np.lexsort((employee_of, branch_of, moment))
    moment, branch_of, employee_of = moment[order], branch_of[order], employee_of[order]
    person = _choose_customers(rng, branch_of, customers)
    second = customers.second_number[person]
    customer = np.where((second >= 0) & (rng.random(len(person)) < 0.4), second, person)
    # Now and then the adviser opens both numbers of a person: two records of what was one customer.
    twice = np.flatnonzero((second >= 0) & (rng.random(len(person)) < 0.25))
    other = np.where(customer == person, second, person)[twice]
    record = np.concatenate([np.arange(len(person)), twice])
    moment = np.concatenate([moment, moment[twice] + 40])
    customer = np.concatenate([customer, other])
    by_time = np.lexsort((customer, employee_of[record], branch_of[record], moment))
    record = record[by_time]
    return Visits(moment[by_time], branch_of[record], employee_of[record], person[record], customer[by_time])


def _choose_customers(rng: np.random.Generator, branch: NDArray[np.int64], customers: Customers) -> NDArray[np.int64]:
    """Who comes: customers of the branch in proportion to how often they buy."""
    person = np.empty(len(branch), dtype=np.int64)
    for index in range(BRANCHES):
        own = np.flatnonzero(customers.branch == index)
        cumulative = np.cumsum(customers.weight[own])
        here = np.flatnonzero(branch == index)
        person[here] = own[np.searchsorted(cumulative, rng.random(len(here)) * cumulative[-1], side="right")]
    return person


def fix_rates(rng: np.random.Generator) -> Rates:
    """Weekly franc rates: a small random walk around 1.06 euros."""
    first_monday = FIRST_DAY - timedelta(days=FIRST_DAY.weekday())
    count = (DAYS + FIRST_DAY.weekday()) // 7 + 1
    walk = 1.06 + np.cumsum(rng.normal(0, 0.003, count))
    day = (first_monday - FIRST_DAY).days + 7 * np.arange(count)
    return Rates(day, np.rint(np.clip(walk, 0.98, 1.15) * 10_000).astype(np.int64))


def ordinary_revenue(rng: np.random.Generator, branches: Branches, roster: Roster, scale: float) -> Numbers:
    """Sales in euros that each branch would make with the old system; (branches, days).

    Only the sums of weeks matter. Holidays do not lessen them: who wants to buy comes on another day. Otherwise
    the regions' holidays would move a branch's month by four percent, more than twice the planted effect.
    """
    weekday = np.array([day.weekday() for day in all_days()])
    ordinary = (
        REVENUE_PER_FTE_DAY
        * scale
        * roster.fte_on_days()
        * np.array([1.0, 1.0, 1.0, 1.0, 1.0, SATURDAY_SHARE, 0.0])[weekday]
        * season_on_days()
        * branches.level[:, None]
        * (1 + branches.luck_on_days())
    )
    noise = np.exp(rng.normal(0, WEEKLY_NOISE, (BRANCHES, DAYS // 7 + 1)))
    noisy: Numbers = ordinary * noise[:, np.arange(DAYS) // 7]
    return noisy


@dataclass(frozen=True)
class Orders:
    """One entry an order: the visit it came from and its rough value in euros, before the weeks are filled to plan."""

    visit: NDArray[np.int64]
    moment: Seconds
    rough: Numbers


def place_orders(rng: np.random.Generator, visits: Visits, customers: Customers) -> Orders:
    """One visit in five ends with an order."""
    converted = np.flatnonzero(rng.random(len(visits.moment)) < CONVERSION)
    moment = visits.moment[converted] + rng.integers(8 * 60, 44 * 60, len(converted))
    rough = (
        rng.lognormal(6.6, 0.8, len(converted)) * np.array([1.0, 1.6, 2.0])[customers.segment[visits.person[converted]]]
    )
    return Orders(converted, moment, rough)
