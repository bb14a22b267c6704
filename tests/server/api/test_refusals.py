"""Requests that make no sense, or mean harm: refused in one form, with a code and a way out."""

from __future__ import annotations

import pytest
from asked import BASE, Asked

HOSTILE = (
    "'; DROP TABLE orders; --", "../../etc/passwd", "%00", "\x00", "a" * 5000, "{{7*7}}", "$(id)", "<script>", "-1",
    "1e999", "٣", "NaN", "null", "9999999999999999999999", "０", "🙈", "2026-02-30", "9999", "0000", "9999-12-31",
    "0001-01-01", "1000-W99", "FY99999", "2026-01-01..0001-01-01", "0001..9999", "9999-12-31T23", "-2026", "region:",
    ":north", "::",
)  # fmt: skip


@pytest.mark.parametrize("hostile", HOSTILE)
def test_no_value_of_any_parameter_breaks_anything(asked: Asked, hostile: str) -> None:
    from urllib.parse import quote

    for path, methods in asked.document["paths"].items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            if path.endswith("/events"):
                continue
            filled = path.replace("{kpi}", "orders").replace("{journey}", "delivery").replace("{term}", "order")
            filled = filled.replace("{path}", "bizops.yaml").replace("{case}", "o000").replace("{job}", "x")
            if parameter["in"] == "query":
                answer = asked.served.ask(f"{filled}?{parameter['name']}={quote(hostile)}")
            elif parameter["in"] == "path":
                answer = asked.served.ask(path.replace("{" + parameter["name"] + "}", quote(hostile, safe="")))
            assert answer.status < 500, (path, parameter["name"], answer.text)
            asked.holds(filled.removeprefix(BASE), "GET", answer) if answer.status != 404 else None
            assert "Traceback" not in answer.text


def test_a_parameter_that_is_not_known_is_refused_with_the_one_that_was_meant(asked: Asked) -> None:
    refused = asked.get("/scorecard", 400, perod="2026-12")
    assert (refused["code"], refused["hint"]) == ("unknown-parameter", "Did you mean 'period'?")
    assert asked.get("/services", 400, scope="a:b")["hint"] == "It takes lang, limit, cursor."
    assert asked.get("/openapi.json", 400, x="1")["code"] == "unknown-parameter"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/scorecard", {"lang": "fr"}, 400, "bad-parameter"),
        ("/scorecard", {"lang": ["en", "de"]}, 400, "bad-parameter"),
        ("/scorecard", {"scope": "north"}, 400, "bad-parameter"),
        ("/scorecard", {"scope": ["region:north", "region:south"]}, 422, "bad-scope"),
        ("/scorecard", {"scope": "regoin:north"}, 422, "no-such-slice"),
        ("/scorecard", {"period": "2026-13"}, 422, "bad-period"),
        ("/scorecard", {"as_of": "yesterday"}, 422, "bad-date"),
        ("/kpis", {"limit": 0}, 400, "bad-parameter"),
        ("/kpis", {"limit": 1001}, 400, "bad-parameter"),
        ("/kpis/order", {}, 404, "unknown-kpi"),
        ("/kpis/orders/values", {"grain": "minute"}, 400, "bad-parameter"),
        ("/kpis/orders/values", {"from": "2030", "to": "2029"}, 422, "bad-period"),
        ("/kpis/orders/values", {"by": "regoin"}, 422, "no-such-slice"),
        ("/kpis/revenue_per_order/rows", {}, 422, "no-rows"),
        ("/terms/ordre", {}, 404, "unknown-term"),
        ("/quarantine", {"source": "x"}, 422, "unknown-source"),
        ("/search", {}, 400, "bad-parameter"),
        ("/model/files/model/other.yaml", {}, 404, "unknown-file"),
        ("/jobs/0", {}, 404, "unknown-job"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_status_and_code(
    asked: Asked, path: str, query: dict[str, object], status: int, code: str
) -> None:
    refused = asked.get(path, status, **query)
    assert (refused["status"], refused["code"]) == (status, code)
    assert refused["type"] == f"https://bizops.dev/problems/{code}"


def test_pages_that_are_not_there_and_methods_that_are_not_taken_are_problems_too(asked: Asked) -> None:
    nowhere, wrong = asked.served.ask(f"{BASE}/nothing"), asked.served.ask(f"{BASE}/kpis", "DELETE")
    assert (nowhere.status, nowhere.json["code"]) == (404, "unknown-page")
    assert (wrong.status, wrong.json["code"], "GET" in wrong.headers["allow"]) == (405, "method-not-allowed", True)
    for answer in (nowhere, wrong):
        assert answer.headers["content-type"] == "application/problem+json"


def test_while_the_model_is_broken_the_last_sound_one_answers_and_the_problem_is_told(fresh: Asked) -> None:
    numbers = fresh.get("/kpis/orders/values")
    path = fresh.served.workspace.root / "model" / "model.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("over: orders", "over: order"), encoding="utf-8")
    assert fresh.get("/kpis/orders/values")["values"] == numbers["values"]
    check = fresh.get("/model/check")
    assert (check["ok"], check["problems"][0]["code"]) == (False, "unknown-reference")
    assert fresh.get("/me")["model"]["problems"] == len(check["problems"])
