"""For terminals: places what was decided elsewhere. Everything that colour says, a word or a line says too."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from rich.tree import Tree as RichTree

from bizops.measure import Value
from bizops.model.language import Kpi
from bizops.present import numbers
from bizops.present.charts.spark import spark_text
from bizops.present.scorecard import SIGNS, SPARK, Row, Scorecard
from bizops.present.texts import plain, reason, say, text_of, unit_text
from bizops.present.tree import Edge, Node, Tree, legend

_COLOURS = {"good": "green", "watch": "yellow", "bad": "red"}
_MOST_COLUMNS = 8
_TITLE = 34
_LEAST_TITLE = 20
_LEFT_OUT: tuple[tuple[str, ...], ...] = ((), ("trend",), ("trend", "year_ago"), ("trend", "year_ago", "previous"))
"""Columns of the scorecard that a narrow terminal does without, first those that are missed least."""


def scorecard_table(card: Scorecard) -> RenderableType:
    """The sentence, then one line a KPI."""
    reasons = [Text(f"{numbers.NONE} {text}", style="dim") for text in card.reasons()]
    return Group(Text(card.title, style="bold underline"), Text(card.sentence), "", _Rows(card), "", *reasons)


class _Rows:
    """A scorecard's rows in as many columns as there is room for: titles are wrapped, numbers never cut."""

    def __init__(self, card: Scorecard) -> None:
        self.card = card
        self.cells = {
            "value": [Text(row.display, style="bold") for row in card.rows],
            "period": [Text(row.period or "", style="dim") for row in card.rows],
            "target": [_target(row) for row in card.rows],
            "status": [_verdict(row) for row in card.rows],
            "previous": [Text(row.previous) for row in card.rows],
            "year_ago": [Text(row.year_ago) for row in card.rows],
            "trend": [Text(spark_text(row.spark).ljust(SPARK)) for row in card.rows],
        }

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The first choice of columns that fits, or the narrowest."""
        choices = [[name for name in self.cells if name not in left_out] for left_out in _LEFT_OUT]
        yield self._table(next((names for names in choices if self._width(names) <= options.max_width), choices[-1]))

    def _width(self, names: Sequence[str]) -> int:
        heads = [Text(say(name, self.card.language)) for name in names]
        widths = [
            max(cell.cell_len for cell in [head, *self.cells[name]]) for name, head in zip(names, heads, strict=True)
        ]
        return _LEAST_TITLE + sum(width + 1 for width in widths)

    def _table(self, names: Sequence[str]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
        language = self.card.language
        table.add_column(say("kpi", language), overflow="fold", max_width=_TITLE)
        for name in names:
            right = name in ("value", "target", "previous", "year_ago")
            table.add_column(say(name, language), justify="right" if right else "left", no_wrap=True)
        for at, row in enumerate(self.card.rows):
            table.add_row(row.title, *(self.cells[name][at] for name in names))
            for note in (row.unfinished, row.refusal):
                if note:
                    table.add_row(Padding(Text(note, style="dim italic"), (0, 0, 0, 2)))
        return table


def _target(row: Row) -> Text:
    """The target, without the unit when the value beside it has the same one."""
    if row.target is None:
        return Text("")
    value, target = row.display.partition(" "), row.target_display.partition(" ")
    return Text(target[0] if target[2] == value[2] else row.target_display)


def _verdict(row: Row | Node) -> Text:
    if row.status is None:
        return Text("")
    return Text(f"{SIGNS[row.status]} {row.status_text}", style=_COLOURS[row.status])


def tree_view(tree: Tree) -> RenderableType:
    """Arithmetic with double lines, hypotheses with a line style for each grade."""
    parts: list[RenderableType] = [Text(f"{say('tree', tree.language)}: {tree.title}", style="bold underline")]
    for root in tree.roots:
        shown = RichTree(_Pieces(_pieces(root, None, tree.language)), guide_style="dim")
        _grow(shown, root, tree.language)
        parts.append(shown)
    parts.append(Text(legend(tree.language), style="dim"))
    if tree.outside:
        parts.append(Text(say("outside", tree.language, names=", ".join(tree.outside_titles)), style="dim"))
    return Group(*parts, "")


def _grow(branch: RichTree, node: Node, language: str) -> None:
    for edge in node.edges:
        _grow(branch.add(_Pieces(_pieces(edge.node, edge, language))), edge.node, language)


class _Pieces:
    """Pieces of text side by side; one that finds no room begins the next line, whole."""

    def __init__(self, pieces: Sequence[Text]) -> None:
        self.pieces = pieces

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As many pieces a line as fit."""
        line = Text()
        for piece in self.pieces:
            if line.cell_len and line.cell_len + 2 + piece.cell_len > options.max_width:
                yield line
                line = Text()
            line = Text("  ").join([line, piece]) if line.cell_len else piece
        yield line


def _pieces(node: Node, edge: Edge | None, language: str) -> list[Text]:
    title = Text.assemble((f"{edge.line} " if edge else "", "bold"), node.title)
    pieces = [
        title,
        Text(node.display, style="bold"),
        Text(node.change if node.change != numbers.NONE else ""),
        _verdict(node),
        Text(spark_text(node.spark)),
        Text(edge.label if edge else "", style="italic"),
        Text(f"= {node.formula}" if node.formula else "", style="dim"),
        Text(say("again", language) if node.again else "", style="dim"),
    ]
    return [piece for piece in pieces if piece.plain]


def values_table(kpi: Kpi, values: Sequence[Value], language: str) -> RenderableType:
    """The values of one KPI: periods down; slices across while they are few and not compared, else down too."""
    title = Text(text_of(kpi.title, language) or kpi.name, style="bold")
    title.append(f"   [{kpi.name}, {unit_text(kpi.unit, language)}]", style="dim")
    ways = list(dict.fromkeys(_label(value) for value in values))
    compared = any(value.compared for value in values)
    if 1 < len(ways) <= _MOST_COLUMNS and not compared:
        return Group(title, _crossed(kpi, values, ways, language), "")
    table = Table(box=None, pad_edge=False, header_style="bold")
    sliced = ways != [""]
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
            cells.append(_change(kpi, value, language))
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


def _change(kpi: Kpi, value: Value, language: str) -> str:
    if value.compared is None:
        return numbers.NONE
    return numbers.change_text(value.compared.change, value.compared.relative, kpi.unit, language, kpi.decimals)


def _label(value: Value) -> str:
    return " / ".join("∅" if part is None else plain(part) for part in value.slice.values())


def _note(value: Value, language: str) -> str:
    if value.refusal is not None:
        return reason(value.refusal, language)
    if value.compared is not None and value.compared.refusal is not None:
        return reason(value.compared.refusal, language)
    if value.completeness == "running":
        return say("unfinished", language)
    return "" if value.completeness == "complete" else say(value.completeness, language)
