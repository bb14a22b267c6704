"""A running server sees by itself that a source has fallen silent, and tells it once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bizops.intake import flush
from bizops.server import watch
from serving import Served, within_a_second
from serving import served as serving
from small_workspace import MakeSmall

YAML = """
sources:
  visits: {kind: events, sender: local, every: 1 h}
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
"""
NOW = "2026-03-31T12:00"


def visited(number: int, minutes_ago: int) -> dict[str, str]:
    """A visit as an event."""
    at = datetime(2026, 3, 31, 12, tzinfo=UTC) - timedelta(minutes=minutes_ago)
    return {"type": "visit", "id": f"{number}", "time": at.isoformat()}


def told(served: Served) -> list[str]:
    """The kinds of the notices that the status tells."""
    return [notice["kind"] for notice in served.ask("/v1/intake/status").json["notices"]]


def gauge(served: Served, value: int) -> bool:
    """Whether the gauge has a value."""
    return f'bizops_source_late{{source="visits"}} {value}' in served.ask("/metrics").text.splitlines()


def test_a_silence_is_told_once_over_restarts_and_once_when_it_ends(
    small: MakeSmall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.01)
    made = small(YAML, now=NOW)
    with serving(made.workspace) as served:
        assert within_a_second(lambda: gauge(served, 0))
        served.post_json("/v1/events", visited(1, 120))
        served.stored("local.events", 1)
        assert within_a_second(lambda: told(served) == ["late"] and gauge(served, 1))
    for _ in range(2):
        made.open()
        with serving(made.workspace) as served:
            assert within_a_second(lambda: told(served) == ["late"] and gauge(served, 1))
    made.open()
    with serving(made.workspace) as served:
        served.post_json("/v1/events", visited(2, 1))
        served.stored("local.events", 2)
        assert within_a_second(lambda: told(served) == ["late", "back"] and gauge(served, 0))


def test_a_broken_model_ends_no_watch(
    small: MakeSmall, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY_S", 0.01)
    made = small(YAML, now=NOW)
    path = made.root / "model" / "model.yaml"
    sound = path.read_text()
    with serving(made.workspace) as served:
        assert within_a_second(lambda: gauge(served, 0))
        path.write_text("sources: [")
        assert within_a_second(lambda: any(record.name == "bizops.watch" for record in caplog.records))
        path.write_text(sound.replace("visits", "stays"))
        assert within_a_second(lambda: 'source="stays"' in served.ask("/metrics").text)
    assert len([record for record in caplog.records if record.name == "bizops.watch"]) == 1
