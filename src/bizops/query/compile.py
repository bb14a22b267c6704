"""Plan to syntax tree: every node becomes one SELECT over the one beneath it. Trees only; text is made by SQLGlot at
the end.

>>> compile_plan(Filter(Given("t"), typed_condition), DUCKDB, Clock()).sql("duckdb")   # doctest: +SKIP
'SELECT * FROM t AS _1 WHERE ...'
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from fractions import Fraction
from itertools import count

from sqlglot import exp

from bizops.model.typed import Aggregate, Typed
from bizops.query.dialect import DuckDb, alias, all_of, call, cast, double, number, paren, scale, text
from bizops.query.plan import Clock, Filter, Given, Group, Join, Plan, Project, Scan, Stack, Survival, Telemetry, Top

DAY_US = 86_400_000_000


def compile_plan(plan: Plan, dialect: DuckDb, clock: Clock) -> exp.Query:
    """The engine's syntax tree for a plan."""
    return _Compiler(dialect, clock).query(plan)


def laid_out(name: str, plan: Plan, dialect: DuckDb, clock: Clock) -> exp.Create:
    """The statement that holds a plan's rows under a name, in place of what was there."""
    return exp.Create(
        this=exp.to_table(name),
        kind="TABLE",
        replace=True,
        expression=compile_plan(plan, dialect, clock),
        properties=exp.Properties(expressions=[exp.TemporaryProperty()]),
    )


