"""Parameters of a request: declared beside the route, read strictly, unknown ones refused."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request

from bizops.calendar import Grain
from bizops.errors import BizopsError, did_you_mean

MOST_CHARACTERS = 200
"""Of one value: names, labels and cursors are shorter."""


@dataclass(frozen=True)
class Parameter:
    """One parameter: what it is, and which words or numbers it takes."""

    name: str
    meaning: str
    choices: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    pattern: str = r"^[^\x00-\x1f\x7f]+$"
    default: str | int | None = None
    many: bool = False
    required: bool = False
    example: str | None = None

    @property
    def schema(self) -> dict[str, Any]:
        """What it takes, as JSON Schema."""
        if self.choices:
            one: dict[str, Any] = {"enum": list(self.choices)}
        elif self.least is not None:
            one = {"type": "integer", "minimum": self.least, "maximum": self.most}
        else:
            one = {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS, "pattern": self.pattern}
        if self.default is not None:
            one["default"] = self.default
        return {"type": "array", "items": one, "maxItems": 20} if self.many else one

    def read(self, text: str) -> str:
        """The value, or ``bad-parameter``."""
        if self.choices and text not in self.choices:
            hint = did_you_mean(text, self.choices) or f"It takes {', '.join(self.choices)}."
            raise BizopsError.of("bad-parameter", f"'{self.name}' cannot be '{text[:40]}'.", hint=hint)
        if self.least is not None and not self._is_number(text):
            raise BizopsError.of(
                "bad-parameter", f"'{self.name}' is a whole number from {self.least} to {self.most}.", hint=None
            )
        if not self.choices and self.least is None:
            if len(text) > MOST_CHARACTERS:
                raise BizopsError.of("bad-parameter", f"'{self.name}' is longer than {MOST_CHARACTERS} characters.")
            if not re.search(self.pattern, text):
                raise BizopsError.of("bad-parameter", f"'{self.name}' cannot be '{text[:40]!r}'.")
        return text

    def _is_number(self, text: str) -> bool:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            return False
        assert self.least is not None and self.most is not None
        return self.least <= int(text) <= self.most


def parameters_of(request: Request, declared: Sequence[Parameter]) -> dict[str, tuple[str, ...]]:
    """The values of a request's parameters by name; refuses what was not declared."""
    known = {one.name: one for one in declared}
    found: dict[str, tuple[str, ...]] = {}
    for name, text in request.query_params.multi_items():
        if name not in known:
            hint = did_you_mean(name, known) or (f"It takes {', '.join(known)}." if known else "It takes none.")
            raise BizopsError.of("unknown-parameter", f"There is no parameter '{name[:40]}'.", hint=hint)
        if name in found and not known[name].many:
            raise BizopsError.of("bad-parameter", f"'{name}' is given twice.")
        found[name] = (*found.get(name, ()), known[name].read(text))
        if len(found[name]) > 20:
            raise BizopsError.of("bad-parameter", f"'{name}' is given more than 20 times.")
    for one in declared:
        if one.required and one.name not in found:
            raise BizopsError.of("bad-parameter", f"'{one.name}' is missing.", hint=one.meaning)
    return found


def pairs_of(texts: Sequence[str], name: str) -> dict[str, str]:
    """Slices and their values from ``slice:value``."""
    pairs: dict[str, str] = {}
    for text in texts:
        slice_, colon, value = text.partition(":")
        if not colon or not slice_ or not value:
            raise BizopsError.of(
                "bad-parameter", f"'{name}' cannot be '{text[:40]}'.", hint=f"Write {name}=store.region:north."
            )
        if pairs.setdefault(slice_, value) != value:
            raise BizopsError.of("bad-scope", f"'{slice_}' cannot be '{pairs[slice_]}' and '{value}' at once.")
    return pairs


_PAIR = r"^[^\x00-\x1f\x7f:]+:[^\x00-\x1f\x7f]+$"

LANG = Parameter("lang", "The language of what people read; the workspace's otherwise.", choices=("en", "de"))
AS_OF = Parameter("as_of", "As known at the end of that day, or at that local date and time.", example="2026-06-30")
PERIOD = Parameter(
    "period", "The last period to show, by its label; where the data reach otherwise.", example="2026-06"
)
SCOPE = Parameter("scope", "Only there: `slice:value`; repeatable.", pattern=_PAIR, many=True)
TEAM = Parameter("team", "Only what this team owns.")
COMPARE = Parameter("compare", "With which earlier period.", choices=("previous", "year_ago", "none"))
GRAIN = Parameter("grain", "How finely time is cut; as the KPI is usually read otherwise.", choices=tuple(Grain))
FROM = Parameter("from", "The first period, by its label.", example="2026-01")
TO = Parameter("to", "The last period, by its label.", example="2026-06")
LAST = Parameter("last", "The last so many periods.", least=1, most=1000)
BY = Parameter("by", "Split by a slice, or by several at once: `region,team`; repeatable.", many=True)
WHERE = replace(SCOPE, name="where")
LIMIT = Parameter("limit", "How many at most.", least=1, most=1000, default=100)
CURSOR = Parameter("cursor", "`next` of the answer before.", pattern=r"^[A-Za-z0-9_-]+$")
