"""The command line: parse, call one verb of the workspace, render. No business rule lives here.

Commands are imported when they are called, so that `bizops --version` answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from bizops.cli.edge import guarded
from bizops.version import VERSION

COMMANDS = {
    "init": ("bizops.cli.model_commands", "Make a workspace."),
    "check": ("bizops.cli.model_commands", "Say everything that is wrong with the model."),
    "schema": ("bizops.cli.model_commands", "Print the JSON Schema of model files, for editors."),
    "load": ("bizops.cli.data_commands", "Take in data."),
    "status": ("bizops.cli.data_commands", "Tell what is loaded, how far it reaches and what was not taken."),
    "notices": ("bizops.cli.data_commands", "List when sources fell silent and when they were back."),
    "quarantine": ("bizops.cli.data_commands", "List rows that were not taken, with the reason."),
    "verify": ("bizops.cli.data_commands", "Check every stored byte against its checksum."),
    "withdraw": ("bizops.cli.data_commands", "Take all rows of a source back, to load it anew."),
    "compact": ("bizops.cli.data_commands", "Merge small segments."),
    "mapping": ("bizops.cli.mapping_commands", "Which telemetry is which business event."),
    "erase": ("bizops.cli.privacy_commands", "Take a person out of everything that is kept."),
    "kpi": ("bizops.cli.kpi_commands", "List, show and query KPIs; `bizops kpi NAME` asks for one."),
    "scorecard": ("bizops.cli.view_commands", "Every KPI at a glance: value, target, change."),
    "tree": ("bizops.cli.view_commands", "What is made of what, and what is believed to move it."),
    "rows": ("bizops.cli.drill_commands", "The rows or cases behind a KPI's value."),
    "case": ("bizops.cli.drill_commands", "What happened to one case, step by step."),
    "start": ("bizops.cli.server_commands", "Take in telemetry over HTTP, and serve the page."),
    "token": ("bizops.cli.server_commands", "Who may send: make, list and revoke tokens."),
    "demo": ("bizops.cli.demo_command", "Build an example, show it, serve it."),
    "completion": ("bizops.cli.completion", "Print the completion script for a shell."),
}
"""Command name to the module that has it (as a function of that name) and its line in the overview."""


class Commands(click.Group):
    """A group that imports a command when it is wanted."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(COMMANDS[cmd_name][0]), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from bizops.errors import did_you_mean

            hint = did_you_mean(args[0], COMMANDS) or ""
            raise click.UsageError(f"There is no command '{args[0]}'. {hint}".strip(), ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, message="bizops %(version)s")
def bizops() -> None:
    """The control loop between a business and its IT.

    \b
    Exit codes: 0 done; 1 not done, the lines on stderr say why; 2 wrong usage;
    70 a bug of bizops (a log is written); 130 interrupted.
    """


def main() -> None:
    """Runs the command line; nothing but sentences reaches a person."""
    sys.exit(guarded(bizops, sys.argv[1:]))
