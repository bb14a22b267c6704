"""A YAML file as a tree of nodes that know where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bizops.errors import Place


@dataclass(frozen=True, slots=True)
class SourceText:
    """A file's name and its lines, shared by all nodes of the file."""

    file: str
    lines: tuple[str, ...] = ()


NOWHERE = SourceText("")


@dataclass(frozen=True, slots=True, eq=False)
class _Positioned:
    """Where a node begins: ``line`` and ``col`` count from 1. ``under`` is the key that leads to it, if one does."""

    source: SourceText = field(default=NOWHERE, repr=False)
    line: int = 1
    col: int = 1
    under: Scalar | None = field(default=None, repr=False)

    @property
    def place(self) -> Place:
        """The file, line and column of its first character."""
        return Place(self.source.file, self.line, self.col)

    @property
    def owner_place(self) -> Place:
        """The place of the key it stands under: where a person looks when something is missing in it."""
        return self.under.place if self.under is not None else self.place


@dataclass(frozen=True, slots=True, eq=False)
class Scalar(_Positioned):
    """A single value: its ``text`` and how it was written (``''`` plain, ``'`` ``"`` quoted, ``|`` ``>`` block)."""

    text: str = ""
    style: str = ""

    @property
    def is_quoted(self) -> bool:
        """Whether it is text whatever it looks like."""
        return self.style != ""

    @property
    def value(self) -> str | int | float | bool | None:
        """What it means by the core schema of YAML 1.2: `NO`, `on`, `12:30` and `2026-01-31` are texts."""
        return self.text if self.style else core_value(self.text)

    def place_at(self, offset: int) -> Place:
        """The place of a character of ``text``, however it is quoted, folded or indented in the file."""
        line, col = _locate(self, offset)
        return Place(self.source.file, line, col)


@dataclass(frozen=True, slots=True, eq=False)
class _Collection(_Positioned):
    @property
    def place(self) -> Place:
        """Where a person looks for it: at its key, when it begins in a line below."""
        if self.under is not None and self.under.line < self.line:
            return self.under.place
        return Place(self.source.file, self.line, self.col)


@dataclass(frozen=True, slots=True, eq=False)
class Map(_Collection):
    """Keys and values in the order of the file."""

    items: tuple[tuple[Scalar, Node], ...] = ()

    def get(self, name: str) -> Node | None:
        """The value under a key."""
        return next((value for key, value in self.items if key.text == name), None)

    def key_node(self, name: str) -> Scalar | None:
        """The key itself."""
        return next((key for key, _ in self.items if key.text == name), None)


@dataclass(frozen=True, slots=True, eq=False)
class List(_Collection):
    """Values in order."""

    items: tuple[Node, ...] = ()


Node = Scalar | Map | List

_CORE = re.compile(
    r"""(?P<null>null|Null|NULL|~|)
      | (?P<true>true|True|TRUE) | (?P<false>false|False|FALSE)
      | (?P<int>[-+]?[0-9]+) | (?P<oct>0o[0-7]+) | (?P<hex>0x[0-9a-fA-F]+)
      | (?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)
      | (?P<inf>[-+]?\.(?:inf|Inf|INF)) | (?P<nan>\.(?:nan|NaN|NAN))""",
    re.VERBOSE,
)
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_MAX_DIGITS = 300


def core_value(text: str) -> str | int | float | bool | None:
    """The value of an unquoted text by the core schema of YAML 1.2.

    Deviates in one point: numbers with a leading zero (`010`, `007`) stay text: they are codes, never
    quantities.
    """
    match = _CORE.fullmatch(text)
    if match is None or _LEADING_ZERO.match(text) or len(text) > _MAX_DIGITS:
        return text
    kind = match.lastgroup
    if kind == "null":
        return None
    if kind in ("true", "false"):
        return kind == "true"
    if kind == "int":
        return int(text)
    if kind in ("oct", "hex"):
        return int(text, 0)
    return float(
        text.replace(".inf", "inf").replace(".Inf", "inf").replace(".INF", "inf").replace(".", "", kind == "nan")
    )


_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


def _locate(node: Scalar, offset: int) -> tuple[int, int]:
    """Line and column of a character of a scalar.

    Folding and indentation change white space only. So the other characters of the value stand in the file in the same
    order, and it is enough to walk from one to the next.
    """
    line, at = node.line - 1, node.col - 1
    lines = node.source.lines
    if line >= len(lines):
        return node.line, node.col
    if node.style in ("|", ">"):
        line, at = line + 1, 0
    elif node.style:
        at += 1
    ends_at = (line, at)
    for index, char in enumerate(node.text[: offset + 1]):
        if char.isspace():
            continue
        while line < len(lines) and (at >= len(lines[line]) or lines[line][at].isspace()):
            line, at = (line + 1, 0) if at >= len(lines[line]) else (line, at + 1)
        if line >= len(lines):
            break
        if index == offset:
            return line + 1, at + 1
        at += _width(lines[line], at, node.style)
        ends_at = (line, at)
    return ends_at[0] + 1, ends_at[1] + 1


def _width(line: str, at: int, style: str) -> int:
    """How many characters of the file one character of the value takes."""
    if style == '"' and (match := _ESCAPE.match(line, at)):
        return len(match.group())
    return 2 if style == "'" and line.startswith("''", at) else 1


def place_of(node: Node, *path: str | int) -> Place:
    """The place of what a path of keys and positions leads to, or of the name above it when there is no such part."""
    for step in path:
        if isinstance(node, List) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
        elif isinstance(node, Map) and isinstance(step, str) and (below := node.get(step)) is not None:
            node = below
        elif not isinstance(node, Scalar):  # a single value stands for a list or mapping of one
            return node.owner_place
    return node.place if path else node.owner_place
