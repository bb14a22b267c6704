"""What is wrong, where, and what to do: the one family of errors that a person may see.

A :class:`Problem` is a value; :class:`BizopsError` carries one or more of them to the edge (command line, API), which
prints them and picks the exit code. Codes are stable: programs and translations hang on them. ``CODES`` lists them all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; lines and columns count from 1, columns in characters."""

    file: str
    line: int
    col: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: a stable ``code``, a sentence, the place if there is one, and what to do about it."""

    code: str
    message: str
    place: Place | None = None
    hint: str | None = None

    def __str__(self) -> str:
        where = f"{self.place}  " if self.place else ""
        hint = f" {self.hint}" if self.hint else ""
        return f"{where}{self.code}  {self.message}{hint}"

    def as_dict(self) -> dict[str, str | int | None]:
        """The form that ``--json`` prints: ``{code, message, file, line, col, hint}``."""
        place = self.place
        return {
            "code": self.code,
            "message": self.message,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "col": place.col if place else None,
            "hint": self.hint,
        }


class BizopsError(Exception):
    """Carries problems to the edge. Never shown as a traceback."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("\n".join(str(p) for p in problems))
        self.problems: tuple[Problem, ...] = problems

    @classmethod
    def of(cls, code: str, message: str, place: Place | None = None, hint: str | None = None) -> BizopsError:
        """An error with a single problem."""
        return cls(Problem(code, message, place, hint))


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """A hint naming the closest known word, or None when nothing is close."""
    import difflib

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else None
