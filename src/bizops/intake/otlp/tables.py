"""Checked bodies to the rows of raw tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.intake.otlp import wire
from bizops.intake.otlp.any_values import BOOLEAN, INTEGER, NESTED, NUMBER, TEXT, any_values
from bizops.intake.otlp.attributes import Attributes, attributes_of, json_text, told_of
from bizops.intake.otlp.bodies import Checked
from bizops.intake.otlp.ids import content_ids
from bizops.intake.otlp.nested import Items, items_of
from bizops.intake.otlp.weights import weights_of

if TYPE_CHECKING:
    from bizops.intake.privacy import Policy

SPAN_KINDS = ("unspecified", "internal", "server", "client", "producer", "consumer")
STATUS = ("unset", "ok", "error")
TEMPORALITY = ("unspecified", "delta", "cumulative")
_WHO = {
    "service": ("service.name",),
    "version": ("service.version",),
    "environment": ("deployment.environment.name", "deployment.environment"),
}
_INSTANT = pa.timestamp("us")


def rows(signal: str, checked: Sequence[Checked], received_us: Sequence[int], policy: Policy) -> pa.Table:
    """The raw table's rows of many bodies of one signal, with nothing in them that may not be kept."""
    items = items_of(signal, wire.decode(signal, [one.body for one in checked]))
    received = pa.array(np.asarray(received_us, np.int64)[items.body]).cast(_INSTANT)
    table = _TABLES[signal](items)
    table = table.append_column("received", received)
    sound = _sound(signal, checked, items)
    if sound is not None:
        table = table.filter(pa.array(sound))
    body = items.body if sound is None else items.body[sound]
    return policy.apply(_with_id(signal, table, body, policy.seed))


def _sound(signal: str, checked: Sequence[Checked], items: Items) -> npt.NDArray[np.bool_] | None:
    """Which rows can be taken, in the order of the rows of all bodies together; None: all."""
    if all(one.sound is None for one in checked):
        return None
    parts = [np.ones(one.accepted, np.bool_) if one.sound is None else one.sound for one in checked]
    if signal != "metrics":
        return np.concatenate(parts)
    # Points stand by kind, not by body, once several bodies are put together.
    sound = np.empty(items.count, np.bool_)
    sound[np.argsort(items.body, kind="stable")] = np.concatenate(parts)
    return sound


def _spans(items: Items) -> pa.Table:
    start, end = items.numbers("start"), items.numbers("end")
    own = attributes_of(items["attributes"], items.count)
    resource = _resource(items)
    columns = {
        "time": _micros(start),
        "nanos": pa.array((start % 1000).astype(np.uint16)),
        "duration": pa.array((end - start).astype(np.int64)),
        "trace": _id(items["trace"], 16),
        "span": _id(items["span"], 8),
        "parent": _id(items["parent"], 8),
        **_who(resource, items),
        "scope": _scope(items),
        "name": items["name"],
        "kind": _word(items["kind"], SPAN_KINDS),
        "status": _word(_child(items["status"], "code"), STATUS),
        "status_message": _filled(_child(items["status"], "message")),
        "state": _filled(items["state"]),
        "weight": pa.array(weights_of(items["state"], own.columns.get("sampledrate"), items.count)),
        **_carried(own, resource, items),
        "events": _listed(items["events"], _event),
        "links": _listed(items["links"], _link),
    }
    return pa.table({name: column for name, column in columns.items() if column is not None})


def _logs(items: Items) -> pa.Table:
    observed = items.numbers("observed")
    time = np.where(items.numbers("time") == 0, observed, items.numbers("time"))
    own = attributes_of(items["attributes"], items.count)
    resource = _resource(items)
    columns = {
        "time": _micros(time),
        "nanos": pa.array((time % 1000).astype(np.uint16)),
        "observed": _micros(observed),
        "trace": _id(items["trace"], 16),
        "span": _id(items["span"], 8),
        "severity": _filled(items["severity"]),
        "severity_number": pc.cast(items["severity_number"], pa.int64()),
        "body": _body(items["body"]),
        "event": _filled(items["event"]),
        **_who(resource, items),
        "scope": _scope(items),
        **_carried(own, resource, items),
    }
    return pa.table({name: column for name, column in columns.items() if column is not None})


def _points(items: Items) -> pa.Table:
    time, start = items.numbers("time"), items.numbers("start")
    own = attributes_of(items["attributes"], items.count)
    resource = _resource(items)
    metric = pa.array(items.metric)
    temporality = pc.coalesce(*(_child(_child(items.metrics, kind), "temporality") for kind in _WITH_TEMPORALITY))
    columns = {
        "time": _micros(time),
        "nanos": pa.array((time % 1000).astype(np.uint16)),
        "start": _micros(start),
        "metric": _child(items.metrics, "name").take(metric),
        "kind": items["kind"],
        "unit": _filled(_child(items.metrics, "unit").take(metric)),
        "temporality": _word(temporality.take(metric), TEMPORALITY),
        "monotonic": _child(_child(items.metrics, "sum"), "monotonic").take(metric),
        "value": items["number"],
        "count": pc.cast(items["count"], pa.int64(), safe=False),
        "sum": items["sum"],
        "min": items["min"],
        "max": items["max"],
        "buckets": _buckets(items),
        **_who(resource, items),
        "scope": _scope(items),
        **_carried(own, resource, items),
    }
    return pa.table({name: column for name, column in columns.items() if column is not None})


_WITH_TEMPORALITY = ("sum", "histogram", "exponential_histogram")
_TABLES: dict[str, Callable[[Items], pa.Table]] = {"traces": _spans, "logs": _logs, "metrics": _points}


