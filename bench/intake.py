"""Telemetry end to end: a part of `make bench`.

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
from dataclasses import dataclass
from pathlib import Path

from bench.processes import environment
from bench.report import Told
from bizops.workspace import open_workspace

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
    command = [sys.executable, "-u", "-m", "bizops", "start", "--port", "0", "-C", str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment()) as process:
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


def measure(told: Told, scratch: Path) -> None:
    """A server, warmed up, then all spans as fast as it takes them, then at half that rate; and ten times as many."""
    with workspace(scratch) as root, running(root) as (process, port):
        warm = Load(process, port)
        warm.send(0, 20, 0)
        told_asked: list[float] = []
        with reading(root, told_asked):
            first = warm.send(20, REQUESTS, 0)
        told("rate", first.spans / first.cpu_s)
        told("full", percentile(first.waits, 99) * 1000)
        told("size", stored_bytes(root) / ((20 + REQUESTS) * SPANS))
        told("memory", first.peak_mb)
        told("asked", percentile(told_asked, 50))
        told("half", percentile(warm.send(20 + REQUESTS, REQUESTS // 4, 2 * first.wall_s / REQUESTS).waits, 99) * 1000)
        last = first
        while warm.number < 10 * REQUESTS:
            last = warm.send(warm.number, REQUESTS, 0)
        told("growth", (last.cpu_s / last.spans) / (first.cpu_s / first.spans))
        told("memory_growth", last.peak_mb / first.peak_mb)
        process.terminate()
        process.wait(60)
        told("rederive", rederive(root))


@dataclass(frozen=True)
class Sent:
    """What sending some requests cost the server."""

    spans: int
    cpu_s: float
    wall_s: float
    peak_mb: float
    waits: list[float]


class Load:
    """Requests sent to a server until all of their spans are stored."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self._port = process, port
        self.number = 0

    def send(self, first: int, requests: int, pause_s: float) -> Sent:
        """So many requests, from that number on, with a pause between those of a sender."""
        bodies = [request(number) for number in range(first, first + requests)]
        before, _ = usage(self._process)
        begun = time.perf_counter()
        waits = send(self._port, bodies, pause_s * SENDERS)
        self.number = first + requests
        settled(self._port, self.number * SPANS)
        wall = time.perf_counter() - begun
        cpu, peak = usage(self._process)
        return Sent(requests * SPANS, cpu - before, wall, peak, waits)


@contextmanager
def workspace(scratch: Path) -> Iterator[Path]:
    """A workspace that maps the spans to events."""
    scratch.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as directory:
        root = Path(directory)
        (root / "bizops.yaml").write_text("calendar: utc\n", encoding="utf-8")
        (root / "model").mkdir()
        (root / "model" / "desk.yaml").write_text(MODEL, encoding="utf-8")
        yield root


def stored_bytes(root: Path) -> int:
    """Size of all spans' files."""
    return sum(path.stat().st_size for path in (root / ".bizops" / "lake" / "segments").glob("*.spans/*/*.parquet"))


@contextmanager
def reading(root: Path, asked: list[float]) -> Iterator[None]:
    """Somebody asks for KPIs all the while."""
    stop = threading.Event()
    reader = threading.Thread(target=read, args=(root, stop, asked))
    reader.start()
    try:
        yield
    finally:
        stop.set()
        reader.join()


def read(root: Path, stop: threading.Event, asked: list[float]) -> None:
    """Ask for a KPI again and again, each time in a shell of its own."""
    command = [sys.executable, "-m", "bizops", "kpi", "query", "waiting", "authorised", "-C", str(root), "--json"]
    while not stop.wait(1.0):
        begun = time.perf_counter()
        subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment())
        asked.append(time.perf_counter() - begun)


def rederive(root: Path) -> float:
    """Map all history anew after a change of the mapping; returns spans per CPU second."""
    file = root / "model" / "desk.yaml"
    file.write_text(file.read_text().replace("'history.view'", "'SELECT'"), encoding="utf-8")
    opened = open_workspace(root)
    rows = opened.lake.snapshot().rows("local.spans")
    begun = time.process_time()
    opened.mappings.bring_up_to_date()
    return rows / (time.process_time() - begun)


def percentile(values: list[float], share: int) -> float:
    """A percentile; 0 of nothing."""
    return sorted(values)[min(len(values) - 1, len(values) * share // 100)] if values else 0.0
