"""The edge to people and programs: exit codes, error lines, JSON."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bizops.errors import BizopsError, Problem

if TYPE_CHECKING:
    from bizops.workspace import Workspace

COMPLETION = "_BIZOPS_COMPLETE"
"""The environment variable by which a completion script asks."""

DONE, NOT_DONE, WRONG_USAGE, BUG, INTERRUPTED = 0, 1, 2, 70, 130


def guarded(command: click.Command, arguments: list[str]) -> int:
    """Runs a command and turns whatever ends it into an exit code and clear lines."""
    as_json = "--json" in arguments
    if COMPLETION in os.environ:
        # The shell asks what could come next.
        return int(command.main(arguments, "bizops", COMPLETION) or DONE)
    try:
        # Not command.main(): it would end with 1 when the reader goes away.
        with command.make_context("bizops", arguments) as context:
            code = command.invoke(context)
        return code if isinstance(code, int) else DONE
    except click.exceptions.Exit as end:
        return end.exit_code
    except BizopsError as error:
        return _tell(error.problems, as_json)
    except click.UsageError as error:
        return _wrong_usage(error, as_json)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`bizops kpi list | head`): nothing to say, nowhere to say it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        return _tell([Problem("input-output", f"{what}{error.strerror or error}.")], as_json)
    except Exception:  # noqa: BLE001 -- the process boundary
        return _bug(as_json)


def _tell(problems: Iterable[Problem], as_json: bool) -> int:
    if as_json:
        emit({"problems": [problem.as_dict() for problem in problems]})
    else:
        for problem in problems:
            click.echo(str(problem), err=True)
    return NOT_DONE


def _wrong_usage(error: click.UsageError, as_json: bool) -> int:
    if as_json:
        emit({"problems": [Problem("wrong-usage", error.format_message()).as_dict()]})
        return WRONG_USAGE
    seen = isinstance(error, click.exceptions.NoArgsIsHelpError)
    help_for = error.ctx.command_path if error.ctx else "bizops"
    click.echo(error.format_message() + ("" if seen else f" See '{help_for} --help'."), err=True)
    return WRONG_USAGE


def _bug(as_json: bool) -> int:
    with tempfile.NamedTemporaryFile("w", prefix="bizops-", suffix=".log", delete=False) as log:
        log.write(traceback.format_exc())
    message = f"This is a bug of bizops; what happened is written down in {log.name}."
    _tell([Problem("internal-error", message)], as_json)
    return BUG


def emit(value: Any) -> None:
    """Prints a value as JSON, the same way each time."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: object) -> object:
    if hasattr(value, "as_dict"):
        return value.as_dict()
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")


def workspace_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option that says which workspace."""
    return click.option(
        "-C", "--dir", "directory", type=click.Path(path_type=Path), default=".", help="The workspace; here or above."
    )(function)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option for programs."""
    return click.option("--json", "as_json", is_flag=True, help="For programs.")(function)


def opened(directory: Path) -> Workspace:
    """The workspace in a directory or above it."""
    from bizops.workspace import open_workspace

    return open_workspace(directory)


def rich_print(renderable: object) -> None:
    """Prints for people; colour and width as the terminal has them."""
    from rich.console import Console

    # Texts come from data: '[/]' and ':o:' in them are what somebody wrote, not markup.
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console = Console(markup=False, emoji=False, highlight=False, width=120)
    with console.capture() as shown:
        console.print(renderable)
    click.echo(shown.get(), nl=False)


say = partial(click.echo)
"""Prints one line."""
