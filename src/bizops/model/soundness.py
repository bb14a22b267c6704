"""Which definitions can be checked further: those without a flaw in themselves or in anything they lean on.

What leans on a flawed definition would be found wrong as well, although nothing is wrong with it. Such findings only
hide the one that matters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bizops.errors import BizopsError, Problem
from bizops.model.binding import INVALID, Reference, closest
from bizops.model.dependencies import kpi_names, uses_conversion
from bizops.model.entries import Entries, Entry
from bizops.model.language import Kpi, Link
from bizops.units import Unit

Name = tuple[str, str]


@dataclass(frozen=True)
class Sound:
    """Definitions that may be checked on, and why others may not."""

    definitions: Mapping[Name, Any]
    problems: tuple[Problem, ...]


def sound_definitions(entries: Entries) -> Sound:
    """Definitions that are bound, refer to existing names only, and so does everything they refer to."""
    nouns = _nouns(entries)
    problems: list[Problem] = []
    leans_on: dict[Name, set[Name]] = {}
    for at, entry in entries.found.items():
        unknown = [r for r in entry.binding.references if not _targets(r, entries.found)]
        bad_units = _unit_problems(entry, nouns)
        problems += entry.binding.problems
        if not entries.is_partial:
            problems += [_unknown(reference, entries.found) for reference in unknown]
            problems += bad_units
        if entry.value is not INVALID and not (entry.binding.problems or unknown or bad_units):
            leans_on[at] = {t for r in entry.binding.references for t in _targets(r, entries.found)}
            leans_on[at] |= _in_formulas(entry.value, entries) | _in_units(entry, nouns)
    sound = _closed(leans_on)
    return Sound({at: entries.found[at].value for at in entries.found if at in sound}, tuple(problems))


def _nouns(entries: Entries) -> frozenset[str]:
    """Terms that are counting units, and those of which it cannot be told."""
    terms = [entry for (section, _), entry in entries.found.items() if section == "terms"]
    return frozenset(term.name for term in terms if term.binding.problems or term.value.unit)


def _in_units(entry: Entry, nouns: frozenset[str]) -> set[Name]:
    return {("terms", word) for use in entry.binding.units for word in re.findall(r"\w+", use.text) if word in nouns}


def _targets(reference: Reference, found: Mapping[Name, Entry]) -> list[Name]:
    return [(section, reference.name) for section in reference.sections if (section, reference.name) in found]


def _unknown(reference: Reference, found: Mapping[Name, Entry]) -> Problem:
    known = [name for section, name in found if section in reference.sections]
    where = " or ".join(reference.sections)
    return Problem(
        "unknown-reference",
        f"There is no '{reference.name}' in {where}.",
        reference.place,
        closest(reference.name, known),
    )


def _unit_problems(entry: Entry, nouns: frozenset[str]) -> list[Problem]:
    problems = []
    for use in entry.binding.units:
        try:
            Unit.parse(use.text, nouns)
        except BizopsError as error:
            problems += [Problem(p.code, p.message, use.place, p.hint) for p in error.problems]
    return problems


def _in_formulas(definition: Any, entries: Entries) -> set[Name]:
    formula = None
    if isinstance(definition, Kpi) and definition.kind == "series":
        formula = definition.value
    elif isinstance(definition, Link):
        formula = definition.formula
    names = {("kpis", name) for name in kpi_names(formula)}
    if uses_conversion(definition):
        names.add(("currencies", "currencies"))
    # In a partial model an unknown name may well stand in the part that is missing.
    return names if entries.is_partial else names & entries.found.keys()


def _closed(leans_on: Mapping[Name, Iterable[Name]]) -> set[Name]:
    sound = set(leans_on)
    while flawed := {at for at in sound if not sound.issuperset(leans_on[at])}:
        sound -= flawed
    return sound
