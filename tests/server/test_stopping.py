"""A server that is told to stop finishes what it has begun; what it cannot is safe in the log."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest

from bizops.lake import Lake
from bizops.workspace import make_workspace
from otlp_requests import spans_body
from serving import Served, rows_of


@contextmanager
def started(root: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """`bizops start` in a process of its own, and its port."""
    words = [sys.executable, "-m", "bizops", "start", "--port", "0", "-C", str(root), *options]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", process.stdout.readline())
        assert found is not None
        try:
            yield process, int(found[1])
        finally:
            process.kill()


def post(port: int, body: bytes) -> int:
    """Sends spans."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
    status = connection.getresponse().status
    connection.close()
    return status


def status_of(connection: http.client.HTTPConnection) -> int:
    """The status of the next answer."""
    with connection.getresponse() as answer:
        return answer.status


def test_what_came_over_grpc_is_stored_before_it_ends_well(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    with started(tmp_path / "ws", "--grpc-port", "0") as (process, _):
        assert process.stdout is not None
        found = re.fullmatch(r"OTLP over gRPC is taken at (127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert found is not None
        with grpc.insecure_channel(found[1]) as channel:
            export = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            assert export(spans_body(range(1, 501)), timeout=30, wait_for_ready=True) == b""
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=30)

    assert (process.returncode, errors) == (0, "")
    assert len(rows_of(Lake.open(tmp_path / "ws" / ".bizops" / "lake"), "local.spans")) == 500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_what_was_acknowledged_is_stored_before_it_ends_well(tmp_path: Path, number: signal.Signals) -> None:
    make_workspace(tmp_path / "ws")
    with started(tmp_path / "ws") as (process, port):
        assert post(port, spans_body(range(1, 501))) == 200
        process.send_signal(number)
        _, errors = process.communicate(timeout=30)

    assert (process.returncode, errors) == (0, "")
    assert len(rows_of(Lake.open(tmp_path / "ws" / ".bizops" / "lake"), "local.spans")) == 500


def test_what_was_acknowledged_before_a_kill_is_stored_by_the_next_server(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    with started(tmp_path / "ws") as (process, port):
        assert post(port, spans_body(range(1, 501))) == 200
        process.kill()
        process.wait()
    lake = Lake.open(tmp_path / "ws" / ".bizops" / "lake")
    assert rows_of(lake, "local.spans") == []

    with started(tmp_path / "ws") as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert len(rows_of(lake, "local.spans")) == 500


def test_while_it_stops_it_is_not_ready_and_takes_nothing_new(served: Served) -> None:
    served.intake.refuse_more()

    assert served.ask("/readyz").json == {"status": "not ready", "reasons": ["The server is stopping."]}
    answer = served.post("/v1/traces", spans_body([1]))
    assert (answer.status, "retry-after" in answer.headers) == (503, True)


def test_a_request_on_its_way_is_finished(served: Served) -> None:
    body = spans_body(range(1, 101))
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.putrequest("POST", "/v1/traces")
    connection.putheader("Content-Type", "application/x-protobuf")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders()
    connection.send(body)
    answers: list[int] = []
    waiting = threading.Thread(target=lambda: answers.append(status_of(connection)))
    waiting.start()
    served.stop()
    waiting.join()
    connection.close()

    assert answers == [200]
    assert len(rows_of(served.lake, "local.spans")) == 100
