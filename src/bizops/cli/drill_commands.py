"""Commands that go from a value down to what happened."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bizops.cli.edge import DONE, emit, json_option, opened, say, workspace_option

if TYPE_CHECKING:
    import pyarrow as pa


@click.command()
@click.argument("kpi")
@click.option("--period", help="The period, e.g. 2026-03; the last one otherwise.")
@click.option(
    "--filter", "filters", multiple=True, metavar="SLICE=VALUE", help="Only rows with this value; repeatable."
)
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="How many at most.")
@workspace_option
@json_option
def rows(kpi: str, period: str | None, filters: tuple[str, ...], limit: int, directory: Path, as_json: bool) -> int:
    """Show the rows or cases behind a KPI's value, those with the largest value first."""
    asked = dict(_pair(text) for text in filters)
    workspace = opened(directory)
    found, table = workspace.rows(kpi, period, filters=asked, limit=limit)
    if as_json:
        emit({"kpi": kpi, "period": found.label, "rows": _plain(table)})
        return DONE
    if not table.num_rows:
        say(f"No rows are behind {kpi} in {found.label}.")
        return DONE
    say(f"{kpi}, {found.label}: {'the first ' if table.num_rows == limit else ''}{table.num_rows} rows.")
    unit = workspace.model.kpis[kpi].unit
    _show(table, "value" if unit == "1" else f"value, {unit}")
    return DONE


@click.command()
@click.argument("journey")
@click.argument("case_id", metavar="CASE")
@workspace_option
@json_option
def case(journey: str, case_id: str, directory: Path, as_json: bool) -> int:
    """Tell what happened to one CASE of a JOURNEY: each step with its time, service, version and trace."""
    table = opened(directory).case(journey, case_id)
    if as_json:
        emit({"journey": journey, "case": case_id, "happenings": _plain(table)})
    else:
        _show(table)
    return DONE


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise click.UsageError(f"--filter takes SLICE=VALUE, not '{text}'.")
    return name, value


def _plain(table: pa.Table) -> list[dict[str, Any]]:
    return [{name: _value(value) for name, value in row.items()} for row in table.to_pylist()]


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "+00:00"
    if isinstance(value, Decimal):
        return float(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def _show(table: pa.Table, value: str = "value") -> None:
    from rich.table import Table

    from bizops.cli.edge import rich_print

    shown = Table(box=None, pad_edge=False, header_style="bold")
    filled = [name for name in table.column_names if table[name].null_count < table.num_rows]
    for name in filled:
        shown.add_column(
            value if name == "value" else name, justify="right" if name == "value" else "left", overflow="fold"
        )
    for row in table.select(filled).to_pylist():
        shown.add_row(*("–" if value is None else _told(value) for value in row.values()))
    rich_print(shown)


def _told(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="milliseconds")
    return f"{value:,.7g}" if isinstance(value, float | Decimal) else str(value)
