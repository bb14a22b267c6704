"""Words: one word leads to one thing."""

from __future__ import annotations

from collections.abc import Iterator

from bizops.errors import Place, Problem
from bizops.model.checks.found import as_list
from bizops.model.model import Model
from bizops.units.names import CURRENCIES, DATA_SCALES, TIME_SCALES


@as_list
def check_terms(model: Model) -> Iterator[Problem]:
    """No word is claimed by two terms, and none hides a unit of measurement."""
    claimed: dict[str, tuple[str, Place]] = {}
    for name, term in model.terms.items():
        claimed.setdefault(name.casefold(), (name, term.place()))
        if term.unit and (name in CURRENCIES or name in DATA_SCALES or name in TIME_SCALES):
            yield Problem("ambiguous-word", f"'{name}' is a unit of its own already.", term.place(), "Rename the term.")
    for name, term in model.terms.items():
        for index, synonym in enumerate(term.synonyms):
            place = term.place("synonyms", index)
            other, at = claimed.setdefault(synonym.casefold(), (name, place))
            if other != name:
                yield Problem(
                    "ambiguous-word",
                    f"'{synonym}' leads to '{other}' already ({at}).",
                    place,
                    "Agree on one meaning, or use two words.",
                )
