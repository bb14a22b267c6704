"""Real data sets give the figures that their authors publish."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import bizops
from bizops.workspace import Span, Workspace

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("BIZOPS_DATA", ROOT.parent / "shared" / "data")).resolve()
DATA_SETS: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "figures.yaml").read_text())
VARIABLES = {"bpic2020_travel": "BIZOPS_TRAVEL_DATA", "online_retail_2011": "BIZOPS_RETAIL_DATA"}
"""The examples take their data from a variable of their own; the reference workspaces from ``BIZOPS_DATA``."""

FIGURES = [(name, figure) for name, data_set in DATA_SETS.items() for figure in data_set["figures"]]
EXPRESSIBLE = [(name, figure) for name, figure in FIGURES if "not_expressible" not in figure]


def _title(figure: dict[str, Any]) -> str:
    return f"{figure['figure']}-{figure['column']}"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Gives the loaded workspace of a data set; each is loaded once."""
    made: dict[str, Workspace] = {}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BIZOPS_DATA", str(DATA))
        for name, variable in VARIABLES.items():
            environment.setenv(variable, os.environ.get(variable, str(DATA / name)))

        def workspace(name: str) -> Workspace:
            data = Path(os.environ.get(VARIABLES.get(name, ""), DATA / name))
            if not data.is_dir():
                pytest.skip(f"the data set {name} is not at {data}: set BIZOPS_DATA")
            if name not in made:
                root = tmp_path_factory.mktemp("figures") / name
                shutil.copytree(ROOT / DATA_SETS[name]["workspace"], root, ignore=shutil.ignore_patterns(".bizops"))
                made[name] = bizops.open(root)
                made[name].load()
            return made[name]

        yield workspace


def _answer(workspace: Workspace, period: list[object], figure: dict[str, Any]) -> dict[str, Any]:
    """Values by period label, by slice, or by ``period / slice``, as ``figures.yaml`` writes them."""
    first, last = map(str, period)
    by = figure.get("by")
    answer = workspace.query(
        [figure["kpi"]],
        grain=figure.get("grain", "total"),
        span=Span(first, last),
        by=[[by] if by else []],
    )
    parts: dict[str, Any] = {}
    for value in answer:
        labels = [value.period.label] if "grain" in figure else []
        labels += ["/".join(str(part) for part in value.slice.values())] if by else []
        parts[" / ".join(labels)] = value
    return parts


@pytest.mark.parametrize(
    ("name", "figure"), EXPRESSIBLE, ids=[f"{name}-{_title(figure)}" for name, figure in EXPRESSIBLE]
)
def test_published_figures_come_out_to_the_last_digit(loaded: Any, name: str, figure: dict[str, Any]) -> None:
    found = _answer(loaded(name), DATA_SETS[name]["period"], figure)
    expected = figure["expect"] if isinstance(figure["expect"], dict) else {"": figure["expect"]}
    wrong = {}
    for label, wanted in expected.items():
        value = found.get(str(label))
        # 1e-9 covers the rounding of the sum of the published value and its tolerance, nothing more.
        if value is None or value.value is None or abs(value.value - wanted) > figure["tolerance"] + 1e-9:
            wrong[label] = (wanted, value and (value.value, value.refusal))
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "figure"),
    [(name, figure) for name, figure in FIGURES if "not_expressible" in figure],
    ids=[f"{name}-{_title(figure)}" for name, figure in FIGURES if "not_expressible" in figure],
)
def test_figures_that_no_kpi_gives_say_why(name: str, figure: dict[str, Any]) -> None:
    assert len(figure["not_expressible"].split()) > 5
    assert "expect" not in figure
