"""The page of measurements is what the benchmark writes."""

from __future__ import annotations

import re

from bench.report import TABLES
from pages import REPO

PAGE = (REPO / "docs/performance.md").read_text(encoding="utf-8")


def test_every_figure_that_is_measured_stands_on_the_page_and_no_other() -> None:
    told = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| what")]
    assert [line.split("|")[1].strip() for line in told] == [
        f.label for _, figures in TABLES.values() for f in figures.values()
    ]


def test_a_target_that_was_missed_is_marked() -> None:
    for _, figures in TABLES.values():
        for figure in figures.values():
            (line,) = (line for line in PAGE.splitlines() if line.startswith(f"| {figure.label} |"))
            number = re.match(r"[\d.,]+", line.split("|")[2].strip())
            assert number is not None
            assert (figure.met(float(number[0].replace(",", ""))) is False) == ("not met" in line)
