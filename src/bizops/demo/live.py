"""Nordlicht Handel live: its services as instrumented programs that report what they do, through OpenTelemetry.

What happened in the simulated files happens again, moved so that it ends now (or at an instant given): every click on
'history' and every step of an order is a span of the service that did it, with its real length, sent by the SDK.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import merge
from pathlib import Path
from threading import Event
from time import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import csv, json

from bizops.demo.clock import ZONE
from bizops.errors import BizopsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

SENDER = "nordlicht"
STEP_MS = 180
"""How long a call takes that submits or decides an order; what takes days is what lies between the calls."""


@dataclass(frozen=True, order=True)
class Call:
    """One call of a service, as it happened in the files."""

    at: datetime
    service: str
    name: str
    took_ms: int
    version: str
    failed: bool
    attributes: tuple[tuple[str, str], ...]


def calls(data: Path, days: int) -> list[Call]:
    """Every call of the last days of the files, in the order of time."""
    orders = _orders(data)
    since = max(pc.max(table["at"]).as_py() for table in orders.values()) - timedelta(days=days)
    streams = [_views(data, since), *(_steps(table, service, since) for service, table in orders.items())]
    return list(merge(*(sorted(stream) for stream in streams)))


def _orders(data: Path) -> dict[str, pa.Table]:
    """Steps of orders by the service that did them: ``order``, ``at`` and what was done."""
    orders = data / "orders"
    checks = csv.read_csv(orders / "credit_checks.csv").rename_columns({"order_no": "order", "checked_at": "at"})
    local = pc.assume_timezone(pc.cast(checks["at"], pa.timestamp("us")), ZONE.key)
    return {
        "sales-app": pq.read_table(orders / "submissions.parquet"),
        "credit-desk": checks.set_column(1, "at", pc.cast(local, pa.timestamp("us", "UTC"))),
        "erp": _decisions(orders / "decisions.jsonl"),
    }


def _decisions(path: Path) -> pa.Table:
    found = json.read_json(path)
    return found.set_column(2, "at", pc.cast(found["at"], pa.timestamp("us", "UTC")))


_STEPS = {
    "submitted": "order.submit", "resubmitted": "order.resubmit", "withdrawn": "order.withdraw",
    "checked": "order.check", "authorised": "order.authorise", "rejected": "order.reject",
}  # fmt: skip


def _steps(table: pa.Table, service: str, since: datetime) -> Iterator[Call]:
    for row in table.filter(pc.field("at") > pa.scalar(since)).to_pylist():
        action = row.get("action") or row.get("status") or "checked"
        about = {
            "order.id": row["order"],
            "branch.id": row.get("branch"),
            "enduser.id": row.get("employee") or row.get("checker"),
        }
        yield Call(row["at"], service, _STEPS[action], STEP_MS, "9.3.0", False, _given(about))


def _views(data: Path, since: datetime) -> Iterator[Call]:
    for path in sorted((data / "history_views").glob("*.parquet")):
        for row in pq.read_table(path).filter(pc.field("clicked_at") > pa.scalar(since)).to_pylist():
            about = {"branch.id": row["branch"], "enduser.id": row["employee"], "customer.id": row["customer"]}
            failed = row["outcome"] != "ok"
            took = row["rendered_ms"] or STEP_MS
            yield Call(row["clicked_at"], "history-svc", "history.view", took, row["release"], failed, _given(about))


def _given(attributes: Mapping[str, str | None]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in attributes.items() if value is not None)


class Services:
    """The services of the company, each with a tracer of its own that sends to one address."""

    def __init__(self, url: str, token: str | None) -> None:
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError:
            raise BizopsError.of(
                "missing-package", "To replay live, the OpenTelemetry SDK is needed.", hint="pip install 'bizops[live]'"
            ) from None
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._exporter: Callable[[], Any] = lambda: OTLPSpanExporter(f"{url}/v1/traces", headers=headers)
        self._providers: dict[tuple[str, str], TracerProvider] = {}

    def report(self, call: Call, at: datetime) -> None:
        """Report a call as the service's own program would: one span, with its true start and end."""
        from opentelemetry.trace import SpanKind, Status, StatusCode

        start = int(at.timestamp() * 1_000_000) * 1000
        tracer = self._provider(call).get_tracer("nordlicht")
        span = tracer.start_span(call.name, kind=SpanKind.SERVER, attributes=dict(call.attributes), start_time=start)
        span.set_status(Status(StatusCode.ERROR if call.failed else StatusCode.OK))
        span.end(start + call.took_ms * 1_000_000)

    def _provider(self, call: Call) -> TracerProvider:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        key = (call.service, call.version)
        if key not in self._providers:
            resource = Resource({"service.name": call.service, "service.version": call.version})
            provider = TracerProvider(resource=resource, shutdown_on_exit=False)
            # A queue that holds a whole replay: the processor drops what does not fit, and here nothing may be lost.
            provider.add_span_processor(BatchSpanProcessor(self._exporter(), max_queue_size=200_000))
            self._providers[key] = provider
        return self._providers[key]

    def close(self) -> None:
        """Send what is left, then end."""
        for provider in self._providers.values():
            provider.shutdown()


def replay(found: list[Call], services: Services, begins: datetime, wait_until: Callable[[datetime], bool]) -> int:
    """Let the calls happen again, the first one at ``begins``; returns how many were reported.

    ``wait_until`` is asked before every call and waits for its time where that is still to come; False ends the replay.
    """
    reported = 0
    for call in found:
        at = begins + (call.at - found[0].at)
        if not wait_until(at):
            break
        services.report(call, at)
        reported += 1
    return reported


@dataclass(frozen=True)
class Replay:
    """The company at work: what happened in the files happened in the days before now, and goes on happening."""

    data: Path
    url: str
    token: str | None
    days: int = 10

    def run(self, now: datetime, stopped: Event, told: Callable[[int], None]) -> None:
        """Report the past at once (``told`` gets how many calls), then go on at the pace of a day until stopped."""
        services = Services(self.url, self.token)
        try:
            found = calls(self.data, self.days)
            told(replay(found, services, now - (found[-1].at - found[0].at), lambda at: not stopped.is_set()))
            today = [call for call in found if found[-1].at - call.at < timedelta(days=1)]
            replay(today, services, now, lambda at: not stopped.wait(max(0.0, at.timestamp() - time())))
        finally:
            services.close()
