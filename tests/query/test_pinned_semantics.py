"""What engines disagree about has one meaning here; each row of the table is run."""

from __future__ import annotations

from datetime import date, datetime

import plans
import pyarrow as pa
import pytest

from bizops.model.typed import INTEGER, TEXT, Aggregate, field
from bizops.query.engine import Engine
from bizops.query.plan import Clock, Given, Group, Join, Plan, Project, Stack, Survival


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    engine = Engine(readable=root, scratch=root / "scratch")
    yield engine
    engine.close()


def column(
    engine: Engine, plan: Plan, name: str = "v", clock: Clock = plans.BERLIN, **tables: pa.Table
) -> list[object]:
    return engine.run(plan, clock, tables).column(name).to_pylist()


def numbers(*values: float | None) -> pa.Table:
    return pa.table({"x": pa.array(values, pa.float64()), "n": pa.array(range(len(values)), pa.int64())})


def aggregate(engine: Engine, text: str, *values: float | None) -> object:
    (found,) = column(engine, Group(Given("t"), ((),), {"v": plans.aggregate(text)}), t=numbers(*values))
    return found


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("percentile(x, 95)", (1, 2, 3, 4, None), 3.85),
        ("percentile_disc(x, 50)", (1, 2, 3, 4), 2),
        ("percentile_disc(x, 51)", (1, 2, 3, 4), 3),
        ("median(x)", (1, 2, 3, 4), 2.5),
        ("sum(x)", (), None),
        ("sum(x)", (None, None), None),
        ("min(x)", (), None),
        ("count()", (), 0),
        ("count(x)", (None, 1), 1),
        ("count()", (None, 1), 2),
        ("distinct(x)", (None, 1, 1), 1),
        ("distinct(x, n)", (None, 1, 1), 2),
        ("stddev(x)", (1, 3), 2**0.5),
        ("stddev(x)", (1,), None),
        ("sum(x where n > 5)", (1, 2), None),
        ("count(where n > 5)", (1, 2), 0),
    ],
)
def test_aggregates(engine, text, values, expected):
    assert aggregate(engine, text, *values) == (pytest.approx(expected) if expected is not None else None)


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        ("n / (n - n)", {"n": 1}, None),
        ("n / 2", {"n": 7}, 3.5),
        ("-7 / 2", {}, -3.5),
        ("n = 1", {"n": None}, None),
        ("not late", {"late": None}, None),
        ("late or n = 1", {"late": None, "n": 1}, True),
        ("late and n = 1", {"late": None, "n": 2}, False),
        ("n in (1, 2)", {"n": None}, None),
        ("name in ('a')", {"name": "A"}, False),
        ("name = 'a '", {"name": "a"}, False),
        ("name < 'b'", {"name": "B"}, True),
        ("length(name)", {"name": "äß🙂"}, 3),
        ("upper(name)", {"name": "äö"}, "ÄÖ"),
        ("lower(name)", {"name": "ÄÖ"}, "äö"),
        ("contains(name, '%')", {"name": "abc"}, False),
        ("number(name)", {"name": "12.5"}, 12.5),
        ("number(name)", {"name": "x"}, None),
        ("number(name)", {"name": "NaN"}, None),
        ("number(name)", {"name": "inf"}, None),
        ("weekday(day)", {"day": date(2026, 3, 1)}, 7),
        ("weekday(day)", {"day": date(2026, 3, 2)}, 1),
        ("week(day)", {"day": date(2026, 3, 1)}, date(2026, 2, 23)),
        ("week(day)", {"day": date(2026, 3, 2)}, date(2026, 3, 2)),
        ("month(day)", {"day": date(2026, 3, 31)}, date(2026, 3, 1)),
        ("day(at)", {"at": datetime(2026, 3, 28, 23, 30)}, date(2026, 3, 29)),
        ("hour(at)", {"at": datetime(2026, 3, 29, 0, 59)}, 1),
        ("hour(at)", {"at": datetime(2026, 3, 29, 1, 0)}, 3),
        ("hour(at)", {"at": datetime(2026, 10, 25, 0, 30)}, 2),
        ("hour(at)", {"at": datetime(2026, 10, 25, 1, 30)}, 2),
        ("duration(at, until)", {"at": datetime(2026, 1, 1), "until": datetime(2026, 1, 1, 0, 0, 1)}, 1_000_000),
        ("duration(at, until)", {"at": datetime(2026, 1, 1), "until": None}, None),
        ("if(late, 1, 2)", {"late": None}, 2),
        ("coalesce(n, 7)", {"n": None}, 7),
        ("abs(n)", {"n": -3}, 3),
    ],
)
def test_expressions(engine, text, row, expected):
    kinds = {
        "name": pa.string(),
        "n": pa.int64(),
        "x": pa.float64(),
        "late": pa.bool_(),
        "day": pa.date32(),
        "at": pa.timestamp("us"),
        "until": pa.timestamp("us"),
    }
    table = pa.table({name: pa.array([row.get(name)], kind) for name, kind in kinds.items()})
    (found,) = column(engine, Project(Given("t"), {"v": plans.scalar(text)}), t=table)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(("week_start", "expected"), [(1, 23), (7, 22), (6, 28)])
