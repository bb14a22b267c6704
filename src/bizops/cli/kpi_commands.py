"""Commands on KPIs: list, show, query; `bizops kpi NAME` is short for asking for one."""

from __future__ import annotations

from pathlib import Path

import click

from bizops.cli.edge import DONE, NOT_DONE, emit, json_option, opened, rich_print, say, workspace_option
from bizops.describe import described
from bizops.errors import BizopsError

GRAINS = ["hour", "day", "week", "month", "quarter", "year", "fiscal_month", "fiscal_quarter", "fiscal_year", "total"]


class WithDefault(click.Group):
    """A group whose first word may be left out: `kpi NAME` is `kpi query NAME`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["query", *args]
        return super().parse_args(ctx, args)


@click.group(cls=WithDefault)
def kpi() -> None:
    """List, show and query KPIs. `bizops kpi NAME` is short for `bizops kpi query NAME`."""


@kpi.command("list")
@workspace_option
@json_option
def list_kpis(directory: Path, as_json: bool) -> int:
    """The KPIs of the model."""
    workspace = opened(directory)
    known = [described(workspace, name) for name in workspace.model.kpis]
    if as_json:
        emit({"kpis": known})
        return DONE
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("kpi", "title", "kind", "unit", "good is", "slices"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "kpi")
    for one in known:
        slices = ", ".join(one["slices"])
        table.add_row(one["name"], one["title"] or "", one["kind"], one["unit"], one["direction"], slices)
    rich_print(table)
    return DONE


@kpi.command("show")
@click.argument("name")
@workspace_option
@json_option
def show(name: str, directory: Path, as_json: bool) -> int:
    """What a KPI is: definition, owners, what it is made of, its targets, its query."""
    workspace = opened(directory)
    one = described(workspace, name, whole=True)
    if as_json:
        emit(one)
        return DONE
    say(f"{one['title'] or name}   [{name}]")
    if one["description"]:
        say(one["description"])
    labels = {
        "kind": "kind", "unit": "unit", "direction": "good is", "grain": "read by", "calendar": "calendar",
        "owners": "owners", "slices": "split by", "made_of": "made of", "definition": "definition",
        "targets": "targets",
    }  # fmt: skip
    for key, label in labels.items():
        if text := _text(one[key]):
            say(f"  {label:12s}{text}")
    for key, text in one["source"].items():
        say(f"  {key:12s}{text}")
    if one["query"]:
        say("\n" + _pretty(one["query"]))
    return DONE


def _target(target: dict[str, dict[str, object]]) -> str:
    segment = _text(target["slice"])
    return (f"{segment}: " if segment else "") + _text(target["series"])


def _pretty(query: str) -> str:
    import sqlglot

    return ";\n\n".join(tree.sql("duckdb", pretty=True) for tree in sqlglot.parse(query, read="duckdb") if tree)


def _text(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items() if one)
    if isinstance(value, list | tuple):
        return "; ".join(_target(one) if isinstance(one, dict) else str(one) for one in value)
    return "" if value is None else str(value)


@kpi.command("query")
@click.argument("names", nargs=-1, required=True)
@click.option("--grain", type=click.Choice(GRAINS), help="The period; as the KPI is usually read otherwise.")
@click.option("--from", "start", help="First period: 2026, 2026-Q1, 2026-03, 2026-W07, 2026-03-01, FY2026 ...")
@click.option("--to", "end", help="Last period.")
@click.option("--last", type=click.IntRange(1, 100_000), help="The last so many periods.")
@click.option("--by", multiple=True, help="Split by a slice, or several: --by branch, --by region,team. Repeatable.")
@click.option("--total/--no-total", default=None, help="The whole beside the split values.")
@click.option("--filter", "filters", multiple=True, metavar="SLICE=VALUE", help="Only there. Repeatable.")
@click.option("--compare", type=click.Choice(["previous", "year_ago"]), help="With an earlier period beside it.")
@click.option("--as-of", help="As known at the end of that day, or at that local time.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV.")
@workspace_option
@json_option
def query(
    names: tuple[str, ...],
    grain: str | None,
    start: str | None,
    end: str | None,
    last: int | None,
    by: tuple[str, ...],
    total: bool | None,
    filters: tuple[str, ...],
    compare: str | None,
    as_of: str | None,
    as_csv: bool,
    directory: Path,
    as_json: bool,
) -> int:
    """Values of KPIs NAMES, each with what is needed to trust it."""
    from bizops.present.values import value_form, values_csv
    from bizops.workspace import Span

    workspace = opened(directory)
    ways: list[tuple[str, ...]] = [tuple(part.strip() for part in way.split(",")) for way in by]
    if not ways or total:
        ways.insert(0, ())
    answer = workspace.query(
        list(names),
        grain=grain,
        span=Span(start, end, last),
        by=ways,
        filters=_filters(filters),
        compare=compare,
        as_of=workspace.instant(as_of),
    )
    language = workspace.model.settings.language
    if as_json:
        kpis = []
        for part in answer.kpis:
            values = [value_form(value, language, part.kpi.decimals) for value in answer.of(part.kpi.name)]
            kpis.append({"kpi": part.kpi.name, "unit": part.kpi.unit, "query": part.query, "values": values})
        emit({"kpis": kpis})
    elif as_csv:
        click.echo(values_csv(list(answer)), nl=False)
    else:
        from bizops.present.terminal import values_table

        for part in answer.kpis:
            rich_print(values_table(part.kpi, answer.of(part.kpi.name), language))
    return DONE if any(value.refusal is None for value in answer) else NOT_DONE


@kpi.command("chart")
@click.argument("name")
@click.option("--kind", type=click.Choice(["line", "bar"]), default="line", help="Bars show the parts of one period.")
@click.option("--grain", type=click.Choice(GRAINS), help="The period; as the KPI is usually read otherwise.")
@click.option("--from", "start", help="First period.")
@click.option("--to", "end", help="Last period.")
@click.option("--last", type=click.IntRange(1, 1000), help="The last so many periods.")
@click.option("--by", help="The parts by a slice, beside each other.")
@click.option("--filter", "filters", multiple=True, metavar="SLICE=VALUE", help="Only there. Repeatable.")
@click.option("--compare", type=click.Choice(["previous", "year_ago"]), help="With an earlier period beside it.")
@click.option("--as-of", help="As known at the end of that day, or at that local time.")
@click.option("--lang", type=click.Choice(["en", "de"]), help="The language; the workspace's otherwise.")
@click.option("--svg", "as_svg", is_flag=True, help="As a picture, SVG in light and dark.")
@workspace_option
@json_option
def chart(
    name: str,
    kind: str,
    grain: str | None,
    start: str | None,
    end: str | None,
    last: int | None,
    by: str | None,
    filters: tuple[str, ...],
    compare: str | None,
    as_of: str | None,
    lang: str | None,
    as_svg: bool,
    directory: Path,
    as_json: bool,
) -> int:
    """How a KPI went, drawn: its usual range, its target, what happened."""
    from bizops.workspace import Span

    workspace = opened(directory)
    drawn = workspace.chart(
        name,
        kind=kind,
        grain=grain,
        span=Span(start, end, last),
        by=by,
        filters=_filters(filters),
        compare=compare,
        as_of=workspace.instant(as_of),
        language=lang,
    )
    if as_json:
        emit(drawn.as_dict())
    elif as_svg:
        from bizops.present.charts import svg

        click.echo(svg(drawn, "auto"))
    else:
        from bizops.present.charts.terminal import chart_view

        rich_print(chart_view(drawn))
    return DONE


def _filters(texts: tuple[str, ...]) -> dict[str, str]:
    filters: dict[str, str] = {}
    for text in texts:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise BizopsError.of("bad-filter", f"'{text}' is no filter.", hint="Write --filter branch=B01.")
        if name in filters and filters[name] != value:
            raise BizopsError.of(
                "bad-filter", f"'{name}' cannot be '{filters[name]}' and '{value}' at once.", hint=f"Use --by {name}."
            )
        filters[name] = value
    return filters
