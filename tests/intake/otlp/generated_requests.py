"""Requests of OTLP as Hypothesis draws them: everything a message may hold, likely and unlikely."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, InstrumentationScope, KeyValue, KeyValueList
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    ExponentialHistogram,
    ExponentialHistogramDataPoint,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
    Summary,
    SummaryDataPoint,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

REQUESTS: dict[str, type[Any]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_keys = st.sampled_from(["", "a", "A", "order.id", "sampledrate", "event.id", "service.name", "service.version"])
_doubles = st.floats(allow_nan=False, width=64)
_int64 = st.integers(-(2**63), 2**63 - 1)
_times = st.one_of(st.integers(0, 3), st.integers(1_774_958_400_000_000_000, 1_774_958_400_000_009_999))
_counts = st.integers(0, 2**64 - 1)
_plain = st.one_of(
    st.builds(AnyValue),
    st.builds(AnyValue, string_value=_texts),
    st.builds(AnyValue, string_value=st.sampled_from(["x" * 9000, "é" * 5000])),
    st.builds(AnyValue, bool_value=st.booleans()),
    st.builds(AnyValue, int_value=_int64),
    st.builds(AnyValue, double_value=_doubles),
    st.builds(AnyValue, bytes_value=st.binary(max_size=4)),
    st.builds(AnyValue, string_value_strindex=st.integers(0, 5)),
)
_values = st.recursive(
    _plain,
    lambda inner: st.one_of(
        st.builds(
            AnyValue, array_value=st.builds(ArrayValue, values=st.lists(inner, max_size=3)),
        ),
        st.builds(
            AnyValue,
            kvlist_value=st.builds(
                KeyValueList, values=st.lists(st.builds(KeyValue, key=_keys, value=inner), max_size=3)
            ),
        ),
    ),
    max_leaves=4,
)  # fmt: skip
_attributes = st.lists(st.builds(KeyValue, key=_keys, value=_values), max_size=5)


def _ids(size: int) -> st.SearchStrategy[bytes]:
    good = st.binary(min_size=size, max_size=size)
    return st.one_of(good, good, good, st.sampled_from([b"", bytes(size), b"short"]))


_events = st.builds(Span.Event, time_unix_nano=_times, name=_texts, attributes=_attributes)
_links = st.builds(Span.Link, trace_id=_ids(16), span_id=_ids(8), attributes=_attributes)
_states = st.one_of(
    st.sampled_from(["", "ot=th:c", "v=1,ot=rv:abc;th:ffffffffffffff", "ot=th:0,x=2", "ot=th:"]), _texts
)
_spans = st.builds(
    Span,
    trace_id=_ids(16),
    span_id=_ids(8),
    parent_span_id=_ids(8),
    trace_state=_states,
    name=_texts,
    kind=st.integers(0, 6),
    start_time_unix_nano=_times,
    end_time_unix_nano=_times,
    attributes=_attributes,
    events=st.lists(_events, max_size=2),
    links=st.lists(_links, max_size=2),
    status=st.builds(Status, message=_texts, code=st.integers(0, 3)),
)
_records = st.builds(
    LogRecord,
    time_unix_nano=_times,
    observed_time_unix_nano=_times,
    severity_number=st.integers(0, 24),
    severity_text=_texts,
    body=_values,
    attributes=_attributes,
    trace_id=_ids(16),
    span_id=_ids(8),
    event_name=_texts,
)
_common = {"attributes": _attributes, "start_time_unix_nano": _times, "time_unix_nano": _times}
_optional = st.one_of(st.none(), _doubles)
_numbers = st.one_of(
    st.builds(NumberDataPoint, **_common),
    st.builds(NumberDataPoint, **_common, as_double=_doubles),
    st.builds(NumberDataPoint, **_common, as_int=_int64),
)
_buckets = st.builds(
    ExponentialHistogramDataPoint.Buckets,
    offset=st.integers(-9, 9),
    bucket_counts=st.lists(_counts, max_size=3),
)
_of_data = st.integers(0, 3)
_metrics = st.builds(
    Metric,
    name=_texts,
    unit=_texts,
    gauge=st.builds(Gauge, data_points=st.lists(_numbers, max_size=3)),
) | st.one_of(
    st.builds(Metric, name=_texts),
    st.builds(
        Metric,
        name=_texts,
        sum=st.builds(
            Sum,
            data_points=st.lists(_numbers, max_size=3),
            aggregation_temporality=_of_data,
            is_monotonic=st.booleans(),
        ),
    ),
    st.builds(
        Metric,
        name=_texts,
        histogram=st.builds(
            Histogram,
            aggregation_temporality=_of_data,
            data_points=st.lists(
                st.builds(
                    HistogramDataPoint,
                    **_common,
                    count=_counts,
                    sum=_optional,
                    min=_optional,
                    max=_optional,
                    bucket_counts=st.lists(_counts, max_size=3),
                    explicit_bounds=st.lists(_doubles, max_size=3),
                ),
                max_size=3,
            ),
        ),
    ),
    st.builds(
        Metric,
        name=_texts,
        exponential_histogram=st.builds(
            ExponentialHistogram,
            aggregation_temporality=_of_data,
            data_points=st.lists(
                st.builds(
                    ExponentialHistogramDataPoint,
                    **_common,
                    count=_counts,
                    sum=_optional,
                    min=_optional,
                    max=_optional,
                    scale=st.integers(-9, 9),
                    zero_count=_counts,
                    positive=st.one_of(st.none(), _buckets),
                    negative=st.one_of(st.none(), _buckets),
                ),
                max_size=3,
            ),
        ),
    ),
    st.builds(
        Metric,
        name=_texts,
        summary=st.builds(
            Summary,
            data_points=st.lists(
                st.builds(
                    SummaryDataPoint,
                    **_common,
                    count=_counts,
                    sum=_doubles,
                    quantile_values=st.lists(
                        st.builds(SummaryDataPoint.ValueAtQuantile, quantile=_doubles, value=_doubles), max_size=2
                    ),
                ),
                max_size=3,
            ),
        ),
    ),
)
_resources = st.one_of(st.none(), st.builds(Resource, attributes=_attributes))
_scopes = st.one_of(st.none(), st.builds(InstrumentationScope, name=_texts))


def _requests(request: type, outer: str, of_resource: type, middle: str, of_scope: type, inner: str, item: Any) -> Any:
    scope = st.builds(of_scope, scope=_scopes, **{inner: st.lists(item, max_size=4)})
    resource = st.builds(of_resource, resource=_resources, **{middle: st.lists(scope, max_size=2)})
    return st.builds(request, **{outer: st.lists(resource, max_size=2)})


requests = {
    "traces": _requests(
        ExportTraceServiceRequest, "resource_spans", ResourceSpans, "scope_spans", ScopeSpans, "spans", _spans
    ),
    "logs": _requests(
        ExportLogsServiceRequest, "resource_logs", ResourceLogs, "scope_logs", ScopeLogs, "log_records", _records
    ),
    "metrics": _requests(
        ExportMetricsServiceRequest, "resource_metrics", ResourceMetrics, "scope_metrics", ScopeMetrics, "metrics",
        _metrics,
    ),
}  # fmt: skip
"""A strategy for requests of each signal."""
