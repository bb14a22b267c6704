"""The chart of a KPI shows what was decided, the same in every drawing."""

from __future__ import annotations

import json
import re
from calendar import monthrange
from html import unescape

import pytest

from bizops.present.charts import Chart, svg
from bizops.workspace import Span
from small_workspace import MakeSmall, Small

YAML = """
sources:
  sales:
    columns: {id: text, at: timestamp, x: {type: number, unit: h}}
    key: [id]
    time: at
    since: 2024-01-01
    every: 40 d
kpis:
  speed: {title: {en: Speed <of> all, de: Tempo}, kind: measure, over: sales, value: avg(x), unit: h, direction: down}
targets:
  speed: {kpi: speed, series: {2024: 9, 2025: 8}}
calendars:
  days:
    zone: UTC
    working: {mon-fri: "08:00-18:00"}
    maintenance: [{start: 2025-03-10T20:00, end: 2025-03-11T02:00, title: {en: Move, de: Umzug}}]
"""


def shop(small: MakeSmall, last: float, now: str = "2026-01-01") -> Small:
    """Two years of months around 10 h, and a last one; on the 15th of a month it is not complete."""
    months = [(year, month) for year in (2024, 2025) for month in range(1, 13)]
    values = [10 + 0.5 * (at % 3) for at in range(23)] + [last]
    rows = [
        {"id": f"{year}-{month}", "at": f"{year}-{month:02d}-{monthrange(year, month)[1]}T12:00", "x": value}
        for (year, month), value in zip(months, values, strict=True)
    ]
    return small(YAML, now=now, sales=[row for row in rows if str(row["at"]) < now])


def chart_of(small: MakeSmall, last: float = 14.0, **asked: object) -> Chart:
    return shop(small, last).workspace.chart("speed", span=Span(last=24), **asked)  # type: ignore[arg-type]


def texts_of(picture: str) -> set[str]:
    """What stands in the picture; lines of one text are joined again."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", picture)
    return {unescape(re.sub(r"<[^>]+>", "", text.replace("</tspan><tspan", "</tspan> <tspan"))) for text in found}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_picture_holds_exactly_the_decided_texts(small: MakeSmall, language: str) -> None:
    chart = chart_of(small, language=language, compare="year_ago")

    assert texts_of(svg(chart)) == chart.strings()


def test_programs_get_the_same_chart_as_plain_values(small: MakeSmall) -> None:
    chart = chart_of(small)
    read = json.loads(json.dumps(chart.as_dict(), allow_nan=False))

    assert (read["kind"], read["claim"], read["version"]) == ("line", chart.claim, 1)
    assert [series["scenario"] for series in read["series"]] == ["PL", "AC"]
    assert read["table"]["columns"][0] == "period"
    assert len(read["table"]["rows"]) == 24


def test_the_claim_says_that_a_value_left_its_usual_range(small: MakeSmall) -> None:
    worse, usual = chart_of(small, 14.0), chart_of(small, 10.5)

    assert worse.claim == "Speed <of> all stood at 14 h in December 2025, worse than the usual 8.73 to 12.23 h"
    assert usual.claim.startswith("Speed <of> all stood at 10.50 h in December 2025, within the usual")


def test_what_is_usual_does_not_hang_on_how_much_is_shown(small: MakeSmall) -> None:
    workspace = shop(small, 14.0).workspace

    claims = {workspace.chart("speed", span=Span(last=last)).claim for last in (1, 5, 24)}

    assert claims == {workspace.verdict("speed").sentence.rstrip(".")}
    assert len(workspace.chart("speed", span=Span(last=5)).table.rows) == 5


def test_a_period_that_is_not_complete_is_dotted_and_not_judged(small: MakeSmall) -> None:
    chart = shop(small, 30.0, now="2025-12-31T13:00").workspace.chart("speed")
    (actual,) = (series for series in chart.series if series.scenario == "AC")

    assert actual.unsure == (len(actual.points) - 1,)
    assert "in November 2025" in chart.claim
    assert chart.notes == ("Dotted: period not complete.",)
    assert 'stroke-dasharray="1 5"' in svg(chart)


def test_what_happened_is_marked_and_told(small: MakeSmall) -> None:
    chart = chart_of(small)

    assert [(event.mark, event.text, event.kind) for event in chart.events] == [
        ("1", "10 Mar 2025: Move", "maintenance")
    ]
    assert 13.7 < chart.events[0].at < 13.9
