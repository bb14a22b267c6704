"""The workspace: opens the model and the lake, and offers every verb. The Python API is this: ``bizops.open(path)``.

>>> import bizops
>>> workspace = bizops.open("nordlicht")                                   # doctest: +SKIP
>>> workspace.load()                                                       # doctest: +SKIP
>>> for value in workspace.query(["revenue_per_fte"], last=6):             # doctest: +SKIP
...     print(value.period, value.value, value.unit)
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from bizops import answering
from bizops.calendar import Calendar, Grain
from bizops.errors import BizopsError, Problem, did_you_mean
from bizops.model import Model, read_model
from bizops.model.language import SECTIONS

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.calendar import Period
    from bizops.erasure import Erased, Privacy
    from bizops.events.rows import Known
    from bizops.intake import Progress
    from bizops.intake.privacy import Policy
    from bizops.journeys import Journeys
    from bizops.lake import Lake, LoadReport, QuarantinedRow
    from bizops.mappings import Mappings
    from bizops.measure import Answer, Value
    from bizops.model.language import Kpi, Source
    from bizops.notices import Notice
    from bizops.present.charts import Chart, Happening
    from bizops.present.paper import Sheet
    from bizops.present.scorecard import Scorecard
    from bizops.present.tree import Tree
    from bizops.present.verdict import Verdict

SETTINGS_FILE = "bizops.yaml"
Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def find_workspace(start: Path) -> Path:
    """The directory with ``bizops.yaml``, here or above."""
    for directory in (start, *start.parents):
        if (directory / SETTINGS_FILE).is_file():
            return directory
    raise BizopsError.of(
        "no-workspace",
        f"There is no {SETTINGS_FILE} in {start} or above it.",
        hint="Make a workspace with 'bizops init DIR'.",
    )


def open_workspace(path: str | Path = ".", *, clock: Clock = system_clock) -> Workspace:
    """Opens the workspace in a directory, or the one above it that holds ``bizops.yaml``."""
    return Workspace(find_workspace(Path(path).resolve()), clock)


def make_workspace(target: Path) -> list[str]:
    """Writes a small working workspace into an empty (or new) directory; returns the files' names."""
    from bizops.starter import FILES

    if target.exists() and (not target.is_dir() or any(path.name != ".git" for path in target.iterdir())):
        raise BizopsError.of("not-empty", f"{target} is not empty.", hint="Name a new directory: 'bizops init DIR'.")
    for name, content in FILES.items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(FILES)


@dataclass(frozen=True)
class Span:
    """From which period to which, by label (``2026-03``, ``FY2026``, ``2026-03-01``), or the last few."""

    start: str | None = None
    end: str | None = None
    last: int | None = None


