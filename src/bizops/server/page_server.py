"""One read-only page on localhost, with the same numbers as the terminal."""

from __future__ import annotations

import errno
import json
import sys
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bizops.errors import BizopsError
from bizops.present.page import STYLE, page
from bizops.workspace import Workspace

HOST = "127.0.0.1"
_NAMES = frozenset({"127.0.0.1", "localhost"})
_STYLE_HASH = b64encode(sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
"""The page needs its own style and nothing else."""


def page_server(workspace: Workspace, port: int) -> ThreadingHTTPServer:
    """A server on the loopback address; port 0 takes any free one."""

    class Handler(_PageHandler):
        pages = _pages(workspace)

    try:
        return _PageServer((HOST, port), Handler)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise BizopsError.of(
                "port-in-use", f"Port {port} is taken.", hint="Name another one: --port 0 takes any that is free."
            ) from None
        raise


def serve(workspace: Workspace, port: int, ready: Callable[[str], None]) -> None:
    """Serves until it is interrupted; ``ready`` gets the address."""
    with page_server(workspace, port) as server:
        ready(f"http://{HOST}:{server.server_port}/")
        # Ctrl-C is how a person ends a page; that is no failure.
        with suppress(KeyboardInterrupt):
            server.serve_forever()


def _pages(workspace: Workspace) -> dict[str, Callable[[], tuple[str, str]]]:
    def as_json(value: dict[str, Any]) -> tuple[str, str]:
        return "application/json", json.dumps(value, ensure_ascii=False)

    return {
        "/": lambda: ("text/html; charset=utf-8", page(workspace.scorecard(), workspace.tree())),
        "/scorecard.json": lambda: as_json(workspace.scorecard().as_dict()),
        "/tree.json": lambda: as_json(workspace.tree().as_dict()),
        "/healthz": lambda: as_json({"status": "ok"}),
    }


class _PageServer(ThreadingHTTPServer):
    """A thread for each reader; readers may go away."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that goes away is no failure; what else goes wrong is told as usual."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _PageHandler(BaseHTTPRequestHandler):
    """Answers GET on fixed paths, to this machine only."""

    pages: dict[str, Callable[[], tuple[str, str]]]
    server_version = "bizops"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        """A page, or what is wrong with the request."""
        if self.headers.get("Host", "").rsplit(":", 1)[0] not in _NAMES:
            # A name that merely points to this machine is how a foreign page would read the numbers (DNS rebinding).
            self._answer(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", "Only this machine may ask.")
            return
        render = self.pages.get(self.path.split("?", 1)[0])
        if render is None:
            self._answer(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", "There is no such page.")
            return
        try:
            kind, body = render()
        except BizopsError as error:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", str(error))
            return
        except OSError as error:
            # Files that went away or may not be read; where they lie is no reader's business.
            told = f"The data cannot be read: {error.strerror or type(error).__name__}."
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain; charset=utf-8", told)
            return
        self._answer(HTTPStatus.OK, kind, body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Everything else (another method, a broken request), in one sentence."""
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
        self._answer(status, "text/plain; charset=utf-8", f"{status.phrase}.")

    def _answer(self, status: HTTPStatus, kind: str, body: str) -> None:
        content = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET")
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """The terminal belongs to the person who started it."""
