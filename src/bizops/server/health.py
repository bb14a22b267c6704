"""How the server is: for probes, for Prometheus, for a person who wonders whether data arrive."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bizops.intake.acknowledge import Intake
from bizops.server.authorize import Action, Principal, Resource
from bizops.server.routes import Serving, route

_COUNTERS = (
    ("accepted_rows", "accepted", "Rows that were acknowledged."),
    ("duplicate_rows", "duplicate", "Acknowledged rows that were known already."),
    ("stored_rows", "stored", "Rows that reached the lake."),
    ("rejected_rows", "rejected", "Rows that were refused."),
    ("undecodable_bodies", "undecodable", "Bodies that could not be decoded."),
    ("dead_bodies", "dead", "Bodies that were set aside: undecodable, or acknowledged and not to be stored."),
    ("bodies", "bodies", "Bodies that arrived."),
    ("bytes", "bytes", "Bytes that arrived, as they were packed."),
)


def health_routes(serving: Serving) -> list[Route]:
    """Paths that tell how the server is."""
    intake = serving.intake

    async def alive(request: Request, principal: Principal) -> Response:
        return JSONResponse({"status": "ok"})

    async def ready(request: Request, principal: Principal) -> Response:
        reasons = intake.obstacles()
        return JSONResponse(
            {"status": "not ready" if reasons else "ready", "reasons": reasons}, 503 if reasons else 200
        )

    async def status(request: Request, principal: Principal) -> Response:
        return JSONResponse(await run_in_threadpool(intake_status, serving))

    async def metrics(request: Request, principal: Principal) -> Response:
        text = await run_in_threadpool(lambda: "".join(f"{line}\n" for line in _metrics(serving)))
        return PlainTextResponse(text, media_type="text/plain; version=0.0.4")

    return [
        route(serving, "/healthz", "GET", alive, Action.READ, Resource.HEALTH),
        route(serving, "/readyz", "GET", ready, Action.READ, Resource.HEALTH),
        route(serving, "/v1/intake/status", "GET", status, Action.READ, Resource.STATUS),
        route(serving, "/metrics", "GET", metrics, Action.READ, Resource.STATUS),
    ]


def intake_status(serving: Serving) -> dict[str, Any]:
    """What came in since the server started, by sender and signal; and which sources fell silent."""
    intake = serving.intake
    return {
        "ready": not (reasons := intake.obstacles()),
        "reasons": reasons,
        "trouble": intake.trouble,
        "damage": [problem.message for problem in intake.damage],
        "lag_seconds": _lag(intake),
        "queue_rows": sum(counts.waiting for counts in intake.tally.all().values()),
        "waiting_bytes": intake.waiting_bytes,
        "log_bytes": intake.log_bytes,
        "dead_letters": intake.dead.counts(),
        "senders": [
            {
                "sender": sender,
                "signal": signal,
                "accepted": counts.accepted,
                "duplicate": counts.duplicate,
                "rejected": counts.rejected,
                "dead": counts.dead,
                "queue": counts.waiting,
                "last_received": datetime.fromtimestamp(counts.last_received_us / 1e6, UTC).isoformat(),
            }
            for (sender, signal), counts in intake.tally.all().items()
        ],
        "notices": [asdict(notice) for notice in serving.watch.notices],
    }


def _lag(intake: Intake) -> float:
    """How long the oldest row waits that is acknowledged and not in the lake yet."""
    oldest = intake.oldest_us
    return 0.0 if oldest is None else round(max(0.0, time.time() - oldest / 1e6), 3)


def _metrics(serving: Serving) -> Iterator[str]:
    """The same in the text format of Prometheus."""
    intake, workers = serving.intake, serving.workers
    counts = intake.tally.all()
    for name, field, meaning in _COUNTERS:
        yield from _head(f"bizops_intake_{name}_total", "counter", meaning)
        for (sender, signal), one in counts.items():
            labels = f'{{sender="{sender}",signal="{signal}"}}'
            yield f"bizops_intake_{name}_total{labels} {getattr(one, field)}"
    yield from _head("bizops_intake_limited_requests_total", "counter", "Requests that were told to wait.")
    for sender, number in sorted(serving.limits.refused.items()):
        yield f'bizops_intake_limited_requests_total{{sender="{sender}"}} {number}'
    yield from _head("bizops_intake_sync_seconds", "summary", "Time that groups of bodies took to be durable.")
    yield f"bizops_intake_sync_seconds_count {intake.syncs}"
    yield f"bizops_intake_sync_seconds_sum {intake.sync_seconds:.6f}"
    yield from _head("bizops_source_late", "gauge", "Whether facts of a source are overdue, by its rhythm.")
    for source, since in sorted(serving.watch.late.items()):
        yield f'bizops_source_late{{source="{source}"}} {int(since is not None)}'
    gauges = (
        ("ready", int(not intake.obstacles()), "Whether bodies are taken."),
        ("queue_rows", sum(one.waiting for one in counts.values()), "Rows in the log and not in the lake yet."),
        ("waiting_bytes", intake.waiting_bytes, "Bytes that wait in memory."),
        ("log_bytes", intake.log_bytes, "Size of the log."),
        ("lag_seconds", _lag(intake), "How long the oldest row of the queue waits."),
    )
    for name, value, meaning in gauges:
        yield from _head(f"bizops_intake_{name}", "gauge", meaning)
        yield f"bizops_intake_{name} {value}"
    yield from _head("bizops_questions_ended_total", "counter", "Questions whose process was ended.")
    yield f"bizops_questions_ended_total {workers.killed}"
    yield from _head("bizops_workers_closed", "gauge", "Whether questions see no other files and no network.")
    yield f"bizops_workers_closed {int(workers.closed is not False)}"


def _head(name: str, kind: str, meaning: str) -> tuple[str, str]:
    return f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"