class Workspace:
    """A directory with ``bizops.yaml``, ``model/`` and a state directory."""

    def __init__(self, root: Path, clock: Clock = system_clock, run: answering.Run = answering.here) -> None:
        """``run`` runs what a question costs: in this process, or in one with limits."""
        self.root = root
        self.clock = clock
        self._run = run
        self._standing: Known | None = None

    def anew(self, run: answering.Run | None = None) -> Workspace:
        """The same workspace with its files read again; with another way to run questions when one is given."""
        return Workspace(self.root, self.clock, run or self._run)

    def at(self, instant: datetime) -> Workspace:
        """The same workspace as it is known now, its clock standing at an instant: all answers tell of one moment."""
        from bizops.events.rows import Known

        stopped, snapshot = copy(self), self.lake.snapshot()
        stopped.clock = lambda: instant
        stopped._standing = Known(self.model, snapshot, snapshot, instant)
        stopped.__dict__.pop("journeys", None)  # it asks the clock
        return stopped

    # ------------------------------------------------------------------------------------------------------- the model

    def model_files(self) -> dict[str, bytes]:
        """Content of ``bizops.yaml`` and of every YAML file below ``model/``, by path relative to the workspace."""
        paths = [
            self.root / SETTINGS_FILE,
            *sorted(p for p in (self.root / "model").rglob("*") if p.suffix in (".yaml", ".yml")),
        ]
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths if not path.is_dir()}

    @cached_property
    def model(self) -> Model:
        """The model as it is in the files; raises BizopsError with everything that is wrong with it."""
        return read_model(self.model_files())

    def checked_model(self) -> Model:
        """The model, after the checks that only the calendars' holidays can answer."""
        problems: list[Problem] = []
        today = self.clock().date()
        for name, definition in self.model.calendars.items():
            try:
                calendar = self.model.calendar(name)
                for region in (None, *calendar.regions):
                    calendar.is_working_day(today, region)
            except BizopsError as error:
                problems += [
                    Problem(problem.code, problem.message, definition.place(), problem.hint)
                    for problem in error.problems
                ]
        if problems:
            raise BizopsError(*problems)
        return self.model

    def counts(self) -> dict[str, int]:
        """How many definitions each section has."""
        return {name: len(self.model.section(name)) for name in SECTIONS if self.model.section(name)}

    def instant(self, text: str | None) -> datetime | None:
        """The instant that a text names in the workspace's calendar: a day (its end) or a local date and time."""
        return None if text is None else parse_as_of(text, self.calendar())

    def calendar(self, name: str | None = None) -> Calendar:
        """A calendar of the model; the workspace's own without name."""
        return self.model.calendar(name)

    # --------------------------------------------------------------------------------------------------------- the data

    @property
    def state(self) -> Path:
        """Where data and results are kept."""
        return self.root / self.model.settings.state

    @cached_property
    def lake(self) -> Lake:
        """What happened."""
        from bizops.lake import Lake

        return Lake.open(self.state / "lake")

    @property
    def data(self) -> Path:
        """The directory that source files are relative to."""
        named = self.model.settings.data
        if named is None:
            return self.root
        if named.startswith("env:"):
            variable = named.removeprefix("env:")
            value = os.environ.get(variable)
            if not value:
                raise BizopsError.of(
                    "missing-variable",
                    f"The data lie where the environment variable {variable} says, and it is not set.",
                    hint=f"Set it: export {variable}=/path/to/data",
                )
            named = value
        return (self.root / named).resolve()

    def source(self, name: str) -> Source:
        """A source by name."""
        if name not in self.model.sources:
            hint = did_you_mean(name, self.model.sources)
            raise BizopsError.of("unknown-source", f"There is no source '{name}'.", hint=hint)
        return self.model.sources[name]

    def load(
        self,
        source: str | None = None,
        files: Iterable[str | Path] = (),
        *,
        author: str | None = None,
        progress: Callable[[str], Progress] | None = None,
    ) -> list[LoadReport]:
        """Takes in data: named files into one source, or everything that the sources themselves name.

        What was taken before changes nothing. ``progress`` makes a progress callback for the name of each source.
        """
        from bizops.intake import load_files
        from bizops.intake.promql import pull_promql
        from bizops.intake.sql_tables import pull_sql

        chosen = [self.source(source)] if source is not None else list(self.model.sources.values())
        reports: list[LoadReport] = []
        given = [Path(file) for file in files]
        for item in chosen:
            report = progress(item.name) if progress is not None else None
            if item.is_telemetry:
                paths = given or self._files_of(item)
                reports += self.load_otlp(item.sender or item.name, paths) if paths else []
            elif given:
                reports += load_files(self.lake, item, given, author=author, progress=report)
            elif item.kind == "sql":
                reports.append(pull_sql(self.lake, item, base_dir=self.data, env=os.environ, progress=report))
            elif item.kind == "promql":
                now = self.clock()
                reports.append(pull_promql(self.lake, item, now=now, env=os.environ, progress=report))
            elif item.kind == "files":
                reports += load_files(self.lake, item, self._files_of(item), author=author, progress=report)
            elif source is not None:
                raise BizopsError.of(
                    "nothing-to-load",
                    f"The source '{item.name}' is kept by hand.",
                    hint="Give entries or a file to load.",
                )
        return reports

    def load_otlp(self, sender: str, files: Iterable[str | Path]) -> list[LoadReport]:
        """Takes files of telemetry, as if the sender had sent them."""
        from bizops.intake.otlp_files import load_otlp

        received_us = round(self.clock().timestamp() * 1_000_000)
        return load_otlp(self.lake, self.privacy(), sender, [Path(file) for file in files], received_us)

    def enter(self, source: str, entries: Sequence[Mapping[str, object]], author: str) -> LoadReport:
        """Takes values typed in by a person; an entry with a known key corrects the earlier one."""
        from bizops.intake.manual import load_manual

        return load_manual(self.lake, self.source(source), entries, author)

    def _files_of(self, source: Source) -> list[Path]:
        found: list[Path] = []
        for pattern in source.files:
            matches = sorted(self.data.glob(pattern)) if not Path(pattern).is_absolute() else [Path(pattern)]
            if not matches:
                raise BizopsError.of(
                    "missing-file",
                    f"The source '{source.name}' names '{pattern}', but there is no such file in {self.data}.",
                    source.node.place,
                )
            found += matches
        return found

    def quarantine(self, source: str | None = None) -> list[QuarantinedRow]:
        """Rows that were not taken, each with the reason."""
        if source is not None:
            self.source(source)
        return self.lake.quarantine(source)

    def status(self) -> list[dict[str, Any]]:
        """Per source: rows, first and last instant, last arrival, since when it is late, rows not taken, segments."""
        known = self.known()
        snapshot = known.latest
        refused: dict[str, int] = {}
        for (name, _), rows in self.lake.quarantine_counts().items():
            refused[name] = refused.get(name, 0) + rows
        facts: list[dict[str, Any]] = []
        for name, source in self.model.sources.items():
            reach = known.reach(name)
            late = _late_since(source, reach, known.as_of)
            loaded = snapshot.loaded_at(source.raw_table if source.is_telemetry else name)
            facts.append(
                {
                    "source": name,
                    "rows": snapshot.rows(name),
                    "first": _iso(reach[0]) if reach else None,
                    "last": _iso(reach[1]) if reach else None,
                    "loaded_at": _iso(loaded) if loaded is not None else None,
                    "late_since": late.isoformat() if late is not None else None,
                    "quarantined": refused.get(name, 0),
                    "segments": len(snapshot.segments(name)),
                }
            )
        return facts

    def late_since(self) -> dict[str, datetime | None]:
        """Of each source with a rhythm, since when its facts are overdue; None when they are not."""
        from bizops.events.rows import Known

        snapshot = self.lake.snapshot()  # not :meth:`known`: what is not mapped yet has come all the same
        known = Known(self.model, snapshot, snapshot, self.clock())
        with_rhythm = [source for source in self.model.sources.values() if source.every and source.every.fixed]
        return {source.name: _late_since(source, known.reach(source.name), known.as_of) for source in with_rhythm}

    def notices(self, late: Mapping[str, datetime | None] | None = None) -> tuple[Notice, ...]:
        """Every notice of a source that fell silent or is back; what is new is kept first."""
        from bizops.notices import Notices

        return Notices(self.state).look(self.late_since() if late is None else late, self.clock())

    def compact(self, source: str | None = None) -> dict[str, int]:
        """Merges small segments; returns how many were merged, by source."""
        names = [self.source(source).name] if source is not None else list(self.model.sources)
        return {name: self.lake.compact(name) for name in names}

    def withdraw(self, source: str) -> int:
        """Takes all rows of a source back, so that it can be loaded anew; past states keep them."""
        return self.lake.withdraw(self.source(source).name)

    @cached_property
    def mappings(self) -> Mappings:
        """The mapping of telemetry to events."""
        from bizops.mappings import Mappings

        return Mappings(self.model, self.lake, self.state)

    @cached_property
    def people(self) -> Privacy:
        """What is kept of people, and how somebody is taken out."""
        from bizops.erasure import Privacy

        return Privacy(self.model, self.state)

    def privacy(self) -> Policy:
        """What becomes of attributes of telemetry before they are stored."""
        return self.people.policy()

    def erase(self, subject: str) -> Erased:
        """Takes a person out of everything that is kept; the counts and sums stay."""
        self.mappings.bring_up_to_date()
        return self.people.erase(self.lake, subject)

    def known(self, as_of: datetime | None = None) -> Known:
        """What is known now, or was at an instant; telemetry that has come is mapped first."""
        from bizops.events.rows import Known

        if as_of is None and self._standing is not None:
            return self._standing
        if as_of is None:
            self.mappings.bring_up_to_date()
        latest = self.lake.snapshot()
        loaded = self.lake.snapshot(as_of) if as_of is not None else latest
        return Known(self.model, loaded, latest, as_of or self.clock())

    # ----------------------------------------------------------------------------------------------------- the numbers

    def query(
        self,
        kpis: Sequence[str],
        *,
        grain: str | None = None,
        span: Span = Span(),
        by: Sequence[Sequence[str]] = ((),),
        filters: Mapping[str, str] | None = None,
        compare: str | None = None,
        as_of: datetime | None = None,
    ) -> Answer:
        """Values of KPIs: over which periods, split how, as known when.

        ``by`` lists the ways to split, each a sequence of slice names; the empty one is the whole.
        """
        from bizops.measure import KeptAnswers, Question, Splits, answer_key, as_answer, periods_of

        for name in kpis:
            self._kpi(name)
        self._check_slices(kpis, {name for way in by for name in way})
        known = self.known(as_of)
        calendars: dict[str | None, list[str]] = {}
        for name in kpis:
            calendars.setdefault(self.model.kpis[name].calendar, []).append(name)
        periods = {
            own or "": periods_of(known, names, own, grain, span.start, span.end, span.last)
            for own, names in calendars.items()
        }
        splits = Splits(tuple(tuple(way) for way in by), tuple(sorted((filters or {}).items())))
        question = Question(tuple(kpis), periods, splits, compare)
        key = answer_key(known, question)
        table = KeptAnswers(self.state / answering.ANSWERS).find(key)
        if table is None:
            table = self._run(answering.answered, known, self.state, question, key)
        return as_answer(table, known, question)

    def _check_slices(self, kpis: Sequence[str], wanted: Iterable[str]) -> None:
        """Refuses a slice that none of the KPIs, nor anything they are made of, has."""
        from bizops.measure import leaves

        slices = [name for kpi in kpis for leaf in leaves(self.model, kpi) for name in self.model.kpis[leaf].slices]
        for name in wanted:
            if name not in slices:
                known = ", ".join(dict.fromkeys(slices))
                raise BizopsError.of(
                    "no-such-slice",
                    f"{' and '.join(kpis)} cannot be split by '{name}'.",
                    hint=did_you_mean(name, slices) or (f"Slices are {known}." if known else "There are no slices."),
                )

    def scorecard(
        self,
        period: str | None = None,
        team: str | None = None,
        *,
        filters: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        language: str | None = None,
    ) -> Scorecard:
        """Every KPI at a glance (or those a team owns), up to a period or to where the data reach.

        With ``filters``, those KPIs that can be told apart that way.
        """
        from bizops.present import scorecard

        names = self._filterable(self.scorecard_kpis(team), filters)
        before, year = (
            self._last_values(names, compare, period, as_of, filters) for compare in ("previous", "year_ago")
        )
        return scorecard.scorecard(self.model, before, year, names, filters=filters, language=language)

    def scorecard_kpis(self, team: str | None = None) -> list[str]:
        """The KPIs of the scorecard: all, or those a team owns."""
        if team is not None and team not in self.model.teams:
            raise BizopsError.of(
                "unknown-team", f"There is no team '{team}'.", hint=did_you_mean(team, self.model.teams)
            )
        return [name for name, kpi in self.model.kpis.items() if team is None or _owned(kpi, team)]

    def last_period(self, as_of: datetime | None = None) -> Period | None:
        """The last period that is over and reached by data, at the grain by which most KPIs are read."""
        from bizops.measure import periods_of

        kpis = [name for name, kpi in self.model.kpis.items() if kpi.calendar in (None, self.model.settings.calendar)]
        if not kpis:
            return None
        grains = [self.model.kpis[name].grain for name in kpis]
        grain = max(dict.fromkeys(grains), key=grains.count)
        known = self.known(as_of)
        *_, last = periods_of(known, kpis, None, grain, None, None, 1)
        return last if last.end <= known.as_of else self.calendar().previous(last)

    def _filterable(self, kpis: Sequence[str], filters: Mapping[str, str] | None) -> list[str]:
        """The KPIs of which all parts have these slices; refused where none has."""
        if not filters:
            return list(kpis)
        from bizops.measure import leaves

        self._check_slices(kpis, filters)
        slices = {name: set(self.model.kpis[name].slices) for name in self.model.kpis}
        return [kpi for kpi in kpis if all(set(filters) <= slices[leaf] for leaf in leaves(self.model, kpi))]

    def tree(
        self,
        kpi: str | None = None,
        *,
        period: str | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        language: str | None = None,
    ) -> Tree:
        """The KPI tree with its values, from one KPI downwards or whole.

        With ``filters``, KPIs that cannot be told apart that way stay without value.
        """
        from bizops.present import scorecard, tree

        if kpi is not None:
            self._kpi(kpi)
        names = list(tree.kpis_in_tree(self.model, kpi))
        found = self._last_values(self._filterable(names, filters), "previous", period, as_of, filters)
        values = {name: found.get(name, []) for name in names}
        card = scorecard.scorecard(
            self.model, values, dict.fromkeys(names, ()), names, filters=filters, language=language
        )
        return tree.tree(self.model, {row.kpi: row for row in card.rows}, kpi, language)

    def _last_values(
        self,
        names: Sequence[str],
        compare: str,
        period: str | None,
        as_of: datetime | None,
        filters: Mapping[str, str] | None = None,
    ) -> dict[str, list[Value]]:
        """The last values of each KPI at its own grain; none where there are no data."""
        found: dict[str, list[Value]] = {name: [] for name in names}
        by_grain: dict[str, list[str]] = {}
        for name in names:
            by_grain.setdefault(self.model.kpis[name].grain, []).append(name)
        for grain, group in by_grain.items():
            span = Span(end=period, last=SCORECARD_PERIODS)
            try:
                asked = self.query(group, grain=grain, span=span, compare=compare, as_of=as_of, filters=filters)
                for value in asked:
                    found[value.kpi].append(value)
            except BizopsError as error:
                if error.problems[0].code != "no-data":
                    raise
        return found

    def chart(
        self,
        kpi: str,
        *,
        kind: str = "line",
        grain: str | None = None,
        span: Span = Span(),
        by: str | None = None,
        filters: Mapping[str, str] | None = None,
        compare: str | None = None,
        as_of: datetime | None = None,
        language: str | None = None,
    ) -> Chart:
        """How a KPI went, with its usual range, its target and what happened; or its parts ``by`` a slice.

        ``kind`` is ``line``, or ``bar`` for the parts in the last complete period. ``compare`` draws the year before,
        of bars any earlier period. What is usual is told from two dozen periods before, however few are shown.
        """
        from bizops.present.charts import Course, course_chart, happenings, split_chart

        definition = self._kpi(kpi)
        spoken = language or self.model.settings.language
        if kind not in ("line", "bar") or (kind == "bar" and by is None):
            raise BizopsError.of(
                "bad-chart",
                f"A chart of kind '{kind}' {'needs a slice' if kind == 'bar' else 'cannot be made of a KPI'}.",
                hint="Ask for kind 'line', or for 'bar' by a slice.",
            )
        asked = Grain(grain or definition.grain)
        if by is not None:
            split = self.query(
                [kpi], grain=asked.value, span=span, by=[[by]], filters=filters, compare=compare, as_of=as_of
            )
            return split_chart(self.model, definition, list(split), by, spoken, kind)
        wanted, shown = self._with_history(asked, span, definition)
        values = list(self.query([kpi], grain=asked.value, span=wanted, filters=filters, compare=compare, as_of=as_of))
        happened = (*happenings(self.model, spoken), *self._changes(values, spoken, as_of))
        course = Course(definition, values, happened, shown(values), compare == "year_ago")
        return course_chart(self.model, course, spoken)

    def _changes(self, values: Sequence[Value], language: str, as_of: datetime | None) -> tuple[Happening, ...]:
        """Releases, incidents and campaigns in the periods of some values, when anybody tells of them."""
        from bizops.present.charts.course import MOST_EVENTS, happening

        if not values or not any(source.kind == "changes" for source in self.model.sources.values()):
            return ()
        start, end = values[0].period.start_us, values[-1].period.end_us
        table = self._run(answering.changes, self.known(as_of), self.state, start, end, MOST_EVENTS)
        return tuple(happening(row, language) for row in table.to_pylist())

    def _with_history(self, grain: Grain, span: Span, kpi: Kpi) -> tuple[Span, Callable[[Sequence[Value]], int]]:
        """A span that begins early enough to tell what is usual, and how many of its values were asked for."""
        from bizops.measure.noise import HISTORY
        from bizops.measure.periods import DEFAULT_COUNTS

        if span.start is None or grain is Grain.TOTAL:
            last = span.last or DEFAULT_COUNTS.get(grain, 1)
            return Span(span.start, span.end, max(last, HISTORY + 2)), lambda values: min(last, len(values))
        calendar = self.calendar(kpi.calendar)
        start = calendar.period(span.start).start
        first = calendar.previous(calendar.containing(grain, start), HISTORY + 1)
        return Span(first.label, span.end), lambda values: sum(value.period.start >= start for value in values)

    def sheet(self, kpi: str, *, as_of: datetime | None = None, language: str | None = None) -> Sheet:
        """A KPI on one page: what it is, where it stands, how it went; for reading and printing."""
        from bizops.present.paper import kpi_sheet

        chart = self.chart(kpi, span=Span(last=SCORECARD_PERIODS - 1), as_of=as_of, language=language)
        verdict = self.verdict(kpi, as_of=as_of, language=language)
        return kpi_sheet(self.model, self._kpi(kpi), verdict, chart)

    def verdict(
        self,
        kpi: str,
        *,
        period: str | None = None,
        filters: Mapping[str, str] | None = None,
        as_of: datetime | None = None,
        language: str | None = None,
    ) -> Verdict:
        """Whether the last complete value of a KPI lies outside its usual ups and downs, in a sentence."""
        from bizops.present.verdict import verdict

        definition = self._kpi(kpi)
        values = self._last_values([kpi], "previous", period, as_of, filters)[kpi]
        return verdict(self.model, definition, values, language or self.model.settings.language)

    def rows(
        self, kpi: str, period: str | None = None, *, filters: Mapping[str, str] | None = None, limit: int = 50
    ) -> tuple[Period, pa.Table]:
        """The rows or cases behind a value, the largest first; the last period without label."""
        from bizops.measure import periods_of

        definition = self._kpi(kpi)
        known = self.known()
        last = periods_of(known, [kpi], definition.calendar, None, None, period, 1)[-1]
        asked = self.calendar(definition.calendar).period(period) if period else last
        return asked, self._run(answering.rows_behind_value, known, self.state, kpi, asked, dict(filters or {}), limit)

    @cached_property
    def journeys(self) -> Journeys:
        """How cases go through their steps."""
        from bizops.journeys import Journeys

        return Journeys(self.model, self.state, self.known, self._run)

    def case(self, journey: str, case: str) -> pa.Table:
        """What happened to one case of a journey, in the order of time."""
        return self.journeys.story(journey, case)

    def _kpi(self, name: str) -> Kpi:
        if name not in self.model.kpis:
            raise BizopsError.of("unknown-kpi", f"There is no KPI '{name}'.", hint=did_you_mean(name, self.model.kpis))
        return self.model.kpis[name]


