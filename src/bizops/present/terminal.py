"""For terminals: places what was decided elsewhere. Everything that colour says, a word or a line says too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from rich.tree import Tree as RichTree

from bizops.measure import Value
from bizops.model.language import Kpi
from bizops.present import numbers
from bizops.present.scorecard import SPARK, Scorecard, text_of
from bizops.present.sparkline import spark_text
from bizops.present.texts import say
from bizops.present.tree import GRADES, Node, Tree

_STATUS = {"good": ("green", "●"), "watch": ("yellow", "◐"), "bad": ("red", "○")}
_LINES = {"asserted": "┄", "observational": "┈", "quasi-experimental": "╌", "randomised": "─"}
_MOST_COLUMNS = 8


def scorecard_table(card: Scorecard) -> RenderableType:
    """The sentence, then one line a KPI."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    language = card.language
    table.add_column(say("kpi", language), overflow="ellipsis", no_wrap=True, max_width=34)
    for name in ("value", "period", "target", "status", "previous", "year_ago"):
        right = name in ("value", "target", "previous", "year_ago")
        table.add_column(say(name, language), justify="right" if right else "left", no_wrap=True)
    table.add_column(say("trend", language), no_wrap=True, min_width=SPARK)
    for row in card.rows:
        colour, sign = _STATUS.get(row.status or "", ("", ""))
        table.add_row(
            row.title,
            Text(row.display, style="bold"),
            Text(row.period or "", style="dim"),
            row.target_display if row.target is not None else "",
            Text(f"{sign} {row.status_text}" if sign else "", style=colour),
            row.previous,
            row.year_ago,
            spark_text(row.spark),
        )
        if row.unfinished:
            table.add_row(Text(f"  {row.unfinished}", style="dim italic"))
        if row.refusal:
            table.add_row(Text(f"  {row.refusal}", style="dim italic"))
    return Group(Text(card.title, style="bold underline"), Text(card.sentence), "", table, "")


def tree_view(tree: Tree) -> RenderableType:
    """Arithmetic with double lines, hypotheses with a line style for each grade."""
    parts: list[RenderableType] = [Text(f"{say('tree', tree.language)}: {tree.title}", style="bold underline")]
    for root in tree.roots:
        shown = RichTree(_node_text(root, tree.language), guide_style="dim")
        _grow(shown, root, tree.language)
        parts.append(shown)
    grades = "  ".join(f"{_LINES[grade]} {say(grade, tree.language)}" for grade in GRADES)
    parts.append(Text(say("legend", tree.language, grades=grades), style="dim"))
    if tree.outside:
        parts.append(Text(say("outside", tree.language, names=", ".join(tree.outside)), style="dim"))
    return Group(*parts, "")


def _grow(branch: RichTree, node: Node, language: str) -> None:
    for edge in node.edges:
        sign = "═ " if edge.kind == "identity" else f"{_LINES[edge.grade or 'asserted']} "
        text = Text(sign, style="bold") + _node_text(edge.node, language)
        if edge.label:
            text.append(f"   {edge.label}", style="dim italic")
        _grow(branch.add(text), edge.node, language)


def _node_text(node: Node, language: str) -> Text:
    text = Text(f"{node.title}  ") + Text(node.display, style="bold")
    if node.change != numbers.NONE:
        text.append(f"  {node.change}")
    if node.status:
        colour, sign = _STATUS[node.status]
        text.append(f"  {sign} {node.status_text}", style=colour)
    if node.spark:
        text.append(f"  {spark_text(node.spark)}")
    if node.formula:
        text.append(f"   = {node.formula}", style="dim")
    if node.again:
        text.append(f"  {say('again', language)}", style="dim")
    return text


def values_table(kpi: Kpi, values: Sequence[Value], language: str) -> RenderableType:
    """The values of one KPI: periods down; slices across while they are few, else down too."""
    title = Text(text_of(kpi.title, language) or kpi.name, style="bold")
    title.append(f"   [{kpi.name}, {kpi.unit}]", style="dim")
    ways = list(dict.fromkeys(_label(value) for value in values))
    if 1 < len(ways) <= _MOST_COLUMNS:
        return Group(title, _crossed(kpi, values, ways, language), "")
    table = Table(box=None, pad_edge=False, header_style="bold")
    sliced, compared = ways != [""], any(value.compared for value in values)
    opened = any(value.open_cases for value in values)
    table.add_column(say("period", language), no_wrap=True)
    if sliced:
        table.add_column("")
    table.add_column(say("value", language), justify="right", no_wrap=True)
    if compared:
        table.add_column(say("previous", language), justify="right", no_wrap=True)
    if opened:
        table.add_column(say("naive", language), justify="right", no_wrap=True)
        table.add_column(say("open", language), justify="right", no_wrap=True)
    table.add_column(say("rows", language), justify="right", no_wrap=True)
    table.add_column(say("note", language))
    for value in values:
        cells: list[RenderableType] = [value.period.label]
        cells += [_label(value)] if sliced else []
        cells.append(Text(_shown(kpi, value.value, language), style="bold"))
        if compared:
            change = value.compared.relative if value.compared else None
            cells.append(numbers.change(change, language))
        if opened:
            cells += [_shown(kpi, value.naive, language), str(value.open_cases or "")]
        cells += ["" if value.rows is None else numbers.number(value.rows, language, 0), Text(_note(value, language))]
        table.add_row(*cells)
    spark = spark_text([value.value for value in values]) if not sliced else ""
    return Group(title, Text(spark), table, "") if len(spark) > 1 else Group(title, table, "")


def _crossed(kpi: Kpi, values: Sequence[Value], ways: Sequence[str], language: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column(say("period", language), no_wrap=True)
    for way in ways:
        table.add_column(way or "Σ", justify="right")
    table.add_column(say("note", language))
    cells = {(value.period.label, _label(value)): value for value in values}
    for period in dict.fromkeys(value.period.label for value in values):
        line = [cells.get((period, way)) for way in ways]
        notes = dict.fromkeys(_note(value, language) for value in line if value is not None)
        shown = [_shown(kpi, value.value, language) if value else "" for value in line]
        table.add_row(period, *shown, "; ".join(note for note in notes if note))
    return table


def _shown(kpi: Kpi, value: float | None, language: str) -> str:
    return numbers.display(value, kpi.unit, language, kpi.decimals)


def _label(value: Value) -> str:
    return " / ".join("∅" if part is None else part for part in value.slice.values())


def _note(value: Value, language: str) -> str:
    if value.refusal is not None:
        return value.refusal.message
    if value.compared is not None and value.compared.refusal is not None:
        return value.compared.refusal.message
    if value.completeness == "running":
        return say("unfinished", language)
    return "" if value.completeness == "complete" else say(value.completeness, language)
