"""The same rows, made slowly and plainly of the official messages: what the fast way is measured against in tests."""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from bizops.intake.otlp.any_values import LONGEST
from bizops.intake.otlp.attributes import MOST_KEYS, json_text
from bizops.intake.otlp.ids import content_ids
from bizops.intake.otlp.tables import SPAN_KINDS, STATUS, TEMPORALITY
from bizops.intake.otlp.weights import weight_of
from bizops.intake.privacy import Policy

_LATEST_NS = 9_223_372_036_000_000_000


@dataclass(frozen=True, slots=True)
class _Item:
    """A span, a record or a point, and what it belongs to."""

    body: int
    resource: int
    scope: str | None
    item: Any
    metric: Any = None
    kind: str = ""


def is_sound(signal: str, item: Any) -> bool:
    """Whether a span, a record or a point can be taken."""
    if signal == "traces":
        ids = len(item.trace_id) == 16 and any(item.trace_id) and len(item.span_id) == 8 and any(item.span_id)
        start, end = item.start_time_unix_nano, item.end_time_unix_nano
        return ids and 0 < start <= end <= _LATEST_NS
    if signal == "logs":
        time = max(item.time_unix_nano, item.observed_time_unix_nano)
        return len(item.trace_id) in (0, 16) and len(item.span_id) in (0, 8) and time <= _LATEST_NS
    return 0 < int(item.time_unix_nano) <= _LATEST_NS


def reference_rows(signal: str, requests: Sequence[Any], received_us: Sequence[int], policy: Policy) -> pa.Table:
    """The raw table's rows of official requests of one signal."""
    resources: list[Any] = []
    items = list(_items(signal, requests, resources))
    if signal == "metrics":
        items = [item for kind in _KINDS for item in items if item.kind == kind]
    own = _Attributes([item.item.attributes for item in items])
    of_resource = _Attributes([resource.attributes for resource in resources])
    make = {"traces": _span, "logs": _record, "metrics": _point}[signal]
    told = [make(item) for item in items]
    columns: dict[str, Any] = {
        name: pa.array([row[number] for row in told], type_) for number, (name, type_) in enumerate(_COLUMNS[signal])
    }
    for name in ("events", "links", "buckets"):
        if name in columns and columns[name].null_count == len(items):
            del columns[name]
    for name, keys in _WHO.items():
        texts = [of_resource.text(item.resource, keys) for item in items]
        columns[name] = pa.array(texts, pa.string())
    columns["scope"] = pa.array([item.scope or None for item in items], pa.string())
    if signal == "traces":
        rates = [own.text(row, ("sampledrate",)) for row in range(len(items))]
        weights = [_weight(item.item.trace_state, rate) for item, rate in zip(items, rates, strict=True)]
        columns["weight"] = pa.array(weights, pa.float64())
    rests = [of_resource.rest[item.resource] | own.rest[row] for row, item in enumerate(items)]
    columns["rest"] = pa.array([json_text(rest) if rest else None for rest in rests], pa.string())
    for name, struct in (
        ("attributes", own.struct(range(len(items)))),
        ("resource", of_resource.struct([item.resource for item in items])),
    ):
        if struct is not None:
            columns[name] = struct
    bodies = np.asarray([item.body for item in items], np.int64)
    columns["received"] = pa.array([received_us[item.body] for item in items], pa.timestamp("us"))
    sound = np.asarray([is_sound(signal, item.item) for item in items], np.bool_)
    table = pa.table(columns).filter(pa.array(sound))
    if signal != "traces":
        table = table.append_column("id", content_ids(table, bodies[sound], policy.seed))
    return policy.apply(table)


_KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")
_WHO = {
    "service": ("service.name",),
    "version": ("service.version",),
    "environment": ("deployment.environment.name", "deployment.environment"),
}
_TEXT, _INSTANT, _DOUBLE = pa.string(), pa.timestamp("us"), pa.float64()
_COLUMNS: dict[str, list[tuple[str, pa.DataType]]] = {
    "traces": [
        ("time", _INSTANT), ("nanos", pa.uint16()), ("duration", pa.int64()), ("trace", pa.binary(16)),
        ("span", pa.binary(8)), ("parent", pa.binary(8)), ("name", _TEXT), ("kind", _TEXT), ("status", _TEXT),
        ("status_message", _TEXT), ("state", _TEXT), ("events", _TEXT), ("links", _TEXT),
    ],
    "logs": [
        ("time", _INSTANT), ("nanos", pa.uint16()), ("observed", _INSTANT), ("trace", pa.binary(16)),
        ("span", pa.binary(8)), ("severity", _TEXT), ("severity_number", pa.int64()), ("body", _TEXT), ("event", _TEXT),
    ],
    "metrics": [
        ("time", _INSTANT), ("nanos", pa.uint16()), ("start", _INSTANT), ("metric", _TEXT), ("kind", _TEXT),
        ("unit", _TEXT), ("temporality", _TEXT), ("monotonic", pa.bool_()), ("value", _DOUBLE), ("count", pa.int64()),
        ("sum", _DOUBLE), ("min", _DOUBLE), ("max", _DOUBLE), ("buckets", _TEXT),
    ],
}  # fmt: skip