SCORECARD_PERIODS = 26
"""Two years of periods to tell what is usual, the one that is judged, and one that may not be complete."""


def _owned(kpi: Kpi, team: str) -> bool:
    return kpi.owners is not None and team in (kpi.owners.business, kpi.owners.it)


def parse_as_of(text: str, calendar: Calendar) -> datetime:
    """An instant from a day (its end) or a local date and time."""
    try:
        if len(text) == 10:
            return calendar.period(date.fromisoformat(text).isoformat()).end
        written = datetime.fromisoformat(text)
    except ValueError:
        raise BizopsError.of(
            "bad-date", f"'{text}' is no date.", hint="Write '2026-03-31' or '2026-03-31T12:00'."
        ) from None
    if written.tzinfo is None:
        written = written.replace(tzinfo=ZoneInfo(calendar.zone))
    return written.astimezone(UTC)


def _late_since(source: Source, reach: tuple[int, int] | None, now: datetime) -> datetime | None:
    """Since when facts are overdue, by the source's rhythm; None when they are not, or it has none."""
    if source.every is None or source.every.fixed is None or reach is None:
        return None
    due = datetime.fromtimestamp(reach[1] / 1_000_000, UTC) + source.every.fixed
    return due if now > due else None


def _iso(us: int) -> str:
    return datetime.fromtimestamp(us / 1_000_000, UTC).isoformat()
