"""Kinds of values that have to do with time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, time

from bizops.calendar.zone import zone_info
from bizops.errors import BizopsError
from bizops.model.binding import Binding, Invalid, closest
from bizops.model.duration import UNITS, Duration, parse_duration
from bizops.model.nodes import List, Node, Scalar
from bizops.model.scalars import Schema, scalar_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Date:
    """A day, `2026-03-31`."""

    def bind(self, node: Node, binding: Binding) -> date | Invalid:
        text = scalar_text(node)
        if text is None:
            return binding.wrong_type(node, "a day such as 2026-03-31")
        if not _DATE.fullmatch(text):
            return binding.refuse(node, "bad-date", f"'{text}' is not a day.", "Write it as 2026-03-31.")
        try:
            return date.fromisoformat(text)
        except ValueError:
            return binding.refuse(node, "bad-date", f"There is no day {text}.", "Months have 28 to 31 days.")

    def json_schema(self) -> Schema:
        return {"type": "string", "format": "date"}

    def describe(self) -> str:
        return "day, `2026-03-31`"


@dataclass(frozen=True)
class Span:
    """A length of time, `6 weeks`."""

    def bind(self, node: Node, binding: Binding) -> Duration | Invalid:
        text = scalar_text(node)
        if text is None:
            return binding.wrong_type(node, "a length of time such as '2 d'")
        duration = parse_duration(text)
        if duration is None:
            unit = text.lstrip("0123456789. ")
            hint = (
                closest(unit, UNITS)
                if unit and unit not in UNITS
                else "Write a whole number and a unit, e.g. '90 min'."
            )
            return binding.refuse(
                node, "bad-duration", f"'{text}' is not a length of time such as '2 d' or '12 months'.", hint
            )
        if duration.amount == 0:
            return binding.refuse(node, "bad-duration", "A length of time is longer than 0.")
        return duration

    def json_schema(self) -> Schema:
        return {"type": "string", "pattern": r"^[0-9]{1,6}\s*(" + "|".join(sorted(UNITS)) + ")$"}

    def describe(self) -> str:
        return "length of time, `2 d`, `6 weeks`, `12 months`"


@dataclass(frozen=True)
class Zone:
    """A time zone by its IANA name."""

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            return binding.wrong_type(node, "a time zone such as 'Europe/Berlin'")
        try:
            zone_info(node.text)
        except BizopsError as error:
            problem = error.problems[0]
            return binding.refuse(node, problem.code, problem.message, problem.hint)
        return node.text

    def json_schema(self) -> Schema:
        return {"type": "string"}

    def describe(self) -> str:
        return "time zone, `Europe/Berlin`"


_INTERVAL = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)
Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True)
class DayHours:
    """Hours of a day: `08:00-12:00, 13:00-17:00`; an end of 24:00 is kept as 00:00."""

    def bind(self, node: Node, binding: Binding) -> Hours | Invalid:
        if isinstance(node, List):
            parts = [(item, scalar_text(item)) for item in node.items]
        else:
            text = scalar_text(node)
            if text == "closed":
                return ()
            parts = [(node, part.strip()) for part in text.split(",")] if text is not None else [(node, None)]
        hours: list[tuple[time, time]] = []
        for at, part in parts:
            if part is None:
                return binding.wrong_type(at, "hours such as 08:00-18:00, or 'closed',")
            interval = _interval(part)
            if interval is None:
                hint = "Hours past midnight belong to the next day: 22:00-24:00." if _INTERVAL.fullmatch(part) else None
                return binding.refuse(at, "bad-hours", f"'{part}' are no hours such as 08:00-18:00.", hint)
            if hours and (hours[-1][1] == time.min or interval[0] < hours[-1][1]):
                return binding.refuse(
                    at, "bad-hours", f"'{part}' overlaps the hours before, or comes too late in the list."
                )
            hours.append(interval)
        return tuple(hours)

    def json_schema(self) -> Schema:
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}

    def describe(self) -> str:
        return "hours, `08:00-12:00, 13:00-17:00`, or `closed`"


def _interval(text: str) -> tuple[time, time] | None:
    match = _INTERVAL.fullmatch(text)
    if match is None:
        return None
    start, end = (int(h) * 60 + int(m) for h, m in (match.group(1, 2), match.group(3, 4)))
    if int(match[2]) > 59 or int(match[4]) > 59 or not start < end <= 24 * 60:
        return None
    return time(start // 60, start % 60), time(end // 60 % 24, end % 60)


@dataclass(frozen=True)
class PeriodLabel:
    """A period by its label; whether there is such a period, the KPI's calendar says."""

    def bind(self, node: Node, binding: Binding) -> str | Invalid:
        text = scalar_text(node)
        return binding.wrong_type(node, "a period such as 2026-03") if text is None else text

    def json_schema(self) -> Schema:
        return {"type": "string"}

    def describe(self) -> str:
        return "period, `2026-03`"
