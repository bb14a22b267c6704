"""The benchmark: `make bench`. ROWS=1000000 REQUESTS=200 makes it smaller; targets hold for ten million rows.

Every run works on a copy of the prepared workspace, so that each measures the same.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
from collections.abc import Callable
from pathlib import Path

from bench import intake
from bench.data import write_events, write_workspace
from bench.processes import run
from bench.report import Report, Told

ROWS = int(os.environ.get("ROWS", "10000000"))
HERE = Path(__file__).parent / ".data"
PREPARED = HERE / f"workspace-{ROWS}"
ROOT = HERE / "run"
KPI = "view_history_p95"


def stage(name: str) -> dict[str, float]:
    """One stage of the dashboard in a process of its own; its memory and CPU are those of the whole process."""
    cost = run("bench.dashboard", name, str(ROOT))
    return {"cpu_s": cost.cpu_s, "memory_mb": cost.memory_mb, **json.loads(cost.output)}


def forget_results() -> None:
    """Drops what was computed."""
    shutil.rmtree(ROOT / ".bizops" / "results", ignore_errors=True)


def prepare(told: Told) -> None:
    """The workspace with its data loaded, made once, and a copy of it for this run."""
    write_events(HERE / f"events-{ROWS}" / "events", ROWS)
    if not (PREPARED / "load.json").exists():
        shutil.rmtree(PREPARED, ignore_errors=True)
        write_workspace(PREPARED, (HERE / f"events-{ROWS}").resolve())
        cost = run("bizops", "load", "-C", str(PREPARED))
        (PREPARED / "load.json").write_text(json.dumps(ROWS / cost.cpu_s))
    told("load", json.loads((PREPARED / "load.json").read_text()))
    shutil.rmtree(ROOT, ignore_errors=True)
    shutil.copytree(PREPARED, ROOT)


def values(told: Told) -> None:
    """66,000 values: beside one query a KPI, stored, and after late rows."""
    plain = stage("naive")
    told("naive", plain["cpu_s"])
    told("naive_memory", plain["memory_mb"])
    cold = stage("ours")
    told("cold", cold["cpu_s"])
    told("cold_memory", cold["memory_mb"])
    told("cold_ratio", plain["cpu_s"] / cold["cpu_s"])
    told("different", stage("compare")["result"])
    told("stored", stage("stored")["wall_s"] * 1000)
    refreshed = stage("refresh")
    told("refresh", refreshed["running_s"])
    told("refresh_opened", refreshed["opened_s"])
    told("refresh_different", stage("anew")["result"])


def shell(told: Told) -> None:
    """Commands as a person types them."""
    one_kpi = ("kpi", "query", "-C", str(ROOT), KPI, "--json")
    run("bizops", *one_kpi)  # Python keeps its byte code
    told("kpi_cold", wall(*one_kpi, before=forget_results))
    told("kpi_stored", wall(*one_kpi))
    told("version", wall("--version"))
    told("check", wall("check", "-C", str(five_hundred_files())))


def wall(*arguments: str, before: Callable[[], None] = lambda: None) -> float:
    """Seconds that a command takes: the middle one of five times."""
    times = []
    for _ in range(5):
        before()
        times.append(run("bizops", *arguments).wall_s)
    return statistics.median(times)


def five_hundred_files() -> Path:
    """A model of 500 files with a source, an event and KPIs each."""
    root = HERE / "five-hundred"
    (root / "model").mkdir(parents=True, exist_ok=True)
    (root / "bizops.yaml").write_text("title: Many files\n")
    for number in range(500):
        (root / "model" / f"part_{number:03d}.yaml").write_text(
            f"""sources:
  s{number}:
    files: [s.csv]
    columns: {{id: {{type: text}}, at: timestamp, x: {{type: number, unit: s}}}}
    key: [id]
    time: at
events:
  e{number}: {{source: s{number}, keys: {{case: id}}}}
kpis:
  count_{number}: {{kind: measure, over: e{number}, value: count(), unit: event}}
  time_{number}: {{kind: measure, over: e{number}, value: avg(x), unit: min, direction: down}}
  rate_{number}: {{kind: ratio, numerator: time_{number}, denominator: count_{number}, unit: min/event}}
"""
        )
    return root


def main() -> None:
    """All tables."""
    report = Report(ROWS)
    told = report.table("values")
    prepare(told)
    values(told)
    shell(report.table("shell"))
    intake.measure(report.table("intake"), HERE)
    report.write()
    shutil.rmtree(ROOT)


if __name__ == "__main__":
    main()
