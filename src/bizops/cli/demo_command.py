"""The main job on an example: build it, check it, load it, compute it, show it, serve it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import click

from bizops.cli.data_commands import load_with_bars
from bizops.cli.edge import DONE, rich_print, say
from bizops.errors import BizopsError

if TYPE_CHECKING:
    from bizops.workspace import Workspace

DATA = {
    "travel": ("BIZOPS_TRAVEL_DATA", "bpic2020_travel"),
    "retail": ("BIZOPS_RETAIL_DATA", "online_retail_2011"),
    "booking": ("BIZOPS_BOOKING_DATA", "trainticket_day1"),
}
"""Where the data of the real examples are: an environment variable, or a folder beside the checkout."""


@click.command()
@click.argument("example", type=click.Choice(["sales", "travel", "retail", "booking"]), default="sales")
@click.option("--dir", "directory", type=click.Path(path_type=Path), help="Where to build it; .demo/EXAMPLE otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), default=8321, show_default=True, help="0 takes any free one.")
@click.option("--serve/--no-serve", default=True, help="Serve the console on localhost.")
@click.option("--live", is_flag=True, help="sales: its services run, instrumented, and send what they do.")
def demo(example: str, directory: Path | None, port: int, serve: bool, live: bool) -> int:
    """Build EXAMPLE, load it, compute it, print its scorecard and KPI tree, and serve the console."""
    if live and (example != "sales" or not serve):
        raise click.UsageError("--live is for the example 'sales', and needs the server.")
    root = (directory or Path(".demo") / example).resolve()
    workspace = prepared(example, root, live)
    model = workspace.checked_model()
    say(f"The model is sound: {len(model.kpis)} KPIs on {len(model.sources)} sources. ({root / 'model'})")
    reports = load_with_bars(workspace)
    new = sum(report.accepted for report in reports)
    refused = sum(report.quarantined for report in reports)
    loaded = f"{new:,} new rows loaded" if new else "Nothing new to load"
    say(f"{loaded}; {refused:,} rows in quarantine." if refused else f"{loaded}.")
    from bizops.present.terminal import scorecard_table, tree_view

    say(f"Computing {len(model.kpis)} KPIs ...")
    rich_print(scorecard_table(workspace.scorecard()))
    rich_print(tree_view(workspace.tree()))
    say("What to type next:")
    for line in NEXT[example]:
        say(f"  {_called()} {line.format(dir=os.path.relpath(root))}")
    if serve:
        from bizops.server import HOST, Server
        from bizops.server import serve as serve_page

        def ready(running: Server) -> None:
            say(f"\nThe same in the console: {running.url}   (Ctrl-C ends it)")
            if live:
                at_work.enter_context(_services_at_work(workspace, running.url.rstrip("/")))

        with ExitStack() as at_work:
            serve_page(workspace, HOST, port, ready)
    return DONE


@contextmanager
def _services_at_work(workspace: Workspace, url: str) -> Iterator[None]:
    """The company's services report what they do, for as long as the block lasts."""
    from bizops.demo.live import SENDER, Replay
    from bizops.intake.tokens import Tokens

    tokens = Tokens(workspace.state, workspace.clock)
    made, secret = tokens.create(SENDER, None)
    stopped = Event()

    def told(number: int) -> None:
        say(f"{number:,} calls of the last ten days were reported, and the services go on. Try:")
        say(f"  {_called()} kpi query history_live_p90 -C {os.path.relpath(workspace.root)} --last 10")
        say(f"  {_called()} kpi query authorisation_live -C {os.path.relpath(workspace.root)}")

    replay = Replay(workspace.root / "data", url, secret)
    thread = Thread(target=replay.run, args=(workspace.clock(), stopped, told), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(10)
        tokens.revoke(made.id)


def _called() -> str:
    """How the command is called in this shell: by name, or where it is not on the path, by its place."""
    return "bizops" if shutil.which("bizops") else os.path.relpath(sys.argv[0])


NEXT = {
    "sales": (
        "kpi revenue_per_fte -C {dir}",
        "kpi query time_to_authorise -C {dir} --by store.region --last 6",
        "kpi show customers_per_fte_day -C {dir}",
    ),
    "travel": (
        "kpi query time_to_authorise -C {dir} --grain quarter",
        "kpi query time_to_authorise -C {dir} --grain quarter --as-of 2018-03-31",
        "kpi show first_time_right -C {dir}",
    ),
    "retail": (
        "kpi net_revenue -C {dir}",
        "kpi query net_revenue -C {dir} --by country --grain total",
        "kpi show customers_per_trading_day -C {dir}",
    ),
    "booking": (
        "kpi query history_p95 booking_p95 -C {dir}",
        "mapping coverage -C {dir}",
        "rows bookings_failed -C {dir}",
    ),
}
"""Three commands worth trying on each example."""


def prepared(example: str, root: Path, live: bool = False) -> Workspace:
    """The example's workspace, built where it is not there yet; the model is renewed each time."""
    from bizops.workspace import open_workspace

    source = examples() / example
    if example in DATA:
        _find_data(example)
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "bizops.yaml", root)
    shutil.copytree(source / "model", root / "model", dirs_exist_ok=True)
    for overlay in (source / "live").glob("*.yaml"):
        if live:
            shutil.copy(overlay, root / "model")
        else:
            (root / "model" / overlay.name).unlink(missing_ok=True)
    if example == "sales" and not (root / "data" / "truth.json").is_file():
        from bizops.demo import simulate

        say("Simulating two years of Nordlicht Handel (about ten seconds, once) ...")
        simulate(root / "data")
    return open_workspace(root)


def examples() -> Path:
    """The examples' directory: in the package when installed, in the checkout otherwise."""
    package = Path(__file__).parents[1]
    for place in (package / "examples", package.parents[1] / "examples"):
        if place.is_dir():
            return place
    raise BizopsError.of("missing-file", f"The examples are not where they should be: {package / 'examples'}.")


def _find_data(example: str) -> None:
    """Points the example's variable at its data; says where to get them when they are not there."""
    variable, folder = DATA[example]
    if os.environ.get(variable):
        return
    beside = Path(os.environ.get("BIZOPS_DATA", "../shared/data")) / folder
    if beside.is_dir():
        os.environ[variable] = str(beside.resolve())
        return
    raise BizopsError.of(
        "missing-data",
        f"The data of the example '{example}' are not part of bizops.",
        hint=f"{examples() / example / 'README.md'} says where to get them; then set {variable}.",
    )
