"""What is read of OTLP's messages, as descriptors of our own with the same numbers on the wire.

They differ from the official ones in that values of attributes stay bytes: seven columns for each, six of them empty,
would cost as much as all the rest, and a message that contains itself cannot be a column. They are repeated ones, so
that what is sent twice is seen. Fields that are not named here are skipped, as protobuf's readers do: for a first look
at a body there are messages with little more than ids and times, which are read twelve times as fast.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

if TYPE_CHECKING:
    import pyarrow as pa

_F = descriptor_pb2.FieldDescriptorProto
_TYPES = {
    "text": _F.TYPE_STRING, "bool": _F.TYPE_BOOL, "int64": _F.TYPE_INT64, "double": _F.TYPE_DOUBLE,
    "bytes": _F.TYPE_BYTES, "fixed64": _F.TYPE_FIXED64, "sfixed64": _F.TYPE_SFIXED64, "fixed32": _F.TYPE_FIXED32,
    "int32": _F.TYPE_INT32, "sint32": _F.TYPE_SINT32, "uint32": _F.TYPE_UINT32, "uint64": _F.TYPE_UINT64,
}  # fmt: skip

_POINT = {"attributes": (7, "*KeyValue"), "start": (2, "fixed64"), "time": (3, "fixed64")}
_COUNTED = {"count": (4, "fixed64")}
_MESSAGES: dict[str, dict[str, tuple[Any, ...]]] = {
    # A trailing name puts the field into that oneof; '?' makes it optional, so that nothing and zero differ.
    "KeyValue": {"key": (1, "text"), "value": (2, "*bytes")},
    "Resource": {"attributes": (1, "*KeyValue")},
    "Scope": {"name": (1, "text")},
    "Status": {"message": (2, "text"), "code": (3, "int32")},
    "Event": {"time": (1, "fixed64"), "name": (2, "text"), "attributes": (3, "*KeyValue")},
    "Link": {"trace": (1, "bytes"), "span": (2, "bytes"), "attributes": (4, "*KeyValue")},
    "Span": {
        "trace": (1, "bytes"), "span": (2, "bytes"), "state": (3, "text"), "parent": (4, "bytes"), "name": (5, "text"),
        "kind": (6, "int32"), "start": (7, "fixed64"), "end": (8, "fixed64"), "attributes": (9, "*KeyValue"),
        "events": (11, "*Event"), "links": (13, "*Link"), "status": (15, "Status"),
    },
    "ScopeSpans": {"scope": (1, "Scope"), "items": (2, "*Span")},
    "ResourceSpans": {"resource": (1, "Resource"), "scopes": (2, "*ScopeSpans")},
    "traces": {"resources": (1, "*ResourceSpans")},
    "Record": {
        "time": (1, "fixed64"), "severity_number": (2, "int32"), "severity": (3, "text"), "body": (5, "*bytes"),
        "attributes": (6, "*KeyValue"), "trace": (9, "bytes"), "span": (10, "bytes"), "observed": (11, "fixed64"),
        "event": (12, "text"),
    },
    "ScopeLogs": {"scope": (1, "Scope"), "items": (2, "*Record")},
    "ResourceLogs": {"resource": (1, "Resource"), "scopes": (2, "*ScopeLogs")},
    "logs": {"resources": (1, "*ResourceLogs")},
    "Number": {**_POINT, "double": (4, "double", "value"), "int": (6, "sfixed64", "value")},
    "Histogram": {
        **{k: v for k, v in _POINT.items() if k != "attributes"}, "attributes": (9, "*KeyValue"), **_COUNTED,
        "sum": (5, "double?"), "bucket_counts": (6, "*fixed64"), "bounds": (7, "*double"),
        "min": (11, "double?"), "max": (12, "double?"),
    },
    "Buckets": {"offset": (1, "sint32"), "counts": (2, "*uint64")},
    "Exponential": {
        **{k: v for k, v in _POINT.items() if k != "attributes"}, "attributes": (1, "*KeyValue"), **_COUNTED,
        "sum": (5, "double?"), "scale": (6, "sint32"), "zero_count": (7, "fixed64"), "positive": (8, "Buckets"),
        "negative": (9, "Buckets"), "min": (12, "double?"), "max": (13, "double?"),
    },
    "Quantile": {"quantile": (1, "double"), "value": (2, "double")},
    "Summary": {**_POINT, **_COUNTED, "sum": (5, "double"), "quantiles": (6, "*Quantile")},
    "Gauge": {"points": (1, "*Number")},
    "Sum": {"points": (1, "*Number"), "temporality": (2, "int32"), "monotonic": (3, "bool")},
    "Histograms": {"points": (1, "*Histogram"), "temporality": (2, "int32")},
    "Exponentials": {"points": (1, "*Exponential"), "temporality": (2, "int32")},
    "Summaries": {"points": (1, "*Summary")},
    "Metric": {
        "name": (1, "text"), "unit": (3, "text"), "gauge": (5, "Gauge", "data"), "sum": (7, "Sum", "data"),
        "histogram": (9, "Histograms", "data"), "exponential_histogram": (10, "Exponentials", "data"),
        "summary": (11, "Summaries", "data"),
    },
    "ScopeMetrics": {"scope": (1, "Scope"), "items": (2, "*Metric")},
    "ResourceMetrics": {"resource": (1, "Resource"), "scopes": (2, "*ScopeMetrics")},
    "metrics": {"resources": (1, "*ResourceMetrics")},
    # A first look at traces, logs and metrics: what decides whether a row can be taken.
    "SpanLook": {"trace": (1, "bytes"), "span": (2, "bytes"), "start": (7, "fixed64"), "end": (8, "fixed64")},
    "ScopeSpansLook": {"items": (2, "*SpanLook")},
    "ResourceSpansLook": {"scopes": (2, "*ScopeSpansLook")},
    "traces_look": {"resources": (1, "*ResourceSpansLook")},
    "RecordLook": {"time": (1, "fixed64"), "trace": (9, "bytes"), "span": (10, "bytes"), "observed": (11, "fixed64")},
    "ScopeLogsLook": {"items": (2, "*RecordLook")},
    "ResourceLogsLook": {"scopes": (2, "*ScopeLogsLook")},
    "logs_look": {"resources": (1, "*ResourceLogsLook")},
    "PointLook": {"time": (3, "fixed64")},
    "PointsLook": {"points": (1, "*PointLook")},
    "MetricLook": {
        "gauge": (5, "PointsLook", "data"), "sum": (7, "PointsLook", "data"), "histogram": (9, "PointsLook", "data"),
        "exponential_histogram": (10, "PointsLook", "data"), "summary": (11, "PointsLook", "data"),
    },
    "ScopeMetricsLook": {"items": (2, "*MetricLook")},
    "ResourceMetricsLook": {"scopes": (2, "*ScopeMetricsLook")},
    "metrics_look": {"resources": (1, "*ResourceMetricsLook")},
}  # fmt: skip


def decode(signal: str, bodies: list[bytes]) -> pa.RecordBatch:
    """Bodies as one nested record batch, one row a body; the bodies are known to be sound."""
    return _handlers()[signal].list_to_record_batch(bodies)


def look(signal: str, body: bytes) -> pa.RecordBatch:
    """A body with only what decides whether its rows can be taken."""
    return _handlers()[f"{signal}_look"].list_to_record_batch([body])


@cache
def _handlers() -> dict[str, Any]:
    import ptars

    pool = descriptor_pool.DescriptorPool()
    pool.Add(_file())
    roots = {n: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"bizops.{n}")) for n in ROOTS}
    handlers = ptars.HandlerPool([roots["traces"].DESCRIPTOR.file])
    return {name: handlers.get_for_message(root.DESCRIPTOR) for name, root in roots.items()}


ROOTS = ("traces", "logs", "metrics", "traces_look", "logs_look", "metrics_look")


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(name="bizops.proto", package="bizops", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        oneofs = list(dict.fromkeys(rest[0] for _, _, *rest in fields.values() if rest))
        for oneof in oneofs:
            message.oneof_decl.add(name=oneof)
        for field_name, (number, type_, *rest) in fields.items():
            field = message.field.add(name=field_name, number=number)
            field.label = _F.LABEL_REPEATED if type_.startswith("*") else _F.LABEL_OPTIONAL
            plain = type_.strip("*?")
            if plain in _TYPES:
                field.type = _TYPES[plain]
            else:
                field.type, field.type_name = _F.TYPE_MESSAGE, f".bizops.{plain}"
            if rest:
                field.oneof_index = oneofs.index(rest[0])
            elif type_.endswith("?"):
                field.proto3_optional = True
                field.oneof_index = len(message.oneof_decl)
                message.oneof_decl.add(name=f"_{field_name}")
    return file
