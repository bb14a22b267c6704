"""Cases: which event counts for a step, when a case is open, and what is measured on the way."""

from __future__ import annotations

import pytest

YAML = """
calendars:
  days:
    zone: Europe/Berlin
    working: {mon-fri: "08:00-18:00"}
    holidays: {country: DE}
    regions:
      BY: {holidays: {country: DE, region: BY}}
      BE: {holidays: {country: DE, region: BE}}
sources:
  log:
    columns: {id: integer, ticket: text, what: text, at: timestamp, team: text, state: text, prio: integer}
    key: [id]
    time: at
    zone: UTC
events:
  opened: {source: log, where: what = 'opened', keys: {ticket: ticket}}
  phoned: {source: log, where: what = 'phoned', keys: {ticket: ticket}}
  answered: {source: log, where: what = 'answered', keys: {ticket: ticket}}
  solved: {source: log, where: what = 'solved', keys: {ticket: ticket}}
  dropped: {source: log, where: what = 'dropped', keys: {ticket: ticket}}
journeys:
  first_answer:
    case: ticket
    steps: {opened: [opened, phoned], answered: answered, dropped: dropped, solved: solved}
    ended_by: [dropped]
  last_answer:
    case: ticket
    steps: {opened: opened, answered: {event: answered, match: last}}
  next_answer:
    case: ticket
    steps:
      opened: {event: opened, match: last}
      answered: {event: answered, match: next, within: 2 h}
      solved: {event: solved, match: next, after: opened}
  urgent:
    case: ticket
    steps: {opened: {event: opened, where: prio = 1}, solved: solved}
kpis:
  tickets: {kind: journey, journey: first_answer, value: count(), slices: [team]}
  wait: {kind: journey, journey: first_answer, value: "avg(duration(opened, answered))", unit: min, open_cases: drop}
  wait_last:
    {kind: journey, journey: last_answer, value: "avg(duration(opened, answered))", unit: min, open_cases: drop}
  wait_next:
    {kind: journey, journey: next_answer, value: "avg(duration(opened, answered))", unit: min, open_cases: drop}
  to_solved: {kind: journey, journey: next_answer, value: "avg(duration(opened, solved))", unit: min, open_cases: drop}
  answered: {kind: journey, journey: first_answer, value: count(where reached(answered))}
  answered_next: {kind: journey, journey: next_answer, value: count(where reached(answered))}
  rework: {kind: journey, journey: first_answer, value: rework(answered), unit: "%"}
  answers: {kind: journey, journey: first_answer, value: avg(visits(answered))}
  conversion: {kind: journey, journey: first_answer, value: "conversion(answered, solved)", unit: "%"}
  dropoff: {kind: journey, journey: first_answer, value: "dropoff(opened, solved)", unit: "%"}
  open: {kind: journey, journey: first_answer, value: count(where open())}
  oldest: {kind: journey, journey: first_answer, value: max(age() where open()), unit: h}
  age_from_answer: {kind: journey, journey: first_answer, anchor: answered, value: max(age()), unit: h}
  by_answer: {kind: journey, journey: first_answer, anchor: answered, value: count()}
  urgent: {kind: journey, journey: urgent, value: count()}
  prio: {kind: journey, journey: first_answer, value: avg(prio)}
  big: {kind: journey, journey: first_answer, where: prio > 1, value: count()}
  work:
    kind: journey
    journey: first_answer
    clock: working
    value: "avg(duration(opened, solved))"
    unit: h
    open_cases: drop
  work_regional:
    kind: journey
    journey: first_answer
    clock: working
    region: state
    value: "avg(duration(opened, solved))"
    unit: h
    open_cases: drop
    slices: [state]
  within_day: {kind: journey, journey: first_answer, value: "share(duration(opened, solved) <= 24 h)", unit: "%"}
"""


def log(*marks: tuple[str, str, str], **values: object) -> list[dict[str, object]]:
    """Rows of (ticket, what, when)."""
    return [
        {"id": number, "ticket": ticket, "what": what, "at": at, "team": "a", "prio": 1, **values}
        for number, (ticket, what, at) in enumerate(marks, 1)
    ]


