"""Descriptions into pages: the templates place, everything was decided before."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bizops.present import texts
from bizops.present.charts import Chart, svg
from bizops.present.numbers import NONE
from bizops.present.paper.sheet import Sheet
from bizops.present.paper.style import STYLE
from bizops.present.scorecard import SIGNS, Scorecard
from bizops.present.tree import Tree, legend


def scorecard_page(card: Scorecard, tree: Tree) -> str:
    """The scorecard and the tree, in the scorecard's language."""
    footnotes = {note: at for at, note in enumerate(card.reasons(), 1)}
    outside = texts.say("outside", card.language, names=", ".join(tree.outside_titles)) if tree.outside else ""
    below = [*([legend(card.language)] if tree.roots else []), *([outside] if outside else [])]
    return _page("scorecard.html", card.language, card=card, tree=tree, footnotes=footnotes, below=below)


def kpi_page(sheet: Sheet) -> str:
    """One KPI, to be read, printed or sent."""
    return _page("kpi.html", sheet.language, sheet=sheet)


def _page(template: str, language: str, **parts: object) -> str:
    def say(key: str, **words: object) -> str:
        return texts.say(key, language, **words)

    made = _templates().get_template(template)
    return made.render(say=say, language=language, style=Markup(STYLE), signs=SIGNS, nothing=NONE, **parts)


@cache
def _templates() -> Environment:
    found = Environment(
        loader=PackageLoader("bizops.present.paper"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters["picture"] = _picture
    return found


def _picture(chart: Chart) -> Markup:
    """A chart in the page; the renderer has escaped its words."""
    return Markup(svg(chart))
