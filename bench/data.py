"""Ten million service events over 24 months: 16 operations, 40 teams, customers as uneven as customers are. Seeded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

MONTHS = np.arange("2024-11", "2026-11", dtype="datetime64[M]")
DASHBOARD = (
    "view_history", "edit_contact", "search_customer", "add_note", "order_placed",
    "order_shipped", "start_session", "send_offer", "page_view", "checkout",
)  # fmt: skip
OTHERS = ("order_cancelled", "end_session", "data_point_added", "data_point_changed", "login", "order_authorised")
WEIGHTS = np.array([8, 3, 6, 4, 5, 3, 3, 1, 30, 3, 1, 3, 10, 4, 8, 5], dtype=float)
TEAMS = tuple(f"team_{number:02d}" for number in range(40))
CURRENCIES, STATUS = ("EUR", "USD", "GBP", "CHF"), ("ok", "error", "timeout")
CUSTOMERS, EMPLOYEES = 500_000, 5_000


def write_events(directory: Path, rows: int) -> None:
    """One Parquet file a month, in order of time; does nothing when it was done for that many rows."""
    done = directory / f"rows-{rows}"
    if done.exists():
        return
    directory.mkdir(parents=True, exist_ok=True)
    for old in directory.glob("*"):
        old.unlink()
    rng = np.random.default_rng(7)
    names = DASHBOARD + OTHERS
    team_of = rng.integers(0, len(TEAMS), EMPLOYEES)
    median = rng.uniform(3.0, 7.0, len(names))
    each = rows // len(MONTHS)
    for index, month in enumerate(MONTHS):
        low, high = month.astype("datetime64[us]"), (month + 1).astype("datetime64[us]")
        ts = np.sort(low + rng.integers(0, (high - low).astype("int64"), each).astype("timedelta64[us]"))
        operation = rng.choice(len(names), each, p=WEIGHTS / WEIGHTS.sum())
        employee = rng.integers(0, EMPLOYEES, each)
        table = pa.table(
            {
                "id": pa.array(np.arange(index * each, (index + 1) * each)),
                "ts": pa.array(ts),
                "operation": _texts(operation, names),
                "customer": pa.array((rng.pareto(1.2, each) * 20_000).astype("int64") % CUSTOMERS),
                "team": _texts(team_of[employee], TEAMS),
                "duration_ms": pa.array(np.exp(rng.normal(median[operation] - 0.01 * index, 0.8))),
                "currency": _texts(rng.choice(4, each, p=[0.7, 0.15, 0.1, 0.05]), CURRENCIES),
                "status": _texts(rng.choice(3, each, p=[0.96, 0.03, 0.01]), STATUS),
            }
        )
        pq.write_table(table, directory / f"events-{month}.parquet", compression="zstd")
    done.touch()


def write_late_rows(path: Path, rows: int) -> None:
    """A few more events of the last month: what a late delivery brings."""
    rng = np.random.default_rng(8)
    low = MONTHS[-1].astype("datetime64[us]")
    ts = low + rng.integers(0, 20 * 86_400_000_000, 1_000).astype("timedelta64[us]")
    table = pa.table(
        {
            "id": pa.array(np.arange(rows + 10, rows + 1_010)),
            "ts": pa.array(ts),
            "operation": pa.array(["view_history"] * 1_000),
            "customer": pa.array(rng.integers(0, CUSTOMERS, 1_000)),
            "team": pa.array(["team_00"] * 1_000),
            "duration_ms": pa.array(np.full(1_000, 100.0)),
            "currency": pa.array(["EUR"] * 1_000),
            "status": pa.array(["ok"] * 1_000),
        }
    )
    pq.write_table(table, path)


def _texts(indices: np.ndarray, names: tuple[str, ...]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(indices, pa.int32()), pa.array(names)).cast(pa.string())


MODEL = """
calendars:
  utc: {zone: UTC}
sources:
  events:
    files: [events/*.parquet]
    columns:
      id: {type: integer, required: true}
      ts: {type: timestamp, required: true}
      operation: text
      customer: integer
      team: text
      duration_ms: {type: number, unit: ms}
      currency: text
      status: text
    key: [id]
    time: ts
events:
  service_event:
    source: events
    fields: {weekday: weekday(ts)}
kpis:
"""

MEASURES = {
    "avg": ("avg(duration_ms)", "ms"),
    "p95": ("percentile(duration_ms, 95)", "ms"),
    "count": ("count()", "event"),
    "errors": ("share(status <> 'ok')", "1"),
    "customers": ("distinct(customer)", "customer"),
}


def write_workspace(root: Path, data: Path) -> None:
    """50 KPIs: five measures of ten operations, each to be split by team, status, currency and weekday."""
    (root / "model").mkdir(parents=True, exist_ok=True)
    (root / "bizops.yaml").write_text(f"title: Benchmark\ncalendar: utc\ndata: {data}\n")
    lines = [MODEL]
    for operation in DASHBOARD:
        head = f"kind: measure, over: service_event, where: operation = '{operation}', "
        head += "slices: [team, status, currency, weekday]"
        for name, (value, unit) in MEASURES.items():
            lines.append(f'  {operation}_{name}: {{{head}, value: "{value}", unit: "{unit}"}}\n')
    (root / "model" / "dashboard.yaml").write_text("".join(lines))
