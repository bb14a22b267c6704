"""Finds the way through OTLP's nesting: the rows of a batch, and to which resource and scope each belongs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Ints = npt.NDArray[np.int64]
KINDS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")


@dataclass(frozen=True, slots=True)
class Items:
    """Rows of one signal as columns; ``body``, ``resource`` and ``scope`` say to which one each row belongs.

    ``resources`` are the resources' attribute lists, ``scopes`` the scopes' names. Of metrics the rows are points:
    ``metrics`` are the metrics and ``metric`` says which one a point is of.
    """

    count: int
    columns: dict[str, Any]
    body: Ints
    resource: Ints
    scope: Ints
    resources: Any
    scopes: Any
    metrics: Any = None
    metric: Ints | None = None

    def __getitem__(self, name: str) -> Any:
        return self.columns[name]

    def numbers(self, name: str) -> npt.NDArray[np.uint64]:
        """A column of numbers; those that are missing are 0."""
        return whole_numbers(self.columns[name])


def whole_numbers(column: Any) -> npt.NDArray[np.uint64]:
    """A column of numbers; those that are missing are 0."""
    return np.asarray(pc.fill_null(column, 0).to_numpy(zero_copy_only=False))


def looked_at(signal: str, batch: pa.RecordBatch) -> dict[str, Any]:
    """The rows of a first look at a body: what decides whether they can be taken, in the order of their rows."""
    _, resources = _opened(batch.column(0))
    _, scopes = _opened(_field(resources, "scopes"))
    _, items = _opened(_field(scopes, "items"))
    if signal == "metrics":
        points = [_opened(_nested(_nested(items, kind), "points"))[1] for kind in KINDS]
        return {"time": pa.concat_arrays([_nested(of_kind, "time") for of_kind in points])}
    return {field.name: _nested(items, field.name) for field in items.type}


def items_of(signal: str, batch: pa.RecordBatch) -> Items:
    """The rows of a batch of bodies."""
    bodies, resources = _opened(batch.column(0))
    of_resource, scopes = _opened(_field(resources, "scopes"))
    of_scope, items = _opened(_field(scopes, "items"))
    resource = of_resource[of_scope]
    names = _nested(_nested(scopes, "scope"), "name")
    attributes = _nested(_nested(resources, "resource"), "attributes")
    body = bodies[resource]
    if signal != "metrics":
        columns = {name: _nested(items, name) for name in (field.name for field in items.type)}
        return Items(len(items), columns, body, resource, of_scope, attributes, names)
    return _points(items, body, resource, of_scope, attributes, names)


def _points(metrics: Any, body: Ints, resource: Ints, scope: Ints, attributes: Any, names: Any) -> Items:
    """The points of all kinds one after the other, with every column that any kind has."""
    tables, owners = [], []
    for kind in KINDS:
        data = _nested(metrics, kind)
        of_metric, points = _opened(_nested(data, "points"))
        columns = {field.name: _nested(points, field.name) for field in points.type}
        if kind in ("gauge", "sum"):
            columns["number"] = pc.coalesce(
                columns.pop("double"), pc.cast(columns.pop("int"), pa.float64(), safe=False)
            )
        tables.append(pa.table(columns | {"kind": pa.repeat(pa.scalar(kind), len(points))}))
        owners.append(of_metric)
    joined = pa.concat_tables(tables, promote_options="default").combine_chunks()
    owner = np.concatenate(owners)
    columns = {name: _whole(joined[name]) for name in joined.column_names}
    return Items(
        joined.num_rows, columns, body[owner], resource[owner], scope[owner], attributes, names, metrics, owner
    )


def _whole(column: pa.ChunkedArray) -> Any:
    return column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)


def _opened(lists: Any) -> tuple[Ints, Any]:
    """The elements of lists, and to which list each belongs."""
    return pc.list_parent_indices(lists).to_numpy(zero_copy_only=False).astype(np.int64), pc.list_flatten(lists)


def _field(struct: Any, name: str) -> Any:
    return struct.field(struct.type.get_field_index(name))


def _nested(struct: Any, name: str) -> Any:
    """A field of structs; without value where the struct itself is."""
    return struct.flatten()[struct.type.get_field_index(name)]
