"""The model is changed over the API: tried out first, never half, never unseen, never into nonsense."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
from asked import Asked

PATH = "/model/files/model/model.yaml"


def change(asked: Asked, text: str, status: int = 200, query: dict[str, Any] | None = None, **headers: str) -> Any:
    return asked.ask(PATH, "PUT", {"text": text}, query, status, **headers).json


def test_a_change_is_told_before_it_is_made(fresh: Asked) -> None:
    file = fresh.get(PATH)
    told = change(fresh, file["text"].replace("sum(amount)", "sum(amount) * 2"), query={"dry_run": "true"})
    assert (told["written"], told["problems"]) == (False, [])
    assert (
        "+  revenue: {title: {en: Revenue, de: Umsatz}, kind: measure, over: orders, value: sum(amount) * 2"
        in told["diff"]
    )
    assert {(one["kpi"], one["change"]) for one in told["moves"]} == {
        ("revenue", "changed"), ("revenue_per_order", "changed"),
    }  # fmt: skip
    assert fresh.get(PATH) == file


def test_other_words_move_no_number(fresh: Asked) -> None:
    text = fresh.get(PATH)["text"]
    assert change(fresh, text.replace("en: Revenue", "en: Sales volume"), query={"dry_run": "true"})["moves"] == []


def test_a_change_is_written_and_counts_at_once(fresh: Asked) -> None:
    file = fresh.get(PATH)
    before = fresh.get("/kpis/revenue/values", to="2026-12", last=1)["values"][0]["value"]
    told = change(fresh, file["text"].replace("sum(amount)", "sum(amount) * 2"), If_Match=f'"{file["hash"]}"')
    assert (told["written"], told["committed"]) == (True, False)
    assert fresh.get(PATH)["hash"] == told["hash"]
    assert fresh.get("/kpis/revenue/values", to="2026-12", last=1)["values"][0]["value"] == before * 2


def test_nobody_writes_over_a_change_that_was_not_seen(fresh: Asked) -> None:
    file = fresh.get(PATH)
    assert change(fresh, "", 428)["code"] == "no-condition"
    assert change(fresh, "", 412, If_Match='"0"')["code"] == "stale-file"
    assert change(fresh, "", 412, If_None_Match="*")["code"] == "stale-file"
    assert fresh.get(PATH) == file


def test_a_sound_model_is_not_replaced_by_one_that_is_not(fresh: Asked) -> None:
    file = fresh.get(PATH)
    broken = file["text"].replace("over: orders", "over: order")
    refused = change(fresh, broken, 422, If_Match=file["hash"])
    assert (refused["code"], refused["place"]["file"]) == ("unknown-reference", "model/model.yaml")
    assert change(fresh, broken, query={"dry_run": "true"})["problems"]
    assert fresh.get(PATH) == file


@pytest.mark.parametrize(
    "path",
    ["x.yaml", "model/x.txt", "model/.x.yaml", "model/../../x.yaml", "/etc/x.yaml", "model//x.yaml", "model/l/x.yaml"],
)
def test_only_files_of_the_model_are_written(fresh: Asked, path: str) -> None:
    from urllib.parse import quote

    root = fresh.served.workspace.root
    (root / "model" / "l").symlink_to("/tmp")
    answer = fresh.served.ask(
        f"/api/v1/model/files/{quote(path, safe='')}", "PUT", b'{"text": ""}', Content_Type="application/json",
        If_None_Match="*",
    )  # fmt: skip
    assert (answer.status, answer.json["code"]) == (422, "bad-path")


@pytest.mark.parametrize(
    "body", [{"text": {"a": 1}}, {"text": None}, {"text": ["a"]}, {}, [], "x", {"text": "", "x": 1}]
)
def test_a_text_is_never_anything_but_a_text(asked: Asked, body: object) -> None:
    assert asked.ask(PATH, "PUT", body, status=400, If_Match="x").json["code"] == "bad-body"


def test_a_change_is_a_commit_where_there_is_git(fresh: Asked) -> None:
    root = fresh.served.workspace.root
    (root / "mine.txt").write_text("not yet", encoding="utf-8")
    for arguments in (
        ["init", "-q"],
        ["add", "model"],
        ["-c", "user.name=x", "-c", "user.email=x@x", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", str(root), *arguments], check=True)
    file = fresh.get(PATH)
    told = change(fresh, file["text"].replace("en: Revenue", "en: Sales volume"), If_Match=file["hash"])
    log = subprocess.run(
        ["git", "-C", str(root), "log", "--format=%s", "--name-only", "-1"], capture_output=True, text=True
    )
    assert told["committed"]
    assert log.stdout.split("\n\n") == ["model/model.yaml: changed in the console", "model/model.yaml\n"]