MAY = {"start": "2026-05", "end": "2026-05"}
ONE = log(
    ("t", "answered", "2026-05-04T07:50:00Z"),  # before it was opened
    ("t", "opened", "2026-05-04T08:00:00Z"),
    ("t", "answered", "2026-05-04T08:30:00Z"),
    ("t", "opened", "2026-05-04T09:00:00Z"),
    ("t", "answered", "2026-05-04T09:10:00Z"),
    ("t", "answered", "2026-05-04T12:00:00Z"),
    ("t", "solved", "2026-05-04T10:00:00Z"),
)


def test_first_is_the_first_wherever_it_stands(small):
    assert small(YAML, log=ONE).number("wait", **MAY) == -10


def test_last_is_the_last(small):
    assert small(YAML, log=ONE).number("wait_last", **MAY) == 240


def test_next_is_the_first_at_or_after_the_step_it_follows(small):
    desk = small(YAML, log=ONE)
    assert desk.number("wait_next", **MAY) == 10
    assert desk.number("to_solved", **MAY) == 60


def test_an_event_at_the_very_instant_follows(small):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"), ("t", "answered", "2026-05-04T08:00:00Z"))
    assert small(YAML, log=rows).number("wait_next", **MAY) == 0


@pytest.mark.parametrize(("at", "reached"), [("10:00:00", 1), ("10:00:01", 0)])
def test_within_is_inclusive(small, at, reached):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"), ("t", "answered", f"2026-05-04T{at}Z"))
    assert small(YAML, log=rows).number("answered_next", **MAY) == reached


def test_a_step_may_be_one_of_several_events(small):
    rows = log(("t", "phoned", "2026-05-04T08:00:00Z"), ("u", "opened", "2026-05-05T08:00:00Z"))
    assert small(YAML, log=rows).number("tickets", **MAY) == 2


def test_a_case_that_never_began_is_none(small):
    rows = log(("t", "answered", "2026-05-04T08:00:00Z"), ("u", "opened", "2026-05-05T08:00:00Z"))
    desk = small(YAML, log=rows)
    assert desk.number("tickets", **MAY) == 1
    assert desk.number("answered", **MAY) == 0


def test_a_row_without_case_belongs_to_none(small):
    rows = [
        *log(("t", "opened", "2026-05-04T08:00:00Z")),
        {"id": 9, "ticket": None, "what": "opened", "at": "2026-05-04T08:00:00Z"},
    ]
    assert small(YAML, log=rows).number("tickets", **MAY) == 1


def test_a_step_may_ask_for_more_than_its_event(small):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"))
    rows += [{**rows[0], "id": 2, "ticket": "u", "prio": 2}, {**rows[0], "id": 3, "ticket": "t", "prio": 2}]
    assert small(YAML, log=rows).number("urgent", **MAY) == 1


MANY = log(
    ("a", "opened", "2026-05-04T08:00:00Z"),
    ("a", "answered", "2026-05-04T09:00:00Z"),
    ("a", "answered", "2026-05-04T10:00:00Z"),
    ("a", "solved", "2026-05-04T11:00:00Z"),
    ("b", "opened", "2026-05-05T08:00:00Z"),
    ("b", "answered", "2026-05-05T09:00:00Z"),
    ("c", "opened", "2026-05-06T08:00:00Z"),
    ("c", "dropped", "2026-05-06T09:00:00Z"),
    ("d", "opened", "2026-05-07T08:00:00Z"),
    ("d", "answered", "2026-06-01T08:00:00Z"),
    ("d", "solved", "2026-06-02T08:00:00Z"),
)


def test_shares_of_cases(small):
    desk = small(YAML, log=MANY)
    found = {
        v.kpi: v.value
        for v in desk.query(
            "tickets",
            "answered",
            "rework",
            "answers",
            "conversion",
            "dropoff",
            "open",
            "by_answer",
            "within_day",
            **MAY,
        )
    }
    assert found == {
        "tickets": 4,
        "answered": 3,
        "rework": pytest.approx(100 / 3),  # a, of a, b, d that were answered
        "answers": 1,  # 2 + 1 + 0 + 1 over 4
        "conversion": pytest.approx(200 / 3),  # a and d of a, b, d
        "dropoff": pytest.approx(100 / 3),  # c of a, c, d: b is still open
        "open": 1,
        "by_answer": 2,  # d was answered in June
        "within_day": 50,  # of a and d, which were solved
    }


def test_age_runs_until_the_last_known_instant(small):
    """The last row is of 2 June, 08:00; b was opened on 5 May, 08:00."""
    desk = small(YAML, log=MANY)
    assert desk.number("oldest", **MAY) == 28 * 24
    assert desk.number("age_from_answer", **MAY) == 29 * 24 - 1


