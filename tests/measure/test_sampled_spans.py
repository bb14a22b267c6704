"""Where senders keep a sample only, rows are not counted as if they were all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from bizops.lake.telemetry import RawRows
from bizops.workspace import Span, Workspace

MODEL = """
calendars: {utc: {zone: UTC}}
sources:
  desk: {kind: spans}
kpis:
  calls: {kind: measure, over: desk, value: count(), grain: day}
  estimated: {kind: measure, over: desk, value: sum(weight), grain: day}
  services: {kind: measure, over: desk, value: distinct(service), grain: day}
  slow: {kind: measure, over: desk, value: "percentile(duration, 50)", unit: ns, grain: day}
"""


def spans(day: int, weights: list[float]) -> pa.Table:
    size = len(weights)
    start = datetime(2026, 3, day)
    text = pa.nulls(size, pa.string())
    return pa.table(
        {
            "time": pa.array([start] * size, pa.timestamp("us")),
            "duration": pa.array(range(size), pa.int64()),
            "trace": pa.array([bytes([day] * 16)] * size, pa.binary(16)),
            "span": pa.array([bytes([day] * 7 + [number]) for number in range(size)], pa.binary(8)),
            "parent": pa.nulls(size, pa.binary(8)),
            "weight": weights,
            "received": pa.array([start] * size, pa.timestamp("us")),
            **dict.fromkeys(("name", "kind", "status", "status_message", "service", "version"), text),
            **dict.fromkeys(("environment", "scope", "rest"), text),
        }
    )


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "model").mkdir()
    (tmp_path / "bizops.yaml").write_text("calendar: utc\n", encoding="utf-8")
    (tmp_path / "model" / "all.yaml").write_text(MODEL, encoding="utf-8")
    made = Workspace(tmp_path, lambda: datetime(2026, 3, 3, tzinfo=UTC))
    made.lake.take([RawRows("desk.spans", spans(1, [1.0, 1.0]), ("trace", "span"), "whole")], None)
    made.lake.take([RawRows("desk.spans", spans(2, [4.0, 1.0, 4.0]), ("trace", "span"), "sampled")], None)
    return made


@pytest.mark.parametrize(
    ("kpi", "whole", "sampled"),
    [("calls", 2.0, "sampled"), ("services", 0.0, "sampled"), ("estimated", 2.0, 9.0), ("slow", 0.5, 1.0)],
)
def test_what_adds_up_is_refused_unless_it_asks_for_the_weight(
    workspace: Workspace, kpi: str, whole: float, sampled: float | str
) -> None:
    first, second = workspace.query([kpi], span=Span("2026-03-01", "2026-03-02"))
    assert (first.value, first.refusal) == (whole, None)
    assert (second.refusal.code if second.refusal else second.value) == sampled
