"""Telemetry end to end, measured: `python -m bench.intake`.

A server takes OTLP over HTTP as exporters send it (512 spans a request, ten attributes a span, gzip), logs it durably,
acknowledges, stores each span once and maps it to business events; a reader asks for a KPI all the while. CPU seconds
are those of the server's process, all threads; the sender's are not counted.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

REQUESTS = int(os.environ.get("REQUESTS", "1200"))
SPANS = 512
SENDERS = 4
MODEL = """
calendars: {utc: {zone: UTC}}
sources:
  desk:
    kind: spans
    sender: local
    columns:
      order: {type: text, header: order.id}
      customer: {type: text, header: customer.id}
      amount: {type: decimal, unit: EUR, header: order.amount}
events:
  authorised: {source: desk, where: name = 'order.authorize' and status = 'ok', keys: {order: order}}
  viewed: {source: desk, where: name = 'history.view', keys: {customer: customer}}
kpis:
  waiting: {kind: measure, over: viewed, value: "percentile(duration, 95)", unit: ms, grain: hour}
  authorised: {kind: measure, over: authorised, value: count(), grain: hour}
"""


def request(number: int) -> bytes:
    """One exporter's request: spans of three services within one second."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    chance = random.Random(number)
    made = ExportTraceServiceRequest()
    begun = 1_790_000_000_000_000_000 + number * 40_000_000
    for service, share in (("order-desk", 200), ("history-svc", 200), ("crm", 112)):
        resource = made.resource_spans.add()
        for key, value in (
            ("service.name", service),
            ("service.version", "5.2.1"),
            ("k8s.pod.name", f"{service}-7d9f"),
        ):
            resource.resource.attributes.add(key=key).value.string_value = value
        scope = resource.scope_spans.add()
        scope.scope.name = "auto"
        for index in range(share):
            span = scope.spans.add(trace_id=chance.randbytes(16), span_id=chance.randbytes(8), kind=2)
            span.name = chance.choice(
                ("order.authorize", "history.view", "GET /api/orders", "SELECT", "customer.capture")
            )
            span.start_time_unix_nano = begun + index * 100_000
            span.end_time_unix_nano = span.start_time_unix_nano + chance.randrange(10**9)
            span.status.code = 1
            texts = {
                "http.route": "/api/customers/{id}/history",
                "http.request.method": "GET",
                "customer.id": f"K{chance.randrange(60_000)}",
                "order.id": f"A{chance.randrange(10**6)}",
                "enduser.id": f"E{chance.randrange(240)}",
                "sales.region": "DE-BY",
                "thread.name": "worker-3",
                "server.address": "desk.internal",
            }
            for key, value in texts.items():
                span.attributes.add(key=key).value.string_value = value
            span.attributes.add(key="http.response.status_code").value.int_value = 200
            span.attributes.add(key="order.amount").value.double_value = chance.random() * 1000
    return gzip.compress(made.SerializeToString(), 6)


