"""Values pulled from a Prometheus: what comes, where a pull goes on, and what a server may not do."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import lake_in, make_source, reasons, stored

from bizops.errors import BizopsError
from bizops.intake import prometheus
from bizops.intake.promql import pull_promql
from bizops.lake import Lake, LoadReport
from bizops.model.duration import Duration
from bizops.model.language import PromQl, Source
from bizops.model.nodes import Scalar

NOW = datetime(2026, 3, 31, 12, 2, tzinfo=UTC)
COLUMNS: dict[str, Any] = {"time": "timestamp", "waiting": {"type": "number", "header": "value"}, "store": "text"}
Values = Callable[[int], str | None]


class Metrics:
    """A server that answers `query_range` as Prometheus does; ``series`` maps a store to its value at a time."""

    def __init__(self) -> None:
        self.series: dict[str, Values] = {"North": str}
        self.asked: list[dict[str, str]] = []
        self.headers: list[Mapping[str, str]] = []
        self.more: dict[str, Any] = {}
        self.answer: tuple[int, dict[str, str], bytes] | None = None
        self.labels: Callable[[str], dict[str, str]] = lambda store: {"__name__": "waiting", "store": store}
        self.url = ""

    def answered(self, asked: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body for a question."""
        self.asked.append(asked)
        if self.answer is not None:
            return self.answer
        start, end, step = (int(asked[name]) for name in ("start", "end", "step"))
        if (end - start) // step > prometheus.MAX_POINTS - 1:
            refusal = {"status": "error", "errorType": "bad_data", "error": "exceeded maximum resolution of 11,000"}
            return 400, {}, json.dumps(refusal).encode()
        result = []
        for store, value in self.series.items():
            values = [[at, value(at)] for at in range(start, end + 1, step) if value(at) is not None]
            if values:
                result.append({"metric": self.labels(store), "values": values})
        told = {"status": "success", "data": {"resultType": "matrix", "result": result}, **self.more}
        return 200, {"Content-Encoding": "gzip"}, gzip.compress(json.dumps(told).encode(), 1)


@pytest.fixture
def metrics() -> Iterator[Metrics]:
    made = Metrics()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/prefix/api/v1/query_range"
            made.headers.append(dict(self.headers.items()))
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            status, headers, body = made.answered({name: values[0] for name, values in form.items()})
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):  # whoever has read enough goes away
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}/prefix/"
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield made
        server.shutdown()
        serving.join()


def queue(url: str, columns: dict[str, Any] | None = None, **keys: Any) -> Source:
    """A source of the waiting orders by store, five minutes apart."""
    given = {"query": "sum by (store) (waiting)", "step": Duration(5, "min"), "backfill": Duration(20, "min"), **keys}
    return make_source(columns or COLUMNS, kind="promql", promql=PromQl(name="", node=Scalar(), url=url, **given))


def pull(lake: Lake, source: Source, now: datetime = NOW, **env: str) -> LoadReport:
    return pull_promql(lake, source, now=now, env=env)


def at(minute: int) -> datetime:
    """A time near now, as it is stored."""
    return datetime(2026, 3, 31, 11) + timedelta(minutes=minute)


def seconds(moment: datetime) -> int:
    """The same as Prometheus writes it."""
    return int(moment.replace(tzinfo=UTC).timestamp())


def test_the_first_pull_reaches_back_and_times_are_whole_steps(tmp_path: Path, metrics: Metrics) -> None:
    metrics.series = {"North": lambda _: "7.5", "South": lambda moment: "1e3" if moment == seconds(at(60)) else None}
    lake = lake_in(tmp_path)
    report = pull(lake, queue(metrics.url))
    assert stored(lake) == [*((at(minute), 7.5, "North") for minute in (40, 45, 50, 55, 60)), (at(60), 1000.0, "South")]
    assert (report.rows, report.accepted) == (6, 6)
    (asked,) = metrics.asked
    assert asked == {
        "query": "sum by (store) (waiting)",
        "start": str(seconds(at(40))),
        "end": str(seconds(at(60))),
        "step": "300",
        "partial_response": "false",
    }


def test_a_pull_goes_on_at_the_last_value_less_the_overlap_and_nothing_counts_twice(
    tmp_path: Path, metrics: Metrics
) -> None:
    source = queue(metrics.url, overlap=Duration(10, "min"))
    lake = lake_in(tmp_path)
    pull(lake, source)
    metrics.series["North"] = lambda moment: "0" if moment == seconds(at(55)) else str(moment)
    report = pull(lake, source, NOW + timedelta(minutes=10))
    assert int(metrics.asked[-1]["start"]) == seconds(at(50))
    assert (report.rows, report.accepted, report.duplicates, report.corrected) == (5, 2, 2, 1)


def test_while_nothing_comes_the_next_pull_starts_where_the_last_value_was(tmp_path: Path, metrics: Metrics) -> None:
    source, lake = queue(metrics.url), lake_in(tmp_path)
    pull(lake, source)
    metrics.series = {}
    for hours in (1, 2):
        assert pull(lake, source, NOW + timedelta(hours=hours)).rows == 0
        assert int(metrics.asked[-1]["start"]) == seconds(at(60))


