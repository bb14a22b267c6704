"""Damage to a file never gives a silent wrong number."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from lake_rows import ORDERS, deliver, order

from bizops.errors import BizopsError
from bizops.lake import Lake, Snapshot


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """A lake with segments and a correction."""
    lake = Lake.open(tmp_path)
    deliver(lake, ORDERS, [order(n, n, note=f"note {n}") for n in range(500)])
    deliver(lake, ORDERS, [order(n, -n) for n in range(10)])
    return lake


def refusal(snapshot: Snapshot) -> str:
    """Why the rows of a snapshot may not be read."""
    with pytest.raises(BizopsError) as refused:
        snapshot.verified_paths(snapshot.segments("orders"))
    (problem,) = refused.value.problems
    assert problem.code == "damaged-segment"
    assert problem.hint is not None
    return problem.message


def test_intact_files_are_handed_on(lake: Lake) -> None:
    snapshot = lake.snapshot()
    assert snapshot.verified_paths(snapshot.segments("orders")) == [s.path for s in snapshot.segments("orders")]
    assert lake.verify() == []


def test_every_flipped_bit_is_found(lake: Lake) -> None:
    chance = random.Random(1)
    files = [Path(p) for s in lake.snapshot().segments("orders") for p in (s.path, *(d.path for d in s.deleted))]
    for _ in range(50):
        file = chance.choice(files)
        good = file.read_bytes()
        bad = bytearray(good)
        bad[chance.randrange(len(bad))] ^= 1 << chance.randrange(8)
        file.write_bytes(bad)
        assert str(file) in refusal(lake.snapshot())
        assert [problem.code for problem in lake.verify()] == ["damaged-segment"]
        file.write_bytes(good)
    assert lake.verify() == []


@pytest.mark.parametrize("kept", [0, 1, 500])
def test_a_truncated_file_is_found(lake: Lake, kept: int) -> None:
    file = Path(lake.snapshot().segments("orders")[0].path)
    file.write_bytes(file.read_bytes()[:kept])
    assert str(file) in refusal(lake.snapshot())


def test_a_missing_file_is_found(lake: Lake) -> None:
    file = Path(lake.snapshot().segments("orders")[0].path)
    file.unlink()
    assert f"{file} is missing" in refusal(lake.snapshot())


def test_a_damaged_segment_is_never_merged_into_new_ones(lake: Lake) -> None:
    file = Path(lake.snapshot().segments("orders")[0].path)
    file.write_bytes(file.read_bytes()[:-9] + b"X" + file.read_bytes()[-8:])
    for write in (lambda: lake.compact("orders"), lambda: deliver(lake, ORDERS, [order(1, 5)])):
        with pytest.raises(BizopsError, match="damaged-segment"):
            write()


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_manifest_is_named(lake: Lake, content: bytes) -> None:
    (lake.root / "manifest.db").write_bytes(content)
    with pytest.raises(BizopsError) as refused:
        lake.snapshot().segments("orders")
    assert refused.value.problems[0].code == "damaged-manifest"
    assert [problem.code for problem in lake.verify()] == ["damaged-manifest"]
