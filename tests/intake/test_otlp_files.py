"""Files of telemetry become what they would have become had they been sent; loading them again changes nothing."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import pytest

from bizops.errors import BizopsError
from bizops.intake.otlp_files import load_otlp
from bizops.intake.privacy import Policy
from bizops.lake import Lake, LoadReport
from otlp_requests import span, spans_body, traces

KEEP = Policy((), b"k" * 32, frozenset())
SAMPLES = Path(os.environ.get("BIZOPS_DATA", Path(__file__).parents[3] / "shared" / "data")) / "otlp_samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"{SAMPLES} is not there")


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


def load(lake: Lake, *paths: Path) -> list[LoadReport]:
    """Loads files as the sender `shop`."""
    return load_otlp(lake, KEEP, "shop", paths, 1_770_000_000_000_000)


def counts(reports: list[LoadReport]) -> list[tuple[str, int, int, int]]:
    """Table, accepted, duplicates and rejected of each report."""
    return [(report.source, report.accepted, report.duplicates, report.quarantined) for report in reports]


def json_span(number: int) -> dict[str, object]:
    """A span in OTLP/JSON."""
    return {
        "traceId": f"{number:032x}",
        "spanId": f"{number:016x}",
        "name": "step",
        "startTimeUnixNano": "1774958400000000000",
        "endTimeUnixNano": "1774958401000000000",
    }


def line(*numbers: int) -> str:
    """A request in OTLP/JSON on one line."""
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [json_span(n) for n in numbers]}]}]}) + "\n"


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_each_format_is_read_and_the_same_spans_are_known_again(lake: Lake, tmp_path: Path, suffix: str) -> None:
    pack = gzip.compress if suffix else bytes
    lines, one = tmp_path / f"monday.jsonl{suffix}", tmp_path / f"monday.json{suffix}"
    lines.write_bytes(pack((line(1, 2) + "\n" + line(2, 3)).encode()))
    one.write_bytes(pack(json.dumps(json.loads(line(3, 4)), indent=2).encode()))

    assert counts(load(lake, lines, one)) == [("shop.spans", 3, 1, 0), ("shop.spans", 1, 1, 0)]
    assert counts(load(lake, lines, one)) == [("shop.spans", 0, 4, 0), ("shop.spans", 0, 2, 0)]


def test_protobuf_says_what_it_is_by_the_files_name(lake: Lake, tmp_path: Path) -> None:
    for name in ("traces.pb", "monday.trace.pb", "shop-traces.pb"):
        (tmp_path / name).write_bytes(spans_body([1, 2]))
    assert counts(load(lake, tmp_path / "traces.pb")) == [("shop.spans", 2, 0, 0)]
    assert counts(load(lake, tmp_path / "monday.trace.pb", tmp_path / "shop-traces.pb")) == [
        ("shop.spans", 0, 2, 0),
        ("shop.spans", 0, 2, 0),
    ]
    for name in ("x.pb", "traces-and-logs.pb"):
        (tmp_path / name).write_bytes(spans_body([1]))
        with pytest.raises(BizopsError, match="unknown-signal"):
            load(lake, tmp_path / name)


def test_rows_that_cannot_be_taken_are_counted_with_the_reason(lake: Lake, tmp_path: Path) -> None:
    path = tmp_path / "traces.pb"
    path.write_bytes(traces([span(1), span(2, trace_id=b"")]).SerializeToString())

    (report,) = load(lake, path)

    assert (report.rows, report.accepted, report.quarantined) == (2, 1, 1)
    assert sum(count for _, count in report.reasons) == 1
    path.write_bytes(traces([span(2, trace_id=b"")]).SerializeToString())
    assert counts(load(lake, path)) == [("shop.spans", 0, 0, 1)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.jsonl", line(1) + "{\n", "undecodable"),
        ("a.json", "[]", "undecodable"),
        ("a.json", '{"resourceSpans": 5}', "undecodable"),
        ("traces.pb", "no protobuf", "undecodable"),
        ("a.csv", "a,b", "unknown-format"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_name(
    lake: Lake, tmp_path: Path, name: str, content: str, code: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(BizopsError) as caught:
        load(lake, tmp_path / name)
    assert caught.value.problems[0].code == code
    assert name in caught.value.problems[0].message


def test_a_file_that_is_not_there_and_a_bad_sender_are_told(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(BizopsError, match="missing-file"):
        load(lake, tmp_path / "traces.pb")
    with pytest.raises(BizopsError, match="bad-name"):
        load_otlp(lake, KEEP, "a.b", [], 0)


@needs_samples
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("otlp2parquet/traces.jsonl", [("shop.spans", 19, 0, 0)]),
        ("otlp2parquet/logs.jsonl", [("shop.logs", 81, 0, 0)]),
    ],
)
def test_what_collectors_wrote_is_taken_whole(lake: Lake, name: str, expected: list[tuple[str, int, int, int]]) -> None:
    assert counts(load(lake, SAMPLES / name)) == expected


@needs_samples
@pytest.mark.parametrize("name", ["trace.json", "logs.json", "metrics.json", "events.json"])
def test_the_specifications_own_examples_are_taken(lake: Lake, name: str) -> None:
    (report,) = load(lake, SAMPLES / "opentelemetry-proto" / name)
    assert (report.accepted, report.quarantined) == (report.rows, 0)
