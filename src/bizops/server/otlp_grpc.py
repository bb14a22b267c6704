"""OTLP over gRPC: another door to the same way in. Needs the extra ``bizops[grpc]``.

Messages are handed on as they came, packed or not: gRPC neither decodes nor unpacks them here, so that the log keeps
what the sender wrote, and one rule says how large a body may be when it is unpacked.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from types import MappingProxyType
from typing import Any, NoReturn
from urllib.parse import unquote

import grpc

from bizops.errors import BizopsError
from bizops.intake.signals import MAX_BODY
from bizops.server.authorize import LOOPBACK_CLIENTS, Action, Denied, Principal, Resource, authorize, identified
from bizops.server.bodies import BODY_WITHIN_S, acknowledged, retry_after, status_of
from bizops.server.otlp import PROTOBUF
from bizops.server.otlp_messages import CODES, response, retry_info, status
from bizops.server.routes import TOO_MUCH, Serving

_SERVICES = MappingProxyType(
    {
        "traces": "opentelemetry.proto.collector.trace.v1.TraceService",
        "logs": "opentelemetry.proto.collector.logs.v1.LogsService",
        "metrics": "opentelemetry.proto.collector.metrics.v1.MetricsService",
    }
)
_GZIP = b"\x1f\x8b"
"""How a packed message begins. No protobuf message does: it would be a field of a wire type that does not exist."""
_AT_ONCE = 8
"""Messages of one sender that are received at the same time: gRPC keeps them in memory before they can be admitted."""
_OPTIONS = (
    ("grpc.max_receive_message_length", MAX_BODY),
    ("grpc.per_message_decompression", 0),
    ("grpc.compression_enabled_algorithms_bitset", 1 << 0 | 1 << 2),  # none and gzip
    ("grpc.so_reuseport", 0),  # a second server on this port is told so
    ("grpc.max_concurrent_streams", 100),
    ("grpc.max_metadata_size", 16 << 10),
)
_CODES = MappingProxyType({code.value[0]: code for code in grpc.StatusCode})
_log = logging.getLogger("bizops.server")

Call = Any
"""A call as gRPC hands it over; its library has no types."""


class GrpcFront:
    """Listens for exporters that speak gRPC; lives in the loop of the server."""

    def __init__(self, serving: Serving, address: str) -> None:
        self.address = address
        self._serving = serving
        self._server: Any = None

    async def start(self) -> None:
        """Begin to take calls; ``port-in-use`` when somebody else does at this address."""
        self._server = grpc.aio.server(options=_OPTIONS)
        turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_AT_ONCE))
        for signal, service in _SERVICES.items():
            # Of a stream, the head is seen before the message is received: who may not send costs no memory.
            export = grpc.stream_unary_rpc_method_handler(_taking(self._serving, signal, turns))
            self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {"Export": export}),))
        try:
            self._server.add_insecure_port(self.address)
        except RuntimeError:
            raise BizopsError.of("port-in-use", f"gRPC cannot listen at {self.address}.") from None
        await self._server.start()

    async def stop(self, within_s: float) -> None:
        """Take no more calls, and finish those that are on their way."""
        if self._server is not None:
            await self._server.stop(within_s)


def _taking(
    serving: Serving, signal: str, turns: dict[str, asyncio.Semaphore]
) -> Callable[[object, Call], Awaitable[bytes]]:
    async def take(_: object, call: Call) -> bytes:
        wait_s = 0
        try:
            principal = _principal_of(call, serving)
            refusal = authorize(principal, Action.SEND, Resource.TELEMETRY)
            sender = principal.sender or ""
            if refusal is None and (wait_s := serving.limits.wait_s(sender)):
                refusal = Denied(429, TOO_MUCH)
            if refusal is None:
                async with turns[sender]:
                    body = await _received(call, serving, sender)
                encoding = "gzip" if body.startswith(_GZIP) else ""
                return response(await acknowledged(serving.intake, sender, signal, PROTOBUF, encoding, body))
        except BizopsError as error:
            refusal = Denied(status_of(error.problems[0]), error.problems[0].message)
        except Exception:  # noqa: BLE001 -- the process boundary
            # What ends as UNKNOWN is thrown away by its sender; a bug of ours is no reason for that.
            _log.exception("A call with %s could not be answered.", signal)
            refusal = Denied(503, "It could not be taken; send it again later.")
        return await _refuse(call, refusal, wait_s)

    return take


def _principal_of(call: Call, serving: Serving) -> Principal:
    """Who calls. Browsers cannot speak gRPC, so the name that was asked for tells nothing here."""
    peer = unquote(call.peer()).partition(":")[2].rpartition(":")[0].strip("[]")
    named = (value for name, value in call.invocation_metadata() or () if name == "authorization")
    return identified(peer in LOOPBACK_CLIENTS, next(named, ""), serving.tokens, serving.loopback_only)


async def _received(call: Call, serving: Serving, sender: str) -> bytes:
    """The one message of a call; its bytes are admitted."""
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            body = await call.read()
            if body is grpc.aio.EOF or await call.read() is not grpc.aio.EOF:
                raise BizopsError.of("undecodable", "A call brings one message.")
    except TimeoutError:
        raise BizopsError.of("too-slow", f"The message did not arrive within {BODY_WITHIN_S:.0f} seconds.") from None
    assert isinstance(body, bytes)
    serving.limits.charge(sender, len(body))
    serving.intake.admit(len(body), sender)
    return body


async def _refuse(call: Call, refusal: Denied, wait_s: int) -> NoReturn:
    """End a call as an HTTP request would end with this status."""
    code = CODES[refusal.status]
    trailer: tuple[tuple[str, bytes], ...] = ()
    if refusal.status in (429, 503):
        seconds = wait_s or int(retry_after())
        # The first is what the specification asks for, the second what some exporters look for.
        details = status(code, refusal.message, seconds)
        trailer = (("grpc-status-details-bin", details), ("google.rpc.retryinfo-bin", retry_info(seconds)))
    await call.abort(_CODES[code], refusal.message, trailer)
    raise AssertionError("aborting a call raises")