def test_a_long_range_is_asked_for_in_pieces_that_tile_it(tmp_path: Path, metrics: Metrics) -> None:
    metrics.series = {"North": lambda moment: "1" if moment % 86_400 == 0 else None}
    source = queue(metrics.url, step=Duration(1, "min"), backfill=Duration(20, "d"))
    lake = lake_in(tmp_path)
    assert pull(lake, source).accepted == 20
    ranges = [(int(asked["start"]), int(asked["end"])) for asked in metrics.asked]
    assert [end - start for start, end in ranges[:-1]] == [10_999 * 60, 10_999 * 60]
    assert [after - end for (_, end), (after, _) in pairwise(ranges)] == [60, 60]


@settings(deadline=None, max_examples=25)
@given(limit=st.integers(100, 4000), points=st.integers(0, 60))
def test_what_is_too_much_at_once_comes_in_halves_that_tile_the_range(limit: int, points: int) -> None:
    class Small(prometheus.Prometheus):
        def query_range(self, query: str, start_s: int, end_s: int, step_s: int) -> list[prometheus.Series]:
            times = range(start_s, end_s + 1, step_s)
            if len(times) * 100 > limit:
                raise BizopsError.of("too-large", "")
            return [prometheus.Series({}, tuple((float(moment), "1") for moment in times))]

    from bizops.intake.promql import _Pull

    source = queue("http://x", {"time": "timestamp", "value": "number"}, backfill=Duration(5 * points, "min"))
    assert source.promql is not None
    blocks = _Pull(Small("http://x"), source, source.promql).blocks(None, NOW)
    times = [moment for block in blocks for moment in block.table.column("time").cast("int64").to_pylist()]
    assert len(times) == points + 1
    assert {after - moment for moment, after in pairwise(times)} <= {300_000_000}


def test_what_is_no_number_is_no_value_and_what_is_infinite_is_set_aside(tmp_path: Path, metrics: Metrics) -> None:
    odd = {at(45): "NaN", at(50): "+Inf", at(55): "-Inf"}
    metrics.series = {"North": lambda moment: odd.get(datetime.fromtimestamp(moment, UTC).replace(tzinfo=None), "1")}
    lake = lake_in(tmp_path)
    pull(lake, queue(metrics.url))
    assert stored(lake) == [(at(40), 1.0, "North"), (at(45), None, "North"), (at(60), 1.0, "North")]
    assert reasons(lake) == [(3, "waiting", "bad-number"), (4, "waiting", "bad-number")]


def test_in_a_column_of_exact_decimals_too_what_is_no_number_is_no_value(tmp_path: Path, metrics: Metrics) -> None:
    metrics.series = {"North": lambda moment: "NaN" if moment < seconds(at(60)) else "1.25"}
    lake = lake_in(tmp_path)
    pull(lake, queue(metrics.url, {"time": "timestamp", "value": "decimal", "store": "text"}))
    assert [row[1] for row in stored(lake)] == [None] * 4 + [Decimal("1.25")]


def test_series_that_would_be_one_are_refused(tmp_path: Path, metrics: Metrics) -> None:
    metrics.series = {"North": str, "South": str}
    metrics.labels = lambda store: {"store": "all", "pod": store}
    with pytest.raises(BizopsError, match=r"ambiguous-series.*'pod'.*sum by \(store\)"):
        pull(lake_in(tmp_path), queue(metrics.url))


def test_a_label_that_no_series_has_is_named_and_nothing_is_written(tmp_path: Path, metrics: Metrics) -> None:
    lake = lake_in(tmp_path)
    with pytest.raises(BizopsError, match=r"missing-column.*'stroe'.*Did you mean 'store'"):
        pull(lake, queue(metrics.url, {**COLUMNS, "branch": {"type": "text", "header": "stroe"}}))
    assert lake.snapshot().rows("s") == 0


def test_a_series_may_lack_a_label_that_others_have(tmp_path: Path, metrics: Metrics) -> None:
    metrics.series = {"North": lambda moment: "1", "": lambda moment: "2"}
    metrics.labels = lambda store: {"store": store} if store else {}
    lake = lake_in(tmp_path)
    pull(lake, queue(metrics.url, backfill=Duration(2, "min")))
    assert stored(lake) == [(at(60), 1.0, "North"), (at(60), 2.0, None)]


# ---------------------------------------------------------------------------------------------------- who may ask


def test_secrets_come_from_the_environment(tmp_path: Path, metrics: Metrics) -> None:
    lake = lake_in(tmp_path)
    pull(lake, queue("env:URL", token="env:TOKEN"), URL=metrics.url, TOKEN="s3cret")
    pull(lake, queue(metrics.url, user="me", password="env:WORD"), WORD="s3cret")
    assert [headers["Authorization"] for headers in metrics.headers] == ["Bearer s3cret", "Basic bWU6czNjcmV0"]


