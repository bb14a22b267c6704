"""The OpenTelemetry SDK for JavaScript sends, and what it sent is in the lake; skips where there is no Node.js."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from bizops.workspace import make_workspace, open_workspace
from serving import served

CLIENT = Path(__file__).parents[1] / "clients"
MODULES = Path(os.environ.get("BIZOPS_JS_CLIENT", CLIENT / "installed"))
"""Where `make clients` puts the SDK."""


@pytest.fixture(scope="module")
def modules() -> Path:
    if shutil.which("node") is None:
        pytest.skip("there is no Node.js here")
    if not (MODULES / "node_modules").is_dir():
        pytest.skip("the OpenTelemetry SDK for JavaScript is not installed: 'make clients' does it")
    return MODULES


@pytest.mark.parametrize("compression", ["none", "gzip"])
@pytest.mark.parametrize("encoding", ["proto", "http"])
def test_traces_logs_and_metrics_arrive_with_their_values(
    modules: Path, encoding: str, compression: str, tmp_path: Path
) -> None:
    make_workspace(tmp_path / "ws")
    with served(open_workspace(tmp_path / "ws")) as server:
        command = ["node", str(CLIENT / "otel_client.mjs"), f"http://127.0.0.1:{server.port}", encoding, compression]
        subprocess.run([*command, str(modules)], check=True, timeout=60)
        spans = {row["name"]: row for row in server.stored("local.spans", 2)}
        (record,) = server.stored("local.logs", 1)
        points = {row["metric"]: row for row in server.stored("local.points", 2)}
    parent, child = spans["order.authorize"], spans["credit.check"]
    assert child["parent"] == parent["span"]
    assert (parent["duration"], parent["status"], parent["kind"]) == (1_500_000_000, "ok", "server")
    assert (child["duration"], child["status"], child["status_message"]) == (15_000_000, "error", "no answer")
    assert (parent["service"], parent["version"], parent["scope"]) == ("shop-js", "1.2.3", "js-test")
    assert parent["attributes"] == {
        "order.id": "A-1", "order.lines": 3, "order.amount": 12.5, "order.express": True,
    }  # fmt: skip
    assert (record["body"], record["severity"], record["attributes"]) == ("stock is low", "WARN", {"item.id": "I-9"})
    assert (points["orders"]["value"], points["orders"]["attributes"]["branch"]) == (7.0, "B01")
    assert (points["basket"]["count"], points["basket"]["sum"], points["basket"]["unit"]) == (1, 20.0, "EUR")
