"""One body: is it sound, and how many of its rows can be taken. Decided before it is acknowledged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bizops.errors import BizopsError
from bizops.intake.otlp import wire
from bizops.intake.otlp.nested import looked_at, whole_numbers

JSON = "application/json"
_LATEST_NS = 9_223_372_036_000_000_000
"""Times beyond the year 2262 do not fit into nanoseconds since 1970."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A sound body, as protobuf. ``sound`` tells which of its rows can be taken; None: all of them."""

    signal: str
    body: bytes
    sound: npt.NDArray[np.bool_] | None
    accepted: int
    rejected: int
    reason: str


def check(signal: str, media: str, body: bytes) -> Checked:
    """What can be taken of a body of ``traces``, ``logs`` or ``metrics``; ``undecodable`` when nothing can be read.

    The official protobuf package has the say whether a body is sound; JSON becomes the same message first.
    """
    if media.split(";")[0].strip().lower() == JSON:
        from bizops.intake.otlp.json_bodies import message_of

        body = message_of(_request(signal), body).SerializeToString()
    else:
        _parse(signal, body)
    columns = looked_at(signal, wire.look(signal, body))
    count = len(columns["time" if signal != "traces" else "start"])
    sound, reason = None, ""
    for mask, sentence in _wrong(signal, columns):
        if mask.any():
            sound = ~mask if sound is None else sound & ~mask
            reason = reason or sentence
    accepted = count if sound is None else int(sound.sum())
    return Checked(signal, body, sound, accepted, count - accepted, reason)


def _parse(signal: str, body: bytes) -> None:
    from google.protobuf.message import DecodeError

    try:
        _request(signal)().ParseFromString(body)
    except DecodeError:
        raise BizopsError.of("undecodable", f"The body is no OTLP request for {signal}.") from None


@cache
def _request(signal: str) -> type[Any]:
    """The official message of a request."""
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
    from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    requests: dict[str, type[Any]] = {
        "traces": ExportTraceServiceRequest,
        "logs": ExportLogsServiceRequest,
        "metrics": ExportMetricsServiceRequest,
    }
    return requests[signal]


def _wrong(signal: str, columns: dict[str, Any]) -> list[tuple[npt.NDArray[np.bool_], str]]:
    """Which rows cannot be taken, by reason."""
    if signal == "traces":
        start, end = whole_numbers(columns["start"]), whole_numbers(columns["end"])
        return [
            (_not_an_id(columns["trace"], 16), "A trace id has 16 bytes, not all of them zero."),
            (_not_an_id(columns["span"], 8), "A span id has 8 bytes, not all of them zero."),
            ((start == 0) | (start > _LATEST_NS) | (end > _LATEST_NS), "A span says when it started."),
            (end < start, "A span does not end before it starts."),
        ]
    time = whole_numbers(columns["time"])
    if signal == "logs":
        trace, span = (pc.binary_length(columns[name]).to_numpy(zero_copy_only=False) for name in ("trace", "span"))
        latest = np.maximum(time, whole_numbers(columns["observed"]))
        return [
            ((trace != 0) & (trace != 16), "A trace id has 16 bytes, or none."),
            ((span != 0) & (span != 8), "A span id has 8 bytes, or none."),
            (latest > _LATEST_NS, "A record's time does not lie beyond the year 2262."),
        ]
    return [((time == 0) | (time > _LATEST_NS), "A point says when it was measured.")]


def _not_an_id(column: Any, size: int) -> npt.NDArray[np.bool_]:
    lengths = pc.binary_length(column).to_numpy(zero_copy_only=False)
    zero = pc.equal(column, pa.scalar(bytes(size), column.type)).to_numpy(zero_copy_only=False)
    return np.asarray((lengths != size) | zero)
