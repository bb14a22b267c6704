"""Files in, model out: put together from all files, every problem told, none invented."""

import pytest
from mutations import FILES

from bizops.errors import BizopsError
from bizops.model import read_model
from bizops.model.language import SECTIONS, Settings
from bizops.model.nodes import Map
from bizops.model.schema import nested_in
from bizops.model.structures import keys_of


def problems(files: dict[str, str | bytes]) -> list[str]:
    with pytest.raises(BizopsError) as caught:
        read_model(files)
    return [f"{p.place} {p.code}" for p in caught.value.problems]


def test_the_complete_model_is_read() -> None:
    model = read_model(FILES)
    assert {section: len(model.section(section)) for section in SECTIONS} == {
        "terms": 2, "teams": 2, "services": 1, "sources": 8, "events": 4, "journeys": 1, "kpis": 9, "links": 2,
        "targets": 2, "benchmarks": 1, "calendars": 1, "currencies": 1,
    }  # fmt: skip
    assert model.settings.minimum_group == 6
    assert model.nouns == {"parcel"}
    assert model.base_currency == "EUR"


def test_the_complete_model_uses_every_key_of_the_language() -> None:
    used: set[tuple[str, str]] = set()

    def visit(value: object) -> None:
        for name in keys_of(type(value)) if type(value) in classes else ():
            node = value.node  # type: ignore[attr-defined]
            if isinstance(node, Map) and node.get(name) is not None:
                used.add((type(value).__name__, name))
            visit(getattr(value, name))
        if isinstance(value, dict | tuple):
            for part in value.values() if isinstance(value, dict) else value:
                visit(part)

    classes = set(nested_in(*SECTIONS.values(), Settings))
    model = read_model(FILES)
    visit(model.settings)
    for section in SECTIONS:
        visit(tuple(model.section(section).values()))
    every = {(cls.__name__, name) for cls in classes for name in keys_of(cls)}
    # These exclude others that are used: a query and a table, an XLSX sheet and CSV, weeks and months.
    assert every - used == {("Sql", "query"), ("Source", "sheet"), ("FiscalYear", "weeks")}


def test_no_files_make_an_empty_model() -> None:
    model = read_model({})
    assert (model.kpis, model.currencies, model.settings.language) == ({}, None, "en")
    assert model.calendar().zone == "UTC"


def test_a_section_may_be_spread_over_files() -> None:
    model = read_model({"a.yaml": "teams: {x: {side: it}}", "b.yaml": "teams: {y: {side: it}}", "c.yaml": "teams:\n"})
    assert list(model.teams) == ["x", "y"]


def test_a_name_stands_once_in_a_section() -> None:
    with pytest.raises(BizopsError) as caught:
        read_model({"a.yaml": "teams: {x: {side: it}}", "b.yaml": "teams:\n  x: {side: it}"})
    assert str(caught.value) == (
        "b.yaml:2:3  duplicate-name  'x' of teams stands here a second time; the first is at a.yaml:1:9. "
        "Remove or rename one of them."
    )


def test_entries_of_lists_are_named_by_their_kpi() -> None:
    assert list(read_model(FILES).targets) == ["revenue#1", "delay#1"]
    kpis = "kpis: {a: {kind: series, value: 1}, b: {kind: series, value: 1}}"
    model = read_model({"k.yaml": kpis, "t.yaml": "links: {why: {kpi: a, kind: influence, by: b}}"})
    assert list(model.links) == ["why"]


def test_every_problem_is_told_in_the_order_of_the_files() -> None:
    files = {
        "b.yaml": "teams:\n  x: {side: left}\n  y: {sid: it}\n",
        "a.yaml": "kpis:\n  k: {kind: ratio, unit: EURO, numerator: z}\nteam: {}\n",
    }
    assert problems(files) == [
        "a.yaml:2:3 missing-key",
        "a.yaml:2:26 unknown-unit",
        "a.yaml:2:43 unknown-reference",
        "a.yaml:3:1 unknown-section",
        "b.yaml:2:13 unknown-word",
        "b.yaml:3:7 unknown-key",
    ]


def test_a_broken_file_does_not_make_names_elsewhere_unknown() -> None:
    files = {**FILES, "model/data.yaml": FILES["model/data.yaml"] + "  oops\n"}
    files["model/words.yaml"] = FILES["model/words.yaml"].replace("side: it", "side: left")
    assert problems(files) == ["model/data.yaml:170:3 yaml-syntax", "model/words.yaml:32:11 unknown-word"]


def test_what_leans_on_a_flawed_definition_is_not_blamed() -> None:
    files = {
        **FILES,
        "model/data.yaml": FILES["model/data.yaml"].replace("columns: {branch: text, ", "colums: {branch: text, "),
    }
    assert problems(files) == ["model/data.yaml:54:5 unknown-key"]


def test_the_settings_take_their_own_keys_only() -> None:
    assert problems({"bizops.yaml": "kpis: {}\n"}) == ["bizops.yaml:1:1 unknown-key"]


def test_definitions_tell_where_each_of_their_keys_stands() -> None:
    kpi = read_model(FILES).kpis["revenue"]
    places = [kpi.place(), kpi.place("slices", 1), kpi.place("owners"), kpi.place("owners", "it"), kpi.place("anchor")]
    assert [place.line for place in places] == [2, 16, 11, 13, 2]


def test_a_calendar_counts_as_it_is_written() -> None:
    calendar = read_model(FILES).calendar("office")
    assert calendar.period("FY26-Q1").first_day.isoformat() == "2025-07-01"
    with pytest.raises(BizopsError, match="There is no calendar 'offce'"):
        read_model(FILES).calendar("offce")


def wide_model(files: int) -> dict[str, str | bytes]:
    """Many files with a KPI tree across them."""
    made: dict[str, str | bytes] = {}
    for number in range(files):
        made[f"model/{number:03}.yaml"] = f"""
sources:
  s{number}:
    columns: {{id: text, amount: {{type: decimal, unit: EUR}}, at: timestamp, who: text}}
    key: [id]
    time: at
kpis:
  sum{number}:
    title: {{en: Sum, de: Summe}}
    kind: measure
    over: s{number}
    value: sum(amount where who <> 'nobody')
    unit: EUR
    slices: [who]
  share{number}: {{kind: ratio, numerator: sum{number}, denominator: sum{(number + 1) % files}, unit: "%"}}
"""
    return made


def test_five_hundred_files_are_checked_across_each_other() -> None:
    files = wide_model(500)
    assert len(read_model(files).kpis) == 1000
    files["model/250.yaml"] = str(files["model/250.yaml"]).replace("sum(amount", "sum(amont")
    files["model/400.yaml"] = str(files["model/400.yaml"]).replace("denominator: sum401", "denominator: sum501")
    assert problems(files) == ["model/250.yaml:12:16 unknown-reference", "model/400.yaml:15:59 unknown-reference"]


def test_of_many_names_the_one_that_was_meant_is_found() -> None:
    files = wide_model(500)
    files["model/400.yaml"] = str(files["model/400.yaml"]).replace("over: s400", "over: s4000")
    with pytest.raises(BizopsError) as caught:
        read_model(files)
    assert [problem.hint for problem in caught.value.problems] == ["Did you mean 's400'?"]


def test_the_order_of_the_files_means_nothing() -> None:
    assert read_model(dict(reversed(FILES.items()))).hash == read_model(FILES).hash
