"""Every answer to an exporter is the one that the specification of OTLP asks for."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import zstandard
from google.protobuf.json_format import MessageToDict, MessageToJson
from google.protobuf.message import Message
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from bizops.errors import BizopsError
from bizops.intake import acknowledge
from bizops.server import bodies
from otlp_requests import logs, metrics, span, spans_body, traces
from serving import Answer, Served, within_a_second

PROTOBUF, JSON = "application/x-protobuf", "application/json"
REQUESTS: dict[str, Message] = {
    "traces": traces([span(1), span(2)]),
    "logs": logs("one", "two"),
    "metrics": metrics(1.0, 2.0),
}
RESPONSES: dict[str, type[Message]] = {
    "traces": ExportTraceServiceResponse,
    "logs": ExportLogsServiceResponse,
    "metrics": ExportMetricsServiceResponse,
}
TABLES = {"traces": "local.spans", "logs": "local.logs", "metrics": "local.points"}


def as_json(message: Message) -> bytes:
    """A message as OTLP/JSON: ids in hex, enums as numbers."""
    value = json.loads(MessageToJson(message, use_integers_for_enums=True))
    return json.dumps(_with_hex_ids(value)).encode()


def _with_hex_ids(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_hex_ids(part) for part in value]
    if not isinstance(value, dict):
        return value
    return {
        key: base64.b64decode(part).hex() if key in ("traceId", "spanId", "parentSpanId") else _with_hex_ids(part)
        for key, part in value.items()
    }


def refusal(answer: Answer, status: int, media: str) -> str:
    """The message of a google.rpc.Status; fails when the answer is another."""
    assert (answer.status, answer.headers["content-type"]) == (status, media)
    if media == PROTOBUF:
        return Status.FromString(answer.body).message
    assert set(answer.json) == {"code", "message"}
    message: str = answer.json["message"]
    return message


@pytest.mark.parametrize("media", [PROTOBUF, JSON, f"{JSON}; charset=utf-8"])
@pytest.mark.parametrize("signal", REQUESTS)
def test_full_success_is_an_empty_response_in_the_form_of_the_request(served: Served, signal: str, media: str) -> None:
    body = REQUESTS[signal].SerializeToString() if media == PROTOBUF else as_json(REQUESTS[signal])
    for encoding, packed in (
        ("", body),
        ("identity", body),
        ("gzip", gzip.compress(body)),
        ("zstd", zstandard.compress(body)),
    ):
        answer = served.post(f"/v1/{signal}", packed, media, Content_Encoding=encoding)

        assert answer.status == 200
        assert answer.headers["content-type"] == (PROTOBUF if media == PROTOBUF else JSON)
        assert answer.body == (b"" if media == PROTOBUF else b"{}")
        assert len(served.stored(TABLES[signal], 2)) == 2


def test_an_empty_request_is_a_success(served: Served) -> None:
    for signal in REQUESTS:
        for media, body in ((PROTOBUF, b""), (JSON, b"{}")):
            answer = served.post(f"/v1/{signal}", body, media)
            assert (answer.status, answer.body) == (200, body)


def test_protobuf_and_json_become_the_same_rows(served: Served) -> None:
    served.post("/v1/traces", REQUESTS["traces"].SerializeToString())
    assert len(served.stored("local.spans", 2)) == 2
    served.post("/v1/traces", as_json(REQUESTS["traces"]), JSON)
    assert len(served.stored("local.spans", 2)) == 2  # known again, so they are the same


def test_rows_that_cannot_be_taken_are_counted_and_the_others_are_taken(served: Served) -> None:
    body = traces([span(1), span(2, trace_id=b"short"), span(3, span_id=bytes(8))]).SerializeToString()

    answer = served.post("/v1/traces", body)

    partial = ExportTraceServiceResponse.FromString(answer.body).partial_success
    assert (answer.status, partial.rejected_spans) == (200, 2)
    assert partial.error_message
    assert [row["name"] for row in served.stored("local.spans", 1)] == ["step 1"]


def test_partial_success_in_json_has_its_official_form(served: Served) -> None:
    body = traces([span(1), span(2, span_id=b"")])
    answer = served.post("/v1/traces", as_json(body), JSON)

    official = MessageToDict(
        ExportTraceServiceResponse(
            partial_success={"rejected_spans": 1, "error_message": answer.json["partialSuccess"]["errorMessage"]}
        )
    )
    assert answer.json == official


UNDECODABLE = [
    (PROTOBUF, b"\xff\xff\xff"),
    (PROTOBUF, b"no protobuf at all"),
    (JSON, b"{"),
    (JSON, b"[]"),
    (JSON, b"\xff{}"),
]


@pytest.mark.parametrize("signal", REQUESTS)
def test_what_cannot_be_decoded_is_bad_and_kept_to_be_looked_at(served: Served, signal: str) -> None:
    for media, body in UNDECODABLE:
        assert refusal(served.post(f"/v1/{signal}", body, media), 400, media)

    kept = [path.read_bytes().partition(b"\n") for path in sorted((served.lake.root / "dead").glob("refused-*.body"))]
    assert [content for _, _, content in kept] == [body for _, body in UNDECODABLE]
    heads = [json.loads(head) for head, _, _ in kept]
    assert {(head["sender"], head["signal"]) for head in heads} == {("local", signal)}
    (counts,) = served.ask("/v1/intake/status").json["senders"]
    assert (counts["accepted"], counts["dead"]) == (0, len(UNDECODABLE))


def test_what_cannot_be_unpacked_is_bad(served: Served) -> None:
    for encoding, pack in (("gzip", gzip.compress), ("zstd", zstandard.compress)):
        for body in (b"nonsense", pack(spans_body(range(1, 100)))[:-9], b""):
            assert refusal(served.post("/v1/traces", body, Content_Encoding=encoding), 400, PROTOBUF)


def test_other_media_types_and_encodings_are_not_supported(served: Served) -> None:
    for media in ("", "text/plain", "application/grpc", "application/x-www-form-urlencoded"):
        refusal(served.post("/v1/traces", b"", media), 415, JSON)
    for encoding in ("deflate", "br", "gzip, gzip", "x" * 1000):
        refusal(served.post("/v1/traces", b"", Content_Encoding=encoding), 415, PROTOBUF)


def test_telemetry_is_posted(served: Served) -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        answer = served.ask("/v1/traces", method)
        assert (answer.status, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("media", [PROTOBUF, JSON])
@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_is_too_large_and_costs_no_memory(served: Served, encoding: str, media: str) -> None:
    zeros = bytes(1 << 20)
    if encoding == "gzip":
        bomb = gzip.compress(zeros, 9) * 80  # members one after another are one stream
    else:
        packer = zstandard.ZstdCompressor(level=19).compressobj()
        bomb = b"".join(packer.compress(zeros) for _ in range(80)) + packer.flush()

    refusal(served.post("/v1/traces", bomb, media, Content_Encoding=encoding), 413, media)
    assert served.intake.waiting_bytes == 0


def test_a_body_that_is_too_large_is_refused_before_it_is_read(served: Served) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest("POST", "/v1/traces")
    connection.putheader("Content-Type", PROTOBUF)
    connection.putheader("Content-Length", str(65 << 20))
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, answer.getheader("connection")) == (413, "close")
    connection.close()


@contextmanager
def little_room(monkeypatch: pytest.MonkeyPatch, size: int) -> Iterator[None]:
    """Only so many bytes may wait."""
    with monkeypatch.context() as patched:
        patched.setattr(acknowledge, "WAITING_BYTES", size)
        yield


@pytest.mark.parametrize("media", [PROTOBUF, JSON])
def test_when_too_much_waits_senders_come_again_later_and_nothing_is_lost(
    served: Served, media: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = spans_body([1]) if media == PROTOBUF else as_json(traces([span(1)]))
    with little_room(monkeypatch, 10):
        answer = served.post("/v1/traces", body, media)
        refusal(answer, 503, media)
        assert 1 <= int(answer.headers["retry-after"]) <= 5
    assert served.intake.waiting_bytes == 0
    assert served.post("/v1/traces", body, media).status == 200


def test_a_log_that_cannot_be_written_takes_nothing_more_and_says_so(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    def failing(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fdatasync", failing)
        answer = served.post("/v1/traces", spans_body([1]))
        refusal(answer, 503, PROTOBUF)
    # What failed once may have lost what it was given before: it is never trusted again.
    answer = served.post("/v1/traces", spans_body([2]))
    assert (answer.status, "retry-after" in answer.headers) == (503, True)
    ready = served.ask("/readyz")
    assert (ready.status, len(ready.json["reasons"])) == (503, 1)
    assert served.ask("/healthz").status == 200


def test_a_full_disk_takes_nothing_more_until_there_is_room(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(type(served.lake), "room", lambda self: 0)
        assert within_a_second(lambda: served.ask("/readyz").status == 503)
        refusal(served.post("/v1/traces", spans_body([1])), 503, PROTOBUF)
        assert served.ask("/readyz").json["reasons"] == ["The disk is full but for its reserve."]
    assert within_a_second(lambda: served.post("/v1/traces", spans_body([1])).status == 200)


def test_a_decoder_that_stumbles_is_no_reason_to_lose_a_body(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def stumbling(*arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(acknowledge, "check", stumbling)
        assert refusal(served.post("/v1/traces", spans_body([1])), 400, PROTOBUF) == "The body could not be decoded."
    assert len(list((served.lake.root / "dead").glob("*.body"))) == 1


def test_a_slow_sender_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    import http.client

    with monkeypatch.context() as patched:
        patched.setattr(bodies, "BODY_WITHIN_S", 0.05)
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
        connection.putrequest("POST", "/v1/traces")
        connection.putheader("Content-Type", PROTOBUF)
        connection.putheader("Content-Length", "100")
        connection.endheaders()
        connection.send(b"\x0a")
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("connection")) == (408, "close")
        connection.close()
    assert served.intake.waiting_bytes == 0


def test_a_bug_of_ours_is_no_reason_for_a_sender_to_throw_data_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(*arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(type(served.intake), "accept", stumbling)
        refusal(served.post("/v1/traces", spans_body([1])), 503, PROTOBUF)
        assert served.post_json("/v1/events", {"type": "x"}).status == 503


def test_codes_of_errors_have_statuses_that_senders_understand() -> None:
    problem = BizopsError.of("anything", "").problems[0]
    assert bodies.status_of(problem) == 503  # never 500: exporters would throw the data away
