"""What happens while nodes become values: problems pile up, references are noted down for later."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest
from itertools import pairwise
from typing import Final, final

from bizops.errors import Place, Problem
from bizops.model.nodes import List, Map, Node, Scalar


@final
class Invalid:
    """Stands for a value that could not be bound; the reason has been noted."""


INVALID: Final = Invalid()


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that stands for a definition in one of some sections."""

    sections: tuple[str, ...]
    name: str
    place: Place


@dataclass(frozen=True, slots=True)
class UnitUse:
    """A unit that is written somewhere; whether it exists is known when all terms are."""

    text: str
    place: Place


@dataclass
class Binding:
    """Collects what is found while one definition is bound."""

    problems: list[Problem] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    units: list[UnitUse] = field(default_factory=list)

    def add(self, code: str, message: str, place: Place, hint: str | None = None) -> Invalid:
        """Notes a problem at a place."""
        self.problems.append(Problem(code, message, place, hint))
        return INVALID

    def refuse(self, node: Node, code: str, message: str, hint: str | None = None) -> Invalid:
        """Notes a problem at a node."""
        return self.add(code, message, node.place, hint)

    def wrong_type(self, node: Node, wanted: str, hint: str | None = None) -> Invalid:
        """Notes that something else is needed; an absent value is a problem of its own, at the key."""
        if isinstance(node, Scalar) and node.value is None:
            at = node.under or node
            what = f"'{node.under.text}' has no value" if node.under else "A value is missing"
            return self.refuse(at, "missing-value", f"{what}: {wanted} is needed.", hint)
        start = (
            f"'{node.under.text}' needs {wanted}" if node.under else f"{wanted[0].upper()}{wanted[1:]} is needed here"
        )
        return self.refuse(node, "wrong-type", f"{start}, not {shown(node)}.", hint)


def shown(node: Node) -> str:
    """What stands in the file, in a few words."""
    if isinstance(node, Map):
        return "a mapping"
    if isinstance(node, List):
        return "a list"
    value = node.value
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the truth value {node.text}"
    if isinstance(value, int | float):
        return f"the number {node.text}"
    return f"'{node.text if len(node.text) <= 40 else node.text[:37] + '...'}'"


def one_of(words: Iterable[str]) -> str:
    """`a`, `b` or `c`."""
    quoted = [f"'{word}'" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


def closest(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the known word that was probably meant."""
    found = closest_word(word, known)
    return f"Did you mean '{found}'?" if found else None


def closest_word(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, if any."""
    import difflib  # here: a good model never needs it

    words = list(known)
    folded = next((w for w in words if w.lower() == word.lower()), None)
    if folded is None and len(words) > _MOST_COMPARED:
        # difflib takes 0.1 ms a word: too long for a thousand names that a thousand others might have meant.
        pairs = _pairs(word)
        words = nlargest(_MOST_COMPARED, words, key=lambda w: len(pairs & _pairs(w)))
    return folded or next(iter(difflib.get_close_matches(word, words, n=1, cutoff=0.6)), None)


_MOST_COMPARED = 30


@lru_cache(maxsize=20_000)
def _pairs(word: str) -> frozenset[str]:
    return frozenset(a + b for a, b in pairwise(word))
