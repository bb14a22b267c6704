"""What a KPI is, in words and parts, and what stands beside it in the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bizops.errors import BizopsError, did_you_mean
from bizops.measure import leaves
from bizops.model import Model
from bizops.model.language import Kpi, Link
from bizops.model.series import series_of
from bizops.present.texts import say, span, text_of
from bizops.present.tree import grade_of, lower_kpis
from bizops.workspace import Span, Workspace


def described(workspace: Workspace, name: str, whole: bool = False, language: str | None = None) -> dict[str, Any]:
    """A KPI's definition; ``whole`` adds what it is made of, its targets and the query that computes it."""
    model = workspace.model
    if name not in model.kpis:
        raise BizopsError.of("unknown-kpi", f"There is no KPI '{name}'.", hint=did_you_mean(name, model.kpis))
    kpi = model.kpis[name]
    language = language or model.settings.language
    owners = {"business": kpi.owners.business, "it": kpi.owners.it} if kpi.owners else {"business": None, "it": None}
    facts: dict[str, Any] = {
        "name": name,
        "title": kpi.title[language] if kpi.title else None,
        "kind": kpi.kind,
        "unit": kpi.unit,
        "direction": kpi.direction,
        "grain": kpi.grain,
        "slices": list(kpi.slices),
        "owners": owners,
        "definition": model.definition_hash("kpis", name),
    }
    if not whole:
        return facts
    place = kpi.place()
    targets = [one for one in model.targets.values() if one.kpi == name]
    return {
        **facts,
        "description": kpi.description[language] if kpi.description else None,
        "calendar": kpi.calendar or model.settings.calendar,
        "source": _written(kpi),
        "made_of": _parts(workspace, kpi),
        "targets": [{"slice": dict(one.slice), "series": dict(one.series)} for one in targets],
        "place": str(place),
        "query": _query(workspace, name),
    }


def _written(kpi: Kpi) -> dict[str, str]:
    """The keys that decide the value, as they are written."""
    written = {
        key: getattr(kpi, key) for key in ("over", "journey", "where", "value", "numerator", "denominator", "clock")
    }
    texts = {key: getattr(value, "text", value) for key, value in written.items() if value is not None}
    if kpi.kind != "journey":
        texts.pop("clock", None)
    for key in ("per", "each"):
        if mapping := getattr(kpi, key):
            texts[key] = ", ".join(f"{name}: {text.text}" for name, text in mapping.items())
    if kpi.index:
        texts["index"] = ", ".join(f"{part.weight:g} x {name}" for name, part in kpi.index.items())
    return texts


def _parts(workspace: Workspace, kpi: Kpi) -> list[str]:
    if kpi.kind in ("measure", "journey"):
        return []
    return sorted(series_of(workspace.model, kpi).kpis())


def _query(workspace: Workspace, name: str) -> str | None:
    """The SQL of the KPI's latest period; None while there are no data."""
    try:
        answer = workspace.query([name], span=Span(last=1))
    except BizopsError:
        return None
    return answer.kpis[0].query or None


def services_behind(model: Model, kpi: str) -> tuple[str, ...]:
    """The digital services that a KPI's rows come from, those of its parts included."""
    found: dict[str, None] = {}
    for name in leaves(model, kpi):
        definition = model.kpis[name]
        journey = model.journeys.get(definition.journey or "")
        over = [definition.over or ""] if journey is None else [e for s in journey.steps.values() for e in s.event]
        for row in over:
            event = model.events.get(row)
            source = model.sources.get(event.source if event else row)
            service = (event.service if event else None) or (source.service if source else None)
            if service is not None:
                found[service] = None
    return tuple(found)


def terms_of(model: Model, name: str) -> tuple[str, ...]:
    """The terms that are tied to a definition."""
    return tuple(term for term, definition in model.terms.items() if name in definition.means)


@dataclass(frozen=True)
class Neighbour:
    """A KPI next to another one in the tree, and the link between them."""

    kpi: str
    title: str
    kind: str
    grade: str | None
    grade_text: str
    lag: str | None
    strength: float | None


def parents_of(model: Model, kpi: str, language: str) -> list[Neighbour]:
    """What a KPI is part of, or is believed to move."""
    return [
        _neighbour(model, link, link.kpi, language) for link in model.links.values() if kpi in lower_kpis(model, link)
    ]


def children_of(model: Model, kpi: str, language: str) -> list[Neighbour]:
    """What a KPI is made of, or is believed to be moved by."""
    links = [link for link in model.links.values() if link.kpi == kpi]
    return [_neighbour(model, link, lower, language) for link in links for lower in lower_kpis(model, link)]


def _neighbour(model: Model, link: Link, other: str, language: str) -> Neighbour:
    grade = None if link.kind == "identity" else grade_of(link)
    return Neighbour(
        kpi=other,
        title=text_of(model.kpis[other].title, language) or other,
        kind=link.kind,
        grade=grade,
        grade_text=say(grade, language) if grade else "",
        lag=span(link.lag, language) if link.lag else None,
        strength=link.strength,
    )
