"""Parquet, JSON lines, workbooks and event logs."""

from __future__ import annotations

import gzip
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sources import lake_in, load_text, make_source, reasons, stored

from bizops.errors import BizopsError
from bizops.intake import Limits, load_files, load_manual


def test_parquet_values_are_cast_to_the_types_of_the_source(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    berlin = pa.array([datetime(2026, 7, 1, 10)], pa.timestamp("ns", "Europe/Berlin"))
    table = pa.table(
        {
            "id": pa.array([17850.0]),
            "n": pa.array([3], pa.int16()),
            "price": pa.array([2.55]),
            "at": berlin,
            "local": pa.array([datetime(2026, 7, 1, 12)], pa.timestamp("ms")),
            "day": pa.array([date(2026, 7, 1)]),
            "word": pa.array(["a"]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "t.parquet")
    types = {"id": "text", "n": "integer", "price": "decimal", "at": "timestamp", "local": "timestamp", "day": "date"}
    source = make_source({**types, "word": "text"}, zone="Europe/Berlin")
    load_files(lake, source, [tmp_path / "t.parquet"])
    noon = datetime(2026, 7, 1, 10)
    assert stored(lake) == [("17850", 3, Decimal("2.55"), noon, noon, date(2026, 7, 1), "a")]


def test_parquet_values_that_do_not_fit_go_to_the_quarantine(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    pq.write_table(pa.table({"x": [1.0, 2.12345, float("nan"), 1e300]}), tmp_path / "t.parquet")
    load_files(lake, make_source({"x": "decimal"}), [tmp_path / "t.parquet"])
    assert stored(lake) == [(Decimal(1),), (None,)]
    assert reasons(lake) == [(2, "x", "too-precise"), (4, "x", "out-of-range")]


def test_json_lines_give_nested_values_by_dotted_names_and_numbers_as_written(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    source = make_source(
        {"id": "integer", "total": {"type": "decimal", "header": "order.total"}, "tags": "text", "ok": "boolean"}
    )
    lines = [
        '{"id": 1, "order": {"total": 0.1}, "tags": ["a", 1], "ok": true}',
        '{"id": 2, "order": {"to',
        '{"id": 3, "order.total": 12.3456, "tags": null}',
        "[4]",
        "",
        '{"id": 5, "order": 7}',
    ]
    load_text(lake, source, gzip.compress("\n".join(lines).encode()), "events.jsonl.gz")
    assert stored(lake) == [
        (1, Decimal("0.1"), '["a", "1"]', True),
        (3, Decimal("12.3456"), None, None),
        (5, None, None, None),
    ]
    assert reasons(lake) == [(2, None, "torn-row"), (4, None, "torn-row")]


@pytest.mark.parametrize("name", ["x.jsonl", "x.xes"])
def test_a_name_that_no_row_has_is_a_missing_column(tmp_path: Path, name: str) -> None:
    lake = lake_in(tmp_path)
    xes = '<log><trace><event><string key="id" value="1"/></event></trace></log>'
    with pytest.raises(BizopsError) as refused:
        load_text(lake, make_source({"idd": "text"}), '{"id": 1}' if name == "x.jsonl" else xes, name)
    assert refused.value.problems[0].hint == "Did you mean 'id'?"
    assert lake.snapshot().sources() == ()


XES = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/"><extension name="Concept" prefix="concept" uri="http://x"/>
<global scope="event"><string key="concept:name" value="DEFAULT"/></global>
<trace><string key="concept:name" value="case 1"/><float key="amount" value="12.5"/>
  <event><string key="concept:name" value="start"/><date key="time:timestamp" value="2026-01-01T10:00:00.000+01:00"/>
    <list key="nested"><string key="concept:name" value="inner"/></list></event>
  <event><string key="concept:name" value="end"/><date key="time:timestamp" value="2026-01-02T10:00:00Z"/></event>
</trace>
<trace><string key="concept:name" value="case 2"/>
  <event><string key="concept:name" value="start"/><date key="time:timestamp" value="soon"/></event></trace>
</log>"""


def test_an_event_log_has_one_row_an_event_with_the_attributes_of_its_trace(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    source = make_source(
        {
            "case": {"type": "text", "header": "case:concept:name"},
            "what": {"type": "text", "header": "concept:name"},
            "at": {"type": "timestamp", "header": "time:timestamp"},
            "amount": {"type": "decimal", "header": "case:amount"},
        },
        time="at",
    )
    load_text(lake, source, gzip.compress(XES.encode()), "log.xes.gz")
    amount = Decimal("12.5")
    assert stored(lake) == [
        ("case 1", "start", datetime(2026, 1, 1, 9), amount),
        ("case 1", "end", datetime(2026, 1, 2, 10), amount),
    ]
    assert reasons(lake) == [(3, "at", "bad-timestamp")]


@pytest.mark.parametrize(
    "content",
    [
        '<!DOCTYPE log [<!ENTITY a "b">]><log>&a;</log>',
        '<!DOCTYPE log SYSTEM "file:///etc/passwd"><log/>',
        "<log><trace>",
    ],
    ids=["entity", "DTD", "torn"],
)
def test_an_event_log_with_a_dtd_or_without_end_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(BizopsError, match="unreadable-file"):
        load_text(lake_in(tmp_path), make_source({"id": "text"}), content, "log.xes")


def write_workbook(path: Path, rows: list[list[str]]) -> None:
    """A minimal workbook; cells are given as XML."""
    cells = "".join(f'<row r="{n}">{"".join(row)}</row>' for n, row in enumerate(rows, 1) if row)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{types}"><Default Extension="xml" ContentType="application/xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{relations}"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{office}/styles" '
        'Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + content)


def text_cell(text: str) -> str:
    """A cell with text."""
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def test_a_workbook_gives_its_first_sheet_below_the_first_row_that_is_not_empty(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    header = [text_cell(t) for t in ("id", "at", "amount")]
    rows = [
        [],
        header,
        ["<c><v>17850</v></c>", '<c s="1"><v>46023.5</v></c>', "<c><v>2.55</v></c>"],
        [],
        [text_cell("A1"), '<c s="1"><v>46024</v></c>', text_cell("much")],
    ]
    write_workbook(tmp_path / "book.xlsx", rows)
    source = make_source({"id": "text", "at": "timestamp", "amount": "decimal"})
    load_files(lake, source, [tmp_path / "book.xlsx"])
    assert stored(lake) == [("17850", datetime(2026, 1, 1, 12), Decimal("2.55"))]
    assert reasons(lake) == [(5, "amount", "bad-number")]


def test_a_workbook_that_would_unpack_to_too_much_is_refused(tmp_path: Path) -> None:
    write_workbook(tmp_path / "book.xlsx", [[text_cell("x" * 1_000_000)]])
    with pytest.raises(BizopsError, match="too-large"):
        load_files(
            lake_in(tmp_path), make_source({"x": "text"}), [tmp_path / "book.xlsx"], limits=Limits(ratio=10, free=1000)
        )


def test_a_missing_sheet_is_named(tmp_path: Path) -> None:
    write_workbook(tmp_path / "book.xlsx", [[text_cell("x")]])
    with pytest.raises(BizopsError) as refused:
        load_files(lake_in(tmp_path), make_source({"x": "text"}, sheet="Date"), [tmp_path / "book.xlsx"])
    assert refused.value.problems[0].hint == "Did you mean 'Data'?"


@pytest.mark.parametrize("name", ["x.parquet", "x.xlsx"])
def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BizopsError, match="unreadable-file"):
        load_text(lake_in(tmp_path), make_source({"x": "text"}), "x\n1\n", name)


def test_entries_by_hand_keep_their_author_and_later_ones_correct_earlier_ones(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    source = make_source({"month": "date", "stores": "integer"}, kind="manual", key=("month",))
    load_manual(
        lake, source, [{"month": date(2026, 1, 1), "stores": 12}, {"month": "2026-02-01", "stores": "13"}], "ada"
    )
    report = load_manual(lake, source, [{"month": "2026-01-01", "stores": 14}], "bob")
    assert report.corrected == 1
    assert [d.author for d in lake.snapshot().deliveries("s")] == ["ada", "bob"]
    with pytest.raises(BizopsError, match="unknown-column"):
        load_manual(lake, source, [{"moth": "2026-01-01"}], "bob")


def test_progress_tells_rows_and_bytes(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    path = tmp_path / "x.jsonl"
    path.write_text("".join(json.dumps({"x": n}) + "\n" for n in range(10)))
    seen: list[tuple[int, int, int]] = []
    load_files(lake, make_source({"x": "integer"}), [path], progress=lambda *told: seen.append(told))
    assert seen == [(10, path.stat().st_size, path.stat().st_size)]
