"""How a KPI went: one line with its usual range, target, the year before, and what happened meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bizops.calendar import Period
from bizops.measure import Value
from bizops.measure.noise import Judged, judge
from bizops.measure.targets import target_for, target_value
from bizops.model.language import Kpi
from bizops.model.model import Model
from bizops.present import numbers
from bizops.present.charts.chart import Axis, Band, Chart, Event, Label, Series, Table, Tick, Tone
from bizops.present.charts.layout import HEIGHT, LABEL, TICK, WIDTH, frame, heading
from bizops.present.charts.lettering import spread
from bizops.present.charts.spark import spark_words
from bizops.present.charts.ticks import Marked, marked
from bizops.present.charts.time_axis import period_ticks
from bizops.present.periods import day_text, period_text
from bizops.present.texts import plain, reason, say, text_of, unit_text
from bizops.present.verdict import Verdict, verdict_on

MOST_EVENTS = 9
"""So many marks fit into the lane; where more happened, the newest are shown."""

_UNIT_KEYS = {"%": "percent", "ms": "in_ms", "s": "in_s", "min": "in_min", "h": "in_h", "d": "in_d"}


@dataclass(frozen=True)
class Happening:
    """Something that happened beside the numbers: a release, maintenance, a holiday, a campaign."""

    start: datetime
    end: datetime | None
    title: str
    kind: str


@dataclass(frozen=True)
class Course:
    """What the chart of a KPI is made from: its values, the oldest first, and what happened meanwhile.

    Of ``values`` the last ``shown`` are drawn; those before only tell what is usual. ``year_before`` draws what the
    values are compared with.
    """

    kpi: Kpi
    values: Sequence[Value]
    happenings: Sequence[Happening] = ()
    shown: int | None = None
    year_before: bool = False


def course_chart(model: Model, course: Course, language: str, size: tuple[float, float] = (WIDTH, HEIGHT)) -> Chart:
    """The chart of a KPI over time, decided to the last label."""
    judged = judge(model, course.values)
    verdict = verdict_on(course.kpi, judged, course.values, language)
    return _Drawing(model, course, judged, verdict, language, size).chart()


def happening(row: Mapping[str, Any], language: str) -> Happening:
    """A change as it was told: by its title, or by what was done to which service."""
    start, until = (moment.replace(tzinfo=UTC) if (moment := row[name]) else None for name in ("time", "until"))
    assert start is not None
    said = row["title"] or " ".join(part for part in (row["service"], row["version"]) if part)
    kind = say(f"change_{row['kind']}", language)
    return Happening(start, until, plain(f"{kind}: {said}" if said else kind), row["kind"])


def happenings(model: Model, language: str) -> tuple[Happening, ...]:
    """What the calendars know of: interruptions."""
    found = []
    for definition in model.calendars.values():
        zone = ZoneInfo(definition.zone)
        for one in definition.maintenance:
            start, end = (datetime.fromisoformat(text).replace(tzinfo=zone) for text in (one.start, one.end))
            found.append(
                Happening(start, end, text_of(one.title, language) or say("maintenance", language), "maintenance")
            )
    return tuple(found)


class _Drawing:
    """One chart in the making: what several of its parts need."""

    def __init__(
        self,
        model: Model,
        course: Course,
        judged: Judged,
        verdict: Verdict,
        language: str,
        size: tuple[float, float],
    ) -> None:
        self.kpi, self.judged, self.verdict, self.language, self.size = course.kpi, judged, verdict, language, size
        self.skipped = max(0, len(course.values) - (course.shown or len(course.values)))
        self.values = course.values[self.skipped :]
        self.targets = targets_of(model, self.kpi, self.values)
        self.before = [_before(value) for value in self.values] if course.year_before else []
        self.events = tuple(_events(course.happenings, [value.period for value in self.values], language))
        self.title = text_of(course.kpi.title, language) or course.kpi.name

    def chart(self) -> Chart:
        """All parts in their places."""
        ranges = [self.judged.range(at + self.skipped) for at in range(len(self.values))]
        band = [(at, *limits) for at, limits in enumerate(ranges) if limits is not None]
        ends = [end for _, low, high in band for end in (low, high)]
        seen = [value.value for value in self.values] + list(self.targets) + self.before + ends
        value_axis = marked(seen, self.kpi.unit, self.language)
        notes = self._notes(value_axis)
        source = source_line(self.values[-1], self.language) if self.values else ""
        subtitle = subtitle_of(self.values, value_axis.scale.name, self.language)
        head = heading(self.verdict.sentence.rstrip("."), subtitle, notes, source, self.size[0])
        ends_of_lines = self._ends(band)
        place = frame(
            head,
            self.size,
            [label for _, label in value_axis.ticks],
            [text for _, text, _, _ in ends_of_lines],
            axis=TICK * 1.6,
            events=len(self.events),
            seconds=True,
        )
        span = max(len(self.values) - 1, 0)
        across = (-0.25, span + 0.25) if len(self.values) > 1 else (-0.5, 0.5)
        labels = self._placed(ends_of_lines, value_axis.domain, place.height, across[1])
        return Chart(
            kind="line",
            language=self.language,
            claim=self.verdict.sentence.rstrip("."),
            subtitle=subtitle,
            source=source,
            alt=self._alt(),
            width=self.size[0],
            height=self.size[1],
            frame=place,
            table=self._table(ranges),
            axes=(
                Axis("left", value_axis.domain, tuple(Tick(at, label) for at, label in value_axis.ticks), grid=True),
                Axis(
                    "bottom", across, period_ticks([value.period for value in self.values], place.width, self.language)
                ),
            ),
            series=self._series(),
            bands=(Band(say("usual_range", self.language), tuple(band)),) if band else (),
            labels=labels,
            events=self.events,
            notes=notes,
            heading=head,
        )

    def _series(self) -> tuple[Series, ...]:
        found = []
        if any(value is not None for value in self.before):
            points = tuple(enumerate(self.before))
            found.append(Series(say("before_year", self.language), "PY", points, "quiet"))
        if any(target is not None for target in self.targets):
            points = tuple(enumerate(self.targets))
            found.append(Series(say("target", self.language), "PL", points, "ink", "dashed", stepped=True))
        unsure = tuple(at for at, value in enumerate(self.values) if value.completeness != "complete")
        points = tuple((at, value.value) for at, value in enumerate(self.values))
        judged = self.judged.at - self.skipped
        dots = (judged,) if judged >= 0 and self.values[judged].value is not None else ()
        return (*found, Series(self.title, "AC", points, "accent", unsure=unsure, dots=dots))

    def _ends(self, band: Sequence[tuple[int, float, float]]) -> list[tuple[float, str, Tone, bool]]:
        """What stands at the right of each line: (value, text, tone, strong)."""
        found: list[tuple[float, str, Tone, bool]] = []
        if self.verdict.value is not None:
            tones: dict[str, Tone] = {"better": "better", "worse": "worse"}
            tone = tones.get(self.verdict.verdict, "accent")
            found.append((self.verdict.value, self.verdict.display, tone, True))
        if last := next((one for one in reversed(self.targets) if one is not None), None):
            text = numbers.display(last, self.kpi.unit, self.language, self.kpi.decimals, short=True)
            found.append((last, f"{say('target', self.language)} {text}", "ink", False))
        if self.before and (past := next((one for one in reversed(self.before) if one is not None), None)) is not None:
            found.append((past, say("before_year", self.language), "noise", False))
        if band:
            found.append(((band[-1][1] + band[-1][2]) / 2, say("usual", self.language), "noise", False))
        return found

    def _placed(
        self, ends: Sequence[tuple[float, str, Tone, bool]], domain: tuple[float, float], height: float, right: float
    ) -> tuple[Label, ...]:
        """The labels, moved up and down until none covers another."""
        low, high = domain
        wanted = [height * (high - value) / (high - low) for value, _, _, _ in ends]
        placed = spread(wanted, LABEL * 1.25, 0.0, height)
        return tuple(
            Label(right, value, text, tone, dx=8.0, dy=at - wish, strong=strong)
            for (value, text, tone, strong), at, wish in zip(ends, placed, wanted, strict=True)
        )

    def _notes(self, value_axis: Marked) -> tuple[str, ...]:
        found = [say("not_from_zero", self.language)] if value_axis.broken else []
        if any(value.completeness != "complete" and value.value is not None for value in self.values):
            found.append(say("dotted", self.language))
        found += dict.fromkeys(reason(value.refusal, self.language) for value in self.values if value.refusal)
        return tuple(found)

    def _alt(self) -> str:
        words = spark_words([value.value for value in self.values], self.kpi.unit, self.language)
        text = say("alt_line", self.language, title=self.title, words=words)
        if self.verdict.noise:
            text += say("alt_usual", self.language, usual=self.verdict.noise.display)
        return text

    def _table(self, ranges: Sequence[tuple[float, float] | None]) -> Table:
        columns: dict[str, list[str]] = {name: [] for name in ("period", "value", "target", "usual_range", "note")}
        for value, target, limits in zip(self.values, self.targets, ranges, strict=True):
            columns["period"].append(period_text(value.period, self.language))
            columns["value"].append(self._shown(value.value))
            columns["target"].append(self._shown(target) if target is not None else "")
            usual = numbers.range_text(*limits, self.kpi.unit, self.language, self.kpi.decimals) if limits else ""
            columns["usual_range"].append(usual)
            columns["note"].append(self._note(value))
        told = {name: texts for name, texts in columns.items() if any(texts)}
        return Table(tuple(say(name, self.language) for name in told), tuple(zip(*told.values(), strict=True)))

    def _shown(self, value: float | None) -> str:
        return numbers.display(value, self.kpi.unit, self.language, self.kpi.decimals)

    def _note(self, value: Value) -> str:
        """Why there is no value, or that its period is not complete."""
        if value.refusal is not None:
            return reason(value.refusal, self.language)
        state = "unfinished" if value.completeness == "running" else value.completeness
        return "" if state == "complete" else say(state, self.language)


def targets_of(model: Model, kpi: Kpi, values: Sequence[Value]) -> list[float | None]:
    """The target of each value's period; values of one slice."""
    target = target_for(model, kpi.name, values[0].slice) if values else None
    if target is None:
        return [None] * len(values)
    calendar = model.calendar(kpi.calendar)
    return [target_value(model, target, calendar, value.period) for value in values]


