"""docs/reference/cli.md names everything that can be typed; its examples are run with those of all documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bizops.cli.main import bizops

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `bizops ([a-z ]+)`\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


COMMANDS = dict(leaves(bizops))


def test_the_reference_has_a_section_for_every_command_and_for_no_other() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_names_every_argument_and_option_and_no_other(name: str) -> None:
    named = set(re.findall(r"`([^`]+)`", " ".join(re.findall(r"^\| (`[^|]+) \|", SECTIONS[name], re.MULTILINE))))
    real: set[str] = set()
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            real |= {*parameter.opts, *parameter.secondary_opts}
        else:
            real.add(str(parameter.name).upper())
    assert named == real


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_has_exit_codes_and_examples(name: str) -> None:
    assert re.search(r"^Exit codes: 0", SECTIONS[name], re.MULTILINE)
    examples = re.findall(rf"bizops {name.removesuffix(' query')} ?", SECTIONS[name].split("Exit codes:")[1])
    assert len(examples) >= (1 if name == "demo" else 3)


def test_every_exit_code_is_explained() -> None:
    assert re.findall(r"^\| (\d+) \|", PAGE, re.MULTILINE) == ["0", "1", "2", "70", "130"]
