"""The form of a chart for programs, as JSON Schema: read from the description itself."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from bizops.present.charts.chart import Chart

_PLAIN = {str: "string", float: "number", int: "integer", bool: "boolean", type(None): "null"}


def chart_schema(reference: str = "#/$defs/chart") -> dict[str, Any]:
    """The schema of a chart; ``reference`` is where it will stand, for charts within it."""
    return _object(Chart, reference)


def _object(record: type, reference: str) -> dict[str, Any]:
    hints = get_type_hints(record)
    names = [one.name for one in fields(record)]
    return {
        "type": "object",
        "additionalProperties": False,
        "required": names,
        "properties": {name: _schema(hints[name], reference) for name in names},
    }


def _schema(hint: Any, reference: str) -> dict[str, Any]:
    """The schema of one type; what a chart is not made of has none."""
    if hint is Chart:
        return {"$ref": reference}
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, reference)
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    parts = get_args(hint)
    match get_origin(hint):
        case origin if origin is Literal:
            return {"enum": list(parts)}
        case origin if origin in (Union, UnionType):
            return {"oneOf": [_schema(part, reference) for part in parts]}
        case origin if origin is tuple and parts[-1] is ...:
            return {"type": "array", "items": _schema(parts[0], reference)}
        case origin if origin is tuple:
            items = [_schema(part, reference) for part in parts]
            return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
    raise TypeError(f"a chart holds no {hint}")
