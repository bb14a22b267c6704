"""How wide words are, before they are drawn: good enough to keep labels apart and lines within the picture."""

from __future__ import annotations

from collections.abc import Sequence

_WIDTHS = (
    ("iljI.,:;'|!·()[]", 0.36), ("ftr \u00a0\u202f-/", 0.39), ("mwMW%@—", 0.96), ("ABCDEFGHKLNOPQRSTUVXYZÄÖÜ&", 0.72),
)  # fmt: skip
_WIDTH = {letter: width for letters, width in _WIDTHS for letter in letters}
_OTHER = 0.62
"""Shares of the size that suit the wider system fonts too: where Inter is there, it leaves some air."""


def width(text: str, size: float) -> float:
    """About how wide a text is, in pixels, at a size."""
    return size * sum(_WIDTH.get(letter, _OTHER) for letter in text)


def widest(texts: Sequence[str], size: float) -> float:
    """The width of the widest."""
    return max((width(text, size) for text in texts), default=0.0)


def wrapped(text: str, size: float, room: float) -> tuple[str, ...]:
    """A text in lines of at most that width, broken between words."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and width(f"{lines[-1]} {word}", size) <= room:
            lines[-1] += f" {word}"
        elif word:
            lines.append(word)
    return tuple(lines)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places as near to the wanted ones as they get when each is ``gap`` from the next, in the same order.

    They stay between ``low`` and ``high`` as far as there is room for all.
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    groups: list[tuple[float, int]] = []  # (where the first of it would like to be, how many)
    for nth, at in enumerate(order):
        first, count = wanted[at] - gap * nth, 1
        while groups and groups[-1][0] > first:
            before, others = groups.pop()
            first, count = (before * others + first * count) / (others + count), others + count
        groups.append((first, count))
    firsts = [first for first, count in groups for _ in range(count)]
    last = gap * (len(wanted) - 1)
    placed = [0.0] * len(wanted)
    for nth, at in enumerate(order):
        placed[at] = max(low, min(firsts[nth], max(low, high - last))) + gap * nth
    return placed