@pytest.mark.parametrize(
    ("keys", "env", "code"),
    [
        ({"token": "env:NOWHERE"}, {}, "missing-variable"),
        ({"token": "env:TOKEN"}, {"TOKEN": "x\r\nHost: other"}, "bad-secret"),
        ({"url": "env:URL"}, {"URL": "file:///etc/passwd"}, "bad-url"),
        ({"url": "env:URL"}, {"URL": "http://me:s3cret@host"}, "bad-url"),
        ({"url": "http://127.0.0.1:1"}, {}, "unreachable"),
    ],
)
def test_who_cannot_ask_is_told_so_without_the_secret(
    tmp_path: Path, metrics: Metrics, keys: dict[str, Any], env: dict[str, str], code: str
) -> None:
    with pytest.raises(BizopsError) as refused:
        pull(lake_in(tmp_path), queue(**{"url": metrics.url, **keys}), **env)
    assert refused.value.problems[0].code == code
    assert "s3cret" not in str(refused.value)
    assert metrics.asked == []


def test_a_server_that_cannot_prove_who_it_is_gets_no_secret(tmp_path: Path, metrics: Metrics) -> None:
    source = queue(metrics.url.replace("http:", "https:"), token="env:TOKEN")
    with pytest.raises(BizopsError, match=r"unreachable.*SSL"):
        pull(lake_in(tmp_path), source, TOKEN="s3cret")
    assert metrics.headers == []


# ------------------------------------------------------------------------------------------- what a server may answer


def error(kind: str, text: str) -> bytes:
    """A refusal as Prometheus words it."""
    return json.dumps({"status": "error", "errorType": kind, "error": text}).encode()


def success(**data: Any) -> bytes:
    """An answer as Prometheus words it."""
    return json.dumps({"status": "success", "data": data}).encode()


@pytest.mark.parametrize(
    ("status", "headers", "body", "told"),
    [
        (400, {}, error("bad_data", "parse error"), "query-refused .* answers: bad_data parse error."),
        (401, {}, b"", "query-refused .* status 401. .*'token'"),
        (502, {}, b"<html>", "query-refused .* status 502."),
        (302, {"Location": "http://169.254.169.254/"}, b"", "redirected .* which is not followed"),
        (200, {}, b"<html>", "query-refused .* status 200."),
        (200, {}, success(resultType="string", result=[]), "bad-query .* no series"),
        (
            200,
            {},
            success(resultType="matrix", result=[{"metric": {}, "histograms": []}]),
            "bad-query .* histogram_sum",
        ),
        (200, {}, success(resultType="matrix", result=[{"metric": {}}]), "bad-answer .* not answer as Prometheus"),
        (200, {}, success(resultType="matrix", result=[{"metric": [], "values": [[]]}]), "bad-answer"),
        (200, {"Content-Encoding": "br"}, b"x", "undecodable"),
        (200, {"Content-Length": "9"}, b"x", "unreachable"),
    ],
)
def test_an_answer_that_cannot_be_used_is_one_clear_error(
    tmp_path: Path, metrics: Metrics, status: int, headers: dict[str, str], body: bytes, told: str
) -> None:
    metrics.answer = (status, headers, body)
    lake = lake_in(tmp_path)
    with pytest.raises(BizopsError, match=told) as refused:
        pull(lake, queue(metrics.url))
    assert len(refused.value.problems) == 1
    assert lake.snapshot().rows("s") == 0
    assert len(metrics.asked) == 1


def test_an_answer_that_is_not_whole_is_refused_but_not_remarks_on_the_query(tmp_path: Path, metrics: Metrics) -> None:
    metrics.more = {"warnings": ["PromQL warning: metric might not be a counter"]}
    assert pull(lake_in(tmp_path), queue(metrics.url)).rows == 5
    metrics.more = {"warnings": ["store eu-2 is down"]}
    with pytest.raises(BizopsError, match=r"partial-answer .* store eu-2 is down"):
        pull(lake_in(tmp_path / "other"), queue(metrics.url))


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_that_never_ends_is_not_read_to_its_end(
    tmp_path: Path, metrics: Metrics, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prometheus, "MAX_ANSWER", 10_000)
    body = bytes(1 << 20)
    metrics.answer = (200, {"Content-Encoding": "gzip"}, gzip.compress(body)) if packed else (200, {}, body)
    with pytest.raises(BizopsError, match="too-large"):
        pull(lake_in(tmp_path), queue(metrics.url))
    assert len(metrics.asked) == 4  # for five points, for three, for two, for one


def test_a_server_that_does_not_answer_is_not_waited_for(
    tmp_path: Path, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_up = threading.Event()

    def never(asked: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        given_up.wait(30)
        return 200, {}, b""

    monkeypatch.setattr(metrics, "answered", never)
    for name in ("SILENT_S", "WITHIN_S"):
        with monkeypatch.context() as patched, pytest.raises(BizopsError, match="too-slow"):
            patched.setattr(prometheus, name, 0.05)
            pull(lake_in(tmp_path / name), queue(metrics.url))
    given_up.set()
