"""A step may know another key than the case's: chains lead from one key to the other, over as many events as needed."""

from __future__ import annotations

import pytest

from bizops.errors import BizopsError
from bizops.model import read_model
from small_workspace import MakeSmall

YAML = """
sources:
  log:
    columns: {id: integer, what: text, lead: text, quote: text, order: text, at: timestamp}
    key: [id]
    time: at
events:
  asked: {source: log, where: what = 'asked', keys: {lead: lead}}
  offered: {source: log, where: what = 'offered', keys: {lead: lead, quote: quote}}
  quoted: {source: log, where: what = 'quoted', keys: {quote: quote}}
  ordered: {source: log, where: what = 'ordered', keys: {quote: quote, order: order}}
  shipped: {source: log, where: what = 'shipped', keys: {order: order}}
journeys:
  sale:
    case: order
    chains: {lead: offered, quote: ordered}
    steps: {asked: asked, quoted: quoted, ordered: ordered, shipped: shipped}
kpis:
  sales: {kind: journey, journey: sale, value: count()}
  whole: {kind: journey, journey: sale, value: "avg(duration(asked, shipped))", unit: d, open_cases: drop}
"""

ROWS = [
    {"id": 1, "what": "asked", "lead": "L1", "at": "2026-03-01T00:00"},
    {"id": 2, "what": "offered", "lead": "L1", "quote": "Q1", "at": "2026-03-02T00:00"},
    {"id": 3, "what": "quoted", "quote": "Q1", "at": "2026-03-03T00:00"},
    {"id": 4, "what": "ordered", "quote": "Q1", "order": "A", "at": "2026-03-05T00:00"},
    {"id": 5, "what": "shipped", "order": "A", "at": "2026-03-07T00:00"},
    # the same quote is ordered once more: its beginning belongs to both orders
    {"id": 6, "what": "ordered", "quote": "Q1", "order": "B", "at": "2026-03-06T00:00"},
    {"id": 7, "what": "shipped", "order": "B", "at": "2026-03-11T00:00"},
    # an enquiry that leads nowhere is no order
    {"id": 8, "what": "asked", "lead": "L2", "at": "2026-03-01T00:00"},
]


def test_a_case_begins_where_the_chain_of_its_keys_begins(small: MakeSmall) -> None:
    workspace = small(YAML, log=ROWS, now="2026-04-02")
    assert workspace.number("sales", start="2026-03", end="2026-03") == 2
    assert workspace.number("whole", start="2026-03", end="2026-03") == (6 + 10) / 2


def test_with_the_chain_the_other_way_round_what_leads_nowhere_is_an_open_case(small: MakeSmall) -> None:
    other_way = YAML.replace("case: order", "case: lead").replace(
        "{lead: offered, quote: ordered}", "{order: ordered, quote: offered}"
    )
    workspace = small(other_way, log=ROWS, now="2026-04-02")
    assert workspace.number("sales", start="2026-03", end="2026-03") == 2
    assert workspace.number("whole", start="2026-03", end="2026-03") == 6


def test_the_story_of_a_case_tells_what_happened_under_its_other_keys(small: MakeSmall) -> None:
    story = small(YAML, log=ROWS, now="2026-04-02").workspace.case("sale", "B").to_pylist()
    assert [row["step"] for row in story] == ["asked", "quoted", "ordered", "shipped"]


@pytest.mark.parametrize(
    ("chains", "code"),
    [("{quote: quoted}", "missing-case-key"), ("{quote: shipped}", "unknown-reference"), ("{}", "missing-case-key")],
)
def test_a_chain_that_does_not_lead_to_the_case_is_refused(chains: str, code: str) -> None:
    with pytest.raises(BizopsError) as caught:
        read_model({"model/a.yaml": YAML.replace("{lead: offered, quote: ordered}", chains)})
    assert code in {problem.code for problem in caught.value.problems}
