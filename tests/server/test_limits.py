"""A sender may send so much a second; one that is noisy is told when to come again, and takes nothing from others."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import grpc
import pytest
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter as GrpcExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from bizops.intake import flush
from bizops.intake.tokens import Tokens
from bizops.server.limits import BURST_S, Limits
from otlp_requests import logs, spans_body
from serving import Answer, Served
from serving import served as serving
from small_workspace import SETTINGS, MakeSmall

EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


class Clock:
    """Stands still unless it is moved."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@settings(deadline=None, max_examples=100)
@given(
    requests=st.integers(1, 50),
    size=st.integers(1, 5000),
    steps=st.lists(st.tuples(st.floats(0, 2), st.integers(0, 3000)), max_size=200),
)
def test_no_more_gets_through_than_is_allowed_and_who_waits_as_told_goes_on(
    requests: int, size: int, steps: list[tuple[float, int]]
) -> None:
    clock = Clock()
    limits = Limits(requests, size, clock)
    taken = total = largest = 0
    for passed, length in steps:
        clock.now += passed
        wait = limits.wait_s("noisy")
        if wait:
            clock.now += wait + 1e-6
            assert limits.wait_s("noisy") == 0
        limits.charge("noisy", length)
        taken, total, largest = taken + 1, total + length, max(largest, length)
        assert taken <= (clock.now + BURST_S) * requests + 1e-3
        assert total <= (clock.now + BURST_S) * size + largest + 1e-3


def test_one_sender_takes_nothing_from_another() -> None:
    limits = Limits(10, 1000, Clock())
    noisy = [limits.wait_s("noisy") for _ in range(60)]
    assert (noisy.count(0), set(noisy[50:])) == (50, {1})
    assert [limits.wait_s("quiet") for _ in range(50)] == [0] * 50


def test_what_is_owed_is_waited_for() -> None:
    clock = Clock()
    limits = Limits(10, 1000, clock)
    assert limits.wait_s("shop") == 0
    limits.charge("shop", 25_000)
    assert limits.wait_s("shop") == 20
    clock.now = 19.0
    assert limits.wait_s("shop") == 1
    clock.now = 20.5
    assert limits.wait_s("shop") == 0


@pytest.fixture
def allowed(request: pytest.FixtureRequest) -> str:
    """What a sender may send."""
    return str(getattr(request, "param", "requests_per_second: 1"))


@pytest.fixture
def served(small: MakeSmall, monkeypatch: pytest.MonkeyPatch, allowed: str) -> Iterator[Served]:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)
    made = small("sources: {orders: {columns: {id: text}}}")
    (made.root / "bizops.yaml").write_text(f"{SETTINGS}limits: {{{allowed}}}\n", encoding="utf-8")
    made.open()
    with serving(made.workspace, grpc_port=0) as running:
        yield running


def refused(served: Served, path: str, media: str, body: bytes, **headers: str) -> Answer:
    """The first refusal of the same request over and over: one a second is allowed."""
    for _ in range(200):
        answer = served.post(path, body, media, **headers)
        if answer.status != 200:
            return answer
    raise AssertionError("never refused")


def test_a_noisy_sender_is_told_when_to_come_again_and_the_others_are_served(served: Served) -> None:
    tokens = Tokens(served.workspace.state, served.workspace.clock)
    noisy, quiet = (f"Bearer {tokens.create(name)[1]}" for name in ("noisy", "quiet"))
    json, protobuf = "application/json", "application/x-protobuf"

    answer = refused(served, "/v1/traces", protobuf, spans_body([1]), Authorization=noisy)
    assert (answer.status, answer.headers["retry-after"]) == (429, "1")
    assert Status.FromString(answer.body).code == 8
    answer = refused(served, "/v1/traces", json, b"{}", Authorization=noisy)
    assert (answer.status, answer.json["code"], answer.headers["retry-after"]) == (429, 8, "1")
    answer = refused(served, "/v1/events", json, b'{"type": "x", "id": "1"}', Authorization=noisy)
    assert (answer.status, answer.json["errors"][0]["code"], answer.headers["retry-after"]) == (429, "too-much", "1")

    assert served.post("/v1/traces", spans_body([2]), Authorization=quiet).status == 200
    text = served.ask("/metrics").text
    assert 'bizops_intake_limited_requests_total{sender="noisy"} 3' in text.splitlines()
    assert len(served.stored("quiet.spans", 1)) == 1


def test_over_grpc_the_same_limit_holds(served: Served) -> None:
    with grpc.insecure_channel(served.grpc_address) as channel, pytest.raises(grpc.RpcError) as told:
        for _ in range(200):
            channel.unary_unary(EXPORT)(spans_body([1]), timeout=10)
    assert told.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    trailer = dict(told.value.trailing_metadata())
    assert RetryInfo.FromString(trailer["google.rpc.retryinfo-bin"]).retry_delay.seconds == 1


@pytest.mark.parametrize("allowed", ["megabytes_per_second: 1"], indirect=True)
def test_bytes_count_and_are_waited_for_afterwards(served: Served, allowed: str) -> None:
    large = logs("x" * 10_000_000).SerializeToString()
    tokens = Tokens(served.workspace.state, served.workspace.clock)
    web, desk = (f"Bearer {tokens.create(name)[1]}" for name in ("web", "desk"))

    assert served.post("/v1/logs", large, Authorization=web).status == 200
    answer = served.post("/v1/logs", b"", Authorization=web)
    assert answer.status == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 5

    with grpc.insecure_channel(served.grpc_address) as channel, pytest.raises(grpc.RpcError) as told:
        export = channel.unary_unary(EXPORT.replace("trace", "logs").replace("Trace", "Logs"))
        assert export(large, timeout=30, metadata=(("authorization", desk),)) == b""
        export(b"", timeout=30, metadata=(("authorization", desk),))
    assert told.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("kind", ["http", "grpc"])
def test_exporters_wait_and_lose_nothing(served: Served, kind: str) -> None:
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    exporter = (
        HttpExporter(f"http://127.0.0.1:{served.port}/v1/traces")
        if kind == "http"
        else GrpcExporter(f"http://{served.grpc_address}")
    )
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    number = 0
    while number < 200 and "limited_requests_total{" not in served.ask("/metrics").text:
        provider.get_tracer("tests").start_span(f"step {number}").end()
        number += 1
    provider.shutdown()
    assert number < 200
    assert len(served.stored("local.spans", number)) == number
