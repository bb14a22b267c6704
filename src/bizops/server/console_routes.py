"""The console: the built files of ``ui/``, served as they are, and one page for every address of it."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bizops.server.authorize import Action, Principal, Resource
from bizops.server.routes import Endpoint, Serving, route

BUILT = Path(__file__).parent / "console"
"""Made by ``make ui`` and committed, so that a machine without node can show it."""

PAGES = (
    "/",
    "/tree",
    "/scorecard",
    "/team/{name}",
    "/kpi/{name}",
    "/journeys",
    "/journey/{name}",
    "/journey/{name}/case/{case:path}",
    "/glossary",
    "/term/{name}",
    "/admin",
)
"""The addresses that the console knows; what it does not know is not found."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The console loads nothing from elsewhere and runs no script that is not a file of its own."""


@dataclass(frozen=True)
class BuiltFile:
    """A file of the build, whole and packed."""

    media: str
    body: bytes
    packed: bytes

    def response(self, request: Request, cached: str) -> Response:
        """The file, packed for those who unpack."""
        headers = {"Content-Security-Policy": POLICY, "Cache-Control": cached, "Vary": "Accept-Encoding"}
        small = len(self.packed) < len(self.body) and "gzip" in request.headers.get("accept-encoding", "")
        if small:
            headers["Content-Encoding"] = "gzip"
        return Response(self.packed if small else self.body, media_type=self.media, headers=headers)


@cache
def built_files() -> dict[str, BuiltFile]:
    """The files of the build by their path below it."""
    found = {}
    for path in sorted(BUILT.rglob("*")):
        if path.is_file():
            body = path.read_bytes()
            media = guess_type(path.name)[0] or "application/octet-stream"
            media = "font/woff2" if path.suffix == ".woff2" else media
            found[path.relative_to(BUILT).as_posix()] = BuiltFile(media, body, gzip.compress(body, mtime=0))
    return found


def console_routes(serving: Serving) -> list[Route]:
    """The pages and their files."""

    async def page(request: Request, principal: Principal) -> Response:
        return built_files()["index.html"].response(request, "no-cache")

    async def asset(request: Request, principal: Principal) -> Response:
        file = built_files().get(f"assets/{request.path_params['file']}")
        if file is None:
            return Response("There is no such page.", 404, media_type="text/plain")
        # Its name holds a hash of what is in it.
        return file.response(request, "public, max-age=31536000, immutable")

    def shown(path: str, endpoint: Endpoint) -> Route:
        return route(serving, path, "GET", endpoint, Action.READ, Resource.NUMBERS)

    return [*(shown(path, page) for path in PAGES), shown("/assets/{file}", asset)]
