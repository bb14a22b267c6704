"""Changes of services are taken from CDEvents, and from small JSON."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest

from bizops.intake.changes import check, rows

RECEIVED = 1_770_000_000_000_000
DEPLOYED: dict[str, Any] = {
    "context": {
        "version": "0.4.1",
        "id": "d-1",
        "source": "/ci/prod",
        "type": "dev.cdevents.service.deployed.0.2.0",
        "timestamp": "2026-03-31T12:00:00Z",
    },
    "subject": {
        "id": "shop",
        "type": "service",
        "content": {"environment": {"id": "production"}, "artifactId": "pkg:oci/shop@5.2"},
    },
}


def taken(*changes: Any, media: str = "application/json") -> list[dict[str, Any]]:
    """The rows of a list of changes, all of which have to be taken."""
    checked = check(media, {}, json.dumps(changes).encode())
    assert checked.errors == ()
    found: list[dict[str, Any]] = rows([checked], [RECEIVED]).to_pylist()
    return found


def cdevent(type_: str, **content: object) -> dict[str, Any]:
    """A CDEvent about the incident or service `shop`."""
    context = {**DEPLOYED["context"], "type": f"dev.cdevents.{type_}.0.2.0"}
    return {"context": context, "subject": {"id": "shop", "content": content}}


def test_a_deployment_is_a_release() -> None:
    (row,) = taken(DEPLOYED)

    assert row == {
        "time": datetime(2026, 3, 31, 12),
        "id": "d-1",
        "kind": "release",
        "service": "shop",
        "version": "5.2",
        "environment": "production",
        "title": "service shop deployed",
        "url": None,
        "until": None,
        "attributes": row["attributes"],
        "received": datetime(2026, 2, 2, 2, 40),
    }
    assert json.loads(row["attributes"])["content"] == DEPLOYED["subject"]["content"]


def test_in_the_envelope_of_a_cloudevent_or_bare_is_the_same() -> None:
    enveloped = {
        "specversion": "1.0",
        "id": "d-1",
        "source": "/ci/prod",
        "type": "dev.cdevents.service.deployed.0.2.0",
        "time": "2026-03-31T12:00:00Z",
        "data": DEPLOYED,
    }
    headers = {f"ce-{name}": str(value) for name, value in enveloped.items() if name != "data"}
    binary = rows([check("application/json", headers, json.dumps(DEPLOYED).encode())], [RECEIVED]).to_pylist()

    assert taken(enveloped, media="application/cloudevents-batch+json") == taken(DEPLOYED) == binary


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("service.upgraded", "release"),
        ("service.rolledback", "release"),
        ("service.removed", "other"),
        ("environment.modified", "other"),
        ("incident.detected", "incident"),
        ("incident.resolved", "incident"),
        ("pipelinerun.finished", "other"),
    ],
)
def test_each_cdevent_has_its_kind(type_: str, kind: str) -> None:
    assert taken(cdevent(type_))[0]["kind"] == kind


def test_a_resolved_incident_says_until_when_and_which_service() -> None:
    (row,) = taken(
        cdevent("incident.resolved", description="Slow checkout", service={"id": "till"}, environment={"id": "prod"})
    )

    assert (row["service"], row["environment"], row["title"]) == ("till", "prod", "Slow checkout")
    assert row["until"] == row["time"] == datetime(2026, 3, 31, 12)


def test_a_small_object_will_do() -> None:
    (row,) = taken(
        {
            "kind": "campaign",
            "time": "2026-03-31T00:00:00+02:00",
            "until": "2026-04-07T00:00:00+02:00",
            "title": "Spring sale",
            "channel": "mail",
        }
    )

    assert (row["kind"], row["title"], row["attributes"]) == ("campaign", "Spring sale", '{"channel":"mail"}')
    assert (row["time"], row["until"]) == (datetime(2026, 3, 30, 22), datetime(2026, 4, 6, 22))
    assert row["id"]


def test_what_is_no_change_is_told_with_its_place() -> None:
    changes = [{"kind": "realease"}, DEPLOYED, {"type": "order.placed"}, 5, {"kind": "flag", "time": "soon"}]
    checked = check("application/json", {}, json.dumps(changes).encode())

    assert [(error.index, error.code) for error in checked.errors] == [
        (0, "bad-kind"),
        (2, "no-change"),
        (3, "no-change"),
        (4, "bad-time"),
    ]
    assert "'release'" in checked.errors[0].message
    assert checked.accepted == 1
