"""Proposes events from what arrived: the busiest operations that nothing is mapped from, with keys that look like ids.

A proposal is a beginning for a conversation, as YAML to be pasted and named; nothing is mapped by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bizops.events.coverage import OperationCoverage
from bizops.lake import Segment, Snapshot
from bizops.model.telemetry import BUILT_IN, OPERATION
from bizops.model.typed import BOOLEAN, INTEGER, TEXT, Aggregate, Typed, both, field, literal
from bizops.query.engine import Engine
from bizops.query.plan import Attribute, Clock, Filter, Group, Plan, Telemetry

_LOOKS_LIKE_ID = re.compile(r"(?:^|[._-])(?:id|no|nr|number|key|ref|uuid|code)$|Id$")
_TECHNICAL = re.compile(
    r"^(?:thread|process|net|network|server|client|telemetry|service|host|k8s|container|os|rpc|messaging)[._]"
)
ALMOST_ALWAYS, MOSTLY_NEW = 0.95, 0.2
"""A key is there on 95 % of the rows, and a fifth of them or more have one that the others have not."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An event that could be mapped: its name, where it stands, and attributes that may be keys."""

    event: str
    table: str
    service: str | None
    operation: str
    rows: int
    keys: dict[str, str]


def suggest(
    snapshot: Snapshot, operations: Iterable[OperationCoverage], engine: Engine, limit: int
) -> list[Suggestion]:
    """At most ``limit`` events for operations of which nothing is mapped, the busiest first."""
    names: set[str] = set()
    found: list[Suggestion] = []
    for one in operations:
        if len(found) == limit:
            break
        if one.mapped or not one.operation or one.table.endswith(".points"):
            continue
        segments = snapshot.segments(one.table)
        keys = _keys(one, segments, snapshot.verified_paths(segments), engine)
        found.append(
            Suggestion(_unique(_name(one.operation), names), one.table, one.service, one.operation, one.rows, keys)
        )
    return found


def as_yaml(suggestions: Iterable[Suggestion]) -> str:
    """The proposals as a model file."""
    chosen = list(suggestions)
    lines = ["sources:"]
    for table in dict.fromkeys(s.table for s in chosen):
        sender, _, kind = table.rpartition(".")
        lines += [f"  {sender}_{kind}:", f"    kind: {kind}", f"    sender: {sender}"]
        keys = {name: key for s in chosen if s.table == table for name, key in s.keys.items()}
        if keys:
            lines.append("    columns:")
            lines += [f"      {name}: {{type: text, header: {_quoted(key)}}}" for name, key in sorted(keys.items())]
    lines.append("events:")
    for s in chosen:
        sender, _, kind = s.table.rpartition(".")
        who, what = OPERATION[kind][:2]
        conditions = [f"{what} = '{_escaped(s.operation)}'"]
        if s.service is not None:
            conditions.insert(0, f"{who} = '{_escaped(s.service)}'")
        lines += [f"  {s.event}:  # {s.rows:,} rows", f"    source: {sender}_{kind}"]
        lines.append(f"    where: {_quoted(' and '.join(conditions))}")
        if s.keys:
            lines.append(f"    keys: {{{', '.join(f'{name}: {name}' for name in s.keys)}}}")
    return "\n".join(lines) + "\n"


def _keys(one: OperationCoverage, segments: Iterable[Segment], paths: Iterable[str], engine: Engine) -> dict[str, str]:
    """Attributes of an operation that look like keys, by the name proposed."""
    kind = one.table.rpartition(".")[2]
    columns = [name for segment in segments for name, _ in segment.columns]
    names = dict.fromkeys(name.partition("/")[2] for name in columns if name.startswith(("attributes/", "data/")))
    likely = [name for name in names if _LOOKS_LIKE_ID.search(name) and not _TECHNICAL.match(name)]
    if not likely:
        return {}
    places = {n: tuple(p for p in ("attributes", "data") if f"{p}/{n}" in columns) for n in likely}
    attributes = {name: Attribute(name, places[name], "text") for name in likely}
    built_in = {column.name: column.type for column in BUILT_IN[kind]}
    rows: Plan = Filter(Telemetry(tuple(paths), built_in, attributes), _is_operation(kind, one))
    counts = {f"n {name}": Aggregate("count", INTEGER, (field(name, TEXT),)) for name in likely}
    distinct = {f"d {name}": Aggregate("distinct", INTEGER, (field(name, TEXT),)) for name in likely}
    told = engine.run(Group(rows, ((),), counts | distinct), Clock()).to_pylist()[0]
    good = [
        name for name in likely
        if told[f"n {name}"] >= ALMOST_ALWAYS * one.rows and told[f"d {name}"] >= MOSTLY_NEW * one.rows
    ]  # fmt: skip
    taken: set[str] = set()
    return {_unique(_name(re.sub(r"[._-](id|no|nr|number|uuid)$", "", name)), taken): name for name in good}


def _is_operation(kind: str, one: OperationCoverage) -> Typed:
    who, *what = OPERATION[kind]
    operation = (
        Typed("coalesce", TEXT, tuple(field(name, TEXT) for name in what)) if len(what) > 1 else field(what[0], TEXT)
    )
    same = Typed("=", BOOLEAN, (operation, literal(one.operation, TEXT)))
    if one.service is None:
        return same
    found = both(Typed("=", BOOLEAN, (field(who, TEXT), literal(one.service, TEXT))), same)
    assert found is not None
    return found


def _name(text: str) -> str:
    words = re.findall(r"[^\W_]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", text).lower())
    name = "_".join(word for word in words if word not in ("api", "v1", "v2", "http")) or "event"
    return f"e_{name}" if name[0].isdigit() else name


def _unique(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    taken.add(found)
    return found


def _escaped(text: str) -> str:
    return text.replace("'", "''")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
