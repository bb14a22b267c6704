"""Wrong words get one clear line that names what would be right, and the documented exit code."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Type

CASES = [
    ("kpi revenu", 1, "unknown-kpi  There is no KPI 'revenu'. Did you mean 'revenue'?"),
    ("kpi show ordrs", 1, "unknown-kpi  There is no KPI 'ordrs'. Did you mean 'orders'?"),
    ("tree revenu", 1, "unknown-kpi  There is no KPI 'revenu'. Did you mean 'revenue'?"),
    ("scorecard --team nobody", 1, "unknown-team  There is no team 'nobody'."),
    ("load order", 1, "unknown-source  There is no source 'order'. Did you mean 'orders'?"),
    ("quarantine order", 1, "unknown-source  There is no source 'order'. Did you mean 'orders'?"),
    ("compact order", 1, "unknown-source  There is no source 'order'. Did you mean 'orders'?"),
    ("withdraw order --yes", 1, "unknown-source  There is no source 'order'. Did you mean 'orders'?"),
    ("kpi revenue --by brnch", 1, "no-such-slice  revenue cannot be split by 'brnch'. Did you mean 'branch'?"),
    ("kpi revenue --by branch,", 1, "no-such-slice  revenue cannot be split by ''. Slices are branch."),
    ("kpi revenue --filter brnch=x", 1, "no-such-slice  'revenue' cannot be filtered by 'brnch'. Did you mean 'b"),
    ("kpi revenue --filter branch", 1, "bad-filter  'branch' is no filter. Write --filter branch=B01."),
    ("kpi revenue --filter branch=a --filter branch=b", 1, "bad-filter  'branch' cannot be 'a' and 'b' at once."),
    ("kpi revenue --from 2026-13", 1, "bad-period  '2026-13' is not a period."),
    ("kpi revenue --from 2026-03 --to 2026-01", 1, "bad-period  The first period lies after the last one."),
    ("kpi revenue --from 9999 --to 9999", 1, "bad-period  '9999' is not a period."),
    ("kpi revenue --from 1900 --to 2190 --grain hour", 1, "bad-period  That is more than 100,000 periods."),
    ("scorecard --period soon", 1, "bad-period  'soon' is not a period."),
    ("kpi revenue --as-of soon", 1, "bad-date  'soon' is no date. Write '2026-03-31' or '2026-03-31T12:00'."),
    ("kpi revenue --as-of 2026-02-30", 1, "bad-date  '2026-02-30' is no date."),
    ("kpi revenue --as-of 1999-01-01", 1, "no-data  Nothing was known of orders at that time yet."),
    ("load orders nowhere.csv", 1, "missing-file  nowhere.csv is not there."),
    ("load orders model", 1, "unreadable-file  model is no regular file."),
    ("load orders --author me --entry x", 1, "bad-entry  'x' is no entry."),
    ("init .", 1, "not-empty  . is not empty. Name a new directory: 'bizops init DIR'."),
    ("check -C /", 1, "no-workspace  There is no bizops.yaml in / or above it."),
    ("kpi revenue --grain mnth", 2, "Invalid value for '--grain': 'mnth' is not one of 'hour', 'day'"),
    ("kpi revenue --last 0", 2, "Invalid value for '--last': 0 is not in the range"),
    ("quarantine --limit -1", 2, "Invalid value for '--limit': -1 is not in the range"),
    ("load orders --entry {}", 2, "Entries by hand need a SOURCE and an --author."),
    ("chek", 2, "There is no command 'chek'. Did you mean 'check'?"),
    ("kpi query", 2, "Missing argument 'NAMES...'."),
    ("check --jsn", 2, "No such option '--jsn'. Did you mean '--json'?"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "says"), CASES, ids=[line for line, _, _ in CASES])
def test_one_clear_line_and_the_exit_code(line: str, code: int, says: str, shop: Path, typed: Type) -> None:
    result = typed(*line.split(" "))
    assert (result.code, result.out) == (code, "")
    assert says in result.err
    assert result.err.count("\n") == 1


def test_no_data_yet_says_what_to_do(empty_shop: Path, typed: Type) -> None:
    result = typed("kpi", "revenue")
    assert result.code == 1
    assert result.err == "no-data  No data are loaded for orders. Load them with 'bizops load'.\n"
    assert typed("status").code == typed("scorecard").code == typed("tree").code == typed("verify").code == 0


def test_a_variable_that_is_not_set_is_named(empty_shop: Path, typed: Type, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_DATA", raising=False)
    with Path("bizops.yaml").open("a", encoding="utf-8") as settings:
        settings.write("data: env:SHOP_DATA\n")
    result = typed("load")
    assert result.code == 1
    assert result.err.startswith("missing-variable  The data lie where the environment variable SHOP_DATA says")


def test_a_great_many_periods_are_those_that_there_are(shop: Path, typed: Type) -> None:
    result = typed("kpi", "revenue", "--last", "100000", "--csv")
    assert result.code == 0
    assert [line.split(",")[1] for line in result.out.splitlines()] == ["period", "2026-01", "2026-02", "2026-03"]


@pytest.mark.parametrize("words", [[], ["kpi"]])
def test_a_command_without_words_shows_its_help(words: list[str], typed: Type) -> None:
    result = typed(*words)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("Usage: ")
    assert "See '" not in result.err
