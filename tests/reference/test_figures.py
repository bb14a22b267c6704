"""Every figure that the authors of the real data sets publish comes out of the product, through its models."""

from __future__ import annotations

import os
import runpy
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bizops.workspace import Span, Workspace, open_workspace

REPOSITORY = Path(__file__).parents[2]
DATA = Path(os.environ.get("BIZOPS_DATA", REPOSITORY.parent / "shared" / "data")).resolve()
OWN_DIRECTORY = {"BIZOPS_TRAVEL_DATA": "bpic2020_travel", "BIZOPS_RETAIL_DATA": "online_retail_2011"}
FRAME = REPOSITORY / "examples" / "booking" / "frame.py"
TABLE: dict[str, dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "figures.yaml").read_text(encoding="utf-8"))


def figures() -> Iterator[Any]:
    for dataset, entry in TABLE.items():
        for figure in entry["figures"]:
            if "kpi" in figure:
                name = f"{dataset}-{figure['figure']}-{figure['column']}-{figure['kpi']}"
                yield pytest.param(dataset, entry, figure, id=name)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A function that gives the workspace of a data set, with its data loaded (once)."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BIZOPS_DATA", str(DATA))
        for variable, dataset in OWN_DIRECTORY.items():
            patch.setenv(variable, str(DATA / dataset))

        @cache
        def workspace(dataset: str) -> Workspace:
            target = tmp_path_factory.mktemp(dataset) / "workspace"
            shutil.copytree(REPOSITORY / TABLE[dataset]["workspace"], target)
            opened = open_workspace(target)
            framed = TABLE[dataset].get("framed")
            if framed is None:
                patch.setenv("BIZOPS_BOOKING_DATA", str(DATA / dataset / TABLE[dataset].get("data", "")))
                opened.load()
            else:
                files = [DATA / dataset / framed[name] for name in ("spans", "logs") if name in framed]
                runpy.run_path(str(FRAME))["main"](target / "otlp", *files)
                opened.load_otlp(framed["sender"], sorted((target / "otlp").iterdir()))
            return opened

        yield workspace


@pytest.mark.parametrize(("dataset", "entry", "figure"), list(figures()))
def test_the_published_figure(loaded: Any, dataset: str, entry: dict[str, Any], figure: dict[str, Any]) -> None:
    if not (DATA / dataset).is_dir():
        pytest.skip(f"The data set {dataset} is not in {DATA}; set BIZOPS_DATA.")
    first, last = (str(day) for day in entry["period"])
    by = [figure["by"]] if "by" in figure else []
    answer = loaded(dataset).query(
        [figure["kpi"]], grain=figure.get("grain", "total"), span=Span(first, last), by=[by] if by else ((),)
    )
    found: dict[str, float | None] = {}
    for value in answer:
        parts = [value.period.label] if "grain" in figure else []
        parts += [str(value.slice[name]) for name in by]
        found[" / ".join(parts)] = value.value
    expected = figure["expect"] if isinstance(figure["expect"], dict) else {"": figure["expect"]}
    assert {key: found.get(key) for key in expected} == {
        key: pytest.approx(number, abs=figure["tolerance"], rel=1e-12) for key, number in expected.items()
    }
