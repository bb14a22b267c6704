"""OTLP over gRPC is answered as its specification asks for, by the same way in as over HTTP."""

from __future__ import annotations

import gzip
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from bizops.errors import BizopsError
from bizops.intake import acknowledge, flush
from bizops.intake.tokens import Tokens
from bizops.lake.frames import Entry
from bizops.server import otlp_grpc
from otlp_requests import logs, metrics, span, spans_body, traces
from serving import Served, rows_of, within_a_second
from serving import served as serving
from small_workspace import MakeSmall

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""
SERVICES = {
    "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
    "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
    "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
}
REQUESTS: dict[str, tuple[Message, str]] = {
    "traces": (traces([span(1), span(2)]), "local.spans"),
    "logs": (logs("one", "two"), "local.logs"),
    "metrics": (metrics(1.0, 2.0), "local.points"),
}
PACKED = [grpc.Compression.NoCompression, grpc.Compression.Gzip]


@pytest.fixture
def served(small: MakeSmall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)
    with serving(small(YAML).workspace, grpc_port=0) as running:
        yield running


def export(
    served: Served,
    *messages: bytes,
    signal: str = "traces",
    packed: grpc.Compression = grpc.Compression.NoCompression,
    method: str = "Export",
    **metadata: str,
) -> bytes:
    """Calls with messages that are sent as they are; a call has one."""
    with grpc.insecure_channel(served.grpc_address, [("grpc.max_send_message_length", -1)], packed) as channel:
        call = channel.stream_unary(f"/{SERVICES[signal]}/{method}")
        answer: bytes = call(iter(messages), timeout=30, metadata=tuple(metadata.items()))
        return answer


def refusal(served: Served, *messages: bytes, **how: Any) -> tuple[grpc.StatusCode, str, int | None]:
    """The code and the sentence of a refusal, and the seconds to wait before another try, if it is worth one."""
    with pytest.raises(grpc.RpcError) as refused:
        export(served, *messages, **how)
    error: Any = refused.value
    trailer = dict(error.trailing_metadata())
    if "grpc-status-details-bin" not in trailer:
        return error.code(), error.details(), None
    told = Status.FromString(trailer["grpc-status-details-bin"])
    assert (told.code, told.message) == (error.code().value[0], error.details())
    wait = RetryInfo()
    assert told.details[0].Unpack(wait)
    assert RetryInfo.FromString(trailer["google.rpc.retryinfo-bin"]) == wait
    return error.code(), error.details(), wait.retry_delay.seconds


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("signal", SERVICES)
def test_full_success_is_an_empty_response_and_the_rows_are_stored(
    served: Served, signal: str, packed: grpc.Compression
) -> None:
    message, table = REQUESTS[signal]
    assert export(served, message.SerializeToString(), signal=signal, packed=packed) == b""
    assert len(served.stored(table, 2)) == 2


def test_what_came_over_http_is_known_over_grpc(served: Served) -> None:
    served.post("/v1/traces", spans_body([1, 2]))
    assert export(served, spans_body([2, 3])) == b""
    assert len(served.stored("local.spans", 3)) == 3


def test_questions_are_answered_while_calls_come(served: Served) -> None:
    with grpc.insecure_channel(served.grpc_address) as channel:
        call = channel.unary_unary(f"/{SERVICES['traces']}/Export")
        for number in range(1, 4):
            assert call(spans_body([number]), timeout=30) == b""
            assert served.ask("/scorecard.json").json["rows"][0]["kpi"] == "orders"
    assert len(served.stored("local.spans", 3)) == 3


