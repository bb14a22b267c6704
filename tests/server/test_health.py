"""A probe, Prometheus and a person can see how the intake is."""

from __future__ import annotations

import re

import pytest
from jsonschema import Draft202012Validator

from bizops.errors import BizopsError
from bizops.server import HOST, listening, server
from contract_schemas import schema_of
from otlp_requests import span, spans_body, traces
from serving import Served


def test_a_fresh_server_is_alive_and_ready(served: Served) -> None:
    assert served.ask("/healthz").json == {"status": "ok"}
    assert served.ask("/readyz").json == {"status": "ready", "reasons": []}


def test_the_status_counts_what_came_by_sender_and_signal(served: Served) -> None:
    served.post("/v1/traces", spans_body(range(1, 6)))
    served.post("/v1/traces", spans_body(range(4, 8)))
    served.post("/v1/traces", traces([span(9), span(10, trace_id=b"x")]).SerializeToString())
    served.stored("local.spans", 8)

    status = served.ask("/v1/intake/status").json

    Draft202012Validator(schema_of("intake_status")).validate(status)
    (spans,) = status["senders"]
    assert {**spans, "last_received": ""} == {
        "sender": "local",
        "signal": "spans",
        "accepted": 10,
        "duplicate": 2,
        "rejected": 1,
        "dead": 0,
        "queue": 0,
        "last_received": "",
    }
    assert (status["ready"], status["queue_rows"], status["waiting_bytes"], status["lag_seconds"]) == (True, 0, 0, 0.0)


def test_metrics_are_in_the_text_format_of_prometheus(served: Served) -> None:
    served.post("/v1/traces", spans_body([1, 2]))
    answer = served.ask("/metrics")

    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert 'bizops_intake_accepted_rows_total{sender="local",signal="spans"} 2' in answer.text.splitlines()
    assert "bizops_intake_ready 1" in answer.text.splitlines()
    typed = set(re.findall(r"^# TYPE (\S+) (?:counter|gauge|summary)$", answer.text, re.MULTILINE))
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            found = re.fullmatch(r"(bizops_[a-z_]+)(\{sender=\"\w+\",signal=\"\w+\"\})? [0-9.]+", line)
            assert found, line
            assert found[1] in typed or re.sub("_(sum|count)$", "", found[1]) in typed


def test_a_second_server_on_the_same_state_is_refused(served: Served) -> None:
    with listening(HOST, 0) as listener, pytest.raises(BizopsError) as caught:
        server(served.workspace, listener)
    assert caught.value.problems[0].code in ("log-locked", "lake-locked")
    assert served.post("/v1/traces", spans_body([1])).status == 200
