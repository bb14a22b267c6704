"""Files to model: read, bind, check. A model comes out whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bizops.errors import BizopsError, Place, Problem
from bizops.model.checks import check_model
from bizops.model.entries import read_entries
from bizops.model.frozen import FrozenDict
from bizops.model.language import SECTIONS, Settings
from bizops.model.model import Model
from bizops.model.soundness import sound_definitions


def read_model(files: Mapping[str, str | bytes]) -> Model:
    """The model that these files (content by path) tell; `bizops.yaml` among them holds the workspace's settings.

    Raises BizopsError with every problem found, in the order of the files. Does no I/O.
    """
    entries = read_entries(files)
    sound = sound_definitions(entries)
    model = _model(sound.definitions)
    problems = [*entries.problems, *sound.problems, *check_model(model)]
    if problems:
        raise BizopsError(*_in_order(problems))
    return model


def _model(definitions: Mapping[tuple[str, str], Any]) -> Model:
    sections: dict[str, dict[str, Any]] = {section: {} for section in SECTIONS}
    settings = Settings()
    for (section, name), definition in definitions.items():
        if section == "settings":
            settings = definition
        else:
            sections[section][name] = definition
    currencies = sections.pop("currencies").get("currencies")
    frozen: dict[str, Any] = {name: FrozenDict(found) for name, found in sections.items()}
    return Model(settings=settings, currencies=currencies, **frozen)


def _in_order(problems: Iterable[Problem]) -> list[Problem]:
    nowhere = Place("", 0, 0)
    unique = dict.fromkeys(problems)
    return sorted(unique, key=lambda problem: (problem.place or nowhere, problem.code, problem.message))
