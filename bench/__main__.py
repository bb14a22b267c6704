"""Prints the benchmark: `make bench`. ROWS=1000000 makes it smaller; the targets hold for ten million.

Figures are CPU seconds and peak memory of whole processes; compare the ratios within one run, not runs on different
days.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.data import write_events, write_late_rows, write_workspace

ROWS = int(os.environ.get("ROWS", "10000000"))
HERE = Path(__file__).parent / ".data"
ROOT = HERE / f"workspace-{ROWS}"


def stage(name: str) -> dict[str, float]:
    """One stage in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "bench.dashboard", name, str(ROOT)], capture_output=True, text=True, check=True
    )
    return dict(json.loads(run.stdout))


def command(*arguments: str) -> dict[str, float]:
    """A shell command from a cold start: CPU, wall and memory as the kernel counted them."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bizops", *arguments], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_s": cpu, "wall_s": wall, "rss_mb": float("nan"), "result": 1}


def show(label: str, figures: dict[str, float], target: str = "", beside: dict[str, float] | None = None) -> None:
    """A line of the table."""
    ratio = f"{beside['cpu_s'] / figures['cpu_s']:7.1f}x" if beside else " " * 8
    memory = f"{figures['rss_mb']:6.0f} MB" if figures["rss_mb"] == figures["rss_mb"] else " " * 9
    print(
        f"{label:44s} {figures['cpu_s']:8.3f} CPU s {figures['wall_s']:8.3f} s {memory} {ratio}  {target}", flush=True
    )


def forget(what: str) -> None:
    """Drops what was computed."""
    shutil.rmtree(ROOT / ".bizops" / what, ignore_errors=True)


def load(*arguments: str) -> dict[str, float]:
    """Loads through the command line."""
    return command("load", "-C", str(ROOT), *arguments)


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
    """The whole table."""
    print(f"{ROWS:,} events, 24 months; 50 KPIs x 24 months x 5 ways to split\n")
    write_events(HERE / f"events-{ROWS}" / "events", ROWS)
    if not (ROOT / ".bizops" / "lake").exists():
        write_workspace(ROOT, (HERE / f"events-{ROWS}").resolve())
        show("load, files to durable segments", load())
    forget("results")
    plain = stage("naive")
    show(f"one query a KPI ({plain['result']:,.0f} values)", plain)
    cold = stage("ours")
    show(f"cold ({cold['result']:,.0f} values)", cold, "target: 9 CPU s, 400 MB", plain)
    different = stage("compare")["result"]
    print(f"{'values that differ by more than 1e-9':44s} {different:8.0f}")
    show("stored, same process", stage("stored"), "target: 25 ms", plain)
    show("stored, whole process", stage("ours"), "", plain)
    late = HERE / "late.parquet"
    write_late_rows(late, ROWS)
    load("events", str(late))
    show("refresh after late rows, whole process", stage("ours"), "target: 0.5 CPU s for the query", plain)
    forget("results")
    show(
        "one KPI, cold shell, nothing stored",
        command("kpi", "query", "-C", str(ROOT), "view_history_p95", "--json"),
        "target: 1.2 s",
    )
    show(
        "one KPI, cold shell, stored",
        command("kpi", "query", "-C", str(ROOT), "view_history_p95", "--json"),
        "target: 1.2 s",
    )
    show("bizops --version", command("--version"), "target: 0.15 s")
    show("check of 500 model files", command("check", "-C", str(five_hundred_files())), "target: 2 s")


if __name__ == "__main__":
    main()
