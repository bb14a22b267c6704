"""Which sources stand behind another one through its lookups."""

from __future__ import annotations

from bizops.model.model import Model


def sources_behind(model: Model, name: str) -> tuple[str, ...]:
    """The source itself and every source its lookups reach, each once."""
    found: dict[str, None] = {name: None}
    waiting = [name]
    while waiting:
        for lookup in model.sources[waiting.pop()].lookups.values():
            if lookup.source not in found:
                found[lookup.source] = None
                waiting.append(lookup.source)
    return tuple(found)
