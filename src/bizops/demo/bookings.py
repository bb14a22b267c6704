"""Booked lines: amounts that fill each branch's week to what it is meant to sell, and lines that come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bizops.demo.clock import DAY_S, DAYS, END_OF_DATA_S, Numbers, Seconds, month_of_day
from bizops.demo.company import BRANCHES, Branches, Customers
from bizops.demo.trade import EFFECT_LAG_DAYS, EFFECT_ON_REVENUE, Orders, Rates, Visits, effect_on_days

RETURN_SHARE = 0.05
VAT = {"DE": 0.19, "AT": 0.20}
PRODUCT_GROUPS = ("furniture", "lighting", "appliances", "textiles", "services")
RETURN_REASONS = ("not as advised", "defect", "changed mind")


@dataclass(frozen=True)
class Bookings:
    """One entry a booked line: a sale (positive) or a return (negative); cents of the customer's currency."""

    order: NDArray[np.int64]
    line: NDArray[np.int64]
    visit: NDArray[np.int64]
    moment: Seconds
    sold: Seconds
    branch: NDArray[np.int64]
    employee: NDArray[np.int64]
    person: NDArray[np.int64]
    customer: NDArray[np.int64]
    group: NDArray[np.int64]
    swiss: NDArray[np.bool_]
    net: NDArray[np.int64]
    list_net: NDArray[np.int64]
    vat: NDArray[np.int64]
    reason: NDArray[np.int64]
    """Index into the return reasons, -1 for a sale."""


@dataclass(frozen=True)
class _Returns:
    """Which lines come back, when, and why; one entry a line, meaningful where ``chosen``."""

    chosen: NDArray[np.bool_]
    moment: Seconds
    reason: NDArray[np.int64]


def book_sales(
    rng: np.random.Generator,
    branches: Branches,
    customers: Customers,
    visits: Visits,
    orders: Orders,
    booked: NDArray[np.bool_],
    ordinary: Numbers,
    rates: Rates,
) -> Bookings:
    """Lines of the orders that were not rejected, and the returns."""
    number = np.flatnonzero(booked)
    lines = 1 + rng.poisson(0.6, len(number))
    order = np.repeat(number, lines)
    line = np.arange(len(order)) - np.repeat(np.cumsum(lines) - lines, lines) + 1
    visit = orders.visit[order]
    moment, branch, person = orders.moment[order], visits.branch[visit], visits.person[visit]
    rough = orders.rough[order] * rng.uniform(0.4, 1.6, len(order)) / lines.repeat(lines)
    returns = _returns(rng, branches, branch, moment, rough)
    plan = ordinary * effect_on_days(branches, EFFECT_ON_REVENUE, EFFECT_LAG_DAYS)
    euros = rough * _fill(branch, moment // DAY_S, rough, returns, plan)
    swiss = customers.swiss[person]
    net = np.rint(100 * np.where(swiss, euros * 10_000 / rates.on(moment // DAY_S), euros)).astype(np.int64)
    discount = np.clip(rng.normal(0.06, 0.03, len(order)), 0, 0.3)
    discount += np.where(moment // DAY_S >= branches.go_live_day[branch], 0.006, 0.0)
    austrian = branch >= BRANCHES * 2 // 3
    sales = Bookings(
        order=order,
        line=line,
        visit=visit,
        moment=moment,
        sold=moment,
        branch=branch,
        employee=visits.employee[visit],
        person=person,
        customer=visits.customer[visit],
        group=rng.choice(len(PRODUCT_GROUPS), len(order), p=[0.3, 0.2, 0.25, 0.15, 0.1]),
        swiss=swiss,
        net=net,
        list_net=np.rint(net / (1 - discount)).astype(np.int64),
        vat=np.rint(net * np.where(austrian, VAT["AT"], VAT["DE"])).astype(np.int64),
        reason=np.full(len(order), -1),
    )
    return _with_returns(sales, returns)


def _returns(
    rng: np.random.Generator, branches: Branches, branch: NDArray[np.int64], moment: Seconds, rough: Numbers
) -> _Returns:
    """One line in twenty comes back on an open day; with version 5, fewer of these as not as advised."""
    count = len(branch)
    modern = moment // DAY_S >= branches.go_live_day[branch]
    reason = np.where(rng.random(count) < np.where(modern, 0.30, 0.36), 0, rng.integers(1, 3, count))
    wait = np.where(reason == 0, rng.integers(1, 21, count), rng.integers(2, 45, count))
    open_seconds = np.array([hours.seconds for hours in branches.hours])
    next_open = np.array(
        [
            np.append(days, DAYS)[np.searchsorted(days, np.arange(DAYS + 60))]
            for days in map(np.flatnonzero, open_seconds)
        ]
    )
    day = next_open[branch, moment // DAY_S + wait]
    chosen = (rng.random(count) < RETURN_SHARE) & (day < DAYS)
    day = np.minimum(day, DAYS - 1)
    start = np.array([hours.start for hours in branches.hours])[branch, day]
    back = day * DAY_S + start + (rng.random(count) * open_seconds[branch, day]).astype(np.int64)
    return _Returns(chosen & (back <= END_OF_DATA_S), back, reason)


def _fill(
    branch: NDArray[np.int64], day: NDArray[np.int64], rough: Numbers, returns: _Returns, plan: Numbers
) -> Numbers:
    """Factor for each line that makes a branch's week, less its returns, add up to its plan.

    Weeks are cut where a month ends. Amounts drawn by lot alone would move a branch's month by ten percent, and no
    method could find an effect of two. What comes back depends on earlier weeks' factors: a few rounds settle it.
    """
    span_of_day = np.unique(month_of_day() * DAYS + np.arange(DAYS) // 7, return_inverse=True)[1]
    shape = (BRANCHES, int(span_of_day.max()) + 1)
    planned, drawn = np.zeros(shape), np.zeros(shape)
    np.add.at(planned.T, span_of_day, plan.T)
    sold_in = (branch, span_of_day[day])
    np.add.at(drawn, sold_in, rough)
    back = returns.chosen
    back_in = (branch[back], span_of_day[returns.moment[back] // DAY_S])
    factor: Numbers = np.ones(len(branch))
    for _ in range(8):
        came_back = np.zeros(shape)
        np.add.at(came_back, back_in, (rough * factor)[back])
        factor = ((planned + came_back) / np.maximum(drawn, 1e-9))[sold_in]
    return factor


def _with_returns(sales: Bookings, returns: _Returns) -> Bookings:
    """The sales and, as negative lines, what comes back of them, in the order of time."""
    row = np.concatenate([np.arange(len(sales.order)), np.flatnonzero(returns.chosen)])
    comes_back = np.arange(len(row)) >= len(sales.order)
    when = np.where(comes_back, returns.moment[row], sales.moment[row])
    by_time = np.lexsort((comes_back, sales.line[row], sales.order[row], when))
    row, comes_back, when = row[by_time], comes_back[by_time], when[by_time]
    sign = np.where(comes_back, -1, 1)
    return Bookings(
        order=sales.order[row],
        line=sales.line[row],
        visit=sales.visit[row],
        moment=when,
        sold=sales.sold[row],
        branch=sales.branch[row],
        employee=sales.employee[row],
        person=sales.person[row],
        customer=sales.customer[row],
        group=sales.group[row],
        swiss=sales.swiss[row],
        net=sign * sales.net[row],
        list_net=sign * sales.list_net[row],
        vat=sign * sales.vat[row],
        reason=np.where(comes_back, returns.reason[row], -1),
    )
