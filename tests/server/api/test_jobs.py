"""Long work over the API: begun at once, watched, ended early."""

from __future__ import annotations

import time
from typing import Any

from asked import Asked

from bizops.server.jobs import Jobs


def ended(asked: Asked, href: str) -> Any:
    """The job when it is over."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        job = asked.get(href.removeprefix("/api/v1"))
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.01)
    raise AssertionError("the job does not end")


def begun(asked: Asked, **body: object) -> Any:
    answer = asked.ask("/jobs", "POST", body, status=202)
    assert answer.headers["location"] == answer.json["href"]
    return answer.json


def test_a_job_tells_what_came_of_it(fresh: Asked) -> None:
    job = ended(fresh, begun(fresh, verb="compact", source="orders")["href"])
    assert (job["state"], job["progress"], job["problem"]) == ("done", 1.0, None)
    assert list(job["result"]["merged"]) == ["orders"]
    assert [one["id"] for one in fresh.get("/jobs")["items"]] == [job["id"]]


def test_loading_counts_rows(fresh: Asked) -> None:
    root = fresh.served.workspace.root
    model = root / "model" / "model.yaml"
    model.write_text(
        model.read_text(encoding="utf-8").replace("    service: shop\n", "    service: shop\n    files: [new.jsonl]\n")
    )
    (root / "new.jsonl").write_text(
        '{"id": "z", "at": "2026-12-30T10:00", "region": null, "amount": 1}\n', encoding="utf-8"
    )
    job = ended(fresh, begun(fresh, verb="load", source="orders")["href"])
    assert (job["state"], job["rows"]) == ("done", 1)
    assert job["result"]["deliveries"][0]["accepted"] == 1


def test_a_job_that_fails_says_why(fresh: Asked) -> None:
    job = ended(fresh, begun(fresh, verb="load", source="staff")["href"])
    assert (job["state"], job["result"]) in (("done", {"deliveries": []}), ("failed", None))
    assert (
        fresh.ask("/jobs", "POST", {"verb": "load", "source": "nothing"}, status=422).json["code"] == "unknown-source"
    )
    assert fresh.ask("/jobs", "POST", {"verb": "drop"}, status=400).json["code"] == "bad-body"
    assert fresh.ask("/jobs", "POST", {"verb": {"a": 1}}, status=400).json["code"] == "bad-body"


def test_a_job_is_ended_early_before_its_next_rows(fresh: Asked) -> None:
    jobs = Jobs(lambda: fresh.served.workspace)
    try:
        with fresh.served.lake.writing():
            job = jobs.begin("derive", None)
            waiting = jobs.begin("compact", None)
            jobs.cancel(waiting.id)
        jobs.close()
        assert (job.state, waiting.state) == ("done", "cancelled")
    finally:
        jobs.close()
    assert fresh.ask("/jobs/x", "DELETE", status=404).json["code"] == "unknown-job"