class _Compiler:
    def __init__(self, dialect: DuckDb, clock: Clock) -> None:
        self.dialect = dialect
        self.clock = clock
        self.names = count(1)

    # -------------------------------------------------------------------------------------------------------- tables

    def query(self, plan: Plan) -> exp.Query:
        if isinstance(plan, Scan):
            return self.scan(plan)
        if isinstance(plan, Telemetry):
            return self.telemetry(plan)
        if isinstance(plan, Given):
            return _select([exp.Star()], exp.to_table(plan.name))
        if isinstance(plan, Filter):
            return self.over(plan.input).where(self.value(plan.where), copy=False)
        if isinstance(plan, Project):
            own: list[exp.Expr] = [exp.Star()] if plan.keep else []
            columns = [alias(self.value(typed), name) for name, typed in plan.columns.items()]
            return self.over(plan.input, own + columns)
        if isinstance(plan, Join):
            return self.join(plan)
        if isinstance(plan, Group):
            return self.group(plan)
        if isinstance(plan, Survival):
            return self.survival(plan)
        if isinstance(plan, Top):
            return self.top(plan)
        return self.stack(plan)

    def over(self, plan: Plan, columns: list[exp.Expr] | None = None) -> exp.Select:
        return _select(columns or [exp.Star()], self.derived(plan))

    def derived(self, plan: Plan) -> exp.Expr:
        if isinstance(plan, Given):
            return exp.to_table(plan.name)
        return self.query(plan).subquery(f"_{next(self.names)}", copy=False)

    def scan(self, plan: Scan) -> exp.Select:
        if not plan.paths:
            kinds = [(name, self.dialect.column_types[kind]) for name, kind in plan.columns.items()] or [
                ("_", "BIGINT")
            ]
            nothing = [alias(cast(exp.null(), kind), name) for name, kind in kinds]
            return exp.select(*nothing).where(exp.false())
        columns = [
            alias(cast(exp.column(name, quoted=True), self.dialect.column_types[kind]), name)
            for name, kind in plan.columns.items()
        ] or [alias(number(1), "_")]
        rows = _select(columns, self.files(plan.paths))
        if not plan.deleted:
            return rows
        place = [exp.column(name, quoted=True) for name in ("_delivery", "_row")]
        gone = _select(list(place), self.files(plan.deleted))
        return rows.where(exp.Not(this=exp.In(this=exp.Tuple(expressions=place), query=gone.subquery())))

    def telemetry(self, plan: Telemetry) -> exp.Select:
        columns = [alias(self.dialect.built_in(name, kind), name) for name, kind in plan.columns.items()]
        columns += [alias(self.dialect.attribute(a.key, a.places, a.kind), n) for n, a in plan.attributes.items()]
        place = [exp.column(name, quoted=True) for name in ("_delivery", "_row")]
        later = exp.GT(this=place[0].copy(), expression=number(plan.after))
        return _select([*columns, *place], self.files(plan.paths)).where(later, copy=False)

    def files(self, paths: tuple[str, ...]) -> exp.Expr:
        return exp.alias_(self.dialect.read_segments(paths), f"_{next(self.names)}", table=True)

    def join(self, plan: Join) -> exp.Select:
        left, right = self.derived(plan.left), self.derived(plan.right)
        conditions: list[exp.Expr] = [
            exp.EQ(this=self.value(mine), expression=self.value(theirs)) for mine, theirs in plan.on
        ]
        if plan.within is not None:
            at, low, high = (self.value(part) for part in plan.within)
            open_end = exp.Is(this=high, expression=exp.null())
            conditions.append(exp.LTE(this=low, expression=at))
            conditions.append(paren(exp.or_(open_end, exp.LT(this=at.copy(), expression=high.copy()))))
            # Where rows overlap in time, the later one takes over: a row on the left never finds two.
            following = exp.column(f"$next.{plan.within[1].value}", quoted=True)
            last = exp.Is(this=following, expression=exp.null())
            conditions.append(paren(exp.or_(last, exp.LT(this=at.copy(), expression=following.copy()))))
            right = self.with_next(right, low, [self.value(theirs) for _, theirs in plan.on], following.name)
        on = all_of(conditions) if conditions else exp.true()
        return _select([exp.Star()], left).join(right, on=on, join_type=plan.how, copy=False)

    def with_next(self, rows: exp.Expr, start: exp.Expr, keys: list[exp.Expr], name: str) -> exp.Expr:
        """Rows beside the start of the row of the same key that follows."""
        following = exp.Window(
            this=call("lead", start.copy()), partition_by=keys, order=exp.Order(expressions=[start.copy()])
        )
        query = _select([exp.Star(), alias(following, name)], rows)
        return query.subquery(f"_{next(self.names)}", copy=False)

    def group(self, plan: Group) -> exp.Select:
        keys = list(dict.fromkeys(name for names in plan.sets for name in names))
        columns: list[exp.Expr] = [exp.column(name, quoted=True) for name in keys]
        if len(plan.sets) > 1:
            columns.append(alias(self.set_index(plan.sets, keys), "grouping"))
        columns += [alias(self.aggregate(aggregate), name) for name, aggregate in plan.aggregates.items()]
        rows = self.over(plan.input, columns)
        if len(plan.sets) > 1:
            sets = [exp.Tuple(expressions=[exp.column(name, quoted=True) for name in names]) for names in plan.sets]
            rows.set("group", exp.Group(grouping_sets=[exp.GroupingSets(expressions=sets)]))
            return rows
        names = [exp.column(name, quoted=True) for name in plan.sets[0]]
        return rows.group_by(*names, copy=False) if names else rows

    def set_index(self, sets: tuple[tuple[str, ...], ...], keys: list[str]) -> exp.Expr:
        """Which grouping set a row belongs to, told by which keys are aggregated away."""
        mask = call("grouping", *(exp.column(name, quoted=True) for name in keys))
        case = exp.Case(this=mask)
        for index, names in enumerate(sets):
            bits = sum(1 << (len(keys) - 1 - at) for at, name in enumerate(keys) if name not in names)
            case = case.when(number(bits), number(index))
        return case

    def aggregate(self, aggregate: Aggregate) -> exp.Expr:
        if aggregate.name not in self.dialect.aggregates:
            raise KeyError(f"no aggregate '{aggregate.name}' in {self.dialect.name}")
        args = [self.value(arg) for arg in aggregate.args]
        by = self.value(aggregate.by) if aggregate.by is not None else None
        built = self.dialect.aggregate(aggregate.name, args, by, aggregate.param)
        conditions = [self.value(aggregate.where)] if aggregate.where is not None else []
        if aggregate.name == "distinct" and len(args) > 1:
            conditions += [exp.Not(this=exp.Is(this=paren(arg.copy()), expression=exp.null())) for arg in args]
        if not conditions:
            return built
        return exp.Filter(this=built, expression=exp.Where(this=all_of(conditions)))

    def top(self, plan: Top) -> exp.Select:
        order = [
            exp.Ordered(this=exp.column(name, quoted=True), desc=largest, nulls_first=False)
            for name, largest in plan.by
        ]
        return self.over(plan.input).order_by(*order, copy=False).limit(plan.limit, copy=False)

    def stack(self, plan: Stack) -> exp.Query:
        queries = [self.query(part) for part in plan.inputs]
        result: exp.Query = queries[0]
        for query in queries[1:]:
            result = exp.union(result, query, distinct=False)
        return result

    def survival(self, plan: Survival) -> exp.Select:
        """Counts by duration, then the product-limit estimate as a running sum of logarithms."""
        keys = [exp.column(name, quoted=True) for name in plan.keys]
        duration, ended = exp.column(plan.duration, quoted=True), exp.column(plan.ended, quoted=True)
        ends = exp.Filter(this=exp.Count(this=exp.Star()), expression=exp.Where(this=ended))
        counts = self.over(
            plan.input,
            [*keys, exp.alias_(duration, "t"), exp.alias_(ends, "d"), exp.alias_(exp.Count(this=exp.Star()), "c")],
        ).group_by(*keys, duration.copy())
        at_risk = _window(exp.Sum(this=exp.column("c")), keys, "t", "UNBOUNDED FOLLOWING")
        risk = exp.select(exp.Star(), exp.alias_(at_risk, "r")).from_(counts.subquery(f"_{next(self.names)}"))
        alive = exp.Sub(
            this=number(1.0), expression=exp.Div(this=double(exp.column("d")), expression=double(exp.column("r")))
        )
        # ln(0) is minus infinity on some engines and an error on others: -1e9 is as dead as minus infinity.
        log = exp.Case(
            ifs=[exp.If(this=exp.LT(this=exp.column("d"), expression=exp.column("r")), true=call("ln", alive))],
            default=number(-1e9),
        )
        surviving = call("exp", _window(exp.Sum(this=log), keys, "t", "UNBOUNDED PRECEDING"))
        curve = exp.select(exp.Star(), exp.alias_(surviving, "s")).from_(risk.subquery(f"_{next(self.names)}"))
        before = exp.Coalesce(this=_lag("s", keys), expressions=[number(1.0)])
        since = exp.Coalesce(this=_lag("t", keys), expressions=[number(0)])
        area = exp.Mul(this=before, expression=double(paren(exp.Sub(this=exp.column("t"), expression=since))))
        steps = exp.select(exp.Star(), exp.alias_(area, "a")).from_(curve.subquery(f"_{next(self.names)}"))
        outputs: list[exp.Expr] = [key.copy() for key in keys]
        for name, share in plan.quantiles.items():
            # A survival of exactly 1-q is met up to rounding of the logarithms.
            reached = exp.LTE(this=exp.column("s"), expression=number(1.0 - share + 1e-12))
            first = exp.Filter(this=exp.Min(this=exp.column("t")), expression=exp.Where(this=reached))
            outputs.append(alias(first, name))
        if plan.mean is not None:
            # While some are left at the last observed time, the area is a lower bound of the mean, not the mean.
            all_done = exp.LTE(this=exp.Min(this=exp.column("s")), expression=number(1e-12))
            area_below = exp.Case(ifs=[exp.If(this=all_done, true=exp.Sum(this=exp.column("a")))])
            outputs.append(exp.alias_(area_below, plan.mean, quoted=True))
        result = exp.select(*outputs).from_(steps.subquery(f"_{next(self.names)}"))
        return result.group_by(*(key.copy() for key in keys)) if keys else result

    # -------------------------------------------------------------------------------------------------------- values

    def value(self, node: Typed) -> exp.Expr:
        dialect = self.dialect
        if node.op == "field":
            return exp.column(str(node.value), quoted=True)
        if node.op == "literal":
            return _literal(node.value)
        if node.op == "moment":
            return self.moment(node)
        if node.op == "now":
            return dialect.timestamp(self.clock.now_us or 0)
        if node.op == "instant_us":
            return dialect.timestamp(int(str(node.value)))
        if node.op == "nothing":
            return cast(exp.null(), dialect.column_types[node.type.kind])
        args = [self.value(arg) for arg in node.args]
        if node.op == "scale":
            assert isinstance(node.value, Fraction)
            return scale(args[0], node.value)
        if node.op in dialect.operators:
            return dialect.operators[node.op](this=paren(args[0]), expression=paren(args[1]))
        if node.op in dialect.functions:
            return dialect.functions[node.op](*args)
        return self.temporal(node, args)

    def temporal(self, node: Typed, args: list[exp.Expr]) -> exp.Expr:
        dialect = self.dialect
        kind = node.args[0].type.kind
        if node.op == "duration":
            start, end = args
            if kind == "date":
                days = exp.Sub(this=dialect.day_number(end), expression=dialect.day_number(start))
                return exp.Mul(this=paren(days), expression=number(DAY_US))
            return exp.Sub(this=dialect.micros(end), expression=dialect.micros(start))
        if node.op == "micros":
            return dialect.micros(args[0])
        if node.op == "tick":
            return dialect.whole_division(dialect.micros(args[0]), 900_000_000)
        if node.op == "utc_day":
            return dialect.whole_division(dialect.micros(args[0]), DAY_US)
        if node.op == "midnight":
            return self.midnight(args[0])
        if node.op == "day_number":
            return dialect.day_number(args[0])
        if node.op == "hour":
            return dialect.hour_of(self.local(args[0]))
        day = args[0] if kind == "date" else dialect.as_date(self.local(args[0]))
        if node.op == "day":
            return day
        if node.op == "weekday":
            return dialect.weekday_of(day)
        if node.op == "week":
            since = exp.Mod(
                this=paren(exp.Add(this=dialect.weekday_of(day.copy()), expression=number(7 - self.clock.week_start))),
                expression=number(7),
            )
            return dialect.minus_days(day, since)
        if node.op in ("month", "year"):
            return dialect.first_of(node.op, day)
        if node.op == "is_working_day":
            open_days = exp.select(exp.column("day")).from_(exp.to_table("working_days"))
            return exp.In(this=day, query=open_days.subquery())
        raise KeyError(f"no function '{node.op}' in {dialect.name}")

    def local(self, ts: exp.Expr) -> exp.Expr:
        """Local time of an instant by the zone's offsets, so that no engine's own zone data matter."""
        offset = self.offset_at(ts, self.clock.offsets)
        return ts if offset == number(0) else self.dialect.plus_seconds(ts, offset)

    def midnight(self, day: exp.Expr) -> exp.Expr:
        """The instant at which a local day begins."""
        ts = cast(day, "TIMESTAMP")
        offsets = tuple((from_us, -seconds) for from_us, seconds in self.local_offsets())
        return self.dialect.plus_seconds(ts, self.offset_at(ts, offsets))

    def local_offsets(self) -> list[tuple[int, int]]:
        """From which local time on which offset holds; of a time that comes twice, the first one is meant."""
        before = self.clock.offsets[0][1]
        found = []
        for start_us, seconds in self.clock.offsets:
            found.append((start_us + max(before, seconds) * 1_000_000, seconds))
            before = seconds
        return found

    def offset_at(self, ts: exp.Expr, offsets: tuple[tuple[int, int], ...]) -> exp.Expr:
        """Seconds by which offset holds when; halved and halved again, so that a century costs seven comparisons."""
        if len(offsets) == 1:
            return number(offsets[0][1])
        middle = len(offsets) // 2
        later = exp.GTE(this=ts.copy(), expression=self.dialect.timestamp(offsets[middle][0]))
        return exp.Case(
            ifs=[exp.If(this=later, true=self.offset_at(ts, offsets[middle:]))],
            default=self.offset_at(ts, offsets[:middle]),
        )

    def moment(self, node: Typed) -> exp.Expr:
        if node.type.kind == "date":
            return self.dialect.date(str(node.value))
        written = datetime.fromisoformat(str(node.value))
        if written.tzinfo is not None:
            return self.dialect.timestamp(_micros(written))
        local_us = _micros(written.replace(tzinfo=UTC))
        first, *later = self.local_offsets()
        offset = next((seconds for from_us, seconds in reversed(later) if local_us >= from_us), first[1])
        return self.dialect.timestamp(local_us - offset * 1_000_000)


