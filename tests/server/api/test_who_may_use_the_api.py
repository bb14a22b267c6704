"""Who may use the API: a matrix made from its own description, so that no route can be forgotten."""

from __future__ import annotations

import pytest
from asked import Asked

from bizops.server.authorize import Action, Denied, Principal, Resource, authorize

PRINCIPALS = {
    "here": Principal(True, "local"),
    "elsewhere": Principal(False, None),
    "sender": Principal(False, "shop"),
    "another site's page": Principal(True, "local", foreign=True),
}


@pytest.mark.parametrize("name", PRINCIPALS)
def test_every_operation_follows_the_one_rule(asked: Asked, name: str) -> None:
    for path, methods in asked.document["paths"].items():
        for method, told in methods.items():
            action, resource = Action(told["x-action"]), Resource(told["x-resource"])
            assert (action is Action.READ) == (method == "get"), path
            denied = authorize(PRINCIPALS[name], action, resource)
            may = name == "here" or (name == "another site's page" and action is Action.READ)
            assert (denied is None) == may, (path, method)


def test_every_operation_refuses_a_foreign_name_in_the_form_of_the_api(asked: Asked) -> None:
    for path, methods in asked.document["paths"].items():
        for method in methods:
            answer = asked.served.ask(path, method.upper(), b"{}", Host="evil.example", Content_Type="application/json")
            assert answer.status == 403, (path, method)


@pytest.mark.parametrize(
    "header", [{"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}]
)
def test_a_page_of_another_site_changes_nothing(asked: Asked, header: dict[str, str]) -> None:
    for path, method, body in (
        ("/jobs", "POST", {"verb": "load"}),
        ("/jobs/x", "DELETE", None),
        ("/model/files/bizops.yaml", "PUT", {"text": ""}),
    ):
        answer = asked.ask(path, method, body, status=403, **header)
        assert answer.json["code"] == "forbidden"


def test_the_own_page_may_change_things(asked: Asked) -> None:
    own = {"Origin": f"http://127.0.0.1:{asked.served.port}", "Sec_Fetch_Site": "same-origin"}
    assert asked.ask("/jobs/x", "DELETE", status=404, **own).json["code"] == "unknown-job"


def test_what_may_be_changed_is_named(asked: Asked) -> None:
    assert isinstance(authorize(PRINCIPALS["here"], Action.CHANGE, Resource.NUMBERS), Denied)
