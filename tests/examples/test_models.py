"""The models of the examples and of the reference data sets have no problem, and cover what they are meant to show."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from bizops.demo.service import P90_MS
from bizops.demo.truth_of_service import LATE_AFTER_H, QUALITY_PARTS
from bizops.model import Model, read_model

REPOSITORY = Path(__file__).parents[2]
WORKSPACES = sorted(
    path.parent.relative_to(REPOSITORY).as_posix()
    for folder in ("examples", "tests/reference")
    for path in (REPOSITORY / folder).glob("*/bizops.yaml")
)


def model_of(workspace: str) -> Model:
    root = REPOSITORY / workspace
    files = [root / "bizops.yaml", *sorted((root / "model").rglob("*.yaml"))]
    return read_model({file.relative_to(root).as_posix(): file.read_bytes() for file in files})


@pytest.mark.parametrize("workspace", WORKSPACES)
def test_the_model_has_no_problem(workspace: str) -> None:
    assert model_of(workspace).kpis


@pytest.mark.parametrize("workspace", [w for w in WORKSPACES if w.startswith("examples/")])
def test_everything_people_read_has_a_title(workspace: str) -> None:
    model = model_of(workspace)
    for section in (model.kpis, model.terms, model.teams, model.services, model.sources, model.events, model.journeys):
        assert [name for name, definition in section.items() if not definition.title] == []


@pytest.mark.parametrize("workspace", [w for w in WORKSPACES if w.startswith("examples/")])
def test_every_benchmark_names_its_publisher_and_licence(workspace: str) -> None:
    for benchmark in model_of(workspace).benchmarks.values():
        assert "Destatis" in benchmark.source
        assert benchmark.licence == "dl-de/by-2-0"


def test_the_demo_shows_all_four_kinds_of_kpi_and_the_path_from_the_history_view_to_revenue() -> None:
    model = model_of("examples/sales")
    assert {kpi.kind for kpi in model.kpis.values()} == {"measure", "ratio", "journey", "series"}
    text = (REPOSITORY / "examples/sales/model/tree.yaml").read_text(encoding="utf-8")
    links = yaml.safe_load(text)["links"]
    above: dict[str, set[str]] = {}
    for link in links:
        lower = [link["by"]] if "by" in link else re.findall(r"[a-z_]+", link["formula"])
        for name in lower:
            above.setdefault(name, set()).add(link["kpi"])
    for way in (
        ("history_view_p90", "customers_per_day", "contacts_per_fte", "revenue_per_fte"),
        ("history_view_p90", "advice_quality", "revenue_per_contact", "revenue_per_fte"),
    ):
        assert all(upper in above[lower] for lower, upper in pairwise(way))


def test_the_index_of_the_truth_and_of_the_model_have_the_same_parts() -> None:
    parts = model_of("examples/sales").kpis["advice_quality"].index
    in_percent = {name: 1.0 if name == "mystery_shop_score" else 100.0 for name in QUALITY_PARTS}
    assert {name: (part.weight, part.worst, part.best) for name, part in parts.items()} == {
        name: (weight, pytest.approx(worst * in_percent[name]), pytest.approx(best * in_percent[name]))
        for name, (weight, worst, best) in QUALITY_PARTS.items()
    }
    assert f"age() > {LATE_AFTER_H:.0f} h" in model_of("examples/sales").kpis["late_orders"].value.text


def test_the_planted_truths_are_told_as_they_are_simulated() -> None:
    told = yaml.safe_load((REPOSITORY / "examples/sales/truth.yaml").read_text(encoding="utf-8"))
    assert told["history_view"]["p90_ms"] == {"v4": P90_MS[4], "v5": P90_MS[5]}
    assert told["roll_out"]["waves"][1] == date(2025, 9, 1)
