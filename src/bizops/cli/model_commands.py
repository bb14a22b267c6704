"""Commands on what is agreed: init, check, schema."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from bizops.cli.edge import DONE, NOT_DONE, emit, json_option, say, workspace_option


@click.command()
@click.argument("target", type=click.Path(path_type=Path), default=".")
@json_option
def init(target: Path, as_json: bool) -> int:
    """Make a workspace in TARGET: a small working model with a few rows of data, to be changed into your own."""
    from bizops.workspace import make_workspace

    written = make_workspace(target)
    if as_json:
        emit({"directory": str(target), "files": written})
        return DONE
    say(f"A workspace is in {target}:")
    for name in written:
        say(f"  {name}")
    where = "" if target == Path() else f"cd {shlex.quote(str(target))} && "
    say(f"Next: {where}bizops load && bizops scorecard")
    return DONE


@click.command()
@workspace_option
@json_option
def check(directory: Path, as_json: bool) -> int:
    """Say everything that is wrong with the model, as file:line:col  code  message."""
    from bizops.errors import BizopsError
    from bizops.workspace import find_workspace, open_workspace

    workspace = open_workspace(find_workspace(directory.resolve()))
    try:
        model = workspace.checked_model()
    except BizopsError as error:
        if as_json:
            emit({"ok": False, "problems": [p.as_dict() for p in error.problems], "hash": None, "counts": {}})
            return NOT_DONE
        for problem in error.problems:
            click.echo(str(problem), err=True)
        click.echo(f"{_counted(len(error.problems), 'problem')}.", err=True)
        return NOT_DONE
    counts = workspace.counts()
    if as_json:
        emit({"ok": True, "problems": [], "hash": model.hash, "counts": counts})
    elif not counts:
        say("The model is empty.")
    else:
        told = [_counted(number, name.removesuffix("s")) for name, number in counts.items() if name != "currencies"]
        say(f"The model is sound: {', '.join(told)}.")
    return DONE


@click.command()
@click.option("--settings", is_flag=True, help="The schema of bizops.yaml instead.")
@click.option("--json", "as_json", is_flag=True, hidden=True)
def schema(settings: bool, as_json: bool) -> int:
    """Print the JSON Schema of model files; editors complete and check with it."""
    from bizops.model.schema import model_schema, settings_schema

    emit(settings_schema() if settings else model_schema())
    return DONE


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
