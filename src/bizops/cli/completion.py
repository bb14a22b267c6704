"""Shell completion."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from bizops.cli.edge import COMPLETION, DONE


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> int:
    """Print the completion script for SHELL: eval "$(bizops completion bash)"."""
    from bizops.cli.main import bizops

    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(bizops, {}, "bizops", COMPLETION).source()
    click.echo(script)
    return DONE
