"""Periods of the truth: months ``2025-03``, fiscal quarters ``FY2025-Q1`` and fiscal years ``FY2025``."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bizops.demo import company
from bizops.demo.clock import Numbers, month_label, month_of_day
from bizops.demo.world import World

MONTHS = [month_label(n) for n in range(24)]
YEARS = ("FY2025", "FY2026")
Record = dict[str, Any]
Integers = NDArray[np.int64]


def by_period(world: World, day: Integers, amount: Numbers | Integers, branch: Integers | None = None) -> Record:
    """Sums by month and fiscal year, and by branch where the branch of each row is given."""
    month = month_of_day()[day]
    record: Record = {
        "month": {name: float(amount[month == n].sum()) for n, name in enumerate(MONTHS)},
        "fiscal_year": {name: float(amount[month // 12 == n].sum()) for n, name in enumerate(YEARS)},
    }
    if branch is not None:
        totals = np.zeros((company.BRANCHES, 24))
        np.add.at(totals, (branch, month), amount)
        record["branch"] = {
            code: {
                "month": dict(zip(MONTHS, totals[n].tolist(), strict=True)),
                "fiscal_year": {name: float(totals[n, 12 * y : 12 * y + 12].sum()) for y, name in enumerate(YEARS)},
            }
            for n, code in enumerate(world.branches.code)
        }
    return record


def each_period(day: Integers) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Grain, label and rows of every month, fiscal quarter and fiscal year."""
    month = month_of_day()[day]
    periods = [("month", name, month == n) for n, name in enumerate(MONTHS)]
    periods += [
        ("fiscal_quarter", f"{YEARS[n // 4]}-Q{n % 4 + 1}", month // 3 == n)  # July to September is the first
        for n in range(8)
    ]
    periods += [("fiscal_year", name, month // 12 == n) for n, name in enumerate(YEARS)]
    return periods


def share(part: int | float, whole: int | float) -> float | None:
    """A ratio of sums; no value where there is nothing to divide by."""
    return float(part) / float(whole) if whole else None


def mean(values: Numbers) -> float | None:
    """Arithmetic mean; no value for nothing."""
    return float(values.mean()) if len(values) else None


def quantile(values: Numbers | Integers, q: float) -> float | None:
    """Continuous, linear interpolation (Hyndman and Fan's type 7)."""
    return float(np.quantile(values, q)) if len(values) else None
