"""The truth about authorisation, captured data, the history view and the quality of advice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bizops.demo import service
from bizops.demo.authorisation import AUTHORISED, REFUSED, TAKEN_BACK
from bizops.demo.clock import DAY_S, END_OF_DATA_S, Numbers
from bizops.demo.files import exported
from bizops.demo.truth_periods import MONTHS, Record, each_period, mean, quantile, share
from bizops.demo.world import World

LATE_AFTER_H = 30.0


def kaplan_meier_quantile(duration: Numbers, ended: NDArray[np.bool_], q: float) -> float | None:
    """Time by which a share *q* is done, open cases counted as not yet done (Kaplan and Meier 1958)."""
    times, done = np.unique(duration[ended], return_counts=True)
    at_risk = len(duration) - np.searchsorted(np.sort(duration), times, side="left")
    survival = np.cumprod(1 - done / at_risk)
    reached = np.flatnonzero(survival <= 1 - q + 1e-12)
    return float(times[reached[0]]) if len(reached) else None


def authorisation_time(world: World) -> Record:
    """Working hours from first submission to authorisation, by the month of submission, as the data's end sees it."""
    cases, desk = world.cases, world.desk
    submitted, decided = desk.worked(cases.submitted), desk.worked(cases.decided)
    seen = cases.seen(cases.decided)
    authorised = seen & (cases.outcome == AUTHORISED)
    still_open = ~seen
    hours = (np.where(seen, decided, desk.worked(np.array([END_OF_DATA_S]))) - submitted) / 3600.0
    clock_hours = (np.minimum(cases.decided, END_OF_DATA_S) - cases.submitted) / 3600.0
    final_hours = (decided - submitted) / 3600.0
    again = (cases.resubmitted >= 0) & cases.seen(cases.resubmitted)
    record: Record = {}
    for grain, label, rows_in in each_period(cases.submitted // DAY_S):
        done, waiting = rows_in & authorised, rows_in & still_open
        kept = done | waiting
        record.setdefault(grain, {})[label] = {
            "submitted": int(rows_in.sum()),
            "authorised": int(done.sum()),
            "rejected": int((rows_in & seen & (cases.outcome == REFUSED)).sum()),
            "withdrawn": int((rows_in & seen & (cases.outcome == TAKEN_BACK)).sum()),
            "open": int(waiting.sum()),
            "conversion": share(int(done.sum()), int(rows_in.sum())),
            "rework": share(int((rows_in & again).sum()), int(rows_in.sum())),
            "late_now": int((waiting & (hours > LATE_AFTER_H)).sum()),
            "naive_mean_h": mean(hours[done]),
            "naive_median_h": quantile(hours[done], 0.5),
            "median_h": kaplan_meier_quantile(hours[kept], authorised[kept], 0.5),
            "p90_h": kaplan_meier_quantile(hours[kept], authorised[kept], 0.9),
            "median_h_if_refusals_count_as_not_yet": kaplan_meier_quantile(hours[rows_in], authorised[rows_in], 0.5),
            "naive_median_clock_h": quantile(clock_hours[done], 0.5),
            "median_clock_h": kaplan_meier_quantile(clock_hours[kept], authorised[kept], 0.5),
            "mean_h_in_the_end": mean(final_hours[rows_in & (cases.outcome == AUTHORISED)]),
            "median_h_in_the_end": quantile(final_hours[rows_in & (cases.outcome == AUTHORISED)], 0.5),
        }
    last = record["month"][MONTHS[-1]]
    naive, final = last["naive_mean_h"], last["mean_h_in_the_end"]
    record["naive_mean_of_last_month_too_low_by"] = 1 - naive / final if naive is not None and final else None
    record["late_after_h"] = LATE_AFTER_H
    return record


def data_points(world: World) -> Record:
    """Validated changes per person with a visit in the year; and which share of what was typed is a placeholder."""
    changes, visits = world.changes, world.visits
    branch, day = visits.branch[changes.visit], changes.moment // DAY_S
    counted = changes.validated & np.isin(changes.kind, (0, 3))
    clean = changes.validated & (changes.kind == 0)
    filled = changes.kind != 2
    placeholder = changes.kind == 3
    record: Record = {}
    visit_periods = {label: rows_in for _, label, rows_in in each_period(visits.day)}
    for grain, label, rows_in in each_period(day):
        active = visit_periods[label]
        people = len(np.unique(visits.person[active]))
        record.setdefault(grain, {})[label] = {
            "captured": int((rows_in & counted).sum()),
            "active_persons": people,
            "per_active_person": share(int((rows_in & counted).sum()), people),
            "clean_per_active_person": share(int((rows_in & clean).sum()), people),
            "placeholder_share": share(int((rows_in & placeholder).sum()), int((rows_in & filled).sum())),
            "all_changes": int(rows_in.sum()),
        }
    record["branch"] = {}
    for n, code in enumerate(world.branches.code):
        own = branch == n
        for grain, label, rows_in in each_period(day):
            if grain == "fiscal_year":
                here = own & rows_in
                people = len(np.unique(visits.person[visit_periods[label] & (visits.branch == n)]))
                record["branch"].setdefault(code, {})[label] = {
                    "captured": int((here & counted).sum()),
                    "per_active_person": share(int((here & counted).sum()), people),
                    "placeholder_share": share(int((here & placeholder).sum()), int((here & filled).sum())),
                }
    return record


def history_view(world: World) -> Record:
    """Milliseconds from click to rendered of the views that reached the files; failed ones count against the share."""
    views, branches = world.views, world.branches
    arrived, late = exported(views)
    day, branch = views.moment // DAY_S, world.visits.branch[views.visit]
    ok = views.outcome == 0

    def figures(kept: NDArray[np.bool_]) -> Record:
        return {
            "views": int(kept.sum()),
            "rendered": int((kept & ok).sum()),
            "failed": int((kept & (views.outcome == 1)).sum()),
            "abandoned": int((kept & (views.outcome == 2)).sum()),
            "p50_ms": quantile(views.ms[kept & ok], 0.5),
            "p90_ms": quantile(views.ms[kept & ok], 0.9),
            "share_within_3s": share(int((kept & ok & (views.ms <= 3000)).sum()), int(kept.sum())),
        }

    record: Record = {}
    for grain, label, rows_in in each_period(day):
        record.setdefault(grain, {})[label] = figures(rows_in & arrived)
    record["release"] = {name: figures(arrived & (views.release == n)) for n, (name, _) in enumerate(service.RELEASES)}
    modern = views.release >= service.FIRST_MODERN_RELEASE
    record["v4"] = figures(arrived & ~modern)
    record["v5"] = figures(arrived & modern)
    record["v5_without_the_regression"] = figures(arrived & modern & (views.release != service.REGRESSION_RELEASE))
    record["branch"] = {code: figures(arrived & (branch == n)) for n, code in enumerate(branches.code)}
    record["late_day_rows"] = int(late.sum())
    return record


QUALITY_PARTS = {
    "mystery_shop_score": (0.35, 50.0, 95.0),
    "wrong_advice_share": (0.25, 0.03, 0.0),
    "complaint_share": (0.20, 0.02, 0.0),
    "protocol_completeness": (0.20, 0.50, 1.0),
}
"""Weight, value that scores 0, value that scores 100."""


def advice_quality(world: World) -> Record:
    """The parts of the index and the index (0 to 100), by fiscal quarter and year."""
    advice, bookings, visits = world.advice, world.bookings, world.visits
    wrong = (bookings.reason == 0) & (bookings.moment // DAY_S - bookings.sold // DAY_S <= 14)
    sale = bookings.reason < 0
    booking_rows = {label: r for _, label, r in each_period(bookings.moment // DAY_S)}
    complaint_rows = {label: r for _, label, r in each_period(advice.complaint_day)}
    protocol_rows = {label: r for _, label, r in each_period(visits.day[advice.protocol_visit])}
    record: Record = {"parts": {name: list(part) for name, part in QUALITY_PARTS.items()}}
    for grain, label, shops in each_period(advice.shop_day):
        here, protocols = booking_rows[label], protocol_rows[label]
        orders = len(np.unique(bookings.order[here & sale]))
        written = int(protocols.sum()) * advice.PROTOCOL_FIELDS
        parts = {
            "mystery_shop_score": mean(advice.shop_score[shops].astype(np.float64)),
            "wrong_advice_share": share(int((here & wrong).sum()), int((here & sale).sum())),
            "complaint_share": share(int(complaint_rows[label].sum()), orders),
            "protocol_completeness": share(int(advice.protocol_filled[protocols].sum()), written),
        }
        record.setdefault(grain, {})[label] = {**parts, "index": index_of(parts)}
    return record


def index_of(parts: dict[str, float | None]) -> float | None:
    """Weighted mean of the parts' scores, each held between 0 and 100; no value when a part is missing."""
    total = 0.0
    for name, (weight, worst, best) in QUALITY_PARTS.items():
        value = parts[name]
        if value is None:
            return None
        total += weight * 100.0 * min(1.0, max(0.0, (value - worst) / (best - worst)))
    return total