def _resource(items: Items) -> Attributes:
    return attributes_of(items.resources, len(items.resources))


def _who(resource: Attributes, items: Items) -> dict[str, Any]:
    """Service, version and environment of each row's resource."""
    index = pa.array(items.resource)
    found: dict[str, Any] = {}
    for name, keys in _WHO.items():
        columns = [pc.cast(resource.columns[key], pa.string()) for key in keys if key in resource.columns]
        found[name] = pc.coalesce(*columns).take(index) if columns else pa.nulls(items.count, pa.string())
    return found


def _carried(own: Attributes, resource: Attributes, items: Items) -> dict[str, Any]:
    """Attributes of the rows and of their resources, and what has no column."""
    of_resource = resource.struct()
    index = pa.array(items.resource)
    rest = own.rest if own.rest is not None else pa.nulls(items.count, pa.string())
    if resource.rest is not None:
        rest = _joined(rest, resource.rest.take(index))
    return {
        "attributes": own.struct(),
        "rest": rest,
        "resource": None if of_resource is None else of_resource.take(index),
    }


def _joined(own: pa.Array, of_resource: pa.Array) -> pa.Array:
    """Two JSON objects as one; the row's own values come first where both have a key."""
    import orjson

    pairs = zip(own.to_pylist(), of_resource.to_pylist(), strict=True)
    return pa.array(
        [json_text(orjson.loads(b or "{}") | orjson.loads(a or "{}")) if a or b else None for a, b in pairs],
        pa.string(),
    )


def _micros(nanos: npt.NDArray[np.uint64]) -> pa.Array:
    return pa.array((nanos // 1000).astype(np.int64), mask=nanos == 0).cast(_INSTANT)


def _id(column: Any, size: int) -> pa.Array:
    """Ids as bytes; no value where there is none: zeros say so as well, and so does a parent's id of another size."""
    zero = pc.equal(column, pa.scalar(bytes(size), column.type))
    fits = pc.and_not(pc.equal(pc.binary_length(column), size), zero)
    return pc.cast(pc.if_else(fits, column, pa.scalar(None, column.type)), pa.binary(size))


def _scope(items: Items) -> pa.Array:
    return _filled(items.scopes.take(pa.array(items.scope)))


def _filled(column: Any) -> Any:
    """Texts; an empty one says nothing."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)


def _word(codes: Any, words: Sequence[str]) -> pa.Array:
    """Numbers of an enum as words; unknown ones as the first."""
    numbers = pc.fill_null(codes, 0).to_numpy(zero_copy_only=False)
    known = np.where((numbers >= 0) & (numbers < len(words)), numbers, 0)
    return pa.array(words).take(pa.array(known))


def _child(struct: Any, name: str) -> Any:
    return struct.flatten()[struct.type.get_field_index(name)]


def _listed(lists: Any, told: Callable[[dict[str, Any], dict[str, Any]], dict[str, Any]]) -> pa.Array | None:
    """Span events or links as JSON; rows without any have none."""
    flat = pc.list_flatten(lists)
    if not len(flat):
        return None
    owners = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
    found: dict[int, list[dict[str, Any]]] = {}
    items = flat.to_pylist()
    for owner, item, attributes in zip(owners.tolist(), items, told_of(_child(flat, "attributes")), strict=True):
        found.setdefault(owner, []).append(told(item, attributes))
    return pa.array([json_text(found[row]) if row in found else None for row in range(len(lists))], pa.string())


def _event(event: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    return {"time": event["time"], "name": event["name"], "attributes": attributes}


def _link(link: dict[str, Any], attributes: dict[str, Any]) -> dict[str, Any]:
    return {"trace": link["trace"].hex(), "span": link["span"].hex(), "attributes": attributes}


def _body(lists: Any) -> pa.Array:
    """Messages as texts; numbers as they are written, structured ones as JSON."""
    values = any_values(lists)
    every = np.arange(len(lists))
    read = {TEXT: values.texts, INTEGER: values.integers, NUMBER: values.numbers, BOOLEAN: values.booleans}
    columns = [of_kind(np.where(values.kind == kind, every, -1)) for kind, of_kind in read.items()]
    plain = pc.coalesce(*(pc.cast(column, pa.string()) for column in columns))
    nested = np.flatnonzero(np.isin(values.kind, NESTED))
    if not len(nested):
        return plain
    texts = plain.to_pylist()
    for row in nested.tolist():
        found = values.told(row)
        texts[row] = found if isinstance(found, str) else json_text(found)
    return pa.array(texts, pa.string())


def _buckets(items: Items) -> pa.Array | None:
    """Buckets and quantiles as JSON, where a point has them."""
    kinds = items["kind"]
    holding = pc.is_in(kinds, pa.array(["histogram", "exponential_histogram", "summary"]))
    rows_ = np.flatnonzero(holding.to_numpy(zero_copy_only=False))
    if not len(rows_):
        return None
    names = ("bounds", "bucket_counts", "scale", "zero_count", "positive", "negative", "quantiles")
    index = pa.array(rows_)
    columns = {name: items[name].take(index).to_pylist() for name in names}
    told: list[str | None] = [None] * items.count
    for number, row in enumerate(rows_.tolist()):
        own = {name: column[number] for name, column in columns.items() if column[number] is not None}
        told[row] = json_text(own)
    return pa.array(told, pa.string())


def _with_id(signal: str, table: pa.Table, body: npt.NDArray[np.int64], seed: int) -> pa.Table:
    """Log records and points have no id of their own: it is made of what they said when they came."""
    if signal == "traces":
        return table
    return table.append_column("id", content_ids(table, body, seed))
