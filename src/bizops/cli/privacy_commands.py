"""Commands for people's rights."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from bizops.cli.edge import DONE, emit, json_option, opened, say, workspace_option


@click.command()
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Do not ask.")
@workspace_option
@json_option
def erase(subject: str, yes: bool, directory: Path, as_json: bool) -> int:
    """Take SUBJECT out of everything that is kept, for good: the value that names a person in the data.

    A random name takes its place, past states included, so that counts and sums stay what they were. Delivered again,
    the person does not come back.
    """
    workspace = opened(directory)
    if not yes:
        click.confirm(f"Erase '{subject}' from {workspace.root}? This cannot be undone", abort=True, err=True)
    done = workspace.erase(subject)
    if as_json:
        emit(asdict(done))
        return DONE
    say(f"'{subject}' is erased: {done.files} files were written anew.")
    if done.quarantined or done.dead_letters:
        say(f"{done.quarantined} rows in quarantine were blanked, {done.dead_letters} bodies set aside were removed.")
    return DONE
