"""Commands on the mapping of telemetry: what is mapped, what is not, what another mapping would change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from bizops.cli.edge import DONE, NOT_DONE, emit, json_option, opened, say, workspace_option

SHOWN = 20


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def mapping() -> None:
    """Which telemetry is which business event: try it, see what it leaves out, see what a change would do."""


@mapping.command()
@workspace_option
@json_option
def test(directory: Path, as_json: bool) -> int:
    """Put the samples beside the events through the mapping."""
    results = opened(directory).mappings.test()
    failed = [result for result in results if not result.passed]
    if as_json:
        emit(
            {
                "ok": not failed,
                "samples": [asdict(r) | {"passed": r.passed, "place": str(r.place)} for r in results],
            }
        )
    else:
        for r in failed:
            click.echo(
                f"{r.place}  sample-failed  {r.event}, sample {r.number}: {r.found}, not {r.expected}.", err=True
            )
        say(f"{len(results) - len(failed)} of {len(results)} samples are what the model says.")
    return NOT_DONE if failed else DONE


@mapping.command()
@click.option("--all", "everything", is_flag=True, help=f"Every operation, not only the {SHOWN} busiest unmapped ones.")
@workspace_option
@json_option
def coverage(everything: bool, directory: Path, as_json: bool) -> int:
    """Tell how much of what arrived is mapped, what is not, and which events lack keys or fell silent."""
    workspace = opened(directory)
    workspace.mappings.bring_up_to_date()
    operations = workspace.mappings.coverage()
    health = workspace.mappings.health(workspace.known())
    rows, mapped = sum(o.rows for o in operations), sum(o.mapped for o in operations)
    if as_json:
        events = [asdict(h) | {"last": _iso(h.last_us)} for h in health]
        for event in events:
            del event["last_us"]
        emit({"rows": rows, "mapped": mapped, "operations": [asdict(o) for o in operations], "events": events})
        return DONE
    if not rows:
        say("No telemetry has arrived.")
        return DONE
    say(f"{mapped:,} of {rows:,} rows ({mapped / rows:.1%}) are some business event.")
    unmapped = [o for o in operations if o.mapped < o.rows] if not everything else operations
    shown = unmapped if everything else unmapped[:SHOWN]
    _table(
        ("table", "service", "operation", "rows", "mapped"),
        [(o.table, o.service or "–", o.operation or "–", f"{o.rows:,}", f"{o.mapped:,}") for o in shown],
        right=("rows", "mapped"),
    )
    if len(shown) < len(unmapped):
        say(f"... and {len(unmapped) - len(shown)} more; --all shows them.")
    if health:
        say("")
        _table(
            ("event", "rows", "last", "without"),
            [
                (h.event, f"{h.rows:,}", _iso(h.last_us) or "never", _missing(h.missing) or "–")
                for h in sorted(health, key=lambda h: h.event)
            ],
            right=("rows",),
        )
    return DONE


@mapping.command()
@click.option("--against", default="HEAD", help="A git revision of the model, or another workspace's directory.")
@workspace_option
@json_option
def diff(against: str, directory: Path, as_json: bool) -> int:
    """Tell what the model's mapping changes in history, against the committed one."""
    from bizops.mappings import model_at
    from bizops.workspace import open_workspace

    workspace = opened(directory)
    is_directory = (Path(against) / "bizops.yaml").is_file()
    before = open_workspace(Path(against)).model if is_directory else model_at(workspace.root, against)
    changes = workspace.mappings.diff(before)
    if as_json:
        emit({"against": against, "events": [asdict(change) for change in changes]})
        return DONE
    moved = [c for c in changes if c.added or c.removed or c.changed]
    if not moved:
        say("Nothing changes in the telemetry that is still kept as it came.")
        return DONE
    numbers = ("before", "after", "added", "removed", "changed")
    _table(
        ("event", *numbers),
        [(c.event, *(f"{getattr(c, name):,}" for name in numbers)) for c in moved],
        right=numbers,
    )
    return DONE


@mapping.command()
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="How many events at most.")
@workspace_option
@json_option
def suggest(limit: int, directory: Path, as_json: bool) -> int:
    """Propose events for the busiest operations that nothing is mapped from, as YAML for a model file."""
    from bizops.events.suggest import as_yaml

    found = opened(directory).mappings.suggest(limit)
    if as_json:
        emit({"suggestions": [asdict(s) for s in found], "yaml": as_yaml(found) if found else ""})
    elif found:
        click.echo(as_yaml(found), nl=False)
    else:
        say("Everything that arrived is mapped, or nothing has arrived.")
    return DONE


@mapping.command()
@workspace_option
@json_option
def derive(directory: Path, as_json: bool) -> int:
    """Map what has come since the last time, and history anew where the mapping has changed."""
    done = opened(directory).mappings.bring_up_to_date()
    if as_json:
        emit({"derived": [asdict(one) for one in done]})
    for one in () if as_json else done:
        say(f"{one.source}: {one.rows:,} rows{', history anew' if one.anew else ''}.")
    if not done and not as_json:
        say("Everything is up to date.")
    return DONE


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[str] = ()) -> None:
    from rich.table import Table

    from bizops.cli.edge import rich_print

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, justify="right" if heading in right else "left")
    for row in rows:
        table.add_row(*row)
    rich_print(table)


def _missing(missing: dict[str, int]) -> str:
    return ", ".join(f"{name}: {rows:,}" for name, rows in missing.items())


def _iso(us: int | None) -> str | None:
    return None if us is None else datetime.fromtimestamp(us / 1_000_000, UTC).isoformat(timespec="seconds")
