"""What is true in the simulated data, computed from the company in memory with nothing but numpy.

``truth.json`` is the yardstick of the tests: none of it passes through the model, the lake or an engine. Amounts are in
euros, times as their names say, shares between 0 and 1. Months are ``2025-03``, fiscal years ``FY2025`` (July 2024 to
June 2025).
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bizops.demo import authorisation, company, service, trade
from bizops.demo.authorisation import AUTHORISED, REFUSED, TAKEN_BACK
from bizops.demo.clock import END_OF_DATA_S, utc_micros
from bizops.demo.files import LATE_BRANCH, LATE_DAYS, LATE_MONTH, REDELIVERED, TORN_MONTHS, exported
from bizops.demo.service import EXPORTER_DOWN, EXPORTER_LATE
from bizops.demo.truth_of_sales import (
    average_fte,
    conversion,
    customers_per_employee_day,
    discount_share,
    effect,
    net_revenue,
    per_fte,
)
from bizops.demo.truth_of_service import advice_quality, authorisation_time, data_points, history_view
from bizops.demo.truth_periods import Record
from bizops.demo.world import World


def write_truth(world: World, target: Path, *, seed: int, scale: float) -> None:
    """Writes ``truth.json``."""
    revenue, fte = net_revenue(world), average_fte(world)
    record: Record = {
        "seed": seed,
        "scale": scale,
        "data_end_utc_s": int(utc_micros(np.array([END_OF_DATA_S]))[0] // 1_000_000),
        "planted": planted(world),
        "rows": rows(world),
        "net_revenue": revenue,
        "average_fte": fte,
        "revenue_per_fte": per_fte(revenue, fte),
        "customers_per_employee_day": customers_per_employee_day(world),
        "conversion": conversion(world),
        "authorisation": authorisation_time(world),
        "data_points": data_points(world),
        "history_view": history_view(world),
        "advice_quality": advice_quality(world),
        "discount_share": discount_share(world),
        "effect": effect(world, revenue, fte),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True)
    (target / "truth.json").write_text(text + "\n", encoding="utf-8")


def planted(world: World) -> Record:
    """What was put into the data on purpose."""
    branches = world.branches
    return {
        "effect_on_revenue": trade.EFFECT_ON_REVENUE,
        "effect_on_visits": trade.EFFECT_ON_VISITS,
        "effect_lag_days": trade.EFFECT_LAG_DAYS,
        "waves": {
            str(n + 1): {
                "start": str(start),
                "branches": [c for c, w in zip(branches.code, branches.wave, strict=True) if w == n + 1],
            }
            for n, start in enumerate(company.WAVE_STARTS)
        },
        "selection_period": [str(company.DIP_FIRST), str(company.DIP_LAST)],
        "history_p90_ms": {"v4": service.P90_MS[4], "v5": service.P90_MS[5]},
        "regression": {
            "release": "5.2.1",
            "wave": service.REGRESSION_WAVE,
            "first": str(service.REGRESSION_FIRST),
            "last": str(service.REGRESSION_LAST),
            "more_lines_than": service.REGRESSION_LINES,
            "ms_per_line": service.REGRESSION_MS_PER_LINE,
        },
        "exporter_down": [str(day) for day in EXPORTER_DOWN],
        "exporter_late": str(EXPORTER_LATE),
        "late_sales": {
            "month": f"{LATE_MONTH:%Y-%m}",
            "branch": branches.code[LATE_BRANCH],
            "days": [str(day) for day in LATE_DAYS],
        },
        "redelivered_visits": [str(day) for day in REDELIVERED],
        "torn_lines": list(TORN_MONTHS),
        "small_branch": branches.code[company.SMALL_BRANCH],
        "gaming_branch": branches.code[company.GAMING_BRANCH],
        "wrong_direction_kpi": "discount_share",
        "jam_since": str(authorisation.JAM_FIRST),
    }


def rows(world: World) -> Record:
    """Rows of each source after duplicates are recognised and torn lines set aside."""
    cases = world.cases
    arrived, _ = exported(world.views)
    seen = {
        name: int((mask & cases.seen(moment)).sum())
        for name, mask, moment in (
            ("submitted", cases.submitted >= 0, cases.submitted),
            ("resubmitted", cases.resubmitted >= 0, cases.resubmitted),
            ("withdrawn", cases.outcome == TAKEN_BACK, cases.decided),
            ("checked", cases.checked >= 0, cases.checked),
            ("authorised", cases.outcome == AUTHORISED, cases.decided),
            ("rejected", cases.outcome == REFUSED, cases.decided),
        )
    }
    return {
        "branches": company.BRANCHES,
        "roster": len(world.roster.employee),
        "customers": world.customers.count + int((world.customers.second_number >= 0).sum()),
        "persons": world.customers.count,
        "sales": len(world.bookings.order),
        "visits": len(world.visits.moment),
        "history_views": int(arrived.sum()),
        "profile_changes": len(world.changes.visit),
        "mystery_shops": len(world.advice.shop_day),
        "complaints": len(world.advice.complaint_day),
        "advice_protocols": len(world.advice.protocol_visit),
        "order_events": seen,
        "quarantined_sales": len(TORN_MONTHS),
    }
