"""Broken models, torn rows and damaged storage are told with their place, and harm nothing else."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from command_line import Type

BROKEN = {
    "kpis: [": "model/kpis.yaml:1:1  yaml-syntax  ",
    "kpis: {a: {kind: measure, over: nothing, value: count()}}": "model/kpis.yaml:1:33  unknown-reference  ",
    "kpis: {a: {kind: measure, over: orders, value: count(}}": "model/kpis.yaml:1:",
    "nonsense: {}": "model/kpis.yaml:1:1  unknown-",
    "kpis: {größe: {}, größe: {}}": "model/kpis.yaml:1:8  missing-key  'größe' lacks 'kind'",
}


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_model_is_told_with_file_line_and_column(text: str, shop: Path, typed: Type) -> None:
    (shop / "model" / "kpis.yaml").write_text(text + "\n", encoding="utf-8")
    result = typed("check")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith(BROKEN[text])
    for words in (["kpi", "revenue"], ["load"], ["status"], ["scorecard"], ["tree"], ["kpi", "list"]):
        result = typed(*words)
        assert (result.code, result.out) == (1, "")
        assert result.err.startswith(BROKEN[text])


def test_unknown_holidays_are_told_with_their_place(shop: Path, typed: Type) -> None:
    calendar = shop / "model" / "calendar.yaml"
    calendar.write_text(calendar.read_text(encoding="utf-8").replace("holidays: DE", "holidays: XX"), encoding="utf-8")
    result = typed("check")
    assert result.code == 1
    assert result.err.startswith("model/calendar.yaml:2:3  unknown-holidays  ")


def test_settings_alone_are_a_workspace_without_anything(tmp_path: Path, typed: Type) -> None:
    (tmp_path / "bizops.yaml").write_text("", encoding="utf-8")
    assert typed("check", "-C", tmp_path).out == "The model is empty.\n"
    for words in (["load"], ["status"], ["quarantine"], ["kpi", "list"], ["scorecard"], ["tree"], ["compact"]):
        result = typed(*words, "-C", tmp_path)
        assert (result.code, result.err) == (0, "")


def test_torn_and_senseless_rows_are_counted_and_listed_and_the_rest_is_taken(empty_shop: Path, typed: Type) -> None:
    with (empty_shop / "data" / "orders.csv").open("a", encoding="utf-8") as rows:
        rows.write("B-1,2026-03-03\nB-2,yesterday,,North,1\nB-3,2026-03-03 10:00,,North,1e400\n")
        rows.write("B-4,2026-03-03 10:00,,North,99999999999999999999999\n,2026-03-03 10:00,,North,1\n")
    loaded = typed("load")
    assert loaded.code == 0
    assert loaded.out.startswith("orders                   9 new rows, 5 quarantined\n")
    listed = typed("quarantine")
    assert listed.code == 0
    assert [line.split("  ")[1].split(" ")[0] for line in listed.out.splitlines()] == [
        f"orders.csv:{number}" for number in (11, 12, 13, 14, 15)
    ]
    assert "... and 3 more" in typed("quarantine", "--limit", "2").out


def test_a_damaged_segment_is_named_and_never_counted_from(shop: Path, typed: Type) -> None:
    segment = next((shop / ".bizops" / "lake" / "segments").rglob("*.parquet"))
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 1
    segment.write_bytes(content)
    for words in (["verify"], ["kpi", "revenue", "--csv"]):
        result = typed(*words)
        assert (result.code, result.out) == (1, "")
        assert "damaged-segment" in result.err
        assert segment.name in result.err


def test_a_second_writer_waits_its_turn(shop: Path, typed: Type) -> None:
    lock = os.open(shop / ".bizops" / "lake" / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        with (shop / "data" / "orders.csv").open("a", encoding="utf-8") as rows:
            rows.write("C-1,2026-03-03 10:00,,North,5\n")
        result = typed("load")
        assert result.code == 1
        assert "lake-locked" in result.err
        assert typed("kpi", "revenue", "--csv").code == 0
    finally:
        os.close(lock)
    assert typed("load").out == "orders                   1 new rows, 9 known\n"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_may_not_be_written_is_named(tmp_path: Path, typed: Type) -> None:
    tmp_path.chmod(0o500)
    try:
        result = typed("init", tmp_path / "new")
    finally:
        tmp_path.chmod(0o700)
    assert (result.code, result.err) == (1, f"input-output  {tmp_path / 'new'}: Permission denied.\n")


def test_a_place_that_cannot_be_made_is_named(shop: Path, typed: Type) -> None:
    result = typed("init", shop / "bizops.yaml" / "new")
    assert (result.code, result.err) == (1, f"input-output  {shop / 'bizops.yaml' / 'new'}: Not a directory.\n")


@pytest.mark.parametrize("name", ["Köln-Süd 😀", "[/]", "[bold]x", ":smile:", "東京", "%s {0} $(id)", "a=b"])
def test_names_may_have_any_letters(name: str, tmp_path: Path, typed: Type) -> None:
    root = tmp_path / "Müller & Söhne 😀"
    assert typed("init", root).code == 0
    rows = (root / "data" / "orders.csv").read_text(encoding="utf-8").replace("North", name)
    (root / "data" / "orders.csv").write_text(rows, encoding="utf-8")
    assert typed("load", "-C", root).code == 0
    assert name in typed("kpi", "revenue", "-C", root, "--by", "branch").out
    alone = typed("kpi", "revenue", "-C", root, "--filter", f"branch={name}", "--csv", "--grain", "total").out
    assert alone.splitlines()[1].split(",")[2:4] == [name, "1409.9"]


@pytest.mark.parametrize("formula", ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)"])
def test_csv_has_no_text_that_a_spreadsheet_would_run(formula: str, empty_shop: Path, typed: Type) -> None:
    rows = empty_shop / "data" / "orders.csv"
    rows.write_text(rows.read_text(encoding="utf-8").replace("North", formula), encoding="utf-8")
    typed("load")
    result = typed("kpi", "revenue", "--by", "branch", "--csv")
    assert result.code == 0
    assert f",'{formula}," in result.out
    assert f",{formula}" not in result.out


def test_csv_tells_rows_without_a_slice_value_from_the_whole(empty_shop: Path, typed: Type) -> None:
    with (empty_shop / "data" / "orders.csv").open("a", encoding="utf-8") as rows:
        rows.write("B-1,2026-03-03 10:00,,,5\n")
    typed("load")
    result = typed("kpi", "revenue", "--by", "branch", "--total", "--last", "1", "--csv")
    values = [line.split(",")[2:4] for line in result.out.splitlines()]
    assert values == [["branch", "value"], ["", "335.0"], ["∅", "5.0"], ["North", "330.0"]]
