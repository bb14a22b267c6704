"""The stages of the dashboard benchmark, each in a process of its own. usage: python -m bench.dashboard STAGE ROOT"""

from __future__ import annotations

import json
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.data import DASHBOARD, MEASURES, write_late_rows
from bizops.measure import Answer
from bizops.workspace import Span, Workspace, open_workspace

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


def naive(root: Path) -> dict[str, float]:
    """One query a KPI and split, as a query builder without planner would send them;
    rows that were corrected later do not count."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    segments = open_workspace(root).lake.snapshot().segments("events")
    rows_of_lake = connection.read_parquet([segment.path for segment in segments])
    corrected = sorted({deletion.path for segment in segments for deletion in segment.deleted})
    if corrected:
        gone = connection.read_parquet(corrected)
        rows_of_lake = rows_of_lake.set_alias("own").join(gone.set_alias("gone"), "_delivery, _row", how="anti")
    rows_of_lake.project("*, isodow(ts) AS weekday").create_view("events")
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
    return {"result": len(rows)}


def question(workspace: Workspace) -> Answer:
    """The dashboard: 50 KPIs, 24 months, five ways to split."""
    return workspace.query(list(workspace.model.kpis), grain="month", span=Span("2024-11", "2026-10"), by=WAYS)


def ours(root: Path) -> dict[str, float]:
    """The same values through the product, with everything that travels with a number."""
    return {"result": question(open_workspace(root)).to_arrow().num_rows}


def stored(root: Path) -> dict[str, float]:
    """The read alone, in a process that is already up: the best of five."""
    workspace = open_workspace(root)
    question(workspace).to_arrow()
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        question(workspace).to_arrow()
        times.append(time.perf_counter() - begun)
    return {"wall_s": min(times)}


def refresh(root: Path) -> dict[str, float]:
    """A few late rows of the last month, then the same question; five times each way, the middle one counts."""
    late = root / "late.parquet"
    workspace = open_workspace(root)
    question(workspace)
    costs: dict[str, list[float]] = {"running_s": [], "opened_s": []}
    for number in range(10):
        way = "running_s" if number % 2 else "opened_s"
        write_late_rows(late, 20_000_000 + 1_000 * number)
        open_workspace(root).load("events", [late])
        if way == "opened_s":
            workspace = open_workspace(root)
        before = spent()
        question(workspace).to_arrow()
        costs[way].append(spent() - before)
    return {way: statistics.median(found) for way, found in costs.items()}


def values(answer: Answer) -> dict[str, float]:
    """Every value by KPI, month, way to split and slice."""
    return {"|".join((r["kpi"], r["period"], r["by"], r["slice"])): r["value"] for r in answer.to_arrow().to_pylist()}


def differing(some: dict[str, float], others: dict[str, float]) -> int:
    """How many values only one side has, or are further apart than 1e-9."""
    near = sum(abs(some[key] - others[key]) <= 1e-9 * max(1.0, abs(some[key])) for key in some.keys() & others.keys())
    return len(some.keys() | others.keys()) - near


def compare(root: Path) -> dict[str, float]:
    """Every value of both plans side by side: how many differ."""
    return {"result": differing(json.loads((root / "naive.json").read_text()), values(question(open_workspace(root))))}


def anew(root: Path) -> dict[str, float]:
    """The refreshed values beside those of a workspace without any that are stored: how many differ."""
    refreshed = values(question(open_workspace(root)))
    shutil.rmtree(root / ".bizops" / "results")
    return {"result": differing(refreshed, values(question(open_workspace(root))))}


STAGES: dict[str, Callable[[Path], dict[str, float]]] = {
    "naive": naive, "ours": ours, "stored": stored, "refresh": refresh, "compare": compare, "anew": anew,
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(STAGES[sys.argv[1]](Path(sys.argv[2]))))
