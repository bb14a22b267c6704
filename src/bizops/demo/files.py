"""Writes the company's data as its systems would: by month or quarter, with the flaws of real life."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bizops.demo.authorisation import AUTHORISED, REFUSED, TAKEN_BACK
from bizops.demo.bookings import PRODUCT_GROUPS, RETURN_REASONS
from bizops.demo.clock import (
    DAY_S,
    DAYS,
    FIRST_DAY,
    REGIONS,
    Seconds,
    day_number,
    local_micros,
    month_label,
    month_of_day,
    utc_micros,
)
from bizops.demo.company import CITIES, SEGMENTS, WAVE_STARTS
from bizops.demo.service import (
    EXPORTER_DOWN,
    EXPORTER_LATE,
    FIELDS,
    PLACEHOLDERS,
    PURPOSES,
    REGRESSION_WAVE,
    RELEASES,
    Advice,
    Views,
)
from bizops.demo.world import World

LATE_MONTH = date(2026, 2, 1)
LATE_BRANCH = 4
LATE_DAYS = (date(2026, 2, 26), date(2026, 2, 27), date(2026, 2, 28))
"""Sales of one branch on these days arrive in a file of their own, after the month was closed."""
REDELIVERED = (date(2025, 10, 1), date(2025, 10, 15))
"""Visits between these days are delivered a second time."""
TORN_MONTHS = ("2025-03", "2025-05")
"""Each of these months' sales files holds one line that was cut while it was written."""

Names = Sequence[str] | NDArray[np.str_]
Rows = NDArray[np.bool_]


def write_files(world: World, target: Path) -> None:
    """Writes every file of the company under *target*."""
    for folder in ("sales", "visits", "history_views", "orders", "profile_changes", "late"):
        (target / folder).mkdir(parents=True, exist_ok=True)
    _write_masters(world, target)
    _write_sales(world, target)
    _write_visits(world, target)
    _write_views(world, target)
    _write_orders(world, target)
    _write_changes(world, target)
    _write_advice(world, target)


def pick(names: Names, index: NDArray[np.int64]) -> pa.Array:
    """Names by number; a negative number gives no value."""
    indices = pa.array(index, mask=index < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string())).cast(pa.string())


def numbered(prefix: str, width: int, number: NDArray[np.int64]) -> pa.Array:
    """Identifiers such as ``E0042``."""
    unique, position = np.unique(number, return_inverse=True)
    return pick([f"{prefix}{n:0{width}d}" for n in unique.tolist()], position.astype(np.int64))


def local_time(moment: Seconds) -> pa.Array:
    """Clock time without offset."""
    return pa.array(local_micros(moment), pa.timestamp("us")).cast(pa.timestamp("s"))


def utc_time(moment: Seconds) -> pa.Array:
    """Time with offset."""
    return pa.array(utc_micros(moment), pa.timestamp("us", tz="UTC"))


def days(number: NDArray[np.int64]) -> pa.Array:
    """Dates; a day after the last one gives no value."""
    epoch = (FIRST_DAY - date(1970, 1, 1)).days
    return pa.array((number + epoch).astype(np.int32), pa.date32(), mask=number >= DAYS)


def euros(cents: NDArray[np.int64]) -> pa.Array:
    """Cents as a number with at most two digits after the point."""
    return pa.array(cents / 100.0)


def _csv(table: Mapping[str, pa.Array] | pa.Table, path: Path) -> None:
    whole = table if isinstance(table, pa.Table) else pa.table(dict(table))
    pacsv.write_csv(whole, path, pacsv.WriteOptions(quoting_style="none"))


