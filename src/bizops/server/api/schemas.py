"""JSON Schemas from the types that answers are written with, so that code and documentation cannot differ.

Answers are ``TypedDict`` or dataclass types; each becomes a component by its name.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from bizops.errors import BizopsError

Schema = dict[str, Any]

_PLAIN: dict[object, Schema] = {
    Any: {},
    object: {},
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    type(None): {"type": "null"},
    dt.datetime: {"type": "string", "format": "date-time"},
    dt.date: {"type": "string", "format": "date"},
}


def schema_of(kind: object) -> Schema:
    """The schema of a type; named types are references to components.

    >>> schema_of(list[int | None])
    {'type': 'array', 'items': {'anyOf': [{'type': 'integer'}, {'type': 'null'}]}}
    """
    if _is_named(kind):
        return {"$ref": f"#/components/schemas/{kind.__name__}"}  # type: ignore[attr-defined]
    try:
        return dict(_PLAIN[kind])
    except (KeyError, TypeError):
        pass
    origin, parts = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return {**schema_of(parts[0]), **{key: value for more in parts[1:] for key, value in more.items()}}
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return {"anyOf": [schema_of(part) for part in parts]}
    if origin is tuple and parts[-1] is not Ellipsis:
        return {
            "type": "array",
            "prefixItems": [schema_of(part) for part in parts],
            "minItems": len(parts),
            "maxItems": len(parts),
        }
    if origin in (list, tuple, Sequence):
        return {"type": "array", "items": schema_of(parts[0])}
    if origin in (dict, Mapping):
        return {"type": "object", "additionalProperties": schema_of(parts[1])}
    raise TypeError(f"An answer cannot hold {kind!r}: there is no schema for it.")


def components(kinds: Iterable[object]) -> dict[str, Schema]:
    """The schemas of all named types that these are made of, by name."""
    found: dict[str, tuple[object, Schema]] = {}
    waiting = list(kinds)
    while waiting:
        kind = waiting.pop()
        if not _is_named(kind):
            waiting += [part for part in get_args(kind) if get_origin(kind) is not Literal]
            continue
        name = kind.__name__  # type: ignore[attr-defined]
        if name in found:
            if found[name][0] is not kind:
                raise TypeError(f"Two types are named {name}.")
            continue
        hints = _hints(kind)
        found[name] = kind, _object(kind, hints)
        waiting += hints.values()
    return {name: schema for name, (_, schema) in sorted(found.items())}


def _is_named(kind: object) -> bool:
    return is_typeddict(kind) or (isinstance(kind, type) and is_dataclass(kind))


def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind, include_extras=True)
    if is_dataclass(kind):
        return {one.name: hints[one.name] for one in fields(kind)}
    return hints


def _object(kind: Any, hints: Mapping[str, Any]) -> Schema:
    return {
        "type": "object",
        "description": (kind.__doc__ or "").partition("\n")[0],
        "additionalProperties": False,
        "required": [name for name, hint in hints.items() if get_origin(hint) is not NotRequired],
        "properties": {name: schema_of(_given(hint)) for name, hint in hints.items()},
    }


def _given(hint: Any) -> Any:
    """The type of a key that may be left out."""
    return get_args(hint)[0] if get_origin(hint) is NotRequired else hint


def refuse_unless_fits(value: Any, kind: object) -> None:
    """Refuses a body that is not of a type: every level is checked, so a text is never anything but a text."""
    fault = _fault(value, schema_of(kind), components([kind]), "body")
    if fault is not None:
        raise BizopsError.of("bad-body", fault)


_JSON = {"string": str, "boolean": bool, "integer": int, "null": type(None), "object": dict}


def _fault(value: Any, schema: Schema, known: Mapping[str, Schema], where: str) -> str | None:
    """What is wrong with a value, in a sentence; for the few kinds of schema that bodies are made of."""
    if "$ref" in schema:
        schema = known[schema["$ref"].rpartition("/")[2]]
    if "enum" in schema:
        ok = isinstance(value, str) and value in schema["enum"]
        return None if ok else f"'{where}' is one of {', '.join(schema['enum'])}."
    if not isinstance(value, _JSON[schema["type"]]):
        return f"'{where}' is no {schema['type']}."
    if not isinstance(value, dict):
        return None
    missing = [name for name in schema["required"] if name not in value]
    strange = [name for name in value if name not in schema["properties"]]
    if missing or strange:
        return f"'{where}' lacks '{missing[0]}'." if missing else f"'{where}' has no '{str(strange[0])[:40]}'."
    faults = (_fault(one, schema["properties"][name], known, name) for name, one in value.items())
    return next((fault for fault in faults if fault is not None), None)
