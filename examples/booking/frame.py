"""Frames spans and log lines that lie in tables as OTLP/JSON, one request a line, so that they can be loaded.

    python frame.py DIRECTORY SPANS.parquet [LOGS.parquet]

Spans need the columns trace_id, span_id, parent_span_id, pod, service, operation, start_unix_nano, end_unix_nano and
duration_us, log lines time_unix_nano, pod, trace_id, span_id and log_raw, both source_file. What is in the tables is
written as it is; the length in whole microseconds and the file a line came from become attributes.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

Row = dict[str, Any]


def main(target: Path, spans: Path, logs: Path | None = None) -> None:
    """Write ``spans.jsonl.gz`` and ``logs.jsonl.gz``: one request a source file."""
    target.mkdir(parents=True, exist_ok=True)
    _write(target / "spans.jsonl.gz", _requests(spans, "resourceSpans", "scopeSpans", "spans", _span))
    if logs is not None:
        _write(target / "logs.jsonl.gz", _requests(logs, "resourceLogs", "scopeLogs", "logRecords", _record))


def _requests(path: Path, resources: str, scopes: str, items: str, framed: Any) -> Iterator[Row]:
    rows = pq.read_table(path).sort_by([("source_file", "ascending"), ("pod", "ascending")]).to_pylist()
    for _, of_file in groupby(rows, key=lambda row: row["source_file"]):
        yield {
            resources: [
                {
                    "resource": {"attributes": [_text("service.name", _service(pod)), _text("k8s.pod.name", pod)]},
                    scopes: [{"scope": {}, items: [framed(row) for row in of_pod]}],
                }
                for pod, of_pod in groupby(of_file, key=lambda row: row["pod"])
            ]
        }


def _span(row: Row) -> Row:
    framed = {
        "traceId": row["trace_id"],
        "spanId": row["span_id"],
        "name": row["operation"],
        "startTimeUnixNano": str(row["start_unix_nano"]),
        "endTimeUnixNano": str(row["end_unix_nano"]),
        "attributes": [
            {"key": "duration_us", "value": {"intValue": str(row["duration_us"])}},
            _text("log.file.name", row["source_file"]),
        ],
    }
    return framed | ({"parentSpanId": row["parent_span_id"]} if row["parent_span_id"] else {})


def _record(row: Row) -> Row:
    return {
        "timeUnixNano": str(row["time_unix_nano"]),
        "traceId": row["trace_id"],
        "spanId": row["span_id"],
        "body": {"stringValue": row["log_raw"]},
        "attributes": [_text("log.file.name", row["source_file"])],
    }


def _service(pod: str) -> str:
    """A pod is called after its service, with two suffixes."""
    return pod.rsplit("-", 2)[0]


def _text(key: str, value: str) -> Row:
    return {"key": key, "value": {"stringValue": value}}


def _write(path: Path, requests: Iterator[Row]) -> None:
    with gzip.open(path, "wt", encoding="utf-8", compresslevel=1) as file:
        for request in requests:
            file.write(json.dumps(request, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:]))
