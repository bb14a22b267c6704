"""Journeys over the API."""

from __future__ import annotations

from asked import Asked


def test_a_journey_is_told_as_a_flow(asked: Asked) -> None:
    flow = asked.get("/journeys/delivery", period="2026-12")
    steps = {step["step"]: step["cases"]["value"] for step in flow["steps"]}
    figures = {name: figure["value"] for name, figure in flow["figures"].items()}
    assert steps["ordered"] == figures["begun"] == figures["completed"] + figures["open"]
    assert steps["shipped"] == figures["completed"]
    assert figures["open"] == 3
    (link,) = flow["links"]
    assert (link["start"], link["end"], link["cases"]["value"]) == ("ordered", "shipped", steps["shipped"])
    assert sum(variant["cases"]["value"] for variant in flow["variants"]) == figures["begun"]


def test_the_flow_counts_what_the_kpis_count(asked: Asked) -> None:
    flow = asked.get("/journeys/delivery", period="2026-12")
    late = asked.get("/kpis/late/values", period="2026-12", last=1)["values"][0]["value"]
    took = asked.get("/kpis/time_to_ship/values", period="2026-12", last=1)["values"][0]["value"]
    assert flow["figures"]["late_now"]["value"] == late
    assert flow["figures"]["p50"]["value"] == took


def test_late_cases_name_who_answers_for_them(asked: Asked) -> None:
    late = asked.get("/journeys/delivery/late")
    assert [case["case"] for case in late["items"]] == [f"o{number}" for number in (240, 241, 242)]
    assert late["total"] == 3
    assert late["rule"]["name"] == "late"
    assert {(case["step"], case["owner"]["team"]) for case in late["items"]} == {("ordered", "sales")}


def test_a_case_tells_its_story(asked: Asked) -> None:
    story = asked.get("/journeys/delivery/cases/o000")
    assert [one["step"] for one in story["happenings"]] == ["ordered", "shipped"]
    assert asked.get("/journeys/delivery/cases/nobody", 404)["code"] == "unknown-case"


def test_a_journey_that_is_not_there_is_not_found(asked: Asked) -> None:
    for path in ("/journeys/deliverie", "/journeys/deliverie/late", "/journeys/deliverie/cases/x"):
        assert asked.get(path, 404)["hint"] == "Did you mean 'delivery'?"
