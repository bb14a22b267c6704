"""Orders that need a second pair of eyes: submitted in the shop, checked by the credit desk, decided in the ERP."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from bizops.demo.clock import DAY_S, END_OF_DATA_S, Seconds, WorkingTime, day_number
from bizops.demo.trade import Orders

NEEDS_APPROVAL_EUROS = 1600.0
"""Orders of rough value above this are submitted for authorisation (about one in five)."""
MEDIAN_WORK_S = 11 * 3600.0
SPREAD = 0.95
REJECTED, WITHDRAWN, RETURNED = 0.05, 0.03, 0.14
JAM_FIRST = date(2026, 6, 1)
JAM_FACTOR = 1.75
"""From June 2026 on the desk is short of people: everything takes this many times as long."""

AUTHORISED, REFUSED, TAKEN_BACK = 0, 1, 2


@dataclass(frozen=True)
class Cases:
    """One entry an order that needed authorisation. What lies after the end of the data has been seen by nobody."""

    order: NDArray[np.int64]
    submitted: Seconds
    checked: Seconds
    resubmitted: Seconds
    """-1 where the order was right the first time."""
    decided: Seconds
    outcome: NDArray[np.int64]

    def seen(self, moment: Seconds) -> NDArray[np.bool_]:
        """Which moments lie within the data."""
        return (moment >= 0) & (moment <= END_OF_DATA_S)


def authorise(rng: np.random.Generator, orders: Orders, desk: WorkingTime) -> Cases:
    """Working time from submission to decision is lognormal; the check lies on the way, a re-submission after it."""
    number = np.flatnonzero(orders.rough > NEEDS_APPROVAL_EUROS)
    submitted = np.minimum(orders.moment[number], END_OF_DATA_S)
    # The last case arrives with the closing bell, so that every reader of the data agrees on their last instant.
    submitted[np.argmax(submitted)] = END_OF_DATA_S
    count = len(number)
    outcome = rng.choice(3, count, p=[1 - REJECTED - WITHDRAWN, REJECTED, WITHDRAWN])
    again = rng.random(count) < RETURNED
    jam = np.where(submitted // DAY_S >= day_number(JAM_FIRST), JAM_FACTOR, 1.0)
    work = rng.lognormal(np.log(MEDIAN_WORK_S), SPREAD, count) * jam * np.where(again, 1.8, 1.0)
    work = np.maximum(work, 600.0)
    begun = desk.worked(submitted)
    check_share = rng.uniform(0.2, 0.5, count)
    checked = desk.moment(begun + check_share * work)
    resubmitted = np.where(again, desk.moment(begun + (check_share + 0.25) * work), -1)
    decided = desk.moment(begun + work)
    return Cases(number, submitted, checked, resubmitted, decided, outcome)


def booked_orders(orders: Orders, cases: Cases) -> NDArray[np.bool_]:
    """Which orders become sales: all but those that the data show as rejected or withdrawn."""
    booked = np.ones(len(orders.visit), dtype=np.bool_)
    refused = (cases.outcome != AUTHORISED) & cases.seen(cases.decided)
    booked[cases.order[refused]] = False
    return booked
