"""What is told of the services stands on the charts of the KPIs."""

from __future__ import annotations

from serving import served
from small_workspace import MakeSmall

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
  deploys: {kind: changes, sender: local}
events:
  deployed: {source: deploys, where: kind = 'release'}
  broken: {source: deploys, where: kind = 'incident'}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order, direction: up}
"""


def test_a_release_is_marked_where_it_happened(small: MakeSmall) -> None:
    rows = [{"id": str(month), "at": f"2026-{month:02d}-28T12:00"} for month in range(1, 6)]
    shop = small(YAML, now="2026-06-01", orders=rows)
    with served(shop.workspace) as server:
        server.post_json(
            "/v1/changes",
            [
                {"kind": "release", "time": "2026-03-16T12:00:00Z", "service": "shop", "version": "5.2", "id": "r-1"},
                {"kind": "incident", "time": "2026-04-02T00:00:00Z", "title": "Till \u202edown", "id": "i-1"},
                {"kind": "release", "time": "2019-01-01T00:00:00Z", "service": "shop", "version": "1", "id": "r-0"},
            ],
        )
        server.stored("local.changes", 3)
    shop.open()
    chart = shop.workspace.chart("orders", language="de")

    assert [(event.mark, event.text, event.kind) for event in chart.events] == [
        ("1", "16. März 2026: Version: shop 5.2", "release"),
        ("2", "2. April 2026: Störung: Till \ufffddown", "incident"),
    ]
    assert chart.events[0].at == 2.0
