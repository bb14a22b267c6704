"""Commands on what happened: load, status, notices, quarantine, verify, compact."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bizops.cli.edge import DONE, NOT_DONE, emit, json_option, opened, say, workspace_option
from bizops.errors import BizopsError, Problem

if TYPE_CHECKING:
    from bizops.intake import Progress
    from bizops.lake import LoadReport
    from bizops.model.language import Source
    from bizops.workspace import Workspace


@click.command()
@click.argument("source", required=False)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--author", help="Who answers for the delivery; needed for entries by hand.")
@click.option("--entry", "entries", multiple=True, help="A row by hand, as JSON; for sources kept by hand.")
@click.option("--otlp", is_flag=True, help="SOURCE is a sender, and FILES hold its telemetry.")
@workspace_option
@json_option
def load(
    source: str | None,
    files: tuple[Path, ...],
    author: str | None,
    entries: tuple[str, ...],
    otlp: bool,
    directory: Path,
    as_json: bool,
) -> int:
    """Take in data: FILES into SOURCE, or whatever SOURCE names itself, or all sources. Known rows change nothing."""
    workspace = opened(directory)
    if otlp:
        if source is None or not files or entries:
            raise click.UsageError("Telemetry needs a SENDER and FILES.")
        reports = workspace.load_otlp(source, files)
    elif entries:
        if source is None or not author:
            raise click.UsageError("Entries by hand need a SOURCE and an --author.")
        reports = [_entered(workspace, source, entries, author)]
    else:
        reports = load_with_bars(workspace, source, files, author, silent=as_json)
    if as_json:
        emit({"deliveries": [_report(report) for report in reports]})
    else:
        _tell(reports)
    return DONE


def load_with_bars(
    workspace: Workspace,
    source: str | None = None,
    files: tuple[Path, ...] = (),
    author: str | None = None,
    silent: bool = False,
) -> list[LoadReport]:
    """Loads, with a progress bar on a terminal."""
    with ExitStack() as stack:
        return workspace.load(source, files, author=author, progress=None if silent else _bars(stack))


def _entered(workspace: Workspace, source: str, entries: tuple[str, ...], author: str) -> LoadReport:
    """Takes entries by hand; when one of them was refused, that is told as what it is: not done."""
    report = workspace.enter(source, [_entry(text) for text in entries], author)
    if report.quarantined:
        refused = [row for row in workspace.quarantine(source) if row.delivery == report.name][-report.quarantined :]
        taken = f" {report.rows - report.quarantined:,} others were taken." if report.rows > report.quarantined else ""
        raise BizopsError(
            *(
                Problem(row.code, f"Entry {row.row}{f', {row.field}' if row.field else ''}: {row.message}{taken}")
                for row in refused
            )
        )
    return report


def _entry(text: str) -> dict[str, object]:
    try:
        entry = json.loads(text)
    except ValueError:
        entry = None
    if not isinstance(entry, dict):
        raise BizopsError.of("bad-entry", f"'{text[:80]}' is no entry.", hint='Write JSON: \'{"period": "2026-01"}\'.')
    return entry


def _report(report: LoadReport) -> dict[str, object]:
    return {**asdict(report), "reasons": dict(report.reasons)}


def _tell(reports: list[LoadReport]) -> None:
    totals: dict[str, Counter[str]] = {}
    for report in reports:
        counts = totals.setdefault(report.source, Counter())
        counts.update(
            deliveries=1,
            new=report.accepted,
            known=report.duplicates,
            corrected=report.corrected,
            stale=report.stale,
            quarantined=report.quarantined,
        )
    for name, counts in totals.items():
        parts = [f"{counts['new']:,} new rows"]
        parts += [f"{counts[what]:,} {what}" for what in ("known", "corrected", "stale", "quarantined") if counts[what]]
        say(f"{name:24s} {', '.join(parts)}")
    if any(report.quarantined for report in reports):
        say("Rows in quarantine are listed by 'bizops quarantine'.")


def _bars(stack: ExitStack) -> Callable[[str], Progress] | None:
    """A progress bar with rate for each source, on a terminal that can show one."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        return None
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    bars = stack.enter_context(
        Bars(
            TextColumn("{task.description:24s}"),
            BarColumn(),
            TextColumn("{task.fields[rows]:>12,} rows {task.fields[rate]:>10,.0f}/s"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
    )

    def bar_for(name: str) -> Progress:
        task = bars.add_task(name, rows=0, rate=0.0, total=None)

        def show(rows: int, done: int, whole: int) -> None:
            elapsed = bars.tasks[task].elapsed or 1e-9
            bars.update(task, rows=rows, rate=rows / elapsed, completed=done, total=whole or None)

        return show

    return bar_for


@click.command()
@workspace_option
@json_option
def status(directory: Path, as_json: bool) -> int:
    """Tell what is loaded, how far it reaches, and what was not taken."""
    workspace = opened(directory)
    facts = workspace.status()
    if as_json:
        emit({"sources": facts, "notices": [asdict(notice) for notice in workspace.notices()]})
        return DONE
    from rich.table import Table

    from bizops.cli.edge import rich_print

    table = Table(box=None, pad_edge=False, header_style="bold")
    zone = ZoneInfo(workspace.calendar().zone)
    for heading in ("source", "rows", "from", "until", "last load", "quarantined", "segments"):
        number = heading in ("rows", "quarantined", "segments")
        table.add_column(heading, justify="right" if number else "left", no_wrap=heading == "source")
    for fact in facts:
        rows, quarantined, segments = (f"{fact[name]:,}" for name in ("rows", "quarantined", "segments"))
        first, last = (_moment(fact[name], zone, workspace.source(fact["source"])) for name in ("first", "last"))
        loaded_at = _moment(fact["loaded_at"], zone)
        table.add_row(fact["source"], rows, first, last, loaded_at, quarantined, segments)
    rich_print(table)
    late = sorted((fact["late_since"], fact["source"]) for fact in facts if fact["late_since"])
    if late:
        told = ", ".join(f"{name} since {_moment(since, zone)}" for since, name in late[:3])
        say(f"Late: {told}{f', and {len(late) - 3} more' if len(late) > 3 else ''}.")
    return DONE


def _moment(instant: str | None, zone: ZoneInfo, source: Source | None = None) -> str:
    """An instant as clocks in the zone showed it; only the day where the source's rows know no more."""
    if instant is None:
        return "–"
    if source is not None and source.time is not None and source.columns[source.time].type == "date":
        return instant[:10]
    return datetime.fromisoformat(instant).astimezone(zone).strftime("%Y-%m-%d %H:%M")


@click.command()
@workspace_option
@json_option
def notices(directory: Path, as_json: bool) -> int:
    """List when sources fell silent, and when they were back.

    A silence is told once, however often one looks. A running server looks by itself.
    """
    workspace = opened(directory)
    kept = workspace.notices()
    if as_json:
        emit({"notices": [asdict(notice) for notice in kept]})
        return DONE
    zone = ZoneInfo(workspace.calendar().zone)
    if not kept:
        say("No source that says how often it comes has fallen silent.")
    for notice in kept:
        seen, since = _moment(notice.seen, zone), _moment(notice.since, zone)
        say(f"{seen}  {notice.source} " + (f"is late: due since {since}" if notice.kind == "late" else "is back"))
    return DONE


@click.command()
@click.argument("source", required=False)
@click.option("--limit", type=click.IntRange(min=0), default=50, show_default=True, help="Show at most so many.")
@workspace_option
@json_option
def quarantine(source: str | None, limit: int, directory: Path, as_json: bool) -> int:
    """List rows that were not taken: where they stand, what is wrong with them."""
    rows = opened(directory).quarantine(source)
    if as_json:
        counts = Counter((row.source, row.code) for row in rows)
        by_reason = [{"source": name, "code": code, "rows": n} for (name, code), n in sorted(counts.items())]
        emit({"total": len(rows), "by_reason": by_reason, "rows": [asdict(row) for row in rows[:limit]]})
        return DONE
    if not rows:
        say("The quarantine is empty.")
    for row in rows[:limit]:
        place = f"{row.delivery}:{row.row}" + (f" {row.field}" if row.field else "")
        say(f"{row.source}  {place}  {row.code}  {row.message}")
    if len(rows) > limit:
        say(f"... and {len(rows) - limit:,} more; --limit shows them.")
    return DONE


@click.command()
@workspace_option
@json_option
def verify(directory: Path, as_json: bool) -> int:
    """Check every stored byte against its checksum."""
    problems = opened(directory).lake.verify()
    if as_json:
        emit({"ok": not problems, "problems": [problem.as_dict() for problem in problems]})
    elif problems:
        for problem in problems:
            click.echo(str(problem), err=True)
    else:
        say("Every segment is as it was written.")
    return NOT_DONE if problems else DONE


@click.command()
@click.argument("source")
@click.confirmation_option(prompt="All rows of the source are taken back. Go on?")
@workspace_option
@json_option
def withdraw(source: str, directory: Path, as_json: bool) -> int:
    """Take all rows of SOURCE back, so that it can be loaded anew (its key changed, say). Past states keep them."""
    rows = opened(directory).withdraw(source)
    if as_json:
        emit({"source": source, "withdrawn": rows})
    else:
        say(f"{rows:,} rows of {source} are taken back; 'bizops load {source}' loads it anew.")
    return DONE


@click.command()
@click.argument("source", required=False)
@workspace_option
@json_option
def compact(source: str | None, directory: Path, as_json: bool) -> int:
    """Merge the small segments of SOURCE, or of all sources. Values and past states stay as they are."""
    merged = opened(directory).compact(source)
    if as_json:
        emit({"merged": merged})
    else:
        for name, number in merged.items():
            say(f"{name:24s} {number:,} segments merged")
    return DONE
