"""Whoever is erased is nowhere any more, the sums stay, and nothing that comes again brings the person back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bizops.workspace import Span, Workspace

MODEL = """
calendars: {utc: {zone: UTC}}
sources:
  desk:
    kind: spans
    columns:
      customer: {type: text, header: customer.id}
      employee: {type: text, header: enduser.id}
events:
  viewed: {source: desk, where: name = 'view', keys: {customer: customer}}
kpis:
  views: {kind: measure, over: viewed, value: count(), grain: day, slices: [customer]}
  customers: {kind: measure, over: viewed, value: distinct(customer), grain: day}
  employees: {kind: measure, over: viewed, value: distinct(employee), grain: day}
"""
START_NS = 1_772_323_200_000_000_000


def request(*views: tuple[str, str], note: str = "") -> bytes:
    spans = [
        {
            "traceId": f"{number + 1:032x}",
            "spanId": f"{number + 1:016x}",
            "name": "view",
            "startTimeUnixNano": str(START_NS + number * 10**9),
            "endTimeUnixNano": str(START_NS + number * 10**9 + 5_000_000),
            "attributes": [
                {"key": "customer.id", "value": {"stringValue": customer}},
                {"key": "enduser.id", "value": {"stringValue": employee}},
                {"key": "note", "value": {"stringValue": note}},
            ],
        }
        for number, (customer, employee) in enumerate(views)
    ]
    return json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": spans}]}]}).encode() + b"\n"


VIEWS = (("K-kim", "kim@shop.example"), ("K-lee", "lee@shop.example"), ("K-kim", "lee@shop.example"))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "model").mkdir()
    (tmp_path / "bizops.yaml").write_text("calendar: utc\n", encoding="utf-8")
    (tmp_path / "model" / "all.yaml").write_text(MODEL, encoding="utf-8")
    return Workspace(tmp_path, lambda: datetime(2026, 3, 3, tzinfo=UTC))


def sent(workspace: Workspace, body: bytes, name: str = "spans.jsonl") -> int:
    file = workspace.root / name
    file.write_bytes(body)
    (report,) = workspace.load_otlp("desk", [file])
    file.unlink()
    return report.accepted


def numbers(workspace: Workspace) -> dict[str, float | None]:
    answer = workspace.query(["views", "customers", "employees"], span=Span("2026-03-01", "2026-03-01"))
    return {value.kpi: value.value for value in answer}


def everything(root: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a directory; columns of Parquet files as plain text, for packed ones hide what is in them."""
    import pyarrow.parquet as pq

    for path in root.rglob("*"):
        if path.suffix == ".parquet":
            yield str(path), repr(pq.read_table(path, partitioning=None).to_pylist()).encode()
        elif path.is_file():
            yield str(path), path.read_bytes()


def test_people_come_in_under_pseudonyms_only(workspace: Workspace) -> None:
    sent(workspace, request(*VIEWS, note="call kim@shop.example at 10.1.2.3"))
    numbers(workspace)
    stored = b"".join(content for _, content in everything(workspace.state))
    assert b"shop.example" not in stored
    assert b"10.1.2.3" not in stored
    assert b"K-kim" in stored


def test_an_erased_person_is_in_no_file_and_the_sums_stay(workspace: Workspace) -> None:
    sent(workspace, request(*VIEWS))
    before = numbers(workspace)
    pseudonym = workspace.privacy().pseudonym("kim@shop.example")
    assert any(pseudonym.encode() in content for _, content in everything(workspace.state))
    assert workspace.erase("kim@shop.example").files > 0
    workspace.erase("K-kim")
    assert numbers(workspace) == before == {"views": 3.0, "customers": 2.0, "employees": 2.0}
    left = {path for path, content in everything(workspace.state) if b"K-kim" in content or b"kim@" in content}
    assert left == set()
    holders = [path for path, content in everything(workspace.state) if pseudonym.encode() in content]
    assert [Path(path).name for path in holders] == ["erased.json"]
    assert workspace.lake.verify() == []


def test_what_is_sent_again_or_anew_does_not_bring_the_person_back(workspace: Workspace) -> None:
    sent(workspace, request(*VIEWS))
    workspace.erase("kim@shop.example")
    workspace.erase("K-kim")
    assert sent(workspace, request(*VIEWS)) == 0
    assert sent(workspace, request(*VIEWS, ("K-kim", "kim@shop.example"))) == 1
    assert numbers(workspace)["views"] == 4.0
    pseudonyms = [workspace.privacy().pseudonym(name).encode() for name in ("kim@shop.example", "K-kim")]
    for path, content in everything(workspace.state):
        assert b"K-kim" not in content, path
        assert Path(path).name == "erased.json" or not any(one in content for one in pseudonyms), path
