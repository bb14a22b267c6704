"""What docs/contract.json promises to other programs is what the command line does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from jsonschema import Draft202012Validator
from starlette.routing import Route

from bizops.cli.edge import guarded
from bizops.cli.main import bizops
from bizops.intake.tokens import Tokens
from bizops.server.api.openapi import plain_path
from bizops.workspace import make_workspace, open_workspace
from otlp_requests import spans_body
from serving import Served, served

CONTRACT = json.loads((Path(__file__).parents[2] / "docs" / "contract.json").read_text(encoding="utf-8"))
COMMANDS: dict[str, dict[str, Any]] = CONTRACT["commands"]
ASKED_FOR = {
    "init", "check", "load", "kpi_query", "kpi_list", "kpi_show", "tree", "scorecard", "quarantine", "status", "schema",
    "compact", "verify_storage", "demo", "start", "completion",
}  # fmt: skip
EXAMPLES = {
    "source": "orders", "kpi": "revenue", "period": "2026-02", "grain": "month", "number": "2", "slice": "branch",
    "slice_value": "North", "compare": "previous", "as_of": "2036-01-01", "author": "Kim", "entry": '{"a": 1}',
    "team": "sales", "example": "sales", "port": "0", "shell": "bash", "journey": "authorisation",
    "case": "A-1", "subject": "A-2",
    "sender": "web", "day": "2099-12-31", "host": "127.0.0.1", "file": "rows.csv", "telemetry_file": "traces.pb",
}  # fmt: skip
"""A value for each placeholder that has one in every workspace made by `init`."""


def leaves(command: click.Command = bizops, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    if not isinstance(command, click.Group):
        yield " ".join(path), command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*path, name))


REAL = {"": bizops, **dict(leaves())}


def valid(value: object, schema: dict[str, Any]) -> None:
    """Fails with the first difference between a value and a schema of the contract."""
    Draft202012Validator({**schema, "$defs": CONTRACT["$defs"]}).validate(value)


def filled(argv: list[str], **values: object) -> list[str]:
    """A command line without the program's name, with a value for each placeholder."""
    return [part.format(**{**EXAMPLES, **values}) for part in argv[1:]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A loaded workspace, two rows of which were not taken."""
    root = tmp_path_factory.mktemp("loaded") / "ws"
    make_workspace(root)
    with (root / "data" / "orders.csv").open("a", encoding="utf-8") as rows:
        rows.write("B-1,yesterday,,North,1\nB-2,2026-03-03 10:00,,North,much\n")
    workspace = open_workspace(root)
    workspace.load()
    Tokens(workspace.state, workspace.clock).create("web")
    (root / "shop.traces.pb").write_bytes(spans_body([1, 2]))
    return root


@pytest.fixture
def directory(loaded: Path, tmp_path: Path) -> Path:
    """A copy of the loaded workspace, to do with as one likes."""
    return shutil.copytree(loaded, tmp_path / "ws")


def test_the_contract_names_what_suites_need() -> None:
    assert set(COMMANDS) >= ASKED_FOR
    assert {"/", "/scorecard.json", "/tree.json", "/healthz"} <= {url["path"] for url in CONTRACT["urls"].values()}


@pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if entry["json"] is not None])
def test_every_schema_is_a_strict_one(name: str) -> None:
    for schema in (COMMANDS[name]["json"], COMMANDS[name].get("json_not_done")):
        if schema is not None:
            Draft202012Validator.check_schema({**schema, "$defs": CONTRACT["$defs"]})
    for schema in objects([CONTRACT["$defs"], CONTRACT["urls"], COMMANDS[name]["json"]]):
        assert "additionalProperties" in schema or name == "schema", schema
        assert set(schema.get("properties", ())) == set(schema.get("required", ())) or name == "schema", schema


def objects(node: object) -> Iterator[dict[str, Any]]:
    """Every schema of an object within a schema."""
    if isinstance(node, list):
        for part in node:
            yield from objects(part)
    elif isinstance(node, dict):
        if node.get("type") == "object" and set(node) != {"type"}:
            yield node
        for part in node.values():
            yield from objects(part)


def test_every_command_is_in_the_contract_and_every_one_in_it_exists() -> None:
    assert {entry["command"] for entry in COMMANDS.values()} == set(REAL)


@pytest.mark.parametrize("name", COMMANDS)
def test_arguments_and_options_are_those_of_the_command(name: str) -> None:
    entry = COMMANDS[name]
    command = REAL[entry["command"]]
    arguments = [
        {"name": one.name, "required": one.required, "many": one.nargs == -1, **choices(one)}
        for one in command.params
        if isinstance(one, click.Argument)
    ]
    assert arguments == [{key: one[key] for key in one if key != "meaning"} for one in entry["arguments"]]
    options = {
        (*one.opts, *one.secondary_opts): {"takes": not one.is_flag, "repeatable": one.multiple, **choices(one)}
        for one in command.params
        if isinstance(one, click.Option)
    }
    described = {
        tuple(sorted(one["flags"])): {
            "takes": one["value"] is not None,
            "repeatable": one["repeatable"],
            **({"choices": one["choices"]} if "choices" in one else {}),
        }
        for one in entry["options"]
    }
    assert {tuple(sorted(flags)): facts for flags, facts in options.items()} == described


def choices(parameter: click.Parameter) -> dict[str, list[str]]:
    """The words a parameter takes, when it takes only some."""
    return {"choices": list(parameter.type.choices)} if isinstance(parameter.type, click.Choice) else {}


def test_every_placeholder_and_exit_code_is_explained() -> None:
    used = set(re.findall(r"\{(\w+)\}", json.dumps([(e["argv"], e["options"]) for e in COMMANDS.values()])))
    assert used == set(CONTRACT["placeholders"])
    assert {str(code) for entry in COMMANDS.values() for code in entry["exit_codes"]} <= set(CONTRACT["exit_codes"])


RUN = [name for name in COMMANDS if name not in ("init", "demo", "start")]


@pytest.mark.parametrize("name", RUN)
def test_the_output_of_a_command_has_the_form_of_the_contract(
    name: str, directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = COMMANDS[name]
    rows, telemetry = directory / "data" / "orders.csv", directory / "shop.traces.pb"
    argv = filled(entry["argv"], dir=directory, file=rows, telemetry_file=telemetry)
    assert guarded(bizops, argv) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    if entry["json"] is None:
        assert re.search(entry["text"], printed.out)
    else:
        valid(json.loads(printed.out), entry["json"])


def test_init_has_the_form_of_the_contract(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entry = COMMANDS["init"]
    assert guarded(bizops, filled(entry["argv"], dir=tmp_path / "new")) == 0
    valid(json.loads(capsys.readouterr().out), entry["json"])


TAKING_JSON = [name for name in RUN if {"--json", "{dir}"} <= set(COMMANDS[name]["argv"])]


@pytest.mark.parametrize("name", TAKING_JSON)
def test_without_a_workspace_problems_have_the_form_of_the_contract(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert guarded(bizops, filled(COMMANDS[name]["argv"], dir=tmp_path)) == 1
    problems = json.loads(capsys.readouterr().out)
    valid(problems, {"$ref": "#/$defs/problems"})
    valid(problems, COMMANDS[name].get("json_not_done", {"$ref": "#/$defs/problems"}))


@pytest.mark.parametrize("name", TAKING_JSON)
def test_wrong_usage_has_the_form_of_the_contract(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        guarded(
            bizops,
            [*filled(COMMANDS[name]["argv"], dir="."), "--nonsense"],
        )
        == 2
    )
    valid(json.loads(capsys.readouterr().out), {"$ref": "#/$defs/problems"})


def test_a_broken_model_and_damaged_storage_have_the_form_of_the_contract(
    directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    segment = next((directory / ".bizops").rglob("*.parquet"))
    segment.write_bytes(segment.read_bytes()[:-1])
    assert guarded(bizops, filled(COMMANDS["verify_storage"]["argv"], dir=directory)) == 1
    valid(json.loads(capsys.readouterr().out), COMMANDS["verify_storage"]["json_not_done"])
    (directory / "model" / "kpis.yaml").write_text("kpis: {a: {kind: measure, over: nothing}}\n", encoding="utf-8")
    assert guarded(bizops, filled(COMMANDS["check"]["argv"], dir=directory)) == 1
    valid(json.loads(capsys.readouterr().out), COMMANDS["check"]["json_not_done"])


@pytest.mark.parametrize(
    "more",
    [
        ["--by", "branch", "--total"],
        ["--grain", "total", "--filter", "branch=North"],
        ["--compare", "previous", "--last", "2"],
        ["--from", "2030", "--to", "2030"],
    ],
    ids=" ".join,
)
def test_values_keep_their_form_however_they_are_asked_for(
    more: list[str], directory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entry = COMMANDS["kpi_query"]
    argv = filled(entry["argv"], dir=directory)
    code = guarded(bizops, [*argv, "time_to_authorise", *more])
    assert code == (1 if "2030" in more else 0)
    valid(json.loads(capsys.readouterr().out), entry["json_not_done" if code else "json"])


POSTED: dict[str, object] = {
    "otlp_traces": {"resourceSpans": []},
    "otlp_logs": {"resourceLogs": []},
    "otlp_metrics": {"resourceMetrics": []},
    "events": [{"type": "order.placed", "id": "1"}, {"id": "2"}],
    "changes": {"kind": "release", "id": "1"},
}
"""A body for each path that takes one."""


def test_every_url_answers_as_the_contract_says(directory: Path) -> None:
    paths = {(url["method"], url["path"]) for url in CONTRACT["urls"].values()}
    (directory / ".bizops" / "tokens.json").unlink()
    with served(open_workspace(directory)) as server:
        for name, url in CONTRACT["urls"].items():
            sent = json.dumps(POSTED[name]).encode() if url["method"] == "POST" else None
            path = url["path"].replace("{kpi}", "orders")
            answer = server.ask(path, url["method"], sent, Content_Type="application/json")
            assert (answer.status, answer.headers["content-type"]) == (200, url["content_type"]), name
            if "json" in url:
                valid(answer.json, url["json"])
            for media in url.get("takes", ()):
                assert server.post(url["path"], b"", media).status in (200, 400)
            if url["method"] == "POST":
                wrong = server.post(url["path"], b"{", "application/json")
                assert (wrong.status, server.post(url["path"], b"", "text/plain").status) == (400, 415)
                if name in ("events", "changes"):
                    valid(wrong.json, url["json"])
        operations = {(one["method"], one["path"]) for one in CONTRACT["api"]["operations"].values()}
        console = {("GET", path) for path in (*CONTRACT["console"]["pages"], CONTRACT["console"]["assets"])}
        assert paths | operations | console == {(method, path) for path, method in routes(server)}


def test_every_page_of_the_console_is_the_console(directory: Path) -> None:
    with served(open_workspace(directory)) as server:
        first = server.ask(CONTRACT["urls"]["console"]["path"])
        for page in CONTRACT["console"]["pages"]:
            assert server.ask(re.sub(r"{\w+}", "x", page)).body == first.body


def test_the_operations_of_the_api_are_those_of_its_document(directory: Path) -> None:
    with served(open_workspace(directory)) as server:
        document = server.ask(CONTRACT["urls"]["openapi"]["path"]).json
    told = {
        one["operationId"]: {"method": method.upper(), "path": path, "meaning": one["summary"]}
        for path, methods in document["paths"].items()
        for method, one in methods.items()
    }
    assert told == CONTRACT["api"]["operations"]


def routes(server: Served) -> set[tuple[str, str]]:
    """Every path that is really served, with its method."""
    found = {
        (plain_path(route.path), method)
        for route in server.application.routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    return {(path, method) for path, method in found if method != "HEAD"}
