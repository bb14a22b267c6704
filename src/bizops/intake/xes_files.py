"""Reads event logs in XES (IEEE 1849): one row an event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from bizops.errors import BizopsError
from bizops.intake.batches import ROWS_PER_BLOCK, Block, Keys, text_block


def read_xes(file: BinaryIO, name: str, wanted: Sequence[str]) -> Iterator[Block]:
    """The wanted attributes as text: an event's by their key, its trace's by `case:` and their key.

    Positions count the events from 1. At most one trace is held in memory. A document with DTD or entities is refused.
    """
    keys = Keys(name, wanted)
    rows: list[dict[str, str | None]] = []
    first = 1
    try:
        for event in _events(file):
            keys.note(event)
            rows.append({header: event.get(header) for header in wanted})
            if len(rows) >= ROWS_PER_BLOCK:
                yield text_block(wanted, rows, range(first, first + len(rows)))
                first, rows = first + len(rows), []
    except (ParseError, DefusedXmlException) as error:
        raise BizopsError.of("unreadable-file", f"{name} is not a readable XES log: {error}.") from error
    yield text_block(wanted, rows, range(first, first + len(rows)))
    keys.check()


def _events(file: BinaryIO) -> Iterator[dict[str, str | None]]:
    """Every event with the attributes of its trace."""
    path: list[Element] = []
    case: dict[str, str | None] = {}
    events: list[dict[str, str | None]] = []
    for what, element in iterparse(file, events=("start", "end"), forbid_dtd=True):
        if what == "start":
            path.append(element)
            continue
        path.pop()
        kind = _kind(element)
        inside = _kind(path[-1]) if path else ""
        if kind == "event" and inside == "trace":
            events.append({child.get("key", ""): child.get("value") for child in element})
        elif kind == "trace":
            yield from ({**event, **case} for event in events)
            case, events = {}, []
        elif inside == "trace":
            case["case:" + element.get("key", "")] = element.get("value")
        if inside in ("trace", "log"):
            path[-1].remove(element)


def _kind(element: Element) -> str:
    """The tag without its namespace."""
    return str(element.tag).rpartition("}")[2]
