"""A field of characters to draw on: lines in dots finer than a character, words that never cover each other."""

from __future__ import annotations

from dataclasses import dataclass, field

from rich.cells import cell_len
from rich.text import Text

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The dots of a Braille character, by row and column."""


@dataclass
class Grid:
    """Characters by column and row; words are on top of lines, lines on top of fillings."""

    width: int
    fillings: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)
    dots: dict[tuple[int, int], tuple[int, str]] = field(default_factory=dict)
    words: dict[tuple[int, int], tuple[str, str]] = field(default_factory=dict)

    def fill(self, x: int, y: int, character: str, style: str = "") -> None:
        """Fills one field; what lies outside is left out."""
        if 0 <= x < self.width and y >= 0:
            self.fillings[x, y] = (character, style)

    def dot(self, x: float, y: float, style: str) -> None:
        """One dot at a fine place: half a column, a quarter of a row."""
        column, row = int(x), int(y)
        bits = _DOTS[min(3, int((y - row) * 4))][min(1, int((x - column) * 2))]
        if 0 <= column < self.width and row >= 0:
            self.dots[column, row] = (self.dots.get((column, row), (0, ""))[0] | bits, style)

    def line(self, start: tuple[float, float], end: tuple[float, float], style: str, gap: int = 0) -> None:
        """Dots from one place to another; ``gap`` leaves as many out between two."""
        (x1, y1), (x2, y2) = start, end
        steps = max(1, round(max(abs(x2 - x1) * 2, abs(y2 - y1) * 4)))
        for step in range(0, steps + 1, 1 + gap):
            share = step / steps
            self.dot(x1 + (x2 - x1) * share, y1 + (y2 - y1) * share, style)

    def write(self, x: float, y: int, text: str, style: str = "", anchor: str = "start") -> None:
        """Words at a place, or in the next row below where they cover no others; always within the width."""
        size = cell_len(text)
        first = round(x) - (size if anchor == "end" else size // 2 if anchor == "middle" else 0)
        first = max(0, min(first, self.width - size))
        row = max(0, y)
        while any((column, row) in self.words for column in range(first - 1, first + size + 1)):
            row += 1
        column = first
        for letter in text:
            self.words[column, row] = (letter, style)
            column += max(1, cell_len(letter))

    def lines(self) -> list[Text]:
        """The rows from top to bottom, without what is empty at their ends."""
        places = [*self.fillings, *self.dots, *self.words]
        found = []
        for row in range(max((y for _, y in places), default=-1) + 1):
            line = Text()
            for column in range(self.width):
                character, style = self._seen(column, row)
                line.append(character, style)
            line.rstrip()
            found.append(line)
        return found

    def _seen(self, column: int, row: int) -> tuple[str, str]:
        at = (column, row)
        if at in self.words:
            return self.words[at]
        if at in self.dots:
            bits, style = self.dots[at]
            return chr(0x2800 + bits), style
        return self.fillings.get(at, (" ", ""))
