"""A KPI on one page: what it is, where it stands, how it went."""

from __future__ import annotations

from dataclasses import dataclass

from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present.charts import Chart
from bizops.present.texts import say, text_of, unit_text
from bizops.present.verdict import Verdict


@dataclass(frozen=True)
class Sheet:
    """Everything the page says, in one language."""

    workspace: str
    title: str
    description: str
    verdict: Verdict
    chart: Chart
    facts: tuple[tuple[str, str], ...]

    @property
    def language(self) -> str:
        """The language of all its texts."""
        return self.chart.language


def kpi_sheet(model: Model, kpi: Kpi, verdict: Verdict, chart: Chart) -> Sheet:
    """The sheet of a KPI from its verdict and its chart."""
    language = chart.language
    owners = [one for one in (kpi.owners.business, kpi.owners.it) if one] if kpi.owners else []
    titles = [text_of(model.teams[name].title, language) or name for name in owners]
    facts = [
        (say("good_is", language), say(f"good_{kpi.direction}", language)),
        (say("unit", language), unit_text(kpi.unit, language) if kpi.unit != "1" else ""),
        (say("owners", language), " · ".join(titles) or say("no_owner", language)),
        (say("definition", language), model.definition_hash("kpis", kpi.name)),
    ]
    return Sheet(
        workspace=text_of(model.settings.title, language),
        title=text_of(kpi.title, language) or kpi.name,
        description=text_of(kpi.description, language),
        verdict=verdict,
        chart=chart,
        facts=tuple(fact for fact in facts if fact[1]),
    )
