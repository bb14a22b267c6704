"""Text to nodes: YAML 1.2, restricted to what a person can read without surprises.

libyaml finds the structure; nothing is ever constructed from it. Tags, merge keys, several documents in a file and keys
that are not texts are refused; small aliases are allowed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import yaml

from bizops.errors import Place, Problem
from bizops.model.nodes import List, Map, Node, Scalar, SourceText
from bizops.model.yaml_errors import syntax_problem

MAX_BYTES = 1 << 20
MAX_DEPTH = 50
MAX_NODES_OF_ALIASES = 10_000
_DEPTH_OF_NAMES = 2  # of sections, and of the definitions in them

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


@dataclass(frozen=True)
class Reading:
    """What came out of a file: its top node (None for an empty or broken one) and what is wrong with it.

    ``broken``: something is lost, so nothing may be concluded from what is absent.
    """

    node: Node | None
    problems: tuple[Problem, ...] = ()
    broken: bool = False


def read_yaml(file: str, content: str | bytes) -> Reading:
    """Reads one file; never raises on account of its content."""
    text = _text(file, content)
    if isinstance(text, Problem):
        return Reading(None, (text,), broken=True)
    builder = _Builder(SourceText(file, tuple(text.splitlines())))
    try:
        node = builder.document(yaml.parse(text, Loader=yaml.CLoader))
    except yaml.MarkedYAMLError as error:
        builder.problems.append(syntax_problem(builder.source, error))
    except _Stop as stop:
        builder.problems.append(stop.problem)
    else:
        return Reading(node, tuple(builder.problems), broken=builder.has_lost_names)
    return Reading(None, tuple(builder.problems), broken=True)


def _text(file: str, content: str | bytes) -> str | Problem:
    """The content as text, or why it is none."""
    if len(content) > MAX_BYTES:
        return Problem(
            "file-too-big",
            f"The file has {len(content):,} bytes; a model file has at most {MAX_BYTES:,}.",
            Place(file, 1, 1),
            "Spread the section over several files.",
        )
    if isinstance(content, str):
        decoded = content
    else:
        try:
            decoded = content.decode("utf-8")
        except UnicodeDecodeError as error:
            return Problem(
                "not-utf8",
                f"Byte 0x{content[error.start]:02X} is not UTF-8.",
                _place_after(file, content[: error.start].decode("utf-8")),
                "Save the file as UTF-8.",
            )
    text = decoded.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if control := _CONTROL.search(text):
        return Problem(
            "yaml-syntax",
            f"There is a control character (U+{ord(control.group()):04X}) here.",
            _place_after(file, text[: control.start()]),
            "Remove it.",
        )
    return text


def _place_after(file: str, before: str) -> Place:
    before = before.removeprefix("\ufeff")
    return Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))


class _Stop(Exception):
    """Reading on makes no sense."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(frozen=True)
class _Anchor:
    """A node that may be used again, with how many nodes it stands for; None while it is still being read."""

    node: Node | None
    nodes: int = 0
    height: int = 0


