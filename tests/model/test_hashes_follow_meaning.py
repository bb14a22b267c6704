"""What changes a number changes the hash, and nothing else does."""

import pytest
from mutations import FILES

from bizops.model import read_model

_ALL = read_model(FILES)


def changed(file: str, old: str, new: str) -> set[str]:
    """Names of the KPIs whose hash differs after a change."""
    assert FILES[file].count(old) == 1
    model = read_model({**FILES, file: FILES[file].replace(old, new)})
    return {kpi for kpi in model.kpis if model.definition_hash("kpis", kpi) != _ALL.definition_hash("kpis", kpi)}


KPIS, DATA, TIME, WORDS = "model/kpis.yaml", "model/data.yaml", "model/time.yaml", "model/words.yaml"
MONEY = {"revenue", "revenue_12", "revenue_per_buyer", "health"}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (KPIS, "title: {en: Revenue, de: Umsatz}", "title: Turnover"),
        (KPIS, "description: Net, returns left out.", "description: Something else."),
        (KPIS, "      business: finance\n", ""),
        (KPIS, "decimals: 0", "decimals: 2"),
        (KPIS, "value: sum(amount)", "value:   sum( amount )".replace("( amount )", "(amount)")),
        (KPIS, "    over: sold\n    value: sum", "    # a comment\n\n    over: sold\n    value: sum"),
        ("model/plans.yaml", "FY26: 1200000", "FY26: 1"),
        (WORDS, "synonyms: [Umsatzposition, booked line]", "synonyms: []"),
        (DATA, "description: A line was sold.", "description: Sold."),
    ],
)
def test_words_owners_targets_and_layout_change_no_hash_of_a_kpi(file: str, old: str, new: str) -> None:
    assert changed(file, old, new) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "kpis"),
    [
        (KPIS, "value: sum(amount)", "value: max(amount)", MONEY),
        (KPIS, "weight: 0.4, worst: 48", "weight: 0.4, worst: 40", {"health"}),
        (KPIS, "      size: 7", "      size: 8", {"buyers", "revenue_per_buyer"}),
        (DATA, "where: status = 'gone'", "where: status = 'away'", {"delay", "health"}),
        (DATA, "region: text, area: number}", "region: text, area: integer}",
         MONEY | {"buyers", "lines_per_buyer", "delay"}),
        (TIME, "      2025-07-01: 1.07\n", "", MONEY | {"delay", "buyers"}),
    ],
)  # fmt: skip
def test_what_a_kpi_is_made_from_changes_its_hash_and_no_other(file: str, old: str, new: str, kpis: set[str]) -> None:
    assert changed(file, old, new) == kpis


def test_the_calendar_changes_the_hash_of_every_kpi_that_counts_by_it() -> None:
    assert changed(TIME, "mon-fri: 08:00-12:00, 13:00-17:00", "mon-fri: 08:00-12:00") == set(_ALL.kpis)


def test_the_order_of_steps_has_a_meaning_and_the_order_of_columns_has_none() -> None:
    decided, gone = FILES[DATA].index("      decided:\n"), FILES[DATA].index("      gone: withdrawn\n")
    end = FILES[DATA].index("    ended_by")
    text = FILES[DATA][:decided] + FILES[DATA][gone:end] + FILES[DATA][decided:gone] + FILES[DATA][end:]
    model = read_model({**FILES, DATA: text})
    assert model.definition_hash("journeys", "order_path") != _ALL.definition_hash("journeys", "order_path")
    assert (
        changed(DATA, "{branch: text, region: text, area: number}", "{area: number, branch: text, region: text}")
        == set()
    )


def test_the_hash_of_the_model_sees_all_meaning_and_no_layout() -> None:
    spread = dict(FILES)
    plans = spread.pop("model/plans.yaml")
    links, targets = plans.index("links:"), plans.index("targets:")
    spread["model/z/links.yaml"], spread["model/a.yaml"] = plans[links:targets] + "# the end\n", plans[targets:]
    assert read_model(spread).hash == _ALL.hash
    for old, new in (("FY26: 1200000", "FY26: 1"), ("pool: Shops in Europe", "pool: Shops")):
        assert read_model({**FILES, "model/plans.yaml": plans.replace(old, new)}).hash != _ALL.hash


def test_an_unknown_definition_has_no_hash() -> None:
    with pytest.raises(KeyError):
        _ALL.definition_hash("kpis", "nothing")
