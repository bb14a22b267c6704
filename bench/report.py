"""What is measured, beside which target; printed as it comes, and written to docs/performance.md in the end."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One thing that is measured, in which unit, and what it should be at most (or, with ``more``, at least)."""

    label: str
    unit: str
    target: float | None = None
    more: bool = False

    def met(self, value: float) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.target is None:
            return None
        return value >= self.target if self.more else value <= self.target


VALUES = {
    "naive": Figure("One query a KPI and split, all values", "CPU s"),
    "naive_memory": Figure("One query a KPI and split, peak memory", "MB"),
    "cold": Figure("All values, nothing stored", "CPU s", 9),
    "cold_memory": Figure("All values, nothing stored, peak memory", "MB", 400),
    "cold_ratio": Figure("All values, nothing stored, times cheaper", "×", None, more=True),
    "different": Figure("Values that differ from one query a KPI by more than 1e-9", "values", 0),
    "stored": Figure("All values, stored, in a running process", "ms", 25),
    "refresh": Figure("All values after late rows, in a running process", "CPU s", 0.5),
    "refresh_opened": Figure("All values after late rows, workspace newly opened", "CPU s"),
    "refresh_different": Figure("Refreshed values that differ from those worked out anew", "values", 0),
    "load": Figure("Rows loaded from Parquet files to durable segments", "rows per CPU s", None, more=True),
}
SHELL = {
    "kpi_cold": Figure("`bizops kpi query NAME`, nothing stored", "s", 1.2),
    "kpi_stored": Figure("`bizops kpi query NAME`, stored", "s", 1.2),
    "version": Figure("`bizops --version`", "s", 0.15),
    "check": Figure("`bizops check`, 500 model files", "s", 2),
}
INTAKE = {
    "rate": Figure("Spans, from HTTP to mapped rows", "spans per CPU s", 100_000, more=True),
    "full": Figure("Acknowledged within, 99 %, full load", "ms"),
    "half": Figure("Acknowledged within, 99 %, half load", "ms", 100),
    "size": Figure("Size on disk", "bytes per span", 60),
    "memory": Figure("Peak memory of the server", "MB", 1024),
    "asked": Figure("A KPI asked from a shell meanwhile, median", "s"),
    "growth": Figure("CPU per span with ten times as many spans stored", "×", 1.25),
    "memory_growth": Figure("Peak memory with ten times as many spans stored", "×", 1.25),
    "rederive": Figure("History mapped anew after a change of the mapping", "spans per CPU s", None, more=True),
}
TABLES = {
    "values": ("KPI values: {rows} events, 24 months, 50 KPIs × 24 months × 5 ways to split = 66,000 values", VALUES),
    "shell": ("From a cold shell: the same workspace", SHELL),
    "intake": (
        "Telemetry: OTLP over HTTP, gzip, 512 spans a request, ten attributes a span, a reader meanwhile",
        INTAKE,
    ),
}
Told = Callable[[str, float], None]


class Report:
    """Figures as they are measured."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self._values: dict[tuple[str, str], float] = {}

    def table(self, name: str) -> Told:
        """Begins a table; returns what takes its figures."""
        title, figures = TABLES[name]
        print(f"\n{title.format(rows=f'{self.rows:,}')}", flush=True)

        def told(key: str, value: float) -> None:
            figure = figures[key]
            self._values[name, key] = value
            verdict = {None: "", True: "met", False: "NOT MET"}[figure.met(value)]
            print(
                f"  {figure.label:58s} {_number(value):>12s} {figure.unit:16s} {_target(figure):>10s} {verdict}",
                flush=True,
            )

        return told

    def write(self) -> None:
        """The page with all tables."""
        PAGE.write_text(self.page(), encoding="utf-8")

    def page(self) -> str:
        """The tables as Markdown."""
        parts = [_HEAD.format(machine=_machine())]
        for name, (title, figures) in TABLES.items():
            lines = [f"\n## {title.format(rows=f'{self.rows:,}')}\n", "| what | measured | target |", "|---|--:|--:|"]
            for key, figure in figures.items():
                value = self._values[name, key]
                mark = " **not met**" if figure.met(value) is False else ""
                lines.append(f"| {figure.label} | {_number(value)} {figure.unit}{mark} | {_target(figure)} |")
            parts.append("\n".join(lines))
        return "\n".join(parts) + "\n"


_HEAD = """# Performance

`make bench` measures and writes this page. CPU seconds are those of whole processes, all threads, as the kernel counted
them; compare figures of one run, not of two machines. {machine}
"""


def _machine() -> str:
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        platform.machine(),
    )
    return f"Measured with Python {platform.python_version()} on {os.cpu_count()} cores ({model})."


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""
    return f"{'≥' if figure.more else '≤'} {_number(figure.target)}"
