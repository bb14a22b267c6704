"""Changes of the digital services as they are told: CDEvents, or a small JSON object.

CDEvents (github.com/cdevents/spec) travel as CloudEvents or bare; deployments are releases, what is detected and
resolved is an incident. ``{"kind": "release", "time": …, "service": "shop", "version": "5.2"}`` will do too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from bizops.errors import BizopsError, did_you_mean
from bizops.intake import cloudevents
from bizops.intake.json_rows import Records, RowError, as_json, hashed, parsed, refusal, text_of, time_of, value_of

KINDS = ("release", "incident", "campaign", "flag", "other")
_TEXTS = ("id", "kind", "service", "version", "environment", "title", "url")
_TYPE = re.compile(r"dev\.cdevents\.([a-z]+)\.([a-z]+)\.")
_RELEASES = frozenset(("deployed", "upgraded", "rolledback"))
_SMALL = frozenset((*_TEXTS, "time", "until"))


def check(media: str, headers: Mapping[str, str], body: bytes) -> Records:
    """The changes of a body; ``undecodable`` when there is no saying what its changes are."""
    if "ce-specversion" in headers and media not in (cloudevents.SINGLE, cloudevents.BATCH):
        raws: list[object] = [{"type": headers.get("ce-type"), "id": headers.get("ce-id"), "data": value_of(body)}]
        if "ce-time" in headers:
            raws = [{**raw, "time": headers["ce-time"]} for raw in raws if isinstance(raw, dict)]
    else:
        raws = parsed(media, body)
    taken: list[Mapping[str, Any]] = []
    errors: list[RowError] = []
    seen: Counter[str] = Counter()
    for index, raw in enumerate(raws):
        try:
            taken.append(_change(raw, seen))
        except BizopsError as error:
            problem = error.problems[0]
            errors.append(RowError(index, problem.code, problem.message))
    return Records("changes", tuple(taken), tuple(errors))


def rows(checked: Sequence[Records], received_us: Sequence[int]) -> pa.Table:
    """Checked changes as rows of the raw table ``changes``."""
    records = [record for one in checked for record in one.records]
    received = [at for one, at in zip(checked, received_us, strict=True) for _ in one.records]
    times = [at if record["time"] is None else record["time"] for record, at in zip(records, received, strict=True)]
    until = pa.array([record["until"] for record in records], pa.int64())
    return pa.table(
        {
            "time": pa.array(times, pa.int64()).cast(pa.timestamp("us")),
            **{name: pa.array([record[name] for record in records], pa.string()) for name in _TEXTS},
            "until": until.cast(pa.timestamp("us")),
            "attributes": pa.array([as_json(record["attributes"]) for record in records], pa.string()),
            "received": pa.array(received, pa.int64()).cast(pa.timestamp("us")),
        }
    )


def _change(raw: object, seen: Counter[str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        raise refusal("no-change", "A change is a JSON object.")
    if "kind" in raw:
        return _small(raw, seen)
    # In the envelope of a CloudEvent, or bare.
    inner = raw["data"] if isinstance(raw.get("data"), dict) else raw
    context = inner.get("context")
    context = dict(context) if isinstance(context, dict) else {}
    type_ = raw.get("type") or context.get("type")
    found = _TYPE.match(type_) if isinstance(type_, str) else None
    if found is None:
        raise refusal("no-change", "A change has a 'kind', or is a CDEvent ('type' dev.cdevents.…).")
    envelope = {"id": raw.get("id") or context.get("id"), "time": raw.get("time") or context.get("timestamp")}
    subject = inner.get("subject")
    return _cdevent(found[1], found[2], envelope, subject if isinstance(subject, dict) else {}, hashed(raw, seen))


def _small(raw: Mapping[str, Any], seen: Counter[str]) -> dict[str, Any]:
    kind = text_of(raw, "kind", needed=True)
    if kind not in KINDS:
        hint = did_you_mean(kind or "", KINDS) or f"Kinds are {', '.join(KINDS)}."
        raise refusal("bad-kind", f"There is no kind of change called '{kind}'. {hint}")
    return {
        **{name: text_of(raw, name) for name in _TEXTS},
        "id": text_of(raw, "id") or hashed(raw, seen),
        "time": time_of(raw, "time"),
        "until": time_of(raw, "until"),
        "attributes": {name: value for name, value in raw.items() if name not in _SMALL},
    }


def _cdevent(
    what: str, happened: str, envelope: Mapping[str, Any], subject: Mapping[str, Any], digest: str
) -> dict[str, Any]:
    content = subject.get("content")
    content = content if isinstance(content, dict) else {}
    artifact = text_of(content, "artifactId")
    name = text_of(subject, "id")
    time = time_of(envelope, "time")
    if what == "service" and happened in _RELEASES:
        kind = "release"
    else:
        kind = "incident" if what == "incident" else "other"
    service = name if what == "service" else _reference(content, "service")
    environment = name if what == "environment" else _reference(content, "environment")
    title = text_of(content, "description") or " ".join(part for part in (what, name, happened) if part)
    return {
        "time": time,
        "id": text_of(envelope, "id") or digest,
        "kind": kind,
        "service": service,
        "version": artifact.rpartition("@")[2] if artifact and "@" in artifact else artifact,
        "environment": environment,
        "title": title,
        "url": text_of(content, "uri") or text_of(content, "url"),
        "until": time if (what, happened) == ("incident", "resolved") else None,
        "attributes": {"subject": what, "predicate": happened, "name": name, "content": content},
    }


def _reference(content: Mapping[str, Any], name: str) -> str | None:
    """The id of another subject that a CDEvent speaks of."""
    found = content.get(name)
    return text_of(found, "id") if isinstance(found, dict) else None