def _select(columns: Sequence[exp.Expr], source: exp.Expr) -> exp.Select:
    """SELECT columns FROM source, without the copies that SQLGlot's builders make by default."""
    return exp.select(*columns, copy=False).from_(source, copy=False)


def _micros(moment: datetime) -> int:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _literal(value: object) -> exp.Expr:
    if value is None:
        return exp.null()
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, str):
        return text(value)
    assert isinstance(value, int | float | Fraction)
    return number(value)


def _window(what: exp.Expr, keys: list[exp.Column], order: str, bound: str) -> exp.Expr:
    ahead = bound.endswith("FOLLOWING")
    spec = exp.WindowSpec(
        kind="ROWS",
        start="CURRENT ROW" if ahead else "UNBOUNDED",
        start_side=None if ahead else "PRECEDING",
        end="UNBOUNDED" if ahead else "CURRENT ROW",
        end_side="FOLLOWING" if ahead else None,
    )
    return exp.Window(
        this=what,
        partition_by=[key.copy() for key in keys],
        order=exp.Order(expressions=[exp.column(order)]),
        spec=spec,
    )


def _lag(name: str, keys: list[exp.Column]) -> exp.Expr:
    return exp.Window(
        this=call("lag", exp.column(name)),
        partition_by=[key.copy() for key in keys],
        order=exp.Order(expressions=[exp.column("t")]),
    )
