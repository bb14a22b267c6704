"""Starts the server, tells where it is, and ends it in order."""

from __future__ import annotations

import errno
import ipaddress
import logging
import os
import signal
import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn
from starlette.applications import Starlette

from bizops.answering import bounds
from bizops.errors import BizopsError
from bizops.intake.acknowledge import Intake
from bizops.intake.tokens import Tokens
from bizops.lake.files import Fault, no_fault
from bizops.query.workers import Workers
from bizops.server.app import application
from bizops.server.current import Current
from bizops.server.limits import Limits
from bizops.server.protocol import BoundedProtocol
from bizops.server.routes import Serving
from bizops.server.upkeep import Upkeep
from bizops.server.watch import Watch
from bizops.workspace import Workspace

if TYPE_CHECKING:
    from bizops.server.otlp_grpc import GrpcFront

HOST = "127.0.0.1"
PORT = 4318
"""Where exporters send OTLP over HTTP when nobody tells them otherwise."""
_DRAIN_S = 10


class Server(uvicorn.Server):
    """A server that takes nothing new once it was told to stop."""

    def __init__(self, application: Starlette, intake: Intake, url: str, grpc: GrpcFront | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                http=BoundedProtocol,
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                limit_concurrency=1000,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=_DRAIN_S,
            )
        )
        self.application, self.intake, self.url, self.grpc = application, intake, url, grpc

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is told to stop."""
        try:
            super().run(sockets)
        finally:
            self.intake.close()  # also when it was told so before it had begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        if self.grpc is not None:
            await self.grpc.start()
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End streams, which would be waited for; finish what else is on its way, and store it."""
        self.application.state.api.changes.close()
        if self.grpc is not None:
            await self.grpc.stop(_DRAIN_S)
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not ready from now on; what is on its way is finished."""
        self.intake.refuse_more()
        super().handle_exit(sig, frame)


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise BizopsError.of(
                "port-in-use", f"Port {port} is taken.", hint="Name another one: --port 0 takes any that is free."
            ) from None
        raise
    return listener


def server(
    workspace: Workspace, listener: socket.socket, *, grpc_port: int | None = None, fault: Fault = no_fault
) -> Server:
    """The server of a workspace on a socket; it has the intake log from now on."""
    host, port = listener.getsockname()[:2]
    front = None if grpc_port is None else _grpc_front()
    address = f"{_shown(host)}:{_free(host, grpc_port)}" if grpc_port is not None else ""
    tokens = Tokens(workspace.state, workspace.clock)
    workers = Workers(lambda: bounds(current().model, workspace.state))
    current = Current(workspace.anew(workers.ask))
    upkeep = Upkeep(workspace.lake, current)
    intake = Intake.open(workspace.lake, current.policy, stored=upkeep, fault=fault)
    allowed = workspace.model.settings.limits
    rates = Limits(allowed.requests_per_second, allowed.megabytes_per_second * 1_000_000)
    serving = Serving(intake, tokens, workers, rates, Watch(current), ipaddress.ip_address(host).is_loopback)
    return Server(
        application(serving, current),
        intake,
        f"http://{_shown(host)}:{port}/",
        front(serving, address) if front is not None else None,
    )


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _grpc_front() -> type[GrpcFront]:
    """The front for gRPC, whose library is there only where somebody wants it."""
    # Its own remarks are about single connections; what matters is answered to who calls.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    try:
        from bizops.server.otlp_grpc import GrpcFront
    except ModuleNotFoundError as error:
        if error.name != "grpc":
            raise
        raise BizopsError.of(
            "missing-extra", "OTLP over gRPC needs an extra.", hint="Install it: pip install 'bizops[grpc]'"
        ) from None
    return GrpcFront


def _free(host: str, port: int) -> int:
    """The port, or any free one for 0; ``port-in-use`` when it is taken. gRPC takes no socket that listens already."""
    with listening(host, port) as probe:
        return int(probe.getsockname()[1])


def serve(
    workspace: Workspace, host: str, port: int, ready: Callable[[Server], None], *, grpc_port: int | None = None
) -> None:
    """Serves until it is told to stop; ``ready`` gets the server, which knows its addresses."""
    # The terminal belongs to the person who started it: what readers do wrong is no news.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with listening(host, port) as listener:
        running = server(workspace, listener, grpc_port=grpc_port)
        # uvicorn takes them over when it runs, and raises the signal once more in the end: that it came is no failure.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, running.handle_exit)
        ready(running)
        running.run(sockets=[listener])
