"""Kinds of single values: texts, numbers, words, names of other definitions, units, expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeAlias

from bizops.errors import Place
from bizops.model.binding import Binding, Invalid, Reference, UnitUse, closest, one_of
from bizops.model.expression import ExpressionError, parse_expression
from bizops.model.frozen import FrozenDict
from bizops.model.nodes import Map, Node, Scalar

Schema: TypeAlias = dict[str, Any]
Text: TypeAlias = Mapping[str, str] | None
"""A text for people, by language; whoever has one language only, has it for both."""

LANGUAGES = ("en", "de")


def scalar_text(node: Node) -> str | None:
    """The text of a scalar that is a text, or a number taken as it is written (codes, labels); None otherwise."""
    if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
        return None
    return node.text


@dataclass(frozen=True)
class Str:
    """A text."""

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        text = scalar_text(node)
        if text is None:
            quotes = isinstance(node, Scalar) and node.value is not None
            return binding.wrong_type(node, "a text", "Put it in quotes." if quotes else None)
        if not text.strip():
            return binding.refuse(node, "missing-value", "An empty text says nothing.")
        return text

    def json_schema(self) -> Schema:
        return {"type": ["string", "number"]}

    def describe(self) -> str:
        return "text"


@dataclass(frozen=True)
class Name(Str):
    """A name that expressions can use."""

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        text = super().bind(node, binding)
        return name_or_refusal(text, node, binding) if isinstance(text, str) else text

    def json_schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[^\W\d]\w*$"}

    def describe(self) -> str:
        return "name"


_NAME = re.compile(r"[^\W\d]\w*")


def name_or_refusal(text: str, node: Node, binding: Binding) -> str | Invalid:
    """The name, if expressions can use it."""
    if _NAME.fullmatch(text):
        return text
    usable = re.sub(r"\W+", "_", text).strip("_")
    hint = f"Call it '{usable}'." if _NAME.fullmatch(usable) else None
    return binding.refuse(node, "bad-name", f"'{text}' is no name: names have letters, digits and '_' only.", hint)


@dataclass(frozen=True)
class Title:
    """A text for people, in one or both languages."""

    def bind(self, node: Node, binding: Binding) -> Text | Invalid:
        wanted = "a text, or one each for 'en' and 'de',"
        if isinstance(node, Scalar):
            if not isinstance(node.value, str):
                hint = "Put it in quotes." if node.value is not None else None
                return binding.wrong_type(node, wanted, hint)
            return FrozenDict(dict.fromkeys(LANGUAGES, node.text.strip()))
        if not isinstance(node, Map) or not node.items:
            return binding.wrong_type(node, wanted)
        found: dict[str, str] = {}
        for key, value in node.items:
            if key.text not in LANGUAGES:
                hint = closest(key.text, LANGUAGES) or "Put a text that contains a comma in quotes."
                binding.refuse(key, "unknown-key", f"There is no language '{key.text}' here, only 'en' and 'de'.", hint)
            elif isinstance(value, Scalar) and isinstance(value.value, str):
                found[key.text] = value.text.strip()
            else:
                binding.wrong_type(value, "a text")
        spare = next(iter(found.values()), "")
        return FrozenDict({language: found.get(language, spare) for language in LANGUAGES})

    def json_schema(self) -> Schema:
        per_language = {"type": "object", "additionalProperties": False, "minProperties": 1}
        return {
            "anyOf": [
                {"type": "string"},
                per_language | {"properties": {lang: {"type": "string"} for lang in LANGUAGES}},
            ]
        }

    def describe(self) -> str:
        return "text, or `{en: ..., de: ...}`"


@dataclass(frozen=True)
class Bool:
    """`true` or `false`."""

    def bind(self, node: Node, binding: Binding) -> bool | Invalid:
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        return binding.wrong_type(node, "true or false")

    def json_schema(self) -> Schema:
        return {"type": "boolean"}

    def describe(self) -> str:
        return "`true` or `false`"


@dataclass(frozen=True)
class Number:
    """A number."""

    min: float | None = None
    max: float | None = None
    wanted: str = field(default="a number", init=False)

    def bind(self, node: Node, binding: Binding) -> float | Decimal | Invalid:
        value = self._value(node)
        if value is None:
            return self._refuse(node, binding)
        if (self.min is not None and value < self.min) or (self.max is not None and value > self.max):
            return binding.refuse(node, "out-of-range", f"{value} is out of range: {self._range()} is allowed.")
        return value

    def _value(self, node: Node) -> float | Decimal | None:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            return None
        return float(value)

    def _refuse(self, node: Node, binding: Binding) -> Invalid:
        if not isinstance(node, Scalar) or not isinstance(node.value, str | float) or not node.text.strip():
            return binding.wrong_type(node, self.wanted)
        text, hint = node.text, None
        if node.is_quoted:
            hint = "Write it without quotes."
        elif re.fullmatch(r"[-+]?[\d.]*,\d+", text):
            hint = f"Write {text.replace('.', '').replace(',', '.')}: the decimal sign is a point."
        elif re.search(r"\d", text):
            hint = "Write digits only; units and currencies have keys of their own."
        under = (
            f"'{node.under.text}' needs {self.wanted}, not"
            if node.under
            else f"{self.wanted.capitalize()} is needed here, not"
        )
        return binding.refuse(node, "bad-number", f"{under} '{text}'.", hint)

    def _range(self) -> str:
        if self.max is None:
            return f"{self.min:g} or more"
        return f"{self.max:g} or less" if self.min is None else f"{self.min:g} to {self.max:g}"

    def json_schema(self) -> Schema:
        limits = {"minimum": self.min, "maximum": self.max}
        return {"type": "number"} | {name: limit for name, limit in limits.items() if limit is not None}

    def describe(self) -> str:
        return "number" if self.min is None and self.max is None else f"number, {self._range()}"


@dataclass(frozen=True)
class Int(Number):
    """A whole number."""

    wanted: str = field(default="a whole number", init=False)

    def _value(self, node: Node) -> int | None:
        value = node.value if isinstance(node, Scalar) else None
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def json_schema(self) -> Schema:
        return super().json_schema() | {"type": "integer"}

    def describe(self) -> str:
        return "whole " + super().describe()


@dataclass(frozen=True)
class Decimal_(Number):
    """A number kept exactly as it is written."""

    def _value(self, node: Node) -> Decimal | None:
        if not isinstance(node, Scalar) or super()._value(node) is None:
            return None
        return Decimal(str(node.value) if isinstance(node.value, int) else node.text)


@dataclass(frozen=True, init=False)
class Word:
    """One of a few words."""

    choices: tuple[str, ...]

    def __init__(self, *choices: str) -> None:
        object.__setattr__(self, "choices", choices)

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        if not isinstance(node, Scalar) or node.value is None:
            return binding.wrong_type(node, one_of(self.choices))
        if node.text in self.choices:
            return node.text
        key = f"'{node.under.text}' takes" if node.under else "Allowed here is"
        return binding.refuse(
            node, "unknown-word", f"{key} {one_of(self.choices)}, not '{node.text}'.", closest(node.text, self.choices)
        )

    def json_schema(self) -> Schema:
        return {"enum": list(self.choices)}

    def describe(self) -> str:
        return ", ".join(f"`{word}`" for word in self.choices)


@dataclass(frozen=True, init=False)
class Ref:
    """The name of a definition in one of some sections."""

    sections: tuple[str, ...]

    def __init__(self, *sections: str) -> None:
        object.__setattr__(self, "sections", sections)

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        name = scalar_text(node)
        if name is None:
            return binding.wrong_type(node, f"a name from {self._places()}")
        binding.references.append(Reference(self.sections, name, node.place))
        return name

    def _places(self) -> str:
        return " or ".join(f"'{section}'" for section in self.sections)

    def json_schema(self) -> Schema:
        return {"type": "string"}

    def describe(self) -> str:
        return "name from " + ", ".join(f"`{section}`" for section in self.sections)


@dataclass(frozen=True)
class UnitText:
    """A unit."""

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        text = scalar_text(node)
        if text is None:
            return binding.wrong_type(node, "a unit such as 'EUR', 'h' or '%'")
        binding.units.append(UnitUse(text, node.place))
        return text

    def json_schema(self) -> Schema:
        return {"anyOf": [{"type": "string"}, {"const": 1}]}

    def describe(self) -> str:
        return "unit"


@dataclass(frozen=True)
class ExprText:
    """An expression as it stands in the file."""

    text: str
    node: Scalar = field(repr=False, compare=False, hash=False, default_factory=Scalar)

    def place_at(self, offset: int) -> Place:
        """The place of a character of the expression."""
        return self.node.place_at(offset)


@dataclass(frozen=True)
class Expression:
    """An expression; what its value has to be is stated where that matters to the reader."""

    wanted: str | None = None

    def bind(self, node: Node, binding: Binding) -> ExprText | Invalid:
        if not isinstance(node, Scalar) or node.value is None:
            return binding.wrong_type(node, "an expression", "Put it in quotes." if isinstance(node, Map) else None)
        try:
            parse_expression(node.text)
        except ExpressionError as error:
            place = node.place_at(error.offset)
            return binding.add(error.code, error.message, place, error.hint)
        return ExprText(node.text, node)

    def json_schema(self) -> Schema:
        return {"type": ["string", "number", "boolean"]}

    def describe(self) -> str:
        return f"expression ({self.wanted})" if self.wanted else "expression"
