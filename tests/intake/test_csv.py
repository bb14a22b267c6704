"""CSV files of all manners, and torn rows in them."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sources import lake_in, load_text, make_source, reasons, stored

from bizops.errors import BizopsError
from bizops.intake import Limits, load_files
from bizops.intake.csv_files import read_csv

AB = make_source({"a": "text", "b": "text"})


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, AB, f"a{delimiter}b\n1{delimiter}2\n")
    assert stored(lake) == [("1", "2")]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"a,b\r\n1,2\r\n",
        b"a,b\n1,2",
        b"\na,b\n\n1,2\n\n",
        b'"a","b"\n"1","2"\n',
        b"b,x,a\n2,9,1\n",
        gzip.compress(b"a,b\n1,2\n", mtime=0),
    ],
    ids=["BOM", "CRLF", "no last newline", "empty lines", "quotes", "other columns and order", "gzip"],
)
def test_the_same_rows_may_be_written_in_many_ways(tmp_path: Path, content: bytes) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, AB, content)
    assert (stored(lake), reasons(lake)) == ([("1", "2")], [])


def test_other_encodings_are_read_and_bytes_that_are_none_go_to_the_quarantine(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, make_source({"a": "text", "b": "text"}, encoding="cp1252"), "a,b\nGröße,5 €\n".encode("cp1252"))
    load_text(lake, AB, b"a,b\nGr\xf6\xdfe,5\nok,6\n", "latin.csv")
    load_text(lake, make_source({"a": "text", "b": "text"}, encoding="utf-16"), "a,b\nü,7\n".encode("utf-16"), "w.csv")
    assert stored(lake) == [("Größe", "5 €"), ("ok", "6"), ("ü", "7")]
    assert reasons(lake) == [(2, None, "bad-encoding")]


def test_a_torn_row_is_named_by_its_line_and_takes_no_other_with_it(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    text = 'a,b\n1,one\n2\n3,"thr\nee"\n4,four,4\n5,"five\n6,six\n7,5" pipe\n8,"x"y\n9,nine\n'
    report = load_text(lake, AB, text)
    assert stored(lake) == [("1", "one"), ("3", "thr\nee"), ("6", "six"), ("7", '5" pipe'), ("9", "nine")]
    assert reasons(lake) == [(line, None, "torn-row") for line in (3, 6, 7, 10)]
    assert (report.rows, report.accepted, report.quarantined, report.reasons) == (9, 5, 4, (("torn-row", 4),))


def test_line_numbers_count_line_ends_within_quotes(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    load_text(lake, make_source({"a": "integer", "b": "text"}), 'a,b\n1,"two\nlines"\nx,y\n')
    assert reasons(lake) == [(4, "a", "bad-number")]


texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=6)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(texts, texts), max_size=12), st.integers(1, 40))
def test_whatever_is_written_is_read_back_wherever_blocks_are_cut(rows: list[tuple[str, str]], block: int) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *rows])
    _, blocks = read_csv(io.BytesIO(file.getvalue().encode()), "t", ",", block)
    found = [tuple(row.values()) for part in blocks for row in part.table.to_pylist()]
    assert found == rows


def test_a_missing_column_is_one_clear_error_and_nothing_is_loaded(tmp_path: Path) -> None:
    lake = lake_in(tmp_path)
    with pytest.raises(BizopsError) as refused:
        load_text(lake, make_source({"amount": "text"}), "amuont,b\n1,2\n")
    (problem,) = refused.value.problems
    assert (problem.code, problem.hint) == ("missing-column", "Did you mean 'amuont'?")
    assert "file.csv" in problem.message
    assert lake.snapshot().sources() == ()


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    lake, path = lake_in(tmp_path), tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n" + b"1,2\n" * 500_000, mtime=0))
    with pytest.raises(BizopsError, match="too-large"):
        load_files(lake, AB, [path], limits=Limits(ratio=100, free=1000))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0)[:-6], "unreadable-file"),
        (b"a,b,a\n1,2,3\n", "ambiguous-column"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path, content: bytes, code: str) -> None:
    lake = lake_in(tmp_path)
    with pytest.raises(BizopsError) as refused:
        load_text(lake, AB, content)
    assert refused.value.problems[0].code == code
    assert lake.snapshot().sources() == ()