def subtitle_of(values: Sequence[Value], scale: str, language: str) -> str:
    """What is measured on which scale, from when to when, from how many rows."""
    words = unit_words(scale, language)
    if not values:
        return words
    first, last = values[0].period, values[-1].period
    text = say(
        "per_period",
        language,
        unit=words,
        grain=say(first.grain.value, language),
        first=period_text(first, language),
        last=period_text(last, language),
    )
    return f"{text}; {rows_text(values, language)}"


def rows_text(values: Sequence[Value], language: str) -> str:
    """From how many rows some values come."""
    return say("of_rows", language, n=numbers.number(sum(value.rows or 0 for value in values), language, 0))


def source_line(value: Value, language: str) -> str:
    """By which definition, from data until when, as known when."""
    fresh = day_text(value.fresh_until.date(), language) if value.fresh_until else numbers.NONE
    as_of = day_text(value.as_of.date(), language)
    return say("source_line", language, definition=value.definition[:12], fresh=fresh, as_of=as_of)


def unit_words(scale: str, language: str) -> str:
    """What a subtitle begins with: ``Hours``, ``M EUR``; ``Values`` where the title says what is counted."""
    if not scale:
        return say("unitless", language)
    return say(_UNIT_KEYS[scale], language) if scale in _UNIT_KEYS else unit_text(scale, language)


def _before(value: Value) -> float | None:
    return value.compared.value if value.compared else None


def _events(happenings: Sequence[Happening], periods: Sequence[Period], language: str) -> list[Event]:
    """What happened in the periods, numbered in the order of time."""
    if not periods:
        return []
    inside = [one for one in happenings if periods[0].start <= one.start < periods[-1].end]
    found = []
    for number, one in enumerate(sorted(inside, key=lambda one: one.start)[-MOST_EVENTS:], 1):
        until = _place(one.end, periods) if one.end else None
        text = f"{day_text(one.start.date(), language)}: {one.title}"
        found.append(Event(_place(one.start, periods), until, str(number), text, one.kind))
    return found


def _place(moment: datetime, periods: Sequence[Period]) -> float:
    """Where an instant lies among periods: each is one wide, with its mark in its middle."""
    for at, period in enumerate(periods):
        if moment < period.end:
            return at - 0.5 + max(0.0, (moment - period.start) / (period.end - period.start))
    return len(periods) - 0.5
