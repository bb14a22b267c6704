"""Ways in which checks say what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import ParamSpec

from bizops.errors import BizopsError, Place, Problem
from bizops.model.binding import closest

P = ParamSpec("P")


def as_list(check: Callable[P, Iterator[Problem]]) -> Callable[P, list[Problem]]:
    """Lets a check yield its problems and its callers ask whether there are any."""

    @wraps(check)
    def checked(*args: P.args, **kwargs: P.kwargs) -> list[Problem]:
        return list(check(*args, **kwargs))

    return checked


def unknown(
    name: str, known: Iterable[str], what: str, place: Place, *, of: str | None = None, code: str = "unknown-reference"
) -> Problem:
    """A name that does not exist: *what* it should name, and *of* which definition."""
    where = f" in '{of}'" if of else ""
    return Problem(code, f"There is no {what} '{name}'{where}.", place, closest(name, known))


def problems_of(attempt: Callable[[], object], place: Place | None = None) -> list[Problem]:
    """What an attempt complains about; problems without a place of their own get the one given."""
    try:
        attempt()
    except BizopsError as error:
        return [Problem(p.code, p.message, p.place or place, p.hint) for p in error.problems]
    return []
