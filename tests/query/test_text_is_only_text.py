"""Nothing a person or a row writes becomes part of a query: a text is a text, whatever stands in it."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bizops.errors import BizopsError
from bizops.model.expression import parse_expression
from bizops.model.typed import BOOLEAN, INTEGER, TEXT, Aggregate, Type, Typed, field, literal
from bizops.model.typing import Typer
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Filter, Given, Group, Project, Scan

TEXTS = st.text(alphabet=st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=30)
NASTY = [
    "'; COPY t TO '/tmp/x'; --",
    "''",
    "\\",
    "\\'",
    "a'b\"c;",
    "$1 {x} %s",
    "/* */ --",
    "\n\t\r",
    "Ünïcödé 日本語 🙂",
    "' OR 1=1 --",
    "$$x$$",
    "E'\\x41'",
]


class OneText:
    """Fields of a table with one text column."""

    steps = ()

    def resolve(self, path: str) -> Typed | None:
        return field("x", TEXT) if path == "x" else None

    def paths(self) -> tuple[str, ...]:
        return ("x",)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    engine = Engine(readable=root, scratch=root / "scratch")
    yield engine
    engine.close()


def found(engine: Engine, condition: str, *texts: str) -> list[str]:
    typed = Typer(OneText()).boolean(parse_expression(condition))
    table = pa.table({"x": pa.array(texts, pa.string())})
    return engine.run(Filter(Given("t"), typed), Clock(), {"t": table}).column("x").to_pylist()


@settings(deadline=None, max_examples=150)
@given(TEXTS)
@example(NASTY[0])
@example(NASTY[1])
@example(NASTY[2])
@example(NASTY[3])
@example(NASTY[4])
@example(NASTY[8])
@example(NASTY[11])
def test_a_text_in_a_condition_equals_itself_and_nothing_else(engine, text):
    quoted = "'" + text.replace("'", "''") + "'"
    assert found(engine, f"x = {quoted}", text, text + "x", "x" + text) == [text]
    assert found(engine, f"x in ('?', {quoted})", text, text + "x") == [text]


@pytest.mark.parametrize("text", NASTY)
def test_every_text_function_takes_any_text(engine, text):
    quoted = "'" + text.replace("'", "''") + "'"
    for condition in (f"starts_with(x, {quoted})", f"contains(x, {quoted})", f"ends_with(x, {quoted})"):
        assert found(engine, condition, text) == [text]
    assert found(engine, f"concat(x, {quoted}) = concat({quoted}, {quoted})", text) == [text]
    assert found(engine, f"contains(x, {quoted})", "%", "_", "something") == []


@pytest.mark.parametrize("text", NASTY)
def test_names_of_columns_and_tables_are_quoted(engine, text):
    """Slice values and names that come from data are never names of a query; those from the model are quoted."""
    name = text.replace("\x00", "")
    plan = Project(Given("t"), {name: field("x", TEXT)})
    answer = engine.run(plan, Clock(), {"t": pa.table({"x": ["v"]})})
    assert answer.column_names == [name]


@pytest.mark.parametrize("text", [*NASTY, "", " "])
def test_filters_and_slices_of_a_question_are_texts_too(small, text):
    yaml = """
sources:
  rows: {columns: {id: text, at: date, x: text}, key: [id], time: at}
kpis:
  n: {kind: measure, over: rows, value: count(), slices: [x]}
"""
    rows = [{"id": "1", "at": "2026-01-01", "x": text}, {"id": "2", "at": "2026-01-01", "x": "other"}]
    made = small(yaml, rows=rows)
    month = {"start": "2026-01", "end": "2026-01"}
    slices = made.split("n", "x", **month)
    assert slices["other"] == 1
    assert sum(slices.values()) == 2
    if text.strip() == text and text:
        assert slices[text] == 1
        assert made.number("n", filters={"x": text}, **month) == 1


@pytest.mark.parametrize("separator", ["\x1f", "\x00", "\x1fx\x1f"])
def test_no_character_of_a_slice_value_breaks_the_answer(small, separator):
    yaml = """
sources:
  rows: {columns: {id: text, at: date, x: text, y: text}, key: [id], time: at}
kpis:
  n: {kind: measure, over: rows, value: count(), slices: [x, y]}
"""
    rows = [{"id": "1", "at": "2026-01-01", "x": f"a{separator}b", "y": "c"}]
    made = small(yaml)
    path = made.root / "rows.jsonl"
    import json

    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    made.workspace.load("rows", [path])
    taken = made.workspace.status()[0]["rows"]  # control characters may be refused at the door as well
    if taken:
        values = list(made.query("n", by=[["x"], ["x", "y"]], start="2026-01", end="2026-01"))
        assert [value.value for value in values] == [1, 1]


# ------------------------------------------------------------------------------------------------------ locked doors


def test_files_outside_cannot_be_read(engine, tmp_path):
    outside = tmp_path / "secret.parquet"
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"x": ["secret"]}), outside)
    for path in (str(outside), "/etc/passwd", "http://127.0.0.1/x.parquet"):
        with pytest.raises(Exception, match=r"(?i)permission|not allowed|disabled|cannot access"):
            engine.run(Scan("s", (path,), {"x": "text"}), Clock())


@pytest.mark.parametrize(
    "statement",
    [
        "COPY (SELECT 1) TO '/tmp/bizops-test-out.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/hostname')",
        "INSTALL httpfs",
        "LOAD httpfs",
        "ATTACH '/tmp/bizops-test.db'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "EXPORT DATABASE '/tmp/bizops-test'",
    ],
)
def test_even_a_query_of_one_s_own_could_not_leave_the_room(engine, statement):
    import duckdb

    with pytest.raises(duckdb.Error):
        engine.connection.execute(statement).fetchall()


def test_an_unknown_operation_is_never_passed_through(engine):
    for plan in (
        Project(Given("t"), {"y": Typed("read_text", TEXT, (literal("/etc/passwd", TEXT),))}),
        Group(Given("t"), ((),), {"y": Aggregate("approx_quantile", INTEGER, (field("x", TEXT),))}),
    ):
        with pytest.raises((KeyError, BizopsError)):
            engine.sql(plan, Clock())


def test_queries_are_single_selects(engine):
    typed = Typed("=", BOOLEAN, (field("x", Type("text")), literal("'; DROP TABLE t; --", TEXT)))
    text = engine.sql(Filter(Given("t"), typed), Clock())
    import sqlglot
    from sqlglot import exp

    (statement,) = sqlglot.parse(text, read="duckdb")
    assert isinstance(statement, exp.Select)
