"""Business events as they are sent: CloudEvents (single, batch, binary mode) and plain JSON.

CloudEvents 1.0 (github.com/cloudevents/spec): what has the same ``source`` and ``id`` is the same event. The extensions
for business activity monitoring (``bamtxid`` case, ``bampid`` process, ``bamptxsid`` step), correlation, distributed
tracing and sampling become columns. Plain JSON needs a ``type``; every key that is none of the built-in ones is data.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from urllib.parse import unquote

import orjson
import pyarrow as pa

from bizops.errors import BizopsError
from bizops.intake.json_rows import (
    Records,
    RowError,
    as_json,
    hashed,
    parsed,
    refusal,
    split_columns,
    text_of,
    time_of,
    value_of,
)

SINGLE, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
CLASSES = ("public", "internal", "confidential")
"""Values of the data-classification extension that we can honour; what is stricter is not taken."""
_CORE = frozenset(
    ("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data", "data_base64")
)
_COLUMNS = MappingProxyType(
    {
        "bamtxid": "case",
        "bampid": "process",
        "bamptxsid": "step",
        "correlationid": "correlation",
        "causationid": "causation",
    }
)
_PLAIN = ("case", "process", "step", "correlation", "causation")
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?\Z")
_NO_TRACE = "0" * 32
_TEXTS = ("id", "origin", "type", "subject", *_PLAIN)


def check(media: str, headers: Mapping[str, str], body: bytes) -> Records:
    """The events of a body; ``undecodable`` when there is no saying what its events are."""
    if "ce-specversion" in headers and media not in (SINGLE, BATCH):
        raws: list[object] = [_binary(media, headers, body)]
    else:
        raws = parsed(media, body)
    if media == BATCH and body.lstrip()[:1] != b"[":
        raise BizopsError.of("undecodable", "A batch of CloudEvents is a JSON list.")
    taken: list[Mapping[str, Any]] = []
    errors: list[RowError] = []
    seen: Counter[str] = Counter()
    for index, raw in enumerate(raws):
        try:
            taken.append(_event(raw, media in (SINGLE, BATCH), seen))
        except BizopsError as error:
            problem = error.problems[0]
            errors.append(RowError(index, problem.code, problem.message))
    return Records("events", tuple(taken), tuple(errors))


def rows(checked: Sequence[Records], received_us: Sequence[int]) -> pa.Table:
    """Checked events as rows of the raw table ``events``."""
    records = [record for one in checked for record in one.records]
    received = [at for one, at in zip(checked, received_us, strict=True) for _ in one.records]
    data, rest = split_columns([record["data"] for record in records])
    times = [at if record["time"] is None else record["time"] for record, at in zip(records, received, strict=True)]
    columns = {
        "time": pa.array(times, pa.int64()).cast(pa.timestamp("us")),
        **{name: pa.array([record[name] for record in records], pa.string()) for name in _TEXTS},
        "trace": pa.array([record["trace"] for record in records], pa.binary(16)),
        "weight": pa.array([record["weight"] for record in records], pa.float64()),
        **({"data": data} if data is not None else {}),
        "rest": pa.array(rest, pa.string()),
        "extensions": pa.array([as_json(record["extensions"]) for record in records], pa.string()),
        "received": pa.array(received, pa.int64()).cast(pa.timestamp("us")),
    }
    return pa.table(columns)


def _binary(media: str, headers: Mapping[str, str], body: bytes) -> dict[str, object]:
    """An event of which the attributes are headers and the body is the data."""
    raw: dict[str, object] = {
        name.removeprefix("ce-"): unquote(value) for name, value in headers.items() if name.startswith("ce-")
    }
    if "sampledrate" in raw:
        raw["sampledrate"] = _whole(raw["sampledrate"])
    if not body:
        return raw
    if media == "application/json" or media.endswith("+json"):
        raw["data"] = value_of(body)
        return raw
    try:
        raw["data"] = body.decode()
    except UnicodeDecodeError:
        raise BizopsError.of("undecodable", "The data of an event have to be JSON or text in UTF-8.") from None
    return raw


def _event(raw: object, strict: bool, seen: Counter[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise refusal("no-event", "An event is a JSON object.")
    return _cloud_event(raw) if strict or "specversion" in raw else _plain_event(raw, seen)


def _cloud_event(raw: Mapping[str, Any]) -> dict[str, Any]:
    version = text_of(raw, "specversion", needed=True)
    if version != "1.0":
        raise refusal("bad-attribute", f"The version of CloudEvents is '1.0', not '{version}'.")
    classified = text_of(raw, "dataclassification")
    if classified is not None and classified.lower() not in CLASSES:
        raise refusal("unsupported-classification", f"Data classified as '{classified}' are not taken.")
    known = {*_CORE, *_COLUMNS, "traceparent", "sampledrate"}
    return {
        "time": time_of(raw, "time"),
        "id": text_of(raw, "id", needed=True),
        "origin": text_of(raw, "source", needed=True),
        "type": text_of(raw, "type", needed=True),
        "subject": text_of(raw, "subject"),
        **{column: text_of(raw, name) for name, column in _COLUMNS.items()},
        "trace": _trace(raw),
        "weight": _weight(raw.get("sampledrate")),
        "data": _data(raw),
        "extensions": {name: value for name, value in raw.items() if name not in known},
    }


def _plain_event(raw: Mapping[str, Any], seen: Counter[str]) -> dict[str, Any]:
    type_ = text_of(raw, "type", needed=True)
    data = _data(raw)
    known = {*_CORE, *_PLAIN, "traceparent", "sampledrate"}
    data.update({name: value for name, value in raw.items() if name not in known})
    return {
        "time": time_of(raw, "time"),
        "id": text_of(raw, "id") or hashed(raw, seen),
        "origin": text_of(raw, "source") or "",
        "type": type_,
        "subject": text_of(raw, "subject"),
        **{name: text_of(raw, name) for name in _PLAIN},
        "trace": _trace(raw),
        "weight": _weight(raw.get("sampledrate")),
        "data": data,
        "extensions": {},
    }


def _data(raw: Mapping[str, Any]) -> dict[str, Any]:
    """The data as an object; what is none stands under ``value``."""
    data = raw.get("data")
    if "data_base64" in raw:
        data = _from_base64(raw["data_base64"])
    if data is None:
        return {}
    return dict(data) if isinstance(data, dict) else {"value": data}


def _from_base64(text: object) -> object:
    try:
        content = b64decode(str(text), validate=True)
    except ValueError:
        raise refusal("bad-attribute", "The attribute 'data_base64' is no base64.") from None
    try:
        return orjson.loads(content)
    except ValueError:
        return {"data_base64": text}


def _trace(raw: Mapping[str, Any]) -> bytes | None:
    """The trace of a W3C ``traceparent``; one that is none does not make the event worse."""
    found = _TRACEPARENT.match(str(raw.get("traceparent", "")))
    return bytes.fromhex(found[1]) if found and found[1] != _NO_TRACE else None


def _weight(rate: object) -> float:
    if rate is None:
        return 1.0
    if isinstance(rate, bool) or not isinstance(rate, int) or rate < 1:
        raise refusal("bad-attribute", "The attribute 'sampledrate' is a whole number above 0.")
    return float(rate)


def _whole(text: object) -> object:
    return int(str(text)) if str(text).isascii() and str(text).isdigit() else text
