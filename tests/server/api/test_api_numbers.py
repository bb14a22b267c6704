"""Numbers over the API: the same as elsewhere, each with its words, every answer in the form that was promised."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from asked import Asked


def test_a_client_learns_who_it_is_and_where_the_data_reach(asked: Asked) -> None:
    me = asked.get("/me")
    assert (me["principal"]["single_user"], me["workspace"]["currency"], me["model"]["problems"]) == (True, "EUR", 0)
    assert me["default_period"] == {
        "label": "2026-12",
        "start": "2026-12-01T00:00:00+00:00",
        "end": "2027-01-01T00:00:00+00:00",
        "display": "December 2026",
    }
    assert asked.get("/me", lang="de")["default_period"]["display"] == "Dezember 2026"


def test_the_scorecard_is_that_of_the_workspace(asked: Asked) -> None:
    card = asked.get("/scorecard")
    own = asked.served.workspace.scorecard()
    assert [(row["kpi"], row["value"], row["display"]) for row in card["rows"]] == [
        (row.kpi, row.value, row.display) for row in own.rows
    ]
    assert card["sentence"] == own.sentence
    revenue = next(row for row in card["rows"] if row["kpi"] == "revenue")
    assert (revenue["owner_title"], revenue["links"], revenue["status"]) == ("Sales", {"kpi": "/kpi/revenue"}, "good")
    assert [y for _, y in revenue["spark_chart"]["series"][0]["points"]] == revenue["spark"]


def test_the_scorecard_tells_one_comparison_for_all_rows(asked: Asked) -> None:
    for compare in ("previous", "year_ago"):
        card = asked.get("/scorecard", compare=compare)
        assert card["compare"]["label"] == compare
        assert [row["change"] for row in card["rows"]] == [row[compare] for row in card["rows"]]


def test_a_scope_leaves_out_what_cannot_be_told_apart_and_says_so(asked: Asked) -> None:
    card = asked.get("/scorecard", scope="region:north")
    assert [row["kpi"] for row in card["rows"]] == ["orders", "revenue", "revenue_per_order"]
    assert "Late orders" in card["left_out"]
    whole = asked.get("/scorecard")["rows"][0]["value"]
    assert 0 < card["rows"][0]["value"] < whole


def test_a_team_sees_what_it_owns(asked: Asked) -> None:
    assert [row["kpi"] for row in asked.get("/scorecard", team="shop_it")["rows"]] == ["orders"]
    assert asked.get("/scorecard", 422, team="sale")["hint"] == "Did you mean 'sales'?"


def test_the_tree_hangs_together_in_both_languages(asked: Asked) -> None:
    english, german = asked.get("/tree"), asked.get("/tree", lang="de")
    assert (english["roots"][0]["title"], german["roots"][0]["title"]) == ("Revenue", "Umsatz")
    below = {edge["node"]["kpi"]: edge["kind"] for edge in english["roots"][0]["edges"]}
    assert below == {"orders": "identity", "revenue_per_order": "identity"}
    assert asked.get("/tree", kpi="orders")["roots"][0]["edges"][0]["grade"] == "observational"


def test_a_kpi_is_told_with_what_stands_beside_it(asked: Asked) -> None:
    kpi = asked.get("/kpis/orders")
    assert [one["name"] for one in kpi["terms"]] == ["order"]
    assert [(one["kpi"], one["kind"]) for one in kpi["parents"]] == [("revenue", "identity")]
    assert [(one["kpi"], one["grade"], one["lag"]) for one in kpi["children"]] == [
        ("time_to_ship", "observational", "2 weeks")
    ]
    assert [one["name"] for one in kpi["services"]] == ["shop"]
    assert asked.get("/kpis/revenue")["targets"][0]["series"] == [
        {"period": "2026-12", "value": 100.0, "display": "100 EUR"}
    ]


def test_values_carry_their_words_and_their_change(asked: Asked) -> None:
    told = asked.get("/kpis/revenue/values", to="2026-12", last=2, compare="previous", lang="de")
    value = told["values"][-1]
    assert (value["period"]["label"], value["period"]["display"]) == ("2026-12", "Dezember 2026")
    assert value["display"] == f"{value['value']:.0f} EUR"
    before = told["values"][-2]["value"]
    assert value["compared"]["change"] == pytest.approx(value["value"] - before)
    assert value["compared"]["display"] == f"{before:.0f} EUR"


def test_values_can_be_split_and_told_of_one_part(asked: Asked) -> None:
    split = asked.get("/kpis/orders/values", by="region", last=1)["values"]
    north = asked.get("/kpis/orders/values", where="region:north", last=1)["values"]
    assert {value["slice"]["region"]: value["value"] for value in split}["north"] == north[0]["value"]


def test_a_chart_is_decided_to_the_last_word(asked: Asked) -> None:
    chart = asked.get("/kpis/revenue/chart", last=6)
    assert (chart["kind"], len(chart["series"][-1]["points"]), len(chart["table"]["rows"])) == ("line", 6, 6)
    assert chart["claim"].startswith("Revenue stood at")
    assert asked.get("/kpis/revenue/chart", kind="bar", by="region", to="2026-12")["kind"] == "bar"
    for wrong in ({"kind": "bar"}, {"by": ["region", "id"]}, {"by": "region,id"}):
        assert asked.get("/kpis/revenue/chart", 422, **wrong)["code"] == "bad-chart"


def test_a_verdict_is_a_word_and_a_sentence(asked: Asked) -> None:
    told = asked.get("/kpis/revenue/verdict")
    assert (told["verdict"], told["sentence"].startswith("Revenue stood at")) == ("within_noise", True)


def test_what_was_known_earlier_can_be_asked_for(asked: Asked) -> None:
    assert asked.get("/kpis/orders/values", 404, as_of="2026-06-30")["code"] == "no-data"
    assert asked.get("/kpis/orders/values", 422, as_of="2031-01-01")["code"] == "bad-date"


def test_the_day_that_is_not_over_yet_is_now(asked: Asked) -> None:
    assert asked.get("/kpis/orders/values", as_of="2027-01-01") == asked.get("/kpis/orders/values")


def test_numbers_can_be_taken_away(asked: Asked) -> None:
    answer = asked.ask("/kpis/orders/export.csv", query={"by": "region", "period": "2026-12", "last": 1})
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["region"] for row in rows} == {"north", "'=south"}
    assert answer.headers["content-disposition"] == 'attachment; filename="orders.csv"'
    picture = asked.ask("/kpis/orders/export.svg")
    assert ElementTree.fromstring(picture.text).tag.endswith("svg")
    assert asked.get("/kpis/orders/export.json") == asked.get("/kpis/orders/values")


def test_rows_behind_a_value_come_largest_first_and_none_tell_of_people(asked: Asked) -> None:
    told = asked.get("/kpis/revenue/rows", period="2026-12", limit=3)
    values = [row["value"] for row in told["items"]]
    assert values == sorted(values, reverse=True)
    assert len(values) == 3
    assert asked.get("/kpis/staff_actions/rows", 403)["code"] == "withheld"
