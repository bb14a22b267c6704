"""What a KPI is, in words and parts: for `bizops kpi list` and `show`."""

from __future__ import annotations

from typing import Any

from bizops.errors import BizopsError, did_you_mean
from bizops.model.language import Kpi
from bizops.model.series import series_of
from bizops.workspace import Span, Workspace


def described(workspace: Workspace, name: str, whole: bool = False) -> dict[str, Any]:
    """A KPI's definition; ``whole`` adds what it is made of, its targets and the query that computes it."""
    model = workspace.model
    if name not in model.kpis:
        raise BizopsError.of("unknown-kpi", f"There is no KPI '{name}'.", hint=did_you_mean(name, model.kpis))
    kpi = model.kpis[name]
    language = model.settings.language
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
