"""What docs/contract.json promises to other programs is what the command line does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import urlopen

import click
import pytest
from jsonschema import Draft202012Validator

from bizops.cli.edge import guarded
from bizops.cli.main import bizops
from bizops.server import page_server
from bizops.workspace import make_workspace, open_workspace

CONTRACT = json.loads((Path(__file__).parents[2] / "docs" / "contract.json").read_text(encoding="utf-8"))
COMMANDS: dict[str, dict[str, Any]] = CONTRACT["commands"]
ASKED_FOR = {
    "init", "check", "load", "kpi_query", "kpi_list", "kpi_show", "tree", "scorecard", "quarantine", "status", "schema",
    "compact", "verify_storage", "demo", "start", "completion",
}  # fmt: skip
EXAMPLES = {
    "source": "orders", "kpi": "revenue", "period": "2026-02", "grain": "month", "number": "2", "slice": "branch",
    "slice_value": "North", "compare": "previous", "as_of": "2036-01-01", "author": "Kim", "entry": '{"a": 1}',
    "team": "sales", "example": "sales", "port": "0", "shell": "bash", "journey": "authorisation", "case": "A-1",
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
    open_workspace(root).load()
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
    argv = filled(entry["argv"], dir=directory, file=directory / "data" / "orders.csv")
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
    assert guarded(bizops, filled(COMMANDS[name]["argv"], dir=tmp_path, file="rows.csv")) == 1
    problems = json.loads(capsys.readouterr().out)
    valid(problems, {"$ref": "#/$defs/problems"})
    valid(problems, COMMANDS[name].get("json_not_done", {"$ref": "#/$defs/problems"}))


@pytest.mark.parametrize("name", TAKING_JSON)
def test_wrong_usage_has_the_form_of_the_contract(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert guarded(bizops, [*filled(COMMANDS[name]["argv"], dir=".", file="rows.csv"), "--nonsense"]) == 2
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


def test_the_page_of_a_workspace_answers_as_the_contract_says(directory: Path) -> None:
    with page_server(open_workspace(directory), 0) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            for url in CONTRACT["urls"].values():
                with urlopen(f"http://127.0.0.1:{server.server_port}{url['path']}") as answer:
                    assert (answer.status, answer.headers["Content-Type"]) == (200, url["content_type"])
                    if "json" in url:
                        valid(json.loads(answer.read()), url["json"])
        finally:
            server.shutdown()
            thread.join()
