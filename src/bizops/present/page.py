"""The scorecard and the tree as one page: no script, nothing fetched, readable in light and dark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from bizops.present.charts import svg
from bizops.present.numbers import NONE
from bizops.present.scorecard import SIGNS, Row, Scorecard
from bizops.present.texts import say
from bizops.present.tree import Edge, Node, Tree, legend

STYLE = """
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#57606a;--back:#fff;--line:#d0d7de;--good:#116329;--watch:#7d4e00;--bad:#a40e26}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--back:#0d1117;--line:#30363d;--good:#56d364;--watch:#e3b341;--bad:#ff8182}}
*{box-sizing:border-box}body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem;background:var(--back);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.5rem;margin:0 0 .25rem}h2{font-size:1.1rem;margin:2.5rem 0 .5rem}p.lead{font-size:1.15rem;margin:0 0 1.5rem;max-width:60rem}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th{font-weight:600;text-align:left;color:var(--soft);font-size:.85rem}
th,td{padding:.35rem .75rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top;white-space:nowrap}td:first-child{white-space:normal;min-width:14rem}
.n{text-align:right;font-variant-numeric:tabular-nums}.v{font-weight:600}.s{color:var(--soft);font-size:.85rem}.good{color:var(--good)}.watch{color:var(--watch)}.bad{color:var(--bad)}
svg{vertical-align:middle;color:var(--soft)}ul{list-style:none;padding-left:1.25rem;border-left:1px solid var(--line)}ul.top{padding:0;border:0}
li{padding:.2rem 0}code{font-size:.85rem;color:var(--soft)}sup{line-height:0}a{color:inherit}
@media(max-width:40rem){body{padding:1rem .75rem}td:first-child{min-width:8.5rem}.v{white-space:normal}ul{padding-left:.75rem}code{overflow-wrap:anywhere}}
""".strip()  # noqa: E501 -- one rule a line reads worse
"""The only style of the page; the server allows it by its hash."""


def page(card: Scorecard, tree: Tree) -> str:
    """The whole page, in the scorecard's language."""
    language = card.language
    headings = ("kpi", "value", "period", "target", "previous", "year_ago", "trend")
    numeric = {"value", "target", "previous", "year_ago"}
    head = "".join(
        f'<th scope="col"{" class=n" if name in numeric else ""}>{escape(say(name, language))}</th>'
        for name in headings
    )
    footnotes = {note: at for at, note in enumerate(card.reasons(), 1)}
    rows = "".join(_row(row, footnotes, language) for row in card.rows)
    reasons = "".join(f'<p class="s" id="note-{at}">{at}\u2002{escape(note)}</p>' for note, at in footnotes.items())
    outside = [say("outside", language, names=", ".join(tree.outside_titles))] if tree.outside else []
    below_tree = ([legend(language)] if tree.roots else []) + outside
    roots = "".join(_node(root, None, language) for root in tree.roots)
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(card.title)}</title>'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(card.title)}</h1>"
        f'<p class="lead">{escape(card.sentence)}</p>'
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(say("scorecard", language))}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>{reasons}"
        f'<h2>{escape(say("tree", language))}</h2><ul class="top">{roots}</ul>{_small(below_tree)}'
        "</main></body></html>"
    )


def _row(row: Row, footnotes: Mapping[str, int], language: str) -> str:
    notes = "".join(
        f'<br><span class="s">{escape(note)}</span>' for note in (row.unfinished, row.refusal) if note is not None
    )
    target = (escape(row.target_display) if row.target is not None else "") + _verdict(row)
    return (
        f"<tr><td>{escape(row.title)}{notes}</td>"
        f'<td class="n v">{escape(row.display)}</td><td class="s">{escape(row.period or "")}</td>'
        f'<td class="n">{target}</td>'
        f'<td class="n">{escape(row.previous)}{_mark(row.previous_note, footnotes)}</td>'
        f'<td class="n">{escape(row.year_ago)}{_mark(row.year_ago_note, footnotes)}</td>'
        f"<td>{svg(row.spark_chart(language)) if row.spark else ''}</td></tr>"
    )


def _mark(note: str | None, footnotes: Mapping[str, int]) -> str:
    """Leads to the footnote that says why there is no number, by key and by touch too."""
    return f'<sup><a href="#note-{footnotes[note]}">{footnotes[note]}</a></sup>' if note else ""


def _small(lines: Sequence[str]) -> str:
    return "".join(f'<p class="s">{escape(line)}</p>' for line in lines)


def _verdict(row: Row | Node) -> str:
    if row.status is None:
        return ""
    return f' <span class="{row.status}">{SIGNS[row.status]} {escape(row.status_text)}</span>'


def _node(node: Node, edge: Edge | None, language: str) -> str:
    line = f'<span class="s" aria-hidden="true">{edge.line}</span> ' if edge else ""
    notes = (node.change if node.change != NONE else "", edge.label if edge else "")
    change, label = (f' <span class="s">{escape(note)}</span>' if note else "" for note in notes)
    formula = f" <code>= {escape(node.formula)}</code>" if node.formula else ""
    again = f' <span class="s">{escape(say("again", language))}</span>' if node.again else ""
    parts = "".join(_node(below.node, below, language) for below in node.edges)
    return (
        f'<li>{line}{escape(node.title)} <span class="v">{escape(node.display)}</span>'
        f"{change}{_verdict(node)}{label}{formula}{again}{f'<ul>{parts}</ul>' if parts else ''}</li>"
    )
