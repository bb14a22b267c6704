"""Hashes of meaning: what changes a number changes the hash, and nothing else does."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bizops.model.dependencies import made_from
from bizops.model.duration import Duration
from bizops.model.language import LISTED, SECTIONS, Definition, Kpi
from bizops.model.scalars import ExprText, Ref, Title
from bizops.model.structures import Key, ListOf, MapOf, keys_of

if TYPE_CHECKING:
    from bizops.model.model import Model

Name = tuple[str, str]


def model_hash(model: Model) -> str:
    """A hash of everything that is agreed."""
    told: dict[str, Any] = {"settings": _plain(model.settings)}
    for section in SECTIONS:
        definitions = model.section(section)
        if section in LISTED:
            # Entries of a list are named by their order over all files, which means nothing.
            told[section] = sorted(json.dumps(_plain(entry), sort_keys=True) for entry in definitions.values())
        else:
            told[section] = {name: _plain(definition) for name, definition in definitions.items()}
    return _digest(told)


class DefinitionHashes:
    """Hashes of single definitions with all they are made from, computed once each."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._known: dict[tuple[str, str], str] = {}

    def of(self, section: str, name: str) -> str:
        """The hash of a definition; KeyError when there is none."""
        if (section, name) not in self._known:
            parts = [self._plain(*at) for at in sorted(self._closure((section, name)))]
            self._known[section, name] = _digest({"of": [section, name], "parts": parts})
        return self._known[section, name]

    def _closure(self, start: Name) -> set[Name]:
        """The definition and everything it is made from, however indirectly."""
        found, ahead = {start}, [start]
        while ahead:
            section, name = ahead.pop()
            fresh = made_from(self._model, self._model.section(section)[name]) - found
            found |= fresh
            ahead += fresh
        return found

    def _plain(self, section: str, name: str) -> Any:
        definition = self._model.section(section)[name]
        told = _plain(definition, shaping=True)
        if isinstance(definition, Kpi) and definition.minimum_group and definition.minimum_group.size is None:
            told["minimum_group_size"] = self._model.settings.minimum_group
        return [section, name, told]


def _digest(told: Mapping[str, Any]) -> str:
    text = json.dumps(told, sort_keys=True, ensure_ascii=False)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _plain(value: Any, *, shaping: bool = False, ordered: bool = False) -> Any:
    """A value as JSON; ``shaping`` leaves out keys that change no number."""
    if isinstance(value, Definition):
        keys = keys_of(type(value))
        return {
            name: _plain(getattr(value, name), shaping=shaping, ordered=_is_ordered(declared))
            for name, declared in keys.items()
            if not (shaping and _is_label(declared)) and getattr(value, name) != declared.default
        }
    if isinstance(value, Mapping):
        plain = [[str(name), _plain(part, shaping=shaping)] for name, part in value.items()]
        return plain if ordered else sorted(plain, key=lambda pair: str(pair[0]))
    if isinstance(value, tuple):
        return [_plain(part, shaping=shaping) for part in value]
    if isinstance(value, ExprText):
        return " ".join(value.text.split())
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Duration):
        return f"{value.amount} {value.unit}"
    return str(value)


def _is_ordered(declared: Key) -> bool:
    return isinstance(declared.kind, MapOf) and declared.kind.ordered


def _is_label(declared: Key) -> bool:
    kind = declared.kind.item if isinstance(declared.kind, ListOf) else declared.kind
    if not declared.shapes_value or isinstance(kind, Title):
        return True
    return isinstance(kind, Ref) and kind.sections == ("teams",)
