"""Requests of OTLP with known content, made with the official messages."""

from __future__ import annotations

from collections.abc import Iterable

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Gauge, Metric, NumberDataPoint, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

START_NS = 1_774_958_400_000_000_000
"""2026-03-31T12:00:00Z."""
_RESOURCE = Resource(attributes=[KeyValue(key="service.name", value=AnyValue(string_value="shop"))])


def span(number: int, **more: object) -> Span:
    """A span of a second, named by its number."""
    fields = {
        "trace_id": number.to_bytes(16, "big"),
        "span_id": number.to_bytes(8, "big"),
        "name": f"step {number}",
        "kind": Span.SPAN_KIND_SERVER,
        "start_time_unix_nano": START_NS + number * 1_000_000,
        "end_time_unix_nano": START_NS + number * 1_000_000 + 1_000_000_000,
        "attributes": [KeyValue(key="order.id", value=AnyValue(int_value=number))],
    }
    return Span(**{**fields, **more})  # type: ignore[arg-type]


def traces(spans: Iterable[Span]) -> ExportTraceServiceRequest:
    """A request with spans of the service `shop`."""
    scope = ScopeSpans(scope=InstrumentationScope(name="tests"), spans=spans)
    return ExportTraceServiceRequest(resource_spans=[ResourceSpans(resource=_RESOURCE, scope_spans=[scope])])


def logs(*texts: str) -> ExportLogsServiceRequest:
    """A request with log records of the service `shop`, a millisecond apart."""
    records = [
        LogRecord(time_unix_nano=START_NS + n * 1_000_000, body=AnyValue(string_value=text), severity_text="INFO")
        for n, text in enumerate(texts)
    ]
    return ExportLogsServiceRequest(
        resource_logs=[ResourceLogs(resource=_RESOURCE, scope_logs=[ScopeLogs(log_records=records)])]
    )


def metrics(*values: float) -> ExportMetricsServiceRequest:
    """A request with points of the gauge `queue` of the service `shop`, a millisecond apart."""
    points = [NumberDataPoint(time_unix_nano=START_NS + n * 1_000_000, as_double=v) for n, v in enumerate(values)]
    metric = Metric(name="queue", unit="{order}", gauge=Gauge(data_points=points))
    return ExportMetricsServiceRequest(
        resource_metrics=[ResourceMetrics(resource=_RESOURCE, scope_metrics=[ScopeMetrics(metrics=[metric])])]
    )


def spans_body(numbers: Iterable[int]) -> bytes:
    """A request in protobuf with a span for each number."""
    return traces(span(number) for number in numbers).SerializeToString()
