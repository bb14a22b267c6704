"""The stages of the dashboard benchmark, each in a process of its own. usage: python -m bench.dashboard STAGE ROOT"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.data import DASHBOARD, MEASURES

WAYS: list[tuple[str, ...]] = [(), ("team",), ("status",), ("currency",), ("weekday",)]
SQL = {
    "avg": "avg(duration_ms)",
    "p95": "quantile_cont(duration_ms, 0.95)",
    "count": "count(*)",
    "errors": "avg((status <> 'ok')::int)",
    "customers": "count(distinct customer)",
}


def spent() -> float:
    """CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def naive(root: Path) -> int:
    """One query a KPI and split, as a query builder without planner would send them."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    files = str(root / ".bizops/lake/segments/events/*/*.parquet")
    connection.execute(
        "CREATE VIEW events AS SELECT *, isodow(ts) AS weekday FROM read_parquet($1)".replace("$1", f"'{files}'")
    )
    rows = {}
    for way in WAYS:
        split = way[0] if way else "''"
        for operation in DASHBOARD:
            for name in MEASURES:
                query = (
                    f"SELECT strftime(ts, '%Y-%m'), {split}, {SQL[name]} FROM events "
                    f"WHERE operation = '{operation}' GROUP BY ALL"
                )
                for month, label, value in connection.execute(query).fetchall():
                    rows[f"{operation}_{name}|{month}|{way[0] if way else ''}|{label}"] = value
    (root / "naive.json").write_text(json.dumps(rows))
    return len(rows)


def ours(root: Path) -> int:
    """The same values through the product, with everything that travels with a number."""
    import bizops
    from bizops.workspace import Span

    workspace = bizops.open(root)
    answer = workspace.query(list(workspace.model.kpis), grain="month", span=Span("2024-11", "2026-10"), by=WAYS)
    table = answer.to_arrow()
    return int(table.num_rows)


def stored(root: Path) -> int:
    """The read alone, in a process that is already up: the second question."""
    import bizops
    from bizops.workspace import Span

    workspace = bizops.open(root)
    kpis = list(workspace.model.kpis)

    def ask() -> int:
        answer = workspace.query(kpis, grain="month", span=Span("2024-11", "2026-10"), by=WAYS)
        return int(answer.to_arrow().num_rows)

    ask()
    global spent_before, started
    spent_before, started = spent(), time.perf_counter()
    return ask()


def compare(root: Path) -> int:
    """Every value of both plans side by side; returns how many differ by more than 1e-9."""
    import bizops
    from bizops.workspace import Span

    expected = json.loads((root / "naive.json").read_text())
    workspace = bizops.open(root)
    table = workspace.query(
        list(workspace.model.kpis), grain="month", span=Span("2024-11", "2026-10"), by=WAYS
    ).to_arrow()
    different = len(expected) - table.num_rows
    for row in table.to_pylist():
        value = expected[f"{row['kpi']}|{row['period']}|{row['by']}|{row['slice']}"]
        if abs(row["value"] - value) > 1e-9 * max(1.0, abs(value)):
            different += 1
    return different


STAGES: dict[str, Callable[[Path], int]] = {"naive": naive, "ours": ours, "stored": stored, "compare": compare}
spent_before, started = 0.0, time.perf_counter()

if __name__ == "__main__":
    result = STAGES[sys.argv[1]](Path(sys.argv[2]))
    print(
        json.dumps(
            {
                "result": result,
                "cpu_s": spent() - spent_before,
                "wall_s": time.perf_counter() - started,
                "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )
    )
