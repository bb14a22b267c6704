"""Kinds that hold other kinds: lists, mappings, and definitions with keys of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Protocol

from bizops.model.binding import INVALID, Binding, Invalid, closest, closest_word, one_of
from bizops.model.frozen import FrozenDict
from bizops.model.nodes import List, Map, Node, Scalar
from bizops.model.scalars import Schema, Str


class Kind(Protocol):
    """What a key takes."""

    def bind(self, node: Node, binding: Binding) -> Any:
        """The value a node stands for, or INVALID; everything wrong is noted in *binding*."""

    def json_schema(self) -> Schema:
        """What editors are told."""

    def describe(self) -> str:
        """What the reference says."""


@dataclass(frozen=True)
class Key:
    """A key of a definition."""

    name: str
    kind: Kind
    meaning: str
    required: bool
    default: Any
    of: tuple[str, ...]
    needed_by: tuple[str, ...]
    shapes_value: bool


def takes(
    kind: Kind,
    meaning: str,
    *,
    default: Any = MISSING,
    of: tuple[str, ...] = (),
    needed_by: tuple[str, ...] = (),
    shapes_value: bool = True,
) -> Any:
    """Declares a key: what it takes and what it means. Without *default* it is required.

    Only definitions whose ``kind`` (columns: ``type``) is among *of* may have it, those among *needed_by* must.
    ``shapes_value=False``: no number changes with it, so that it stays out of the definition's hash.
    """
    metadata = {"kind": kind, "meaning": meaning, "of": of, "needed_by": needed_by, "shapes_value": shapes_value}
    if default is MISSING:
        return field(metadata=metadata)
    return field(default=FrozenDict(default) if isinstance(default, dict) else default, metadata=metadata)


_KEYS: dict[type[Any], Mapping[str, Key]] = {}


def keys_of(cls: type[Any]) -> Mapping[str, Key]:
    """The keys of a definition, in the order of their declaration."""
    if cls not in _KEYS:
        declared = [f for f in fields(cls) if "kind" in f.metadata]
        _KEYS[cls] = FrozenDict(
            {f.name: Key(f.name, required=f.default is MISSING, default=f.default, **f.metadata) for f in declared}
        )
    return _KEYS[cls]


@dataclass(frozen=True)
class ListOf:
    """Several values; with ``single`` one value may stand without brackets."""

    item: Kind
    single: bool = False

    def bind(self, node: Node, binding: Binding) -> tuple[Any, ...] | Invalid:
        if not isinstance(node, List):
            if not self.single:
                hint = f"Write [{node.text}]." if isinstance(node, Scalar) and node.value is not None else None
                return binding.wrong_type(node, "a list", hint)
            value = self.item.bind(node, binding)
            return INVALID if value is INVALID else (value,)
        values = (self.item.bind(item, binding) for item in node.items)
        return tuple(value for value in values if value is not INVALID)

    def json_schema(self) -> Schema:
        schema: Schema = {"type": "array", "items": self.item.json_schema()}
        return {"anyOf": [self.item.json_schema(), schema]} if self.single else schema

    def describe(self) -> str:
        return f"{self.item.describe()}, or a list of these" if self.single else f"list of: {self.item.describe()}"


@dataclass(frozen=True)
class MapOf:
    """Values by name; with ``list_of_names`` the list `[a, b]` stands for `{a: a, b: b}`.

    ``ordered``: their order has a meaning.
    """

    item: Kind
    keys: Kind = field(default_factory=Str)
    list_of_names: bool = False
    ordered: bool = False

    def bind(self, node: Node, binding: Binding) -> Mapping[Any, Any] | Invalid:
        if self.list_of_names and isinstance(node, List):
            return self._from_list(node, binding)
        if not isinstance(node, Map):
            return binding.wrong_type(
                node, "a mapping by name" + (", or a list of names," if self.list_of_names else "")
            )
        bound: dict[Any, Any] = {}
        for name_node, value_node in node.items:
            name = self.keys.bind(name_node, binding)
            value = self.item.bind(value_node, binding)
            if name is not INVALID and value is not INVALID:
                bound[name] = value
        return FrozenDict(bound)

    def _from_list(self, node: List, binding: Binding) -> Mapping[Any, Any]:
        bound: dict[Any, Any] = {}
        for item in node.items:
            name = self.keys.bind(item, binding)
            if name is INVALID:
                continue
            if name in bound:
                binding.refuse(item, "duplicate-name", f"'{name}' stands twice in this list.", "Remove one of them.")
            bound[name] = self.item.bind(item, binding)
        return FrozenDict({name: value for name, value in bound.items() if value is not INVALID})

    def json_schema(self) -> Schema:
        schema: Schema = {"type": "object", "additionalProperties": self.item.json_schema()}
        names: Schema = {"type": "array", "items": self.keys.json_schema()}
        return {"anyOf": [schema, names]} if self.list_of_names else schema

    def describe(self) -> str:
        name = "name" if isinstance(self.keys, Str) else self.keys.describe()
        short = ", or a list of names" if self.list_of_names else ""
        return f"{name}: {self.item.describe()}{short}"


@dataclass(frozen=True)
class Nested:
    """A definition of its own; with ``short``, a value that is no mapping stands for that key."""

    cls: type[Any]
    short: str | None = None

    def bind(self, node: Node, binding: Binding) -> Any:
        if not isinstance(node, Map):
            if self.short is None:
                return binding.wrong_type(node, f"a mapping with keys such as {self._some_keys()}")
            node = _as_short(node, self.short)
        return bind_definition(self.cls, node, binding)

    def _some_keys(self) -> str:
        return " and ".join(f"'{name}'" for name in list(keys_of(self.cls))[:2])

    def json_schema(self) -> Schema:
        reference: Schema = {"$ref": f"#/$defs/{self.cls.__name__}"}
        if self.short is None:
            return reference
        return {"anyOf": [reference, keys_of(self.cls)[self.short].kind.json_schema()]}

    def describe(self) -> str:
        link = f"[{self.cls.__name__}](#{self.cls.__name__.lower()})"
        return f"{link}, or just its `{self.short}`" if self.short else link


def _as_short(node: Node, name: str) -> Map:
    key_node = Scalar(node.source, node.line, node.col, None, name)
    return Map(node.source, node.line, node.col, node.under, ((key_node, node),))


def bind_definition(cls: type[Any], node: Map, binding: Binding) -> Any:
    """A definition from its mapping; INVALID when a required key is missing or has no usable value."""
    keys = keys_of(cls)
    values: dict[str, Any] = {}
    unknown: list[str] = []
    for name_node, value_node in node.items:
        declared = keys.get(name_node.text)
        if declared is None:
            unknown.append(name_node.text)
            hint = closest(name_node.text, keys) or f"Known are: {', '.join(keys)}."
            binding.refuse(name_node, "unknown-key", f"There is no key '{name_node.text}' here.", hint)
        else:
            values[declared.name] = declared.kind.bind(value_node, binding)
    # A key that was only misspelt is not missing as well.
    meant = {closest_word(name, [key for key in keys if key not in values]) for name in unknown}
    _check_form({name: key for name, key in keys.items() if name not in meant}, values, node, binding)
    if any(declared.required and values.get(name, INVALID) is INVALID for name, declared in keys.items()):
        return INVALID
    given = {name: value for name, value in values.items() if value is not INVALID}
    return cls(name=node.under.text if node.under else "", node=node, **given)


def _check_form(keys: Mapping[str, Key], values: Mapping[str, Any], node: Map, binding: Binding) -> None:
    """Whether the keys that are there, and no others, belong to a definition of this kind."""
    owner = f"'{node.under.text}'" if node.under else "This entry"
    by = "kind" if "kind" in keys else "type"
    form = values.get(by) or (keys[by].default if by in keys else None)
    for name, declared in keys.items():
        if name in values:
            if declared.of and isinstance(form, str) and form not in declared.of:
                message = f"'{name}' has no meaning where {by} is '{form}', only for {one_of(declared.of)}."
                binding.refuse(node.key_node(name) or node, "key-not-for-kind", message, "Remove it.")
        elif declared.required or form in declared.needed_by:
            meaning = f"{declared.meaning[0].lower()}{declared.meaning[1:]}"
            binding.add("missing-key", f"{owner} lacks '{name}': {meaning}", node.owner_place)
