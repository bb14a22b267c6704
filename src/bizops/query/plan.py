"""What is to be computed, before any engine is chosen: a small algebra over tables.

A plan is a tree of the nodes below. Values per row are typed expressions (:class:`bizops.model.typed.Typed`) whose
fields are columns of the node beneath. Nodes name their output columns; an engine's dialect turns the tree into its
own syntax tree. Instants are microsecond timestamps in UTC throughout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from bizops.model.typed import Aggregate, Typed


@dataclass(frozen=True)
class Scan:
    """The current rows of immutable segments: ``columns`` by name and kind.

    ``deleted`` are files that name, by ``_delivery`` and ``_row``, the rows that no longer count.
    """

    source: str
    paths: tuple[str, ...]
    columns: Mapping[str, str]
    deleted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attribute:
    """A value that telemetry carries under a name: where segments have it as a column, and what it is read as."""

    key: str
    places: tuple[str, ...]
    kind: str


@dataclass(frozen=True)
class Telemetry:
    """Rows as senders sent them: ``columns`` by name and kind, ids as text, and ``attributes`` by the name they get.

    Only what came after delivery number ``after``. The rows keep ``_delivery`` and ``_row``.
    """

    paths: tuple[str, ...]
    columns: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    after: int = 0


@dataclass(frozen=True)
class Given:
    """A small table handed over in memory, by name: a calendar, rates, windows."""

    name: str


@dataclass(frozen=True)
class Filter:
    """Only the rows for which the condition holds."""

    input: Plan
    where: Typed


@dataclass(frozen=True)
class Project:
    """New columns, one row a row; with ``keep``, beside the input's own."""

    input: Plan
    columns: Mapping[str, Typed]
    keep: bool = False


@dataclass(frozen=True)
class Join:
    """Rows of ``left`` beside the matching rows of ``right``.

    ``on`` pairs expressions over either side; ``within`` adds ``low <= value`` and ``value < high`` (a missing ``high``
    is open) for rows that hold over a while. Column names of both sides must differ.
    """

    left: Plan
    right: Plan
    on: tuple[tuple[Typed, Typed], ...]
    how: str = "left"
    within: tuple[Typed, Typed, Typed] | None = None


@dataclass(frozen=True)
class Group:
    """Aggregates over groups.

    ``sets`` are the grouping sets, each a tuple of column names of the input. With more than one set, the column
    ``grouping`` tells which set a row belongs to (its index in ``sets``).
    """

    input: Plan
    sets: tuple[tuple[str, ...], ...]
    aggregates: Mapping[str, Aggregate]


@dataclass(frozen=True)
class Survival:
    """Kaplan-Meier estimates per group: column ``duration`` (microseconds) and ``ended`` (whether it ended or was cut
    off).

    ``quantiles`` gives output columns with the time by which that share is done (no value where it is not reached);
    ``mean`` names the restricted mean. Kaplan and Meier (1958), equation 2b.
    """

    input: Plan
    keys: tuple[str, ...]
    duration: str
    ended: str
    quantiles: Mapping[str, float] = field(default_factory=dict)
    mean: str | None = None


@dataclass(frozen=True)
class Top:
    """The rows that come first by some columns, each with whether the largest comes first; no value comes last."""

    input: Plan
    by: tuple[tuple[str, bool], ...]
    limit: int


@dataclass(frozen=True)
class Stack:
    """The rows of several plans with the same columns, one after the other."""

    inputs: tuple[Plan, ...]


Plan = Scan | Telemetry | Given | Filter | Project | Join | Group | Survival | Top | Stack


_LOCAL = frozenset({"day", "week", "month", "year", "hour", "weekday", "is_working_day"})


def read_as_local(plan: Plan) -> Iterator[Typed]:
    """Instants of which a plan needs the local time, and instants that it has written as local times."""
    for typed in _expressions(plan):
        for node in typed.walk():
            if node.op in _LOCAL and node.args[0].type.kind == "timestamp":
                yield node.args[0]
            elif node.op == "midnight" or (node.op == "moment" and node.type.kind == "timestamp"):
                yield node


def _expressions(plan: Plan) -> Iterator[Typed]:
    match plan:
        case Filter():
            yield plan.where
        case Project():
            yield from plan.columns.values()
        case Join():
            yield from (part for pair in plan.on for part in pair)
            yield from plan.within or ()
        case Group():
            for aggregate in plan.aggregates.values():
                yield from (*aggregate.args, *(t for t in (aggregate.where, aggregate.by) if t is not None))
    for beneath in _inputs(plan):
        yield from _expressions(beneath)


def _inputs(plan: Plan) -> tuple[Plan, ...]:
    match plan:
        case Filter() | Project() | Group() | Survival() | Top():
            return (plan.input,)
        case Join():
            return (plan.left, plan.right)
        case Stack():
            return plan.inputs
        case _:
            return ()


@dataclass(frozen=True)
class Clock:
    """What expressions over time need to know: offsets of the zone from UTC, as ``(from_us, seconds)``, and 'now'."""

    offsets: tuple[tuple[int, int], ...] = ((0, 0),)
    now_us: int | None = None
    week_start: int = 1