@dataclass
class _Builder:
    source: SourceText
    problems: list[Problem] = field(default_factory=list)
    anchors: dict[str, _Anchor] = field(default_factory=dict)
    nodes: int = 0
    depth: int = 0
    height: int = 0
    has_lost_names: bool = False

    def document(self, events: Iterator[Any]) -> Node | None:
        """The only document of the stream, or None when the file holds nothing but comments."""
        next(events)
        if not isinstance(next(events), yaml.DocumentStartEvent):
            return None
        node = self.node(next(events), events, None)
        next(events)
        after = next(events)
        if isinstance(after, yaml.DocumentStartEvent):
            raise _Stop(
                self.problem(
                    "yaml-syntax", "A second document begins here; a file holds one.", after, "Remove the '---'."
                )
            )
        if isinstance(node, Scalar) and node.value is None:
            return None
        return node

    def node(self, event: Any, events: Iterator[Any], under: Scalar | None) -> Node:
        """The node that begins with *event*."""
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event, under)
        self.nodes += 1
        if event.tag is not None:
            self.add("yaml-tag", f"The tag '{event.tag}' has no meaning in a model.", event, "Remove it.")
        before = self.nodes
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(None)
        if isinstance(event, yaml.ScalarEvent):
            node: Node = self.scalar(event, under)
            height = 0
        else:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise _Stop(self.problem("yaml-bomb", f"The file is nested deeper than {MAX_DEPTH} levels.", event))
            outer, self.height = self.height, 0
            node = (
                self.map(event, events, under)
                if isinstance(event, yaml.MappingStartEvent)
                else self.list(event, events, under)
            )
            self.depth -= 1
            height = self.height + 1
            self.height = max(outer, height)
        if event.anchor is not None:
            self.anchors[event.anchor] = _Anchor(node, self.nodes - before + 1, height)
        return node

    def scalar(self, event: Any, under: Scalar | None) -> Scalar:
        mark = event.start_mark
        return Scalar(self.source, mark.line + 1, mark.column + 1, under, event.value, event.style or "")

    def list(self, event: Any, events: Iterator[Any], under: Scalar | None) -> List:
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(self.node(item, events, None))
        mark = event.start_mark
        return List(self.source, mark.line + 1, mark.column + 1, under, tuple(items))

    def map(self, event: Any, events: Iterator[Any], under: Scalar | None) -> Map:
        items: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(start := next(events), yaml.MappingEndEvent):
            key = self.node(start, events, None)
            value = self.node(next(events), events, key if isinstance(key, Scalar) else None)
            if not isinstance(key, Scalar) or key.value is None or isinstance(key.value, bool):
                self.add(
                    "yaml-key", "A key is a text here.", start, "Put it in quotes." if isinstance(key, Scalar) else None
                )
            elif key.text == "<<" and not key.is_quoted:
                self.add("yaml-merge", "Merge keys ('<<') are not part of YAML 1.2.", start, "Write the keys out.")
            elif first := items.get(key.text):
                message = f"'{key.text}' stands here a second time; the first is in line {first[0].line}."
                self.add("duplicate-key", message, start, "Remove one of them.")
                self.has_lost_names |= self.depth <= _DEPTH_OF_NAMES
            else:
                items[key.text] = (key, value)
        mark = event.start_mark
        return Map(self.source, mark.line + 1, mark.column + 1, under, tuple(items.values()))

    def alias(self, event: Any, under: Scalar | None) -> Node:
        anchor = self.anchors.get(event.anchor)
        if anchor is None:
            raise _Stop(self.problem("yaml-syntax", f"There is no anchor '&{event.anchor}' for this '*'.", event,
                                     "Put a text that begins with * in quotes."))  # fmt: skip
        if anchor.node is None:
            raise _Stop(self.problem("yaml-bomb", f"'*{event.anchor}' contains itself.", event))
        self.nodes += anchor.nodes
        self.height = max(self.height, anchor.height)
        if self.nodes > MAX_NODES_OF_ALIASES and anchor.nodes > 1:
            raise _Stop(
                self.problem("yaml-bomb", f"Aliases make this file grow beyond {MAX_NODES_OF_ALIASES:,} values.", event)
            )
        if self.depth + anchor.height > MAX_DEPTH:
            raise _Stop(self.problem("yaml-bomb", f"Aliases nest this file deeper than {MAX_DEPTH} levels.", event))
        return replace(anchor.node, under=under)

    def problem(self, code: str, message: str, event: Any, hint: str | None = None) -> Problem:
        mark = event.start_mark
        return Problem(code, message, Place(self.source.file, mark.line + 1, mark.column + 1), hint)

    def add(self, code: str, message: str, event: Any, hint: str | None = None) -> None:
        self.problems.append(self.problem(code, message, event, hint))
