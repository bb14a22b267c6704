"""Bodies of requests: read within bounds, with every byte admitted before it is kept."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass

from starlette.requests import Request

from bizops.errors import BizopsError, Problem
from bizops.intake.acknowledge import Intake, Receipt
from bizops.intake.signals import MAX_BODY
from bizops.lake.frames import Entry
from bizops.server.routes import Serving

BODY_WITHIN_S = 30.0
_ENCODINGS = {"": "", "identity": "", "none": "", "gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}
_STATUS = {"undecodable": 400, "too-large": 413, "too-slow": 408, "unsupported-encoding": 415}


@dataclass(frozen=True, slots=True)
class Kind:
    """What a body says of itself: its media type without parameters, and how it is packed."""

    media: str
    encoding: str


def media_of(request: Request) -> str:
    """The media type without its parameters, in lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def encoding_of(request: Request) -> str:
    """How the body is packed: not at all, ``gzip`` or ``zstd``."""
    named = request.headers.get("content-encoding", "").strip().lower()
    if named not in _ENCODINGS:
        raise BizopsError.of("unsupported-encoding", f"A body packed as '{named[:40]}' is not taken; use gzip or zstd.")
    return _ENCODINGS[named]


async def read_body(request: Request, serving: Serving, sender: str) -> bytes:
    """The body; its bytes are admitted, and given back when it cannot be had."""
    intake = serving.intake
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise _too_large()
    chunks: list[bytes] = []
    admitted = 0
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            async for chunk in request.stream():
                intake.admit(len(chunk), sender)
                admitted += len(chunk)
                if admitted > MAX_BODY:
                    raise _too_large()
                chunks.append(chunk)
    except TimeoutError:
        intake.give_back(admitted, sender)
        raise BizopsError.of("too-slow", f"The body did not arrive within {BODY_WITHIN_S:.0f} seconds.") from None
    except BaseException:
        intake.give_back(admitted, sender)
        raise
    finally:
        serving.limits.charge(sender, admitted)
    return b"".join(chunks)


async def acknowledged(
    intake: Intake,
    sender: str,
    signal: str,
    media: str,
    encoding: str,
    body: bytes,
    headers: dict[str, str] | None = None,
) -> Receipt:
    """What became of a body whose bytes were admitted, as soon as it is durable."""
    entry = Entry(sender, signal, media, encoding, time.time_ns() // 1000, body, headers or {})
    return await asyncio.wrap_future(intake.accept(entry))


def status_of(problem: Problem) -> int:
    """The status for a body that was not taken; whatever is not the body's fault is worth another try."""
    return _STATUS.get(problem.code, 503)


def retry_after() -> str:
    """When to try again, in seconds; not everybody at once."""
    return str(random.randint(1, 5))


def _too_large() -> BizopsError:
    return BizopsError.of("too-large", f"A body may have {MAX_BODY >> 20} MiB.")