def _items(signal: str, requests: Sequence[Any], resources: list[Any]) -> Iterator[_Item]:
    outer, middle, inner = {
        "traces": ("resource_spans", "scope_spans", "spans"),
        "logs": ("resource_logs", "scope_logs", "log_records"),
        "metrics": ("resource_metrics", "scope_metrics", "metrics"),
    }[signal]
    for body, request in enumerate(requests):
        for of_resource in getattr(request, outer):
            resources.append(of_resource.resource)
            for of_scope in getattr(of_resource, middle):
                for item in getattr(of_scope, inner):
                    common = (body, len(resources) - 1, of_scope.scope.name)
                    if signal != "metrics":
                        yield _Item(*common, item)
                    elif kind := item.WhichOneof("data"):
                        for point in getattr(item, kind).data_points:
                            yield _Item(*common, point, item, kind)


def _span(of: _Item) -> tuple[Any, ...]:
    span = of.item
    start, end = span.start_time_unix_nano, span.end_time_unix_nano
    events = [{"time": e.time_unix_nano, "name": e.name, "attributes": _told(e.attributes)} for e in span.events]
    links = [
        {"trace": x.trace_id.hex(), "span": x.span_id.hex(), "attributes": _told(x.attributes)} for x in span.links
    ]
    return (
        _micros(start), start % 1000, _wrapped(end - start), _id(span.trace_id, 16), _id(span.span_id, 8),
        _id(span.parent_span_id, 8), span.name, _word(span.kind, SPAN_KINDS), _word(span.status.code, STATUS),
        span.status.message or None, span.trace_state or None, json_text(events) if events else None,
        json_text(links) if links else None,
    )  # fmt: skip


def _record(of: _Item) -> tuple[Any, ...]:
    record = of.item
    time = record.time_unix_nano or record.observed_time_unix_nano
    body = _any(record.body, LONGEST if record.body.WhichOneof("value") in _NESTED else None)
    text = body if body is None or isinstance(body, str) else _as_text(body)
    return (
        _micros(time), time % 1000, _micros(record.observed_time_unix_nano), _id(record.trace_id, 16),
        _id(record.span_id, 8), record.severity_text or None, record.severity_number, text, record.event_name or None,
    )  # fmt: skip


def _point(of: _Item) -> tuple[Any, ...]:
    point, data = of.item, getattr(of.metric, of.kind)
    counted = of.kind not in ("gauge", "sum")
    which = None if counted else point.WhichOneof("value")
    buckets: dict[str, Any] = {}
    if of.kind == "histogram":
        buckets = {"bounds": list(point.explicit_bounds), "bucket_counts": list(point.bucket_counts)}
    elif of.kind == "exponential_histogram":
        buckets = {"scale": point.scale, "zero_count": point.zero_count}
        for side in ("positive", "negative"):
            if point.HasField(side):
                half = getattr(point, side)
                buckets[side] = {"offset": half.offset, "counts": list(half.bucket_counts)}
    elif of.kind == "summary":
        buckets = {"quantiles": [{"quantile": q.quantile, "value": q.value} for q in point.quantile_values]}
    holds = of.kind in ("histogram", "exponential_histogram")
    sums = point.sum if of.kind == "summary" else point.sum if holds and point.HasField("sum") else None
    return (
        _micros(point.time_unix_nano), point.time_unix_nano % 1000, _micros(point.start_time_unix_nano),
        of.metric.name, of.kind, of.metric.unit or None,
        _word(getattr(data, "aggregation_temporality", 0), TEMPORALITY),
        data.is_monotonic if of.kind == "sum" else None, float(getattr(point, which)) if which else None,
        _wrapped(point.count) if counted else None, sums,
        point.min if holds and point.HasField("min") else None, point.max if holds and point.HasField("max") else None,
        json_text(buckets) if counted else None,
    )  # fmt: skip


