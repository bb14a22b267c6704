"""From files to definitions: sections are put together from all files, every definition is bound on its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from bizops.errors import Place, Problem
from bizops.model.binding import INVALID, Binding, closest_word
from bizops.model.language import LISTED, SECTIONS, Settings
from bizops.model.nodes import List, Map, Node, Scalar
from bizops.model.scalars import name_or_refusal, scalar_text
from bizops.model.structures import Nested
from bizops.model.yaml_reader import read_yaml

SETTINGS_FILE = "bizops.yaml"
_USED_IN_EXPRESSIONS = ("sources", "events", "journeys", "kpis")


@dataclass(frozen=True)
class Entry:
    """A definition as it was found: bound, or INVALID, with what was noted on the way."""

    section: str
    name: str
    place: Place
    value: Any
    binding: Binding


@dataclass
class Entries:
    """Everything found in the files. ``is_partial``: some file could not be read, so names may be missing."""

    found: dict[tuple[str, str], Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    is_partial: bool = False

    def add(self, entry: Entry) -> None:
        """Takes an entry in, unless its name is taken."""
        first = self.found.setdefault((entry.section, entry.name), entry)
        if first is not entry:
            what = "The section" if entry.section == entry.name else f"'{entry.name}' of {entry.section}"
            message = f"{what} stands here a second time; the first is at {first.place}."
            self.problems.append(Problem("duplicate-name", message, entry.place, "Remove or rename one of them."))
            self.problems.extend(entry.binding.problems)


def read_entries(files: Mapping[str, str | bytes]) -> Entries:
    """All definitions of all files, read in the order of their paths."""
    entries = Entries()
    numbers: dict[tuple[str, str], int] = {}
    for file in sorted(files):
        reading = read_yaml(file, files[file])
        entries.problems += reading.problems
        entries.is_partial |= reading.broken
        if reading.node is None:
            continue
        if not isinstance(reading.node, Map):
            entries.is_partial = True
            entries.problems.append(
                Problem(
                    "wrong-type",
                    f"A model file holds sections such as 'kpis:', not {_kind_of(reading.node)}.",
                    reading.node.place,
                )
            )
        elif PurePosixPath(file).name == SETTINGS_FILE:
            entries.add(_bound("settings", "settings", reading.node, Settings, Place(file, 1, 1)))
        else:
            for key, value in reading.node.items:
                for entry in _section(key, value, numbers, entries):
                    entries.add(entry)
    return entries


def _kind_of(node: Node) -> str:
    return "a list" if isinstance(node, List) else "a single value"


def _section(key: Scalar, node: Node, numbers: dict[tuple[str, str], int], entries: Entries) -> Iterator[Entry]:
    section: str | None = key.text
    if section not in SECTIONS:
        meant = closest_word(key.text, SECTIONS)
        hint = f"Did you mean '{meant}'?" if meant else f"Sections are: {', '.join(SECTIONS)}."
        entries.problems.append(Problem("unknown-section", f"There is no section '{key.text}'.", key.place, hint))
        # What stands under a misspelt section is known all the same; what stands under any other name is lost.
        section = meant
        entries.is_partial |= meant is None
    if section is None:
        return
    if isinstance(node, Scalar) and node.value is None:
        return
    cls = SECTIONS[section]
    if section == "currencies":
        yield _bound(section, section, node, cls, key.place)
    elif isinstance(node, Map):
        for name, value in node.items:
            yield _named(section, name, value)
    elif isinstance(node, List) and section in LISTED:
        for item in node.items:
            upper = scalar_text(item.get("kpi") or Scalar()) if isinstance(item, Map) else None
            number = numbers[section, upper or ""] = numbers.get((section, upper or ""), 0) + 1
            yield _bound(section, f"{upper}#{number}", item, cls, item.place)
    else:
        entries.is_partial = True
        allowed = "a list or a mapping" if section in LISTED else "a mapping of names to definitions"
        entries.problems.append(
            Problem("wrong-type", f"'{section}' holds {allowed}, not {_kind_of(node)}.", node.place)
        )


def _named(section: str, name: Scalar, node: Node) -> Entry:
    entry = _bound(section, name.text, node, SECTIONS[section], name.place)
    if section in _USED_IN_EXPRESSIONS:
        name_or_refusal(name.text, name, entry.binding)
    return entry


def _bound(section: str, name: str, node: Node, cls: type[Any], place: Place) -> Entry:
    binding = Binding()
    if isinstance(node, Scalar) and node.value is None:
        # A name without anything lacks its keys; saying which is of more use than "has no value".
        node = Map(node.source, node.line, node.col, node.under)
    value = Nested(cls).bind(node, binding)
    if value is not INVALID:
        object.__setattr__(value, "name", name)
    return Entry(section, name, place, value, binding)