def test_a_week_begins_where_the_calendar_says(engine, week_start, expected):
    """28 February 2026 is a Saturday."""
    table = pa.table({"day": [date(2026, 2, 28)]})
    plan = Project(Given("t"), {"v": plans.scalar("week(day)")})
    (found,) = column(engine, plan, clock=Clock(week_start=week_start), t=table)
    assert found.day == expected


def test_a_local_day_begins_at_its_first_midnight(engine):
    """Havana's clocks go back from 1 to 0 o'clock: the midnight that comes first begins the day."""
    fall_back = 1_762_059_600_000_000  # 2 November 2025, 05:00 UTC: from UTC-4 to UTC-5
    clock = Clock(((0, -4 * 3600), (fall_back, -5 * 3600)))
    table = pa.table({"day": [date(2025, 11, 2), date(2025, 11, 3)]})
    plan = Project(Given("t"), {"v": plans.DERIVED["midnight(day)"]})
    found = column(engine, plan, clock=clock, t=table)
    assert found == [datetime(2025, 11, 2, 4), datetime(2025, 11, 3, 5)]


def test_rows_without_match_have_no_value_on_the_right(engine):
    left, right = pa.table({"name": ["a", None]}), pa.table({"$name": ["b", None], "y": [1, 2]})
    plan = Join(Given("l"), Given("r"), ((field("name", TEXT), field("$name", TEXT)),))
    assert column(engine, plan, "y", l=left, r=right) == [None, None]


def test_grouping_sets_say_which_set_a_row_is_of(engine):
    """A slice without value is not the whole."""
    table = pa.table({"w": [0, 0], "name": [None, "a"]})
    plan = Group(Given("t"), (("w",), ("w", "name")), {"v": Aggregate("count", INTEGER)})
    rows = engine.run(plan, Clock(), {"t": table}).to_pylist()
    found = sorted((row["grouping"], row["name"] or "", row["v"]) for row in rows)
    assert found == [(0, "", 2), (1, "", 1), (1, "a", 1)]


def test_stacked_rows_keep_duplicates(engine):
    table = pa.table({"v": [1, 1]})
    assert column(engine, Stack((Given("t"), Given("t"))), t=table) == [1, 1, 1, 1]


def test_survival_of_a_group_is_that_of_its_cases(engine):
    table = pa.table({"g": ["a", "a", "a", "b"], "t": [1, 2, 3, 9], "done": [True, False, True, False]})
    plan = Survival(Given("t"), ("g",), "t", "done", {"v": 0.5})
    rows = {row["g"]: row["v"] for row in engine.run(plan, Clock(), {"t": table}).to_pylist()}
    assert rows == {"a": 3, "b": None}
