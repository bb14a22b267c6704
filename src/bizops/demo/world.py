"""The whole company in memory: everything that happened, before anything is written or measured."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bizops.demo.authorisation import Cases, authorise, booked_orders
from bizops.demo.bookings import Bookings, book_sales
from bizops.demo.clock import WorkingTime, opening, working_time
from bizops.demo.company import Branches, Customers, Roster, choose_waves, found_branches, hire_staff, sign_up_customers
from bizops.demo.service import Advice, Changes, Views, capture_data, judge_advice, view_histories
from bizops.demo.trade import (
    Orders,
    Rates,
    Visits,
    fix_rates,
    ordinary_revenue,
    place_orders,
    receive_visits,
)

CREDIT_DESK = "DE-BE"
"""The credit desk sits in Berlin; its working hours and holidays count for authorisation."""


@dataclass(frozen=True)
class World:
    """What there is and what happened."""

    branches: Branches
    roster: Roster
    customers: Customers
    rates: Rates
    visits: Visits
    orders: Orders
    cases: Cases
    bookings: Bookings
    views: Views
    changes: Changes
    advice: Advice
    desk: WorkingTime


def create_world(seed: int, scale: float) -> World:
    """Lets two years happen. Each part draws from its own stream, so that a change in one leaves the others alone."""
    streams = iter(np.random.default_rng(np.random.SeedSequence(seed)).spawn(13))
    founded = found_branches(next(streams))
    roster = hire_staff(next(streams), founded)
    ordinary = ordinary_revenue(next(streams), founded, roster, scale)
    branches = choose_waves(next(streams), founded, roster, ordinary)
    customers = sign_up_customers(next(streams), branches, scale)
    rates = fix_rates(next(streams))
    visits = receive_visits(next(streams), branches, roster, customers, scale)
    orders = place_orders(next(streams), visits, customers)
    desk = working_time(opening(CREDIT_DESK))
    cases = authorise(next(streams), orders, desk)
    bookings = book_sales(
        next(streams), branches, customers, visits, orders, booked_orders(orders, cases), ordinary, rates
    )
    views = view_histories(next(streams), branches, customers, visits)
    changes = capture_data(next(streams), visits)
    advice = judge_advice(next(streams), branches, visits, bookings)
    return World(branches, roster, customers, rates, visits, orders, cases, bookings, views, changes, advice, desk)
