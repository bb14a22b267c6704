"""The model's files: read, tried out, written."""

from __future__ import annotations

from typing import Literal, TypedDict

from bizops.errors import BizopsError
from bizops.model_files import Change, ModelFile, ModelFiles
from bizops.present.texts import text_of
from bizops.server.api.data import CheckProblem, check_problem
from bizops.server.api.operations import Call, Operation
from bizops.server.api.parameters import LANG, Parameter
from bizops.server.authorize import Action, Resource


class FileAnswer(TypedDict):
    """A file of the model; ``hash`` is what If-Match takes when it is changed."""

    path: str
    hash: str
    text: str


class FileList(TypedDict):
    """The files of the model."""

    items: list[FileAnswer]
    next: str | None


class NewText(TypedDict):
    """The whole new text of a file."""

    text: str


class MoveAnswer(TypedDict):
    """A KPI whose meaning changes."""

    kpi: str
    title: str
    change: Literal["added", "changed", "removed"]


class ChangeAnswer(TypedDict):
    """What a new text means; ``written`` tells whether it is in the file now, ``committed`` whether in git."""

    path: str
    hash: str
    diff: str
    problems: list[CheckProblem]
    moves: list[MoveAnswer]
    written: bool
    committed: bool


def files(call: Call) -> FileList:
    """The files of the model with their texts."""
    return FileList(items=[_file(one) for one in _files(call).all()], next=None)


def file(call: Call) -> FileAnswer:
    """One file of the model."""
    return _file(_files(call).file(call.path["path"]))


def _files(call: Call) -> ModelFiles:
    return ModelFiles(call.workspace.root, call.workspace.model_files())


def _file(one: ModelFile) -> FileAnswer:
    return FileAnswer(path=one.path, hash=one.hash, text=one.text)


def put_file(call: Call) -> ChangeAnswer:
    """Writes a file of the model, or with `dry_run` tells what that would mean."""
    known, path, text = _condition(call), call.path["path"], call.body["text"]
    if call.text("dry_run") == "true":
        return _change(call, _files(call).proposed(path, text), False, False)
    if known == "":
        raise BizopsError.of(
            "no-condition",
            "Say which text is changed.",
            hint="Send If-Match with the hash of the text that was read; for a new file If-None-Match: *.",
        )
    change, committed = _files(call).write(path, text, known, call.principal.sender or "local")
    return _change(call, change, True, committed)


def _condition(call: Call) -> str | None:
    """The hash that the client knows; None when it knows that there is no file; empty when it says nothing."""
    if call.headers.get("if-none-match", "").strip() == "*":
        return None
    return call.headers.get("if-match", "").strip().removeprefix("W/").strip('"')


def _change(call: Call, change: Change, written: bool, committed: bool) -> ChangeAnswer:
    kpis = call.workspace.model.kpis
    return ChangeAnswer(
        path=change.path,
        hash=change.hash,
        diff=change.diff,
        problems=[check_problem(problem) for problem in change.problems],
        moves=[
            MoveAnswer(
                kpi=move.kpi,
                title=text_of(kpis[move.kpi].title, call.language) or move.kpi if move.kpi in kpis else move.kpi,
                change=move.change,  # type: ignore[typeddict-item]  # one of the three
            )
            for move in change.moves
        ],
        written=written,
        committed=committed,
    )


DRY_RUN = Parameter("dry_run", "Only tell what it would mean.", choices=("true", "false"), default="false")
IF_MATCH = Parameter("If-Match", "The hash of the text that is changed.")
IF_NONE_MATCH = Parameter("If-None-Match", "`*` for a file that is new.")

OPERATIONS = (
    Operation(
        "GET", "/model/files", "files", files.__doc__ or "", files, Resource.MODEL, FileList, group="model", kept=False
    ),
    Operation(
        "GET", "/model/files/{path:path}", "file", file.__doc__ or "", file, Resource.MODEL, FileAnswer, group="model",
        kept=False,
    ),
    Operation(
        "PUT", "/model/files/{path:path}", "put_file", put_file.__doc__ or "", put_file, Resource.MODEL, ChangeAnswer,
        action=Action.CHANGE, parameters=(DRY_RUN, LANG), headers=(IF_MATCH, IF_NONE_MATCH), body=NewText,
        group="model", statuses=(412, 428),
    ),
)  # fmt: skip
