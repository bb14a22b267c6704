"""JSON Schemas of model files, for editors that complete and check while one types.

They say less than ``bizops check``: which keys there are and what they take, not whether names and units fit.
"""

from __future__ import annotations

from typing import Any

from bizops.model.language import LISTED, SECTIONS, Definition, Settings
from bizops.model.scalars import Schema
from bizops.model.structures import Key, ListOf, MapOf, Nested, keys_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def model_schema() -> Schema:
    """The schema of a model file: any of the sections."""
    return {
        "$schema": DIALECT,
        "title": "A bizops model file",
        "type": "object",
        "additionalProperties": False,
        "properties": {section: _section(section) for section in SECTIONS},
        "$defs": {cls.__name__: _definition(cls) for cls in nested_in(*SECTIONS.values())},
    }


def settings_schema() -> Schema:
    """The schema of `bizops.yaml`."""
    return {
        "$schema": DIALECT,
        "title": "bizops.yaml",
        **_definition(Settings),
        "$defs": {cls.__name__: _definition(cls) for cls in nested_in(Settings) if cls is not Settings},
    }


def nested_in(*roots: type[Definition]) -> list[type[Any]]:
    """These definitions and all that occur in them, each after the first one that it occurs in."""
    found: dict[type[Any], None] = {}
    ahead: list[type[Any]] = [*roots]
    while ahead:
        cls = ahead.pop(0)
        if cls not in found:
            found[cls] = None
            below = (_nested(key) for key in keys_of(cls).values())
            ahead[:0] = [nested for nested in below if nested is not None]
    return list(found)


def _nested(key: Key) -> type[Any] | None:
    kind = key.kind
    while isinstance(kind, MapOf | ListOf):
        kind = kind.item
    return kind.cls if isinstance(kind, Nested) else None


def _section(section: str) -> Schema:
    reference: Schema = {"$ref": f"#/$defs/{SECTIONS[section].__name__}"}
    if section == "currencies":
        return reference
    named: Schema = {"type": ["object", "null"], "additionalProperties": reference}
    return {"anyOf": [named, {"type": "array", "items": reference}]} if section in LISTED else named


def _definition(cls: type[Any]) -> Schema:
    keys = keys_of(cls)
    return {
        "description": (cls.__doc__ or "").strip(),
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: {**key.kind.json_schema(), "description": key.meaning} for key in keys.values()},
        "required": [key.name for key in keys.values() if key.required],
    }