def test_a_message_is_logged_as_it_came(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    entries: list[Entry] = []
    checked = acknowledge.check

    def seen(entry: Entry) -> Any:
        entries.append(entry)
        return checked(entry)

    monkeypatch.setattr(acknowledge, "check", seen)
    body = spans_body(range(1, 100))
    for packed in PACKED:
        export(served, body, packed=packed)

    assert [entry.encoding for entry in entries] == ["", "gzip"]
    assert [entries[0].body, gzip.decompress(entries[1].body)] == [body, body]


def test_an_empty_message_is_a_success(served: Served) -> None:
    for packed in PACKED:
        assert export(served, b"", packed=packed) == b""


def test_rows_that_cannot_be_taken_are_counted_and_the_others_are_taken(served: Served) -> None:
    body = traces([span(1), span(2, trace_id=b"short")]).SerializeToString()
    partial = ExportTraceServiceResponse.FromString(export(served, body)).partial_success
    assert partial.rejected_spans == 1
    assert partial.error_message
    assert len(served.stored("local.spans", 1)) == 1


def test_what_cannot_be_decoded_is_an_invalid_argument_and_not_worth_another_try(served: Served) -> None:
    for body in (b"no protobuf at all", gzip.compress(spans_body([1]))[:-9], b"\x1f\x8bx"):
        code, sentence, wait = refusal(served, body)
        assert (code, wait) == (grpc.StatusCode.INVALID_ARGUMENT, None)
        assert sentence
    assert len(list((served.lake.root / "dead").glob("refused-*.body"))) == 3


def test_a_call_brings_one_message(served: Served) -> None:
    for messages in ((), (spans_body([1]), spans_body([2]))):
        assert refusal(served, *messages)[0] is grpc.StatusCode.INVALID_ARGUMENT
    assert served.intake.waiting_bytes == 0


def test_what_is_too_large_is_not_worth_another_try(served: Served) -> None:
    bomb = gzip.compress(bytes(1 << 20), 9) * 80
    for body in (bomb, bytes((64 << 20) + 1)):
        code, _, wait = refusal(served, body)
        assert (code, wait) == (grpc.StatusCode.RESOURCE_EXHAUSTED, None)
    assert served.intake.waiting_bytes == 0


def test_other_methods_and_ways_to_pack_are_not_there(served: Served) -> None:
    assert refusal(served, b"", method="Import")[0] is grpc.StatusCode.UNIMPLEMENTED
    assert refusal(served, spans_body([1]), packed=grpc.Compression.Deflate)[0] is grpc.StatusCode.UNIMPLEMENTED


def test_when_too_much_waits_senders_come_again_later_and_nothing_is_lost(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(acknowledge, "WAITING_BYTES", 10)
        code, _, wait = refusal(served, spans_body([1]))
        assert code is grpc.StatusCode.UNAVAILABLE
        assert wait is not None and 1 <= wait <= 5
    assert served.intake.waiting_bytes == 0
    assert export(served, spans_body([1])) == b""


def test_a_bug_of_ours_is_no_reason_for_a_sender_to_throw_data_away(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stumbling(*arguments: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(type(served.intake), "accept", stumbling)
    code, _, wait = refusal(served, spans_body([1]))
    assert (code, wait is None) == (grpc.StatusCode.UNAVAILABLE, False)


def test_a_slow_sender_is_not_waited_for(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(otlp_grpc, "BODY_WITHIN_S", 0.05)
    enough = threading.Event()

    def never() -> Iterator[bytes]:
        enough.wait(30)
        yield b""

    with grpc.insecure_channel(served.grpc_address) as channel, pytest.raises(grpc.RpcError) as refused:
        channel.stream_unary(f"/{SERVICES['traces']}/Export")(never(), timeout=30)
    enough.set()
    assert refused.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_once_there_is_a_token_nobody_sends_without(served: Served) -> None:
    _, secret = Tokens(served.workspace.state, served.workspace.clock).create("shop")
    body = spans_body([1])

    def code(**metadata: str) -> grpc.StatusCode | None:
        try:
            export(served, body, **metadata)
        except grpc.RpcError as error:
            found: grpc.StatusCode = error.code()
            return found
        return None

    assert within_a_second(lambda: code() is grpc.StatusCode.UNAUTHENTICATED)
    for wrong in ("Bearer bzo_made-up", "Basic eDp5", "bearer"):
        assert code(authorization=wrong) is grpc.StatusCode.UNAUTHENTICATED
    assert code(authorization=f"Bearer {secret}") is None
    assert len(served.stored("shop.spans", 1)) == 1


def test_who_may_not_send_is_told_so_before_a_message_is_received(served: Served) -> None:
    asked = threading.Event()

    def message() -> Iterator[bytes]:
        asked.wait(30)
        yield bytes(1 << 20)

    with grpc.insecure_channel(served.grpc_address) as channel, pytest.raises(grpc.RpcError) as refused:
        wrong = (("authorization", "Bearer bzo_made-up"),)
        channel.stream_unary(f"/{SERVICES['traces']}/Export")(message(), timeout=30, metadata=wrong)
    asked.set()
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_while_it_stops_it_takes_nothing_new_and_says_when_to_come_again(served: Served) -> None:
    served.intake.refuse_more()
    code, sentence, wait = refusal(served, spans_body([1]))
    assert (code, sentence) == (grpc.StatusCode.UNAVAILABLE, "The server is stopping.")
    assert wait is not None


def test_a_call_on_its_way_is_finished(served: Served) -> None:
    begun, told = threading.Event(), threading.Event()
    answers: list[bytes] = []

    def message() -> Iterator[bytes]:
        begun.set()
        told.wait(30)
        yield spans_body(range(1, 101))

    with grpc.insecure_channel(served.grpc_address) as channel:
        call = channel.stream_unary(f"/{SERVICES['traces']}/Export")
        calling = threading.Thread(target=lambda: answers.append(call(message(), timeout=30, wait_for_ready=True)))
        grpc.channel_ready_future(channel).result(30)
        calling.start()
        begun.wait(30)
        stopping = threading.Thread(target=served.stop)
        stopping.start()
        told.set()
        calling.join()
        stopping.join()

    assert answers == [b""]
    assert len(rows_of(served.lake, "local.spans")) == 100


def test_a_port_that_is_taken_is_one_clear_error(served: Served, small: MakeSmall, tmp_path: Path) -> None:
    port = int(served.grpc_address.rpartition(":")[2])
    with (
        pytest.raises(BizopsError, match=r"port-in-use.*Port \d+ is taken"),
        serving(small(YAML).workspace, grpc_port=port),
    ):
        pass


# ------------------------------------------------------------------------------------------ the exporters of the SDK


@pytest.mark.parametrize("packed", PACKED)
def test_the_exporters_of_the_sdk_are_served_as_they_come(served: Served, packed: grpc.Compression) -> None:
    where: dict[str, Any] = {"endpoint": f"http://{served.grpc_address}", "compression": packed}
    tracing = TracerProvider()
    tracing.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(**where)))
    for number in range(700):
        tracing.get_tracer("tests").start_span(f"step {number}").end()
    logging = LoggerProvider()
    logging.add_log_record_processor(SimpleLogRecordProcessor(OTLPLogExporter(**where)))
    logging.get_logger("tests").emit(body="stock is low", event_name="stock.low")
    metering = MeterProvider([PeriodicExportingMetricReader(OTLPMetricExporter(**where), 3_600_000)])
    metering.get_meter("tests").create_counter("orders").add(5)
    for provider in (tracing, logging, metering):
        provider.shutdown()

    assert {row["name"] for row in served.stored("local.spans", 700)} == {f"step {n}" for n in range(700)}
    assert [row["body"] for row in served.stored("local.logs", 1)] == ["stock is low"]
    assert [row["value"] for row in served.stored("local.points", 1)] == [5.0]


def test_a_token_goes_in_the_headers_that_exporters_have(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    _, secret = Tokens(served.workspace.state, served.workspace.clock).create("web")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", f"authorization=Bearer%20{secret}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{served.grpc_address}")
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    provider.get_tracer("tests").start_span("checkout").end()
    provider.shutdown()

    assert [row["name"] for row in served.stored("web.spans", 1)] == ["checkout"]


# ---------------------------------------------------------------------------------------------------------- the extra


def test_without_the_extra_it_is_said_how_to_get_it(small: MakeSmall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "grpc", None)
    monkeypatch.delitem(sys.modules, "bizops.server.otlp_grpc")
    with (
        pytest.raises(BizopsError, match=r"missing-extra.*pip install 'bizops\[grpc\]'"),
        serving(small(YAML).workspace, grpc_port=0),
    ):
        pass


def test_who_does_not_ask_for_it_does_not_pay_for_it() -> None:
    words = "import sys, bizops.server; sys.exit('grpc' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False).returncode == 0
