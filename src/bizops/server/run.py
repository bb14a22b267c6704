"""Starts the server, tells where it is, and ends it in order."""

from __future__ import annotations

import errno
import ipaddress
import logging
import signal
import socket
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette

from bizops.answering import limits
from bizops.errors import BizopsError
from bizops.intake.acknowledge import Intake
from bizops.intake.tokens import Tokens
from bizops.lake.files import Fault, no_fault
from bizops.query.workers import Workers
from bizops.server.app import application
from bizops.server.current import Current
from bizops.server.protocol import BoundedProtocol
from bizops.server.routes import Serving
from bizops.server.upkeep import Upkeep
from bizops.workspace import Workspace

HOST = "127.0.0.1"
PORT = 4318
"""Where exporters send OTLP over HTTP when nobody tells them otherwise."""
_DRAIN_S = 10


class Server(uvicorn.Server):
    """A server that takes nothing new once it was told to stop."""

    def __init__(self, application: Starlette, intake: Intake, url: str) -> None:
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
        self.application, self.intake, self.url = application, intake, url

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until it is told to stop."""
        try:
            super().run(sockets)
        finally:
            self.intake.close()  # also when it was told so before it had begun

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends streams first: they would be waited for."""
        self.application.state.api.changes.close()
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


def server(workspace: Workspace, listener: socket.socket, *, fault: Fault = no_fault) -> Server:
    """The server of a workspace on a socket; it has the intake log from now on."""
    host, port = listener.getsockname()[:2]
    tokens = Tokens(workspace.state, workspace.clock)
    workers = Workers(lambda: limits(current().model, workspace.state))
    current = Current(workspace.anew(workers.ask))
    upkeep = Upkeep(workspace.lake, current)
    intake = Intake.open(workspace.lake, current.policy, stored=upkeep, fault=fault)
    serving = Serving(intake, tokens, workers, ipaddress.ip_address(host).is_loopback)
    shown = f"[{host}]" if ":" in host else host
    return Server(application(serving, current), intake, f"http://{shown}:{port}/")


def serve(workspace: Workspace, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serves until it is told to stop; ``ready`` gets the address."""
    # The terminal belongs to the person who started it: what readers do wrong is no news.
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    with listening(host, port) as listener:
        running = server(workspace, listener)
        # uvicorn takes them over when it runs, and raises the signal once more in the end: that it came is no failure.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, running.handle_exit)
        ready(running.url)
        running.run(sockets=[listener])
