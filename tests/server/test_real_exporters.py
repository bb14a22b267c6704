"""The exporters of the OpenTelemetry SDK for Python are served as they come, and their values are in the lake."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from bizops.intake.tokens import Tokens
from serving import Served

RESOURCE = Resource({"service.name": "shop", "service.version": "5.2", "deployment.environment.name": "production"})
COMPRESSIONS = [Compression.NoCompression, Compression.Gzip]


def url(served: Served, signal: str) -> str:
    """Where a signal goes."""
    return f"http://127.0.0.1:{served.port}/v1/{signal}"


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_spans_arrive_with_their_values(served: Served, compression: Compression) -> None:
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(url(served, "traces"), compression=compression)))
    tracer = provider.get_tracer("tests", "1.0")
    begun = 1_774_958_400_000_000_123
    with tracer.start_as_current_span(
        "checkout", kind=trace.SpanKind.SERVER, start_time=begun, end_on_exit=False
    ) as top:
        top.set_attributes({"order.id": "A-17", "order.amount": 12.5, "order.items": 3, "order.paid": True})
        top.set_attribute("order.tags", ["a", "b"])
        top.add_event("authorised", {"by": "card"}, timestamp=begun + 5)
        for number in range(1000):
            with tracer.start_as_current_span(f"step {number % 7}"):
                pass
        top.set_status(trace.StatusCode.ERROR, "declined")
        top.end(begun + 2_000_000_001)
    provider.shutdown()

    rows = served.stored("local.spans", 1001)

    assert len(rows) == 1001
    (row,) = [row for row in rows if row["name"] == "checkout"]
    context = top.get_span_context()
    expected: dict[str, Any] = {
        "time": datetime(2026, 3, 31, 12),
        "nanos": 123,
        "duration": 2_000_000_001,
        "trace": context.trace_id.to_bytes(16, "big"),
        "span": context.span_id.to_bytes(8, "big"),
        "parent": None,
        "service": "shop",
        "version": "5.2",
        "environment": "production",
        "scope": "tests",
        "kind": "server",
        "status": "error",
        "status_message": "declined",
        "weight": 1.0,
    }
    assert {name: row[name] for name in expected} == expected
    attributes = {name: value for name, value in row["attributes"].items() if value is not None}
    assert attributes == {"order.id": "A-17", "order.amount": 12.5, "order.items": 3, "order.paid": True}
    assert "order.tags" in row["rest"]
    assert "authorised" in row["events"]
    assert sum(row["parent"] == expected["span"] for row in rows) == 1000


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_log_records_arrive_with_their_values(served: Served, compression: Compression) -> None:
    provider = LoggerProvider(resource=RESOURCE)
    provider.add_log_record_processor(
        SimpleLogRecordProcessor(OTLPLogExporter(url(served, "logs"), compression=compression))
    )
    provider.get_logger("tests").emit(
        LogRecord(
            timestamp=1_774_958_400_000_000_000,
            severity_number=SeverityNumber.WARN,
            severity_text="WARN",
            body="stock is low",
            event_name="stock.low",
            attributes={"article": 7},
        )
    )
    provider.shutdown()

    (row,) = served.stored("local.logs", 1)

    assert row["time"] == datetime(2026, 3, 31, 12)
    assert (row["severity"], row["severity_number"], row["body"]) == ("WARN", 13, "stock is low")
    assert (row["event"], row["service"], row["attributes"]["article"]) == ("stock.low", "shop", 7)


@pytest.mark.parametrize("compression", COMPRESSIONS)
def test_metric_points_arrive_with_their_values(served: Served, compression: Compression) -> None:
    exporter = OTLPMetricExporter(url(served, "metrics"), compression=compression)
    provider = MeterProvider([PeriodicExportingMetricReader(exporter, 3_600_000)], resource=RESOURCE)
    meter = provider.get_meter("tests")
    meter.create_counter("orders", "{order}").add(5, {"store": "North"})
    meter.create_histogram("wait", "s").record(1.5)
    provider.shutdown()

    rows = {row["metric"]: row for row in served.stored("local.points", 2)}

    assert (rows["orders"]["kind"], rows["orders"]["value"], rows["orders"]["unit"]) == ("sum", 5.0, "{order}")
    assert rows["orders"]["attributes"]["store"] == "North"
    assert (rows["wait"]["kind"], rows["wait"]["count"], rows["wait"]["sum"]) == ("histogram", 1, 1.5)
    assert rows["wait"]["time"].replace(tzinfo=UTC) <= datetime.now(UTC)


def test_a_token_goes_in_the_headers_that_exporters_have(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = Tokens(served.workspace.state, served.workspace.clock).create("web")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"Authorization=Bearer%20{secret}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{served.port}")
    provider = TracerProvider(resource=RESOURCE)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    provider.get_tracer("tests").start_span("checkout").end()
    provider.shutdown()

    assert [row["name"] for row in served.stored("web.spans", 1)] == ["checkout"]
