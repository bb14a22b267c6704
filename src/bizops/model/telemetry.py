"""What is known of every span, log record, metric point, event and change, before a model says more about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A column that rows of telemetry have by themselves."""

    name: str
    type: str
    meaning: str
    unit: str | None = None


_WHO = (
    BuiltIn("service", "text", "`service.name` of the resource."),
    BuiltIn("version", "text", "`service.version` of the resource."),
    BuiltIn("environment", "text", "`deployment.environment.name` of the resource."),
    BuiltIn("scope", "text", "The instrumentation scope."),
)
_RECEIVED = BuiltIn("received", "timestamp", "When it arrived here.")
_TRACE = BuiltIn("trace", "text", "The trace it belongs to, 32 hex digits.")

BUILT_IN: Mapping[str, tuple[BuiltIn, ...]] = {
    "spans": (
        BuiltIn("time", "timestamp", "When it started."),
        BuiltIn("duration", "integer", "How long it took.", "ns"),
        BuiltIn("name", "text", "The operation."),
        BuiltIn("kind", "text", "`server`, `client`, `internal`, `producer`, `consumer`, or `unspecified`."),
        BuiltIn("status", "text", "`unset`, `ok` or `error`."),
        BuiltIn("status_message", "text", "What went wrong."),
        *_WHO,
        _TRACE,
        BuiltIn("span", "text", "Its own id, 16 hex digits."),
        BuiltIn("parent", "text", "The span that caused it; no value for the first of a trace."),
        BuiltIn("weight", "number", "How many spans it stands for: more than 1 where senders sample."),
        _RECEIVED,
    ),
    "logs": (
        BuiltIn("time", "timestamp", "When it happened, or was observed."),
        BuiltIn("body", "text", "The message; structured ones as JSON."),
        BuiltIn("severity", "text", "`INFO`, `ERROR` ... as the sender calls it."),
        BuiltIn("severity_number", "integer", "1 (trace) to 24 (fatal)."),
        BuiltIn("event", "text", "The event's name, where the record is one."),
        *_WHO,
        _TRACE,
        BuiltIn("span", "text", "The span it was written in."),
        _RECEIVED,
    ),
    "points": (
        BuiltIn("time", "timestamp", "When it was measured."),
        BuiltIn("metric", "text", "The metric."),
        BuiltIn("kind", "text", "`gauge`, `sum`, `histogram`, `exponential_histogram` or `summary`."),
        BuiltIn("unit", "text", "Its unit, as the sender writes it."),
        BuiltIn("value", "number", "The value of a gauge or sum."),
        BuiltIn("count", "integer", "How many measurements a histogram or summary holds."),
        BuiltIn("sum", "number", "Their sum."),
        BuiltIn("min", "number", "The smallest of them."),
        BuiltIn("max", "number", "The largest of them."),
        *_WHO,
        _RECEIVED,
    ),
    "events": (
        BuiltIn("time", "timestamp", "When it happened; when it arrived, where it does not say."),
        BuiltIn("id", "text", "Its id, unique for its origin."),
        BuiltIn("origin", "text", "The CloudEvents `source`."),
        BuiltIn("type", "text", "What kind of event it is."),
        BuiltIn("subject", "text", "What it is about."),
        BuiltIn("case", "text", "`bamtxid`: the case it belongs to."),
        BuiltIn("process", "text", "`bampid`: the process."),
        BuiltIn("step", "text", "`bamptxsid`: the step of the process."),
        BuiltIn("correlation", "text", "`correlationid`."),
        BuiltIn("causation", "text", "`causationid`."),
        _TRACE,
        BuiltIn("weight", "number", "How many events it stands for (`sampledrate`)."),
        _RECEIVED,
    ),
    "changes": (
        BuiltIn("time", "timestamp", "When it happened."),
        BuiltIn("id", "text", "Its id."),
        BuiltIn("kind", "text", "`release`, `incident`, `campaign`, `flag` or `other`."),
        BuiltIn("service", "text", "The service concerned."),
        BuiltIn("version", "text", "The version that was released."),
        BuiltIn("environment", "text", "Where."),
        BuiltIn("title", "text", "What people call it."),
        BuiltIn("url", "text", "Where to read more."),
        BuiltIn("until", "timestamp", "When it ended."),
        _RECEIVED,
    ),
}
"""By kind of source. The raw tables of the lake have these columns too, ids as bytes."""

KINDS = tuple(BUILT_IN)

OPERATION: Mapping[str, tuple[str, ...]] = {
    "spans": ("service", "name"),
    "logs": ("service", "event", "severity"),
    "points": ("service", "metric"),
    "events": ("origin", "type"),
    "changes": ("service", "kind"),
}
"""The columns that say who did it, and what was done (the first of the rest that has a value)."""
