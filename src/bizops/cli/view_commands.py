"""Commands that show many KPIs at once: scorecard, tree."""

from __future__ import annotations

from pathlib import Path

import click

from bizops.cli.edge import DONE, emit, json_option, opened, rich_print, workspace_option


@click.command()
@click.option("--period", help="The period to show; the last complete one of each KPI otherwise.")
@click.option("--team", help="Only KPIs that this team owns.")
@click.option("--as-of", help="As known on that day.")
@workspace_option
@json_option
def scorecard(period: str | None, team: str | None, as_of: str | None, directory: Path, as_json: bool) -> int:
    """Every KPI at a glance: value, target, change, last 13 periods."""
    workspace = opened(directory)
    card = workspace.scorecard(period, team, as_of=workspace.instant(as_of))
    if as_json:
        emit(card.as_dict())
        return DONE
    from bizops.present.terminal import scorecard_table

    rich_print(scorecard_table(card))
    return DONE


@click.command()
@click.argument("kpi", required=False)
@click.option("--as-of", help="As known on that day.")
@workspace_option
@json_option
def tree(kpi: str | None, as_of: str | None, directory: Path, as_json: bool) -> int:
    """What is made of what, and what is believed to move it; from KPI downwards, or the whole tree."""
    workspace = opened(directory)
    shown = workspace.tree(kpi, as_of=workspace.instant(as_of))
    if as_json:
        emit(shown.as_dict())
        return DONE
    from bizops.present.terminal import tree_view

    rich_print(tree_view(shown))
    return DONE
