"""Asks a server that speaks Prometheus' HTTP API for a range of values: this server only, within bounds."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson

from bizops.errors import BizopsError
from bizops.intake.inflate import inflate

MAX_POINTS = 11_000
"""The most points of a series that Prometheus answers with."""
MAX_ANSWER = 16 << 20
WITHIN_S, SILENT_S = 120.0, 20.0
_STEP = 1 << 16


@dataclass(frozen=True, slots=True)
class Series:
    """Values of one set of labels, as they are written, each with its time in seconds since 1970."""

    labels: Mapping[str, str]
    samples: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Prometheus:
    """A server and what it is shown as proof of who asks; neither is ever part of a message."""

    url: str
    authorization: str | None = None

    def query_range(self, query: str, start_s: int, end_s: int, step_s: int) -> list[Series]:
        """The values of a query at every step from start to end; ``too-large`` when they are more than is taken."""
        # Where several stores answer together, one that is missing would make sums too small.
        form = {"query": query, "start": start_s, "end": end_s, "step": step_s, "partial_response": "false"}
        status, body, elsewhere = self._post("/api/v1/query_range", urlencode(form))
        if 300 <= status < 400:
            hint = f"It names {elsewhere[:200]}: write that as 'url' if it is right." if elsewhere else None
            raise BizopsError.of(
                "redirected", f"{self.host} sends the question elsewhere, which is not followed.", hint=hint
            )
        return self._series(status, body)

    @property
    def host(self) -> str:
        """The server's name and port."""
        return urlsplit(self.url).netloc

    def _post(self, path: str, form: str) -> tuple[int, bytes, str]:
        """Status, unpacked body and where else to ask."""
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip"}
        if self.authorization is not None:
            headers["Authorization"] = self.authorization
        late = threading.Event()
        try:
            with self._connected(late) as connection:
                connection.request("POST", urlsplit(self.url).path.rstrip("/") + path, form, headers)
                with connection.getresponse() as answer:
                    body = _read(answer)
                encoding = answer.headers.get("Content-Encoding", "").strip().lower()
                return answer.status, inflate(body, encoding, MAX_ANSWER), answer.headers.get("Location", "")
        except (OSError, http.client.HTTPException) as error:
            if late.is_set() or isinstance(error, TimeoutError):
                raise BizopsError.of("too-slow", f"{self.host} does not answer in time.") from None
            told = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise BizopsError.of("unreachable", f"{self.host} cannot be asked: {told[:200]}.") from None

    @contextmanager
    def _connected(self, late: threading.Event) -> Iterator[http.client.HTTPConnection]:
        """A connection that ends after a while, however slowly the other side sends."""
        parts = urlsplit(self.url)
        host = parts.hostname or ""
        if parts.scheme == "https":
            secured = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, parts.port, timeout=SILENT_S, context=secured
            )
        else:
            connection = http.client.HTTPConnection(host, parts.port, timeout=SILENT_S)
        connection.connect()
        watch = threading.Timer(WITHIN_S, _end, (connection.sock, late))
        watch.daemon = True
        watch.start()
        try:
            yield connection
        finally:
            watch.cancel()
            connection.close()

    def _series(self, status: int, body: bytes) -> list[Series]:
        told = _parsed(body)
        if status != 200 or told.get("status") != "success":
            why = " ".join(str(told[name]) for name in ("errorType", "error") if told.get(name)) or f"status {status}"
            hint = "Name what proves who asks: 'token', or 'user' and 'password'." if status in (401, 403) else None
            raise BizopsError.of("query-refused", f"{self.host} answers: {_line(why)}.", hint=hint)
        # Remarks on the query itself begin so; any other says that something is missing from the answer.
        missing = [text for text in told.get("warnings") or () if not str(text).startswith("PromQL")]
        if missing:
            raise BizopsError.of("partial-answer", f"{self.host} does not have it all: {_line(str(missing[0]))}.")
        try:
            data = told["data"]
            if data["resultType"] != "matrix":
                raise BizopsError.of("bad-query", "The query gives no series of numbers.")
            return [_one(series) for series in data["result"]]
        except (KeyError, TypeError, ValueError, AttributeError):
            raise BizopsError.of("bad-answer", f"{self.host} does not answer as Prometheus does.") from None


def basic(user: str, password: str) -> str:
    """What proves a user with a password."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _one(series: dict[str, Any]) -> Series:
    if "histograms" in series:
        hint = "Make numbers of them: histogram_quantile, histogram_sum, histogram_count."
        raise BizopsError.of("bad-query", "The query gives histograms, not numbers.", hint=hint)
    labels = {str(name): str(value) for name, value in series["metric"].items()}
    return Series(labels, tuple((float(at), str(value)) for at, value in series["values"]))


def _parsed(body: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(body)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _read(answer: http.client.HTTPResponse) -> bytes:
    parts: list[bytes] = []
    size = 0
    while part := answer.read1(_STEP):
        size += len(part)
        if size > MAX_ANSWER:
            raise BizopsError.of("too-large", f"The answer is larger than {MAX_ANSWER >> 20} MiB.")
        parts.append(part)
    if answer.length:
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(parts)


def _end(connected: socket.socket, late: threading.Event) -> None:
    late.set()
    try:
        connected.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it has ended by itself


def _line(text: str) -> str:
    return " ".join(text.split())[:300].rstrip(".")
