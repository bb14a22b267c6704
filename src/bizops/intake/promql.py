"""Pulls the values of a PromQL query: from where the last pull ended, in pieces that Prometheus answers at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from bizops.errors import BizopsError
from bizops.intake.batches import Block, Keys, Reading
from bizops.intake.load import Progress, take
from bizops.intake.prometheus import MAX_POINTS, Prometheus, Series, basic
from bizops.intake.sql_statements import encode_cursor
from bizops.intake.tables import headers_of, table_spec
from bizops.lake import Delivery, Lake, LoadReport
from bizops.model.addresses import flaw_of, from_environment
from bizops.model.language import TIME, VALUE

if TYPE_CHECKING:
    from bizops.model.duration import Duration
    from bizops.model.language import PromQl, Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def pull_promql(
    lake: Lake, source: Source, *, now: datetime, env: Mapping[str, str], progress: Progress | None = None
) -> LoadReport:
    """Pull the values of a source's query as one delivery, from the last pull on, less the overlap.

    A value is known by its labels and its time, so an overlap never counts twice; one that has changed since corrects.
    Secrets are looked up in ``env``. The lake is written to when everything has come.
    """
    asked = source.promql
    if asked is None:
        raise BizopsError.of("no-query", f"Source '{source.name}' does not say what to ask for.", hint="Add `promql:`.")
    pull = _Pull(_server(asked, env), source, asked)
    blocks = list(pull.blocks(lake.last_cursor(source.name), now))
    spec = table_spec(source)
    with lake.writing(), lake.staging(spec) as staged:
        take(Reading(pull.headers, iter(blocks)), source, "query_range", staged, progress)
        cursor = pull.cursor or lake.last_cursor(source.name)
        return lake.append(spec, staged, Delivery("query_range", cursor=cursor))


def _server(asked: PromQl, env: Mapping[str, str]) -> Prometheus:
    url = from_environment(asked.url, env)
    flaw = flaw_of(url)
    if flaw is not None:
        raise BizopsError.of("bad-url", flaw, asked.place("url"))
    if asked.token is not None:
        return Prometheus(url, f"Bearer {_header(from_environment(asked.token, env), asked.token)}")
    if asked.user is not None and asked.password is not None:
        return Prometheus(url, basic(from_environment(asked.user, env), from_environment(asked.password, env)))
    return Prometheus(url)


def _header(secret: str, named: str) -> str:
    if not secret.isascii() or not secret.isprintable():
        raise BizopsError.of("bad-secret", f"What {named} says is no token.")
    return secret


class _Pull:
    """One pull: remembers the latest time that came by."""

    def __init__(self, server: Prometheus, source: Source, asked: PromQl) -> None:
        self._server, self._source, self._asked = server, source, asked
        self._step = _seconds(asked.step)
        self.headers = tuple(dict.fromkeys(headers_of(source)))
        self._labels = [header for header in self.headers if header not in (TIME, VALUE)]
        self._rows = 0
        self._latest = -1.0

    @property
    def cursor(self) -> str | None:
        """Where the next pull goes on; None when nothing came."""
        return None if self._latest < 0 else encode_cursor(_EPOCH + timedelta(seconds=self._latest))

    def blocks(self, last: str | None, now: datetime) -> Iterator[Block]:
        """The values from the last pull until now, at whole steps: the same times whenever they are asked for."""
        keys = Keys(f"The query of '{self._source.name}'", self._labels)
        start = self._down(self._begin(last, now))
        end = self._down(now)
        while start <= end:
            upto = min(end, start + (MAX_POINTS - 1) * self._step)
            for answered in self._answers(start, upto):
                self._check_apart(answered)
                for series in answered:
                    keys.note(series.labels)
                yield self._block(answered)
            start = upto + self._step
        keys.check()

    def _begin(self, last: str | None, now: datetime) -> datetime:
        if last is None:
            return now - timedelta(seconds=_seconds(self._asked.backfill))
        back = timedelta() if self._asked.overlap is None else timedelta(seconds=_seconds(self._asked.overlap))
        return datetime.fromisoformat(json.loads(last)[1]) - back

    def _down(self, moment: datetime) -> int:
        return int((moment - _EPOCH) // timedelta(seconds=self._step)) * self._step

    def _answers(self, start: int, end: int) -> Iterator[list[Series]]:
        """What is answered for a range; in halves where that is too much at once."""
        try:
            yield self._server.query_range(self._asked.query, start, end, self._step)
        except BizopsError as error:
            if error.problems[0].code != "too-large" or start == end:
                raise
            middle = start + (end - start) // self._step // 2 * self._step
            yield from self._answers(start, middle)
            yield from self._answers(middle + self._step, end)

    def _check_apart(self, answered: Sequence[Series]) -> None:
        """Raise where two series would be one: their rows would correct each other."""
        seen: dict[tuple[str | None, ...], Series] = {}
        for series in answered:
            known = seen.setdefault(tuple(series.labels.get(label) for label in self._labels), series)
            if known is not series:
                names = {**known.labels, **series.labels}
                apart = sorted(name for name in names if known.labels.get(name) != series.labels.get(name))
                raise BizopsError.of(
                    "ambiguous-series",
                    f"Series that differ only in '{apart[0] if apart else '?'}' would be one in '{self._source.name}'.",
                    self._asked.place("query"),
                    f"Make it a column, or add them up: sum by ({', '.join(self._labels)}) (…).",
                )

    def _block(self, answered: Sequence[Series]) -> Block:
        counts = [len(series.samples) for series in answered]
        seconds = np.array([at for series in answered for at, _ in series.samples], dtype=np.float64)
        if len(seconds):
            self._latest = max(self._latest, float(seconds.max()))
        columns: dict[str, pa.Array] = {
            TIME: pa.array(np.round(seconds * 1e6).astype(np.int64)).cast(pa.timestamp("us", "UTC")),
            # A value that is none is no value; an infinite one is set aside, as those of tables are.
            VALUE: pa.array(
                [None if value == "NaN" else value for series in answered for _, value in series.samples], pa.string()
            ),
        }
        of_row = pa.array(np.repeat(np.arange(len(answered), dtype=np.int32), counts))
        for label in self._labels:
            values = pa.array([series.labels.get(label) for series in answered], pa.string())
            columns[label] = values.take(of_row)
        positions = np.arange(self._rows + 1, self._rows + len(seconds) + 1)
        self._rows += len(seconds)
        table = pa.RecordBatch.from_arrays([columns[name] for name in self.headers], names=list(self.headers))
        return Block(table, positions)


def _seconds(length: Duration) -> int:
    assert length.fixed is not None, "the model takes lengths that do not hang on the calendar"
    return int(length.fixed.total_seconds())