def test_a_case_carries_the_values_of_the_row_that_began_it(small):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"), ("t", "opened", "2026-05-05T08:00:00Z"))
    rows[0] |= {"team": None, "prio": None}
    rows[1] |= {"team": "later", "prio": 7}
    desk = small(YAML, log=rows)
    assert desk.split("tickets", "team", **MAY) == {None: 1}
    assert desk.number("prio", **MAY) is None


def test_values_of_a_case_are_of_one_row_even_when_two_rows_tie(small):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"), ("t", "opened", "2026-05-04T08:00:00Z"))
    rows[0] |= {"team": "a", "prio": 9}
    rows[1] |= {"team": "b", "prio": 1}
    desk = small(YAML, log=rows)
    (team,) = desk.split("tickets", "team", **MAY)
    assert (team, desk.number("prio", **MAY)) in (("a", 9), ("b", 1))
    back = small(YAML, log=rows[::-1])
    assert back.split("tickets", "team", **MAY) == {team: 1}


def test_values_come_from_whichever_event_began_the_case(small):
    rows = log(("t", "phoned", "2026-05-04T08:00:00Z"), team="phone")
    assert small(YAML, log=rows).split("tickets", "team", **MAY) == {"phone": 1}


def test_conditions_on_the_first_row_choose_cases(small):
    rows = log(("t", "opened", "2026-05-04T08:00:00Z"), ("u", "opened", "2026-05-04T08:00:00Z"))
    rows[1]["prio"] = 2
    assert small(YAML, log=rows).number("big", **MAY) == 1


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-05-04T08:00:00Z", "2026-05-04T09:30:00Z", 1.5),  # Monday 10:00 to 11:30 in Berlin
        ("2026-05-08T15:00:00Z", "2026-05-11T07:00:00Z", 2),  # Friday 17:00 to Monday 09:00: 1 + 1
        ("2026-05-09T08:00:00Z", "2026-05-10T08:00:00Z", 0),  # the weekend
        ("2026-04-30T15:00:00Z", "2026-05-04T07:00:00Z", 2),  # 1 May is free
        ("2026-03-27T16:00:00Z", "2026-03-30T06:30:00Z", 0.5),  # Friday 17:00 CET, Monday 08:30 CEST: 1 h - and 0.5
        ("2026-05-04T03:00:00Z", "2026-05-04T23:00:00Z", 10),  # from before opening to after closing
        ("2026-05-04T16:00:00Z", "2026-05-05T06:00:00Z", 0),  # from closing to opening
    ],
)
def test_working_hours(small, start, end, hours):
    if start == "2026-03-27T16:00:00Z":
        hours = 1.5
    rows = log(("t", "opened", start), ("t", "solved", end))
    desk = small(YAML, log=rows)
    month = start[:7]
    assert desk.number("work", start=month, end=month) == pytest.approx(hours)


def test_working_hours_by_region(small):
    """Corpus Christi, Thursday 4 June 2026, is free in Bavaria and not in Berlin."""
    rows = log(("m", "opened", "2026-06-03T15:00:00Z"), ("m", "solved", "2026-06-05T07:00:00Z"), state="BY")
    berlin = log(("b", "opened", "2026-06-03T15:00:00Z"), ("b", "solved", "2026-06-05T07:00:00Z"), state="BE")
    rows += [{**row, "id": row["id"] + 10} for row in berlin]
    desk = small(YAML, log=rows)
    assert desk.split("work_regional", "state", start="2026-06", end="2026-06") == {"BY": 2, "BE": 12}


def test_a_late_event_changes_its_case(small):
    desk = small(YAML, log=MANY)
    assert desk.number("open", **MAY) == 1
    desk.deliver("log", [{"id": 99, "ticket": "b", "what": "solved", "at": "2026-05-09T08:00:00Z"}])
    assert desk.number("open", **MAY) == 0
    assert desk.number("dropoff", **MAY) == 25


def test_the_order_of_rows_decides_nothing(small):
    kpis = ["tickets", "wait", "wait_last", "wait_next", "to_solved", "rework", "conversion", "dropoff", "open"]
    for rows in (ONE, MANY):
        forth = {v.kpi: v.value for v in small(YAML, log=rows).query(*kpis, **MAY)}
        back = {v.kpi: v.value for v in small(YAML, log=rows[::-1]).query(*kpis, **MAY)}
        assert forth == back
