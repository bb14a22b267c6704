"""Whole answers, kept: a dashboard that was asked for before is read back instead of being put together again.

An answer is kept under everything that it hangs on: the question, the model, the state of the lake, and which of its
periods were over. It is one Arrow file; what holds for whole KPIs and periods stands in its metadata.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from bizops.events.rows import Known
from bizops.measure.answer import Answer, KpiAnswer, Question, asked_periods
from bizops.measure.behind import sources_of_kpi
from bizops.measure.sealed import read_sealed, write_sealed
from bizops.version import VERSION

MOST_FILES = 500
HOUR_US = 3_600_000_000
_FACTS = ("states", "before_states", "fingerprints", "fresh_us", "definition", "query", "impossible", "start", "stop")


class KeptAnswers:
    """Answers on disk; they can be deleted at any time."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def find(self, key: str) -> pa.Table | None:
        """The answer kept under a key, as :func:`as_table` made it."""
        return read_sealed(self.directory / f"{key}.arrow")

    def keep(self, key: str, table: pa.Table) -> None:
        """Keeps an answer; the oldest ones make room. A full disk only means that nothing is kept."""
        with suppress(OSError):
            write_sealed(self.directory / f"{key}.arrow", table)
            self._make_room()

    def _make_room(self) -> None:
        files = list(self.directory.glob("*.arrow"))
        if len(files) > MOST_FILES:
            for path in sorted(files, key=lambda path: path.stat().st_mtime)[: len(files) - MOST_FILES]:
                path.unlink(missing_ok=True)


def as_table(answer: Answer) -> pa.Table:
    """An answer as one table, with what holds for whole KPIs and periods beside it."""
    facts = [{name: getattr(part, name) for name in _FACTS} for part in answer.kpis]
    return answer.table.replace_schema_metadata({"facts": json.dumps(facts)})


def as_answer(table: pa.Table, known: Known, question: Question) -> Answer:
    """The answer that a table was made of."""
    facts = json.loads(table.schema.metadata[b"facts"])
    parts = []
    for name, own in zip(question.kpis, facts, strict=True):
        periods, earlier = asked_periods(known.model, name, question)
        own["impossible"] = tuple(tuple(way) for way in own["impossible"])
        parts.append(KpiAnswer(known.model.kpis[name], periods, list(earlier) if earlier is not None else None, **own))
    return Answer(parts, table, question.splits, known.as_of)


def answer_key(known: Known, question: Question) -> str:
    """Changes with anything that could change the answer."""
    digest = blake2b(digest_size=16)
    model = known.model
    for part in (
        VERSION,
        model.hash,
        question.kpis,
        question.splits,
        question.compare,
        known.loaded.seq,
        known.latest.seq,
    ):
        digest.update(repr(part).encode())
    edges: set[int] = set()
    for calendar, name in sorted({model.kpis[name].calendar or "": name for name in question.kpis}.items()):
        digest.update(model.calendar(calendar or None).fingerprint.encode())
        periods, earlier = asked_periods(model, name, question)
        spans = [(p.start_us, p.end_us) for p in (*periods, *(earlier or ())) if p is not None]
        digest.update(repr([p.label for p in periods]).encode() + repr(spans).encode())
        edges.update(us for span in spans for us in span)
    over = bisect_right(sorted(edges), known.as_of_us)
    digest.update(str(over).encode())
    if over < len(edges):
        # How much of a running period is over matters to what is counted in days or hours without rows.
        digest.update(str(known.as_of_us // HOUR_US).encode())
    sources = {source for name in question.kpis for source in sources_of_kpi(model, name)}
    ranges = [known.reach(source) for source in sources]
    until = max((found[1] for found in ranges if found is not None), default=0)
    digest.update(str(min(known.as_of_us, until)).encode())
    return digest.hexdigest()
