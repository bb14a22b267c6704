"""The simulated company's services, instrumented with the real OpenTelemetry SDK, are measured by what they report."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from bizops.demo import simulate
from bizops.demo.live import Replay, Services, calls, replay
from bizops.intake.tokens import Tokens
from bizops.workspace import Span, Workspace
from serving import served

REPOSITORY = Path(__file__).parents[2]
NOW = datetime(2026, 9, 2, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years of a company a fiftieth of its size."""
    target = tmp_path_factory.mktemp("company")
    simulate(target, scale=0.02)
    return target


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    example = REPOSITORY / "examples" / "sales"
    shutil.copy(example / "bizops.yaml", tmp_path)
    shutil.copytree(example / "model", tmp_path / "model")
    shutil.copy(example / "live" / "desk.yaml", tmp_path / "model")
    return Workspace(tmp_path, lambda: NOW)


def test_what_the_services_report_is_what_happened(data: Path, workspace: Workspace) -> None:
    found = calls(data, days=20)
    _, secret = Tokens(workspace.state, workspace.clock).create("nordlicht")
    with served(workspace) as server:
        services = Services(f"http://127.0.0.1:{server.port}", secret)
        reported = replay(found, services, NOW - (found[-1].at - found[0].at), lambda at: True)
        services.close()
        server.stored("nordlicht.spans", len(found))
    assert reported == len(found) > 100
    span = Span("2026-08-01", "2026-09-30")
    counts = {value.kpi: value for value in workspace.query(["history_live_failed"], grain="total", span=span)}
    views = [call for call in found if call.name == "history.view"]
    failed = sum(call.failed for call in views)
    assert counts["history_live_failed"].rows == len(views)
    assert counts["history_live_failed"].value == pytest.approx(100 * failed / len(views))
    (p90,) = workspace.query(["history_live_p90"], grain="total", span=span)
    shown = sorted(call.took_ms for call in views if not call.failed)
    rank = 0.9 * (len(shown) - 1)
    low = shown[int(rank)]
    assert p90.value == pytest.approx((low + (rank - int(rank)) * (shown[int(rank) + 1] - low)) / 1000)


def test_the_services_stop_when_they_are_told_to(data: Path, workspace: Workspace) -> None:
    stopped = Event()
    told: list[int] = []

    def tell(number: int) -> None:
        told.append(number)
        stopped.set()

    with served(workspace) as server:
        url = f"http://127.0.0.1:{server.port}"
        Replay(data, url, None, days=5).run(NOW + timedelta(days=1), stopped, tell)
    assert told == [len(calls(data, days=5))]