class _Attributes:
    """Attributes of rows: by key the values of one type, and by row what has no column."""

    def __init__(self, lists: Sequence[Any]) -> None:
        counts = Counter(pair.key for pairs in lists for pair in pairs)
        chosen = {key for key, _ in counts.most_common(MOST_KEYS) if key}
        lower: set[str] = set()
        for key in sorted(chosen, key=lambda key: (-counts[key], list(counts).index(key))):
            if key.lower() in lower:
                chosen.discard(key)
            lower.add(key.lower())
        self.values: list[dict[str, Any]] = []
        self.rest: list[dict[str, Any]] = []
        for pairs in lists:
            last = {pair.key: pair.value for pair in pairs}
            typed = {k: _any(v, LONGEST) for k, v in last.items() if k in chosen and v.WhichOneof("value") in _PLAIN}
            self.values.append(typed)
            others = {k: _any(v, LONGEST) for k, v in last.items() if k not in typed and not _is_nothing(v)}
            self.rest.append(others)
        self._columns: dict[str, pa.DataType] = {}
        for key in sorted({key for row in self.values for key in row}):
            kinds = {type(row[key]) for row in self.values if key in row}
            self._columns[key] = _type_of(kinds)

    def struct(self, rows: Sequence[int]) -> pa.StructArray | None:
        """The columns as one, with the attributes of the rows that are asked for."""
        if not self._columns:
            return None
        arrays = []
        for key, type_ in self._columns.items():
            values = [self.values[row].get(key) for row in rows]
            if type_ == pa.string():
                values = [None if value is None else _as_text(value)[:LONGEST] for value in values]
            elif type_ == pa.float64():
                values = [None if value is None else float(value) for value in values]
            arrays.append(pa.array(values, type_))
        return pa.StructArray.from_arrays(arrays, list(self._columns))

    def text(self, row: int, keys: Sequence[str]) -> str | None:
        """The first of some attributes that a row has, as a text."""
        return next((_as_text(self.values[row][key]) for key in keys if key in self.values[row]), None)


def _type_of(kinds: set[type]) -> pa.DataType:
    """The type of a column whose values are of these kinds: numbers stay numbers, anything else mixed is text."""
    if kinds == {int, float}:
        return pa.float64()
    return _TYPES[next(iter(kinds))] if len(kinds) == 1 else pa.string()


_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
_PLAIN = ("string_value", "int_value", "double_value", "bool_value")
_NESTED = ("array_value", "kvlist_value")


def _is_nothing(value: Any) -> bool:
    kind = value.WhichOneof("value")
    return kind is None or kind == "string_value_strindex"


def _any(value: Any, longest: int | None) -> Any:
    """One value as JSON has it."""
    if _is_nothing(value):
        return None
    kind = value.WhichOneof("value")
    found = getattr(value, kind)
    if kind == "array_value":
        return [_any(item, longest) for item in found.values]
    if kind == "kvlist_value":
        return _told(found.values)
    if kind == "bytes_value":
        return base64.b64encode(found).decode()
    return found[:longest] if isinstance(found, str) else found


def _told(pairs: Any) -> dict[str, Any]:
    return {pair.key: _any(pair.value, LONGEST) for pair in pairs}


def _as_text(value: Any) -> str:
    """A value as a text; numbers as Arrow writes them."""
    if isinstance(value, str):
        return value
    return json_text(value) if isinstance(value, list | dict) else str(pa.scalar(value).cast(pa.string()).as_py())


def _weight(state: str, rate: str | None) -> float:
    told = weight_of(state)
    if told:
        return told
    try:
        given = float(rate or 1)
    except ValueError:
        return 1.0
    return given if 1 <= given < float("inf") else 1.0


def _micros(nanos: int) -> int | None:
    return nanos // 1000 if nanos else None


def _wrapped(number: int) -> int:
    """A whole number as 64 bits with a sign hold it; it is told of rows that are refused only, and of absurd counts."""
    return (number + 2**63) % 2**64 - 2**63


def _id(given: bytes, size: int) -> bytes | None:
    return given if len(given) == size and any(given) else None


def _word(code: int, words: Sequence[str]) -> str:
    return words[code] if 0 <= code < len(words) else words[0]