def _parquet(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd", row_group_size=100_000)


def _by_quarter(day: NDArray[np.int64], write: Callable[[str, Rows], None]) -> None:
    """Calls *write* with the name and the rows of each quarter, such as ``2024-Q3``."""
    month = month_of_day()[day]
    for quarter in range(8):
        year, number = divmod(2 + quarter, 4)
        write(f"{2024 + year}-Q{number + 1}", month // 3 == quarter)


def _write_masters(world: World, target: Path) -> None:
    branches, customers, roster = world.branches, world.customers, world.roster
    _csv(
        {
            "branch": pa.array(branches.code),
            "title": pa.array(CITIES),
            "country": pick([region[:2] for region in REGIONS], branches.region),
            "region": pick(REGIONS, branches.region),
            "wave": pa.array(branches.wave),
            "v5_since": days(branches.go_live_day),
        },
        target / "branches.csv",
    )
    _csv(
        {
            "employee": numbered("E", 4, roster.employee),
            "branch": pick(branches.code, roster.branch),
            "fte": pa.array(roster.fte),
            "valid_from": days(roster.start),
            "valid_to": days(roster.end),
        },
        target / "roster.csv",
    )
    person = np.arange(customers.count)
    twin = np.flatnonzero(customers.second_number >= 0)
    everyone = np.concatenate([person, twin])
    _csv(
        {
            "customer": numbered("C", 6, np.concatenate([person, customers.second_number[twin]])),
            "home_branch": pick(branches.code, customers.branch[everyone]),
            "segment": pick(SEGMENTS, customers.segment[everyone]),
            "currency": pick(("EUR", "CHF"), customers.swiss[everyone].astype(np.int64)),
            "history_lines": pa.array(customers.history_lines[everyone]),
        },
        target / "customers.csv",
    )
    _csv(
        {"customer": numbered("C", 6, customers.second_number[twin]), "person": numbered("C", 6, twin)},
        target / "customer_merges.csv",
    )
    _csv(
        {
            "currency": pa.array(["CHF"] * len(world.rates.day)),
            "date": pa.array([FIRST_DAY + timedelta(days=int(n)) for n in world.rates.day]),
            "rate": pa.array(world.rates.rate / 10_000.0),
        },
        target / "fx.csv",
    )
    deployments = [("history-svc", name, "all", start) for name, start in RELEASES]
    deployments[5] = ("history-svc", "5.2.1", f"wave {REGRESSION_WAVE}", RELEASES[5][1])
    deployments += [("sales-app", "5.0", f"wave {n + 1}", start) for n, start in enumerate(WAVE_STARTS)]
    service, version, scope, start = zip(*sorted(deployments, key=lambda row: (row[3], row[0], row[1])), strict=True)
    _csv(
        {
            "service": pa.array(service),
            "version": pa.array(version),
            "scope": pa.array(scope),
            "deployed_on": pa.array(start),
        },
        target / "releases.csv",
    )


def _write_sales(world: World, target: Path) -> None:
    bookings = world.bookings
    returned = bookings.reason >= 0
    order, line = numbered("A", 6, bookings.order).to_numpy(False), bookings.line.astype(str)
    ending = np.where(returned, "R", "")
    table = pa.table(
        {
            "booking": pa.array([f"{a}-{n}{e}" for a, n, e in zip(order, line, ending, strict=True)]),
            "kind": pick(("sale", "return"), returned.astype(np.int64)),
            "booked_at": local_time(bookings.moment),
            "sold_at": local_time(bookings.sold),
            "branch": pick(world.branches.code, bookings.branch),
            "employee": numbered("E", 4, bookings.employee),
            "customer": numbered("C", 6, bookings.customer),
            "order": pa.array(order, pa.string()),
            "visit": numbered("V", 6, bookings.visit),
            "product_group": pick(PRODUCT_GROUPS, bookings.group),
            "net": euros(bookings.net),
            "list_net": euros(bookings.list_net),
            "vat": euros(bookings.vat),
            "currency": pick(("EUR", "CHF"), bookings.swiss.astype(np.int64)),
            "reason": pick(RETURN_REASONS, bookings.reason),
        }
    )
    day = bookings.moment // DAY_S
    late = (bookings.branch == LATE_BRANCH) & np.isin(day, [day_number(d) for d in LATE_DAYS])
    month = month_of_day()[day]
    for number in range(24):
        label = month_label(number)
        path = target / "sales" / f"{label}.csv"
        _csv(table.filter(pa.array((month == number) & ~late)), path)
        if label in TORN_MONTHS:
            _tear(path)
    _csv(table.filter(pa.array(late)), target / "late" / f"sales_{LATE_MONTH:%Y-%m}.csv")


def _tear(path: Path) -> None:
    """Puts the first half of the middle line before it, as a writer leaves it that died and began again."""
    lines = path.read_bytes().split(b"\n")
    middle = len(lines) // 2
    lines.insert(middle, lines[middle][: len(lines[middle]) // 2])
    path.write_bytes(b"\n".join(lines))


def _write_visits(world: World, target: Path) -> None:
    visits = world.visits
    table = pa.table(
        {
            "visit": numbered("V", 6, np.arange(len(visits.moment))),
            "started_at": utc_time(visits.moment),
            "branch": pick(world.branches.code, visits.branch),
            "employee": numbered("E", 4, visits.employee),
            "customer": numbered("C", 6, visits.customer),
        }
    )
    _by_quarter(
        visits.day, lambda name, rows: _parquet(table.filter(pa.array(rows)), target / "visits" / f"{name}.parquet")
    )
    first, last = (day_number(day) for day in REDELIVERED)
    again = (visits.day >= first) & (visits.day <= last)
    _parquet(table.filter(pa.array(again)), target / "visits" / "redelivery_2025-10.parquet")


def exported(views: Views) -> tuple[Rows, Rows]:
    """Which views reached the files at all, and which of these arrived late."""
    day = views.moment // DAY_S
    lost = np.isin(day, [day_number(d) for d in EXPORTER_DOWN])
    return ~lost, day == day_number(EXPORTER_LATE)


def _write_views(world: World, target: Path) -> None:
    views, visits = world.views, world.visits
    table = pa.table(
        {
            "view": numbered("H", 6, np.arange(len(views.visit))),
            "visit": numbered("V", 6, views.visit),
            "clicked_at": utc_time(views.moment),
            "branch": pick(world.branches.code, visits.branch[views.visit]),
            "employee": numbered("E", 4, visits.employee[views.visit]),
            "customer": numbered("C", 6, visits.customer[views.visit]),
            "release": pick([name for name, _ in RELEASES], views.release),
            "outcome": pick(Views.OUTCOMES, views.outcome),
            "rendered_ms": pa.array(views.ms, mask=views.outcome != 0),
        }
    )
    arrived, late = exported(views)
    _by_quarter(
        views.moment // DAY_S,
        lambda name, rows: _parquet(
            table.filter(pa.array(rows & arrived & ~late)), target / "history_views" / f"{name}.parquet"
        ),
    )
    _parquet(table.filter(pa.array(late)), target / "late" / f"history_views_{EXPORTER_LATE}.parquet")


def _write_orders(world: World, target: Path) -> None:
    cases, orders = world.cases, world.orders
    name = numbered("A", 6, cases.order).to_numpy(False)
    branch = pick(world.branches.code, world.visits.branch[orders.visit[cases.order]]).to_numpy(False)
    employee = numbered("E", 4, world.visits.employee[orders.visit[cases.order]]).to_numpy(False)

    def log(parts: list[tuple[str, Rows, Seconds]]) -> tuple[NDArray[np.int64], NDArray[np.str_], Seconds]:
        """Rows, actions and moments of several kinds of event in the order of time, as far as they have been seen."""
        row = np.concatenate([np.flatnonzero(rows & cases.seen(moment)) for _, rows, moment in parts])
        action = np.concatenate([np.repeat(a, (rows & cases.seen(m)).sum()) for a, rows, m in parts])
        when = np.concatenate([moment[rows & cases.seen(moment)] for _, rows, moment in parts])
        by_time = np.lexsort((row, when))
        return row[by_time], action[by_time], when[by_time]

    always = np.ones(len(name), dtype=np.bool_)
    row, action, when = log(
        [
            ("submitted", always, cases.submitted),
            ("resubmitted", cases.resubmitted >= 0, cases.resubmitted),
            ("withdrawn", cases.outcome == TAKEN_BACK, cases.decided),
        ]
    )
    _parquet(
        pa.table(
            {
                "order": pa.array(name[row], pa.string()),
                "action": pa.array(action),
                "at": utc_time(when),
                "branch": pa.array(branch[row], pa.string()),
                "employee": pa.array(employee[row], pa.string()),
            }
        ),
        target / "orders" / "submissions.parquet",
    )
    row, _, when = log([("checked", always, cases.checked)])
    _csv(
        {
            "order_no": pa.array(name[row], pa.string()),
            "checked_at": local_time(when),
            "checker": pick(("K1", "K2", "K3"), row % 3),
        },
        target / "orders" / "credit_checks.csv",
    )
    row, action, when = log(
        [
            ("authorised", cases.outcome == AUTHORISED, cases.decided),
            ("rejected", cases.outcome == REFUSED, cases.decided),
        ]
    )
    stamps = utc_time(when).cast(pa.timestamp("s", tz="UTC")).to_pylist()
    lines = [
        f'{{"order": "{name[n]}", "status": "{what}", "at": "{stamp:%Y-%m-%dT%H:%M:%SZ}"}}\n'
        for n, what, stamp in zip(row.tolist(), action, stamps, strict=True)
    ]
    (target / "orders" / "decisions.jsonl").write_text("".join(lines), encoding="utf-8")


def _write_changes(world: World, target: Path) -> None:
    changes, visits = world.changes, world.visits
    number = np.arange(len(changes.visit))
    typed = [f"value {n}" for n in range(997)]
    new = np.select(
        [changes.kind == 3, changes.kind == 2], [997 + changes.placeholder, -1], default=(number * 31) % 997
    )
    old = np.where(changes.kind == 1, new, np.where(number % 3 == 0, -1, (number * 31 + 1) % 997))
    table = pa.table(
        {
            "change": numbered("P", 6, number),
            "changed_at": local_time(changes.moment),
            "customer": numbered("C", 6, visits.customer[changes.visit]),
            "employee": numbered("E", 4, visits.employee[changes.visit]),
            "branch": pick(world.branches.code, visits.branch[changes.visit]),
            "field": pick(FIELDS, changes.field),
            "purpose": pick(PURPOSES, changes.field),
            "old_value": pick([*typed, *PLACEHOLDERS], old),
            "new_value": pick([*typed, *PLACEHOLDERS], new),
            "validated": pa.array(changes.validated),
        }
    )
    _by_quarter(
        changes.moment // DAY_S,
        lambda name, rows: _csv(table.filter(pa.array(rows)), target / "profile_changes" / f"{name}.csv"),
    )


def _write_advice(world: World, target: Path) -> None:
    advice, bookings, visits = world.advice, world.bookings, world.visits
    _csv(
        {
            "shop": numbered("M", 4, np.arange(len(advice.shop_day))),
            "date": days(advice.shop_day),
            "branch": pick(world.branches.code, advice.shop_branch),
            "score": pa.array(advice.shop_score),
        },
        target / "mystery_shops.csv",
    )
    _csv(
        {
            "complaint": numbered("X", 5, np.arange(len(advice.complaint_day))),
            "received_on": days(advice.complaint_day),
            "branch": pick(world.branches.code, bookings.branch[advice.complaint_order]),
            "customer": numbered("C", 6, bookings.customer[advice.complaint_order]),
            "order": numbered("A", 6, bookings.order[advice.complaint_order]),
            "about": pick(("delivery", "advice"), advice.complaint_advice.astype(np.int64)),
        },
        target / "complaints.csv",
    )
    _parquet(
        pa.table(
            {
                "protocol": numbered("B", 6, np.arange(len(advice.protocol_visit))),
                "visit": numbered("V", 6, advice.protocol_visit),
                "written_at": utc_time(visits.moment[advice.protocol_visit] + 600),
                "branch": pick(world.branches.code, visits.branch[advice.protocol_visit]),
                "employee": numbered("E", 4, visits.employee[advice.protocol_visit]),
                "filled": pa.array(advice.protocol_filled),
                "fields": pa.array(np.full(len(advice.protocol_visit), Advice.PROTOCOL_FIELDS)),
            }
        ),
        target / "advice_protocols.parquet",
    )
