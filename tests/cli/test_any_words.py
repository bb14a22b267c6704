"""Whatever is typed, the program answers with a documented exit code and never with a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from command_line import Type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CONTRACT = json.loads((Path(__file__).parents[2] / "docs" / "contract.json").read_text(encoding="utf-8"))
COMMANDS = [entry for entry in CONTRACT["commands"].values() if entry["command"] not in ("", "demo", "init", "start")]
WORDS = st.one_of(
    st.sampled_from(["orders", "revenue", "time_to_authorise", "branch", "branch=North", "2026-02", "2026", "month"]),
    st.sampled_from(["total", "2", "0", "-1", "year_ago", "bash", "data/orders.csv", '{"order_id": "Z"}', "", "="]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


def options(entry: dict[str, Any]) -> st.SearchStrategy[list[str]]:
    """One option of a command, with a value if it takes one."""
    of_one = [
        st.tuples(st.just(flag), WORDS).map(list) if option["value"] else st.just([flag])
        for option in entry["options"]
        for flag in option["flags"]
        if flag not in ("-C", "--dir")
    ]
    return st.one_of(of_one) if of_one else st.just([])


def lines() -> st.SearchStrategy[list[str]]:
    """A command, some arguments (or too many, or none) and some options, of those it has."""
    return st.sampled_from(COMMANDS).flatmap(
        lambda entry: st.builds(
            lambda words, chosen: [*entry["command"].split(), *words, *(part for one in chosen for part in one)],
            st.lists(WORDS, max_size=2),
            st.lists(options(entry), max_size=3),
        )
    )


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=lines())
def test_any_line_ends_with_a_documented_exit_code(line: list[str], shop: Path, typed: Type) -> None:
    result = typed(*line)
    assert result.code in (0, 1, 2, 130), result
    assert "Traceback" not in result.out + result.err
    if result.code in (1, 2) and "--json" not in line:
        assert result.err
