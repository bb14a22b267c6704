"""Plans and expressions whose SQL is written down in ``fixtures/``, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bizops.model.expression import parse_expression
from bizops.model.typed import (
    BOOLEAN,
    DATE,
    INTEGER,
    MICROSECOND,
    NUMBER,
    TEXT,
    TIMESTAMP,
    Aggregate,
    Type,
    Typed,
    field,
    literal,
)
from bizops.model.typing import Typer
from bizops.query.plan import Clock, Filter, Given, Group, Join, Plan, Project, Scan, Stack, Survival
from bizops.units import Unit

BERLIN = Clock(
    ((1_761_440_400_000_000, 3600), (1_774_746_000_000_000, 7200), (1_792_890_000_000_000, 3600)),
    now_us=1_780_000_000_000_000,
)
"""From winter 2025 to winter 2026."""

FIELDS = {
    "name": TEXT,
    "n": INTEGER,
    "x": NUMBER,
    "price": Type("decimal", Unit.parse("EUR", frozenset())),
    "wait": Type("number", Unit.parse("s", frozenset())),
    "late": BOOLEAN,
    "day": DATE,
    "at": TIMESTAMP,
    "until": TIMESTAMP,
    "other.segment": TEXT,
}


@dataclass(frozen=True)
class Sample:
    """One column of every type."""

    steps: tuple[str, ...] = ()

    def resolve(self, path: str) -> Typed | None:
        return field(path, FIELDS[path]) if path in FIELDS else None

    def paths(self) -> Mapping[str, Type]:
        return FIELDS


def scalar(text: str) -> Typed:
    """A value per row of the sample columns."""
    return Typer(Sample()).scalar(parse_expression(text))


def aggregate(text: str) -> Aggregate:
    """One aggregate over the sample columns."""
    (found,) = Typer(Sample()).formula(parse_expression(text)).aggregates()
    return found


ROWS = Scan("calls", ("a.parquet", "b.parquet"), {"name": "text", "n": "integer", "at": "timestamp"})

PLANS: dict[str, Plan] = {
    "scan": ROWS,
    "scan of nothing": Scan("calls", (), {"name": "text", "n": "integer"}),
    "scan without deleted rows": Scan("calls", ("a.parquet",), {"n": "integer"}, ("gone.parquet",)),
    "filter": Filter(Given("t"), scalar("n > 1 and name = 'it''s'")),
    "project": Project(Given("t"), {"double": scalar("n * 2"), "upper": scalar("upper(name)")}),
    "project beside": Project(Given("t"), {"$weight": scalar("n / 7")}, keep=True),
    "join": Join(ROWS, Given("names"), ((field("name", TEXT), field("$name", TEXT)),)),
    "join every row with every window": Join(ROWS, Given("windows"), (), "inner"),
    "join what is valid": Join(
        ROWS,
        Project(
            Given("prices"), {"p.name": field("name", TEXT), "p.from": field("from", DATE), "p.to": field("to", DATE)}
        ),
        ((field("name", TEXT), field("p.name", TEXT)),),
        "left",
        (Typed("day", DATE, (field("at", TIMESTAMP),)), field("p.from", DATE), field("p.to", DATE)),
    ),
    "group": Group(Given("t"), (("name",),), {"c0": aggregate("count()"), "c1": aggregate("sum(n where late)")}),
    "group all": Group(Given("t"), ((),), {"c0": aggregate("median(x)")}),
    "grouping sets": Group(Given("t"), (("w",), ("w", "name"), ("w", "segment")), {"c0": aggregate("distinct(name)")}),
    "survival": Survival(Given("t"), ("w",), "$t", "$done", {"c0": 0.5}),
    "survival mean": Survival(Given("t"), (), "$t", "$done", mean="c0"),
    "stack": Stack((Filter(Given("t"), scalar("late")), Given("u"))),
    "nested": Group(
        Filter(Project(ROWS, {"hour": scalar("hour(at)")}, keep=True), scalar("n is not null")),
        (("hour",),),
        {"c0": aggregate("count()")},
    ),
}

EXPRESSIONS = """
n + 1
n - x
n * n
n / x
-n
abs(n)
1_000.5
wait > 2 min
wait + 1 min
price * 2
n = 1
n <> 1
n < 1
n <= 1
n > 1
n >= 1
n between 1 and 3
n not between 1 and 3
n in (1, 2)
name not in ('a', 'b')
name = 'it''s'
name is null
name is not null
late
not late
late and n > 1
late or n > 1 and x < 2
true
null
if(late, n, 0)
coalesce(name, 'none', 'x')
lower(name)
upper(name)
trim(name)
length(name)
starts_with(name, 'a')
ends_with(name, 'a')
contains(name, 'a')
concat(name, '-', name)
number(name)
other.segment = 'gold'
day(at)
week(at)
month(at)
year(at)
hour(at)
weekday(at)
day(day)
week(day)
month(day)
weekday(day)
is_working_day(at)
is_working_day(day)
duration(at, until)
duration(day, day)
duration(at, until) > 48 h
at >= '2026-07-01T00:00'
at >= '2026-01-01T00:00:00Z'
day = '2026-07-01'
""".strip().splitlines()

AGGREGATES = """
count()
count(n)
sum(n)
avg(x)
min(x)
max(x)
median(x)
stddev(x)
distinct(name)
distinct(name, n)
percentile(x, 95)
percentile_disc(x, 95)
first(n by at)
last(n by at)
sum(n where late)
""".strip().splitlines()

DERIVED: dict[str, Typed] = {
    "midnight(day)": Typed("midnight", TIMESTAMP, (field("day", DATE),)),
    "now": Typed("now", TIMESTAMP),
    "tick(at)": Typed("tick", INTEGER, (field("at", TIMESTAMP),)),
    "utc_day(at)": Typed("utc_day", INTEGER, (field("at", TIMESTAMP),)),
    "day_number(day)": Typed("day_number", INTEGER, (field("day", DATE),)),
    "micros(at)": Typed("micros", Type("integer", MICROSECOND), (field("at", TIMESTAMP),)),
    "greatest(n, 0)": Typed("greatest", INTEGER, (field("n", INTEGER), literal(0, INTEGER))),
    "least(n, 0)": Typed("least", INTEGER, (field("n", INTEGER), literal(0, INTEGER))),
    "to_text(n)": Typed("to_text", TEXT, (field("n", INTEGER),)),
    "nothing": Typed("nothing", Type("decimal")),
}
"""Operations that no one writes, but plans are made of."""