@contextmanager
def running(root: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server of its own process, as `bizops start` makes it."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-u", "-m", "bizops", "start", "--port", "0", "-C", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield process, int(line.split("127.0.0.1:")[1].split("/")[0])
        finally:
            process.terminate()
            process.wait(60)


def usage(process: subprocess.Popen[str]) -> tuple[float, float]:
    """CPU seconds and peak memory (MB) of a process so far."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    status = Path(f"/proc/{process.pid}/status").read_text()
    peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
    return cpu, peak / 1024


def send(port: int, bodies: list[bytes], pause_s: float) -> list[float]:
    """Post bodies over a few connections; seconds until each was acknowledged. A refused one is sent again."""
    waits: list[float] = []
    queue = iter(bodies)
    lock = threading.Lock()

    def sender() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "gzip"}
        while True:
            with lock:
                body = next(queue, None)
            if body is None:
                return
            while True:
                begun = time.perf_counter()
                connection.request("POST", "/v1/traces", body, headers)
                answer = connection.getresponse()
                answer.read()
                if answer.status == 200:
                    break
                time.sleep(0.2)
            waits.append(time.perf_counter() - begun)
            if pause_s:
                time.sleep(pause_s)

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return waits


def settled(port: int, spans: int) -> None:
    """Wait until every span is in the lake; an hour at most."""
    until = time.monotonic() + 3600
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/v1/intake/status")
        told = json.loads(connection.getresponse().read())
        if not told["queue_rows"] and sum(one["accepted"] for one in told["senders"]) >= spans:
            return
        time.sleep(0.1)


def main() -> None:
    """Print what was measured."""
    bodies = [request(number) for number in range(REQUESTS)]
    spans = REQUESTS * SPANS
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as directory:
        root = Path(directory)
        (root / "bizops.yaml").write_text("calendar: utc\n", encoding="utf-8")
        (root / "model").mkdir()
        (root / "model" / "desk.yaml").write_text(MODEL, encoding="utf-8")
        with running(root) as (process, port):
            send(port, bodies[:20], 0)
            settled(port, 20 * SPANS)
            before, _ = usage(process)
            stop = threading.Event()
            asked: list[float] = []
            reader = threading.Thread(target=read, args=(root, stop, asked))
            reader.start()
            begun = time.perf_counter()
            waits = send(port, bodies[20:], 0)
            settled(port, spans)
            wall = time.perf_counter() - begun
            cpu, peak = usage(process)
            stop.set()
            reader.join()
            rate = (spans - 20 * SPANS) / (cpu - before)
            size = sum(
                path.stat().st_size for path in (root / ".bizops" / "lake" / "segments").glob("*.spans/*/*.parquet")
            )
            print(f"{'spans':40s} {spans - 20 * SPANS:12,}")
            print(f"{'spans per CPU second, end to end':40s} {rate:12,.0f}   target 100,000")
            print(f"{'spans per second, wall':40s} {(spans - 20 * SPANS) / wall:12,.0f}")
            print(f"{'acknowledged within, 99 % (full load)':40s} {percentile(waits, 99) * 1000:9,.0f} ms")
            print(f"{'bytes per span':40s} {size / spans:12.1f}   target 60")
            print(f"{'peak memory':40s} {peak:9,.0f} MB   target 1,024")
            print(f"{'KPI asked meanwhile, times and median':40s} {len(asked):5d} {percentile(asked, 50):5.2f} s")
            half = [request(REQUESTS + number) for number in range(REQUESTS // 4)]
            pause = SENDERS * 2 * wall / REQUESTS
            waits = send(port, half, pause)
            print(f"{'acknowledged within, 99 % (half load)':40s} {percentile(waits, 99) * 1000:9,.0f} ms   target 100")
        rederive(root)


def read(root: Path, stop: threading.Event, asked: list[float]) -> None:
    """Ask for a KPI again and again, each time in a shell of its own."""
    command = [sys.executable, "-m", "bizops", "kpi", "query", "waiting", "authorised", "-C", str(root), "--json"]
    while not stop.wait(1.0):
        begun = time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        asked.append(time.perf_counter() - begun)


def rederive(root: Path) -> None:
    """Map all history anew after a change of the mapping."""
    file = root / "model" / "desk.yaml"
    file.write_text(file.read_text().replace("'history.view'", "'SELECT'"), encoding="utf-8")
    from bizops.workspace import open_workspace

    workspace = open_workspace(root)
    rows = workspace.lake.snapshot().rows("local.spans")
    begun = time.process_time()
    (done,) = workspace.mappings.bring_up_to_date()
    rate = rows / (time.process_time() - begun)
    print(f"{'spans per CPU second, mapped anew':40s} {rate:12,.0f}   ({done.rows:,} events from {rows:,} spans)")


def percentile(values: list[float], share: int) -> float:
    """A percentile; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)] if values else 0.0


if __name__ == "__main__":
    main()
