"""Every node, operation and aggregate has one written form for DuckDB: see ``fixtures/``."""

from __future__ import annotations

import re
from pathlib import Path

import plans
import pytest
from plans import AGGREGATES, BERLIN, DERIVED, EXPRESSIONS, PLANS

from bizops.query.compile import compile_plan
from bizops.query.dialect import DUCKDB
from bizops.query.plan import Given, Group, Project

FIXTURES = Path(__file__).parent / "fixtures"


def written(file: str) -> dict[str, str]:
    """The statements of a fixture file by the name in the comment above each."""
    parts = re.split(r"^-- (.*)\n", (FIXTURES / file).read_text(), flags=re.MULTILINE)[1:]
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


def value_of(plan: Project | Group) -> str:
    """The one column of a plan over ``t``, on one line."""
    text = compile_plan(plan, DUCKDB, BERLIN).sql("duckdb")
    return text.removeprefix("SELECT ").removesuffix(' AS "v" FROM t')


def test_all_plans_are_written_down() -> None:
    found = {name: compile_plan(plan, DUCKDB, BERLIN).sql("duckdb", pretty=True) for name, plan in PLANS.items()}
    assert found == written("plans.sql")


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_an_expression_is_what_is_written_down(text: str) -> None:
    assert value_of(Project(Given("t"), {"v": plans.scalar(text)})) == written("expressions.sql")[text]


@pytest.mark.parametrize("name", DERIVED)
def test_an_operation_is_what_is_written_down(name: str) -> None:
    assert value_of(Project(Given("t"), {"v": DERIVED[name]})) == written("expressions.sql")[name]


@pytest.mark.parametrize("text", [text for text in AGGREGATES if not text.startswith(("avg", "share"))])
def test_an_aggregate_is_what_is_written_down(text: str) -> None:
    assert value_of(Group(Given("t"), ((),), {"v": plans.aggregate(text)})) == written("aggregates.sql")[text]


def test_nothing_is_written_down_that_is_not_tested() -> None:
    assert set(written("expressions.sql")) == {*EXPRESSIONS, *DERIVED}
    assert set(written("aggregates.sql")) == {text for text in AGGREGATES if not text.startswith("avg")}
