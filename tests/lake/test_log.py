"""The log gives back what was acknowledged, whatever happened to its end or its middle."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops.errors import BizopsError
from bizops.lake.frames import HEAD_BYTES, Entry, frame, marker_of
from bizops.lake.log import Log


def entry(text: str, sender: str = "shop") -> Entry:
    return Entry(sender, "traces", "application/json", "", 1_790_000_000_000_000, text.encode(), {"ce-id": text})


def written(root: Path, *groups: str, segment_bytes: int = 64 << 20) -> Path:
    """A closed log with one append for each group of letters."""
    log = Log.open(root, segment_bytes=segment_bytes)
    for group in groups:
        log.append([entry(letter) for letter in group])
    log.close()
    return sorted((root / "log").glob("*.log"))[-1]


def replayed(root: Path, after: int = 0) -> tuple[list[tuple[int, str]], list[str]]:
    log = Log.open(root)
    found = [(seq, found.body.decode()) for seq, found in log.replay(after)]
    codes = [problem.code for problem in log.problems]
    log.close()
    return found, codes


def test_entries_come_back_as_they_were_with_their_numbers(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    assert list(log.append([entry("a"), entry("b")])) == [1, 2]
    assert list(log.append([entry("c")])) == [3]
    assert list(log.replay(1)) == [(2, entry("b")), (3, entry("c"))]
    log.close()
    assert replayed(tmp_path, after=2) == ([(3, "c")], [])


def marker(data: bytes) -> bytes:
    found = marker_of(data)
    assert found is not None
    return found


TORN = {
    "a frame cut short": lambda data: data[:-3],
    "a head cut short": lambda data: data + marker(data) + b"\x01",
    "a wrong checksum": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "a wrong length": lambda data: data + struct.pack("<16sIIQ", marker(data), 1 << 30, 0, 4),
    "a wrong marker": lambda data: data + b"X" * 16 + bytes(60),
    "a page of zeros": lambda data: data + bytes(4096),
}


@pytest.mark.parametrize("how", TORN)
def test_a_torn_end_is_cut_off_and_the_log_goes_on(how: str, tmp_path: Path) -> None:
    file = written(tmp_path, "ab", "c")
    file.write_bytes(TORN[how](file.read_bytes()))
    expected = (
        [(1, "a"), (2, "b")] if how in ("a frame cut short", "a wrong checksum") else [(1, "a"), (2, "b"), (3, "c")]
    )
    assert replayed(tmp_path) == (expected, [])
    log = Log.open(tmp_path)
    log.append([entry("z")])
    log.close()
    assert replayed(tmp_path)[0] == [*expected, (expected[-1][0] + 1, "z")]


def test_damage_in_the_middle_is_stepped_over_and_reported(tmp_path: Path) -> None:
    file = written(tmp_path, "abc")
    data = bytearray(file.read_bytes())
    second = data.find(marker(bytes(data)), HEAD_BYTES + 1)
    data[second + 40] ^= 1
    file.write_bytes(data)
    assert replayed(tmp_path) == ([(1, "a"), (3, "c")], ["damaged-log"])


@pytest.mark.parametrize("size", [0, 10, HEAD_BYTES])
def test_a_file_that_was_just_begun_is_gone_on_with(size: int, tmp_path: Path) -> None:
    head = written(tmp_path, "ab").read_bytes()[:size]
    (tmp_path / "log" / f"{3:016d}.log").write_bytes(head)
    log = Log.open(tmp_path)
    assert ([seq for seq, _ in log.replay(0)], log.problems) == ([1, 2], [])
    assert list(log.append([entry("c")])) == [3]
    log.close()
    assert replayed(tmp_path, after=2) == ([(3, "c")], [])


def test_what_a_sender_puts_into_a_torn_body_is_never_taken_for_an_entry(tmp_path: Path) -> None:
    file = written(tmp_path, "a")
    own = marker(file.read_bytes())
    forged = frame(b"guess".ljust(16), 2**63, entry("forged", sender="victim"))
    file.write_bytes(file.read_bytes() + frame(own, 2, Entry("attacker", "logs", "", "", 0, forged * 3))[:-40])
    log = Log.open(tmp_path)
    assert ([seq for seq, _ in log.replay(0)], list(log.append([entry("b")]))) == ([1], [2])
    log.close()


def test_two_logs_have_different_markers(tmp_path: Path) -> None:
    assert marker(written(tmp_path / "one", "a").read_bytes()) != marker(written(tmp_path / "two", "a").read_bytes())


@pytest.mark.parametrize("damaged", [("head",), ("marker",), ("head", "marker")])
def test_a_damaged_marker_is_found_in_its_other_places(damaged: tuple[str, ...], tmp_path: Path) -> None:
    written(tmp_path, "a", "b", segment_bytes=10)
    first, second = sorted((tmp_path / "log").glob("*.log"))
    for path in (*([first] if "head" in damaged else []), *([tmp_path / "log/marker"] if "marker" in damaged else [])):
        data = path.read_bytes()
        path.write_bytes(data[:6] + bytes([data[6] ^ 1]) + data[7:])
    found, codes = replayed(tmp_path)
    assert found == [(1, "a"), (2, "b")]
    assert codes == (["damaged-log"] if "head" in damaged else [])
    assert marker((tmp_path / "log/marker").read_bytes()) == marker(second.read_bytes())


def test_files_that_are_not_of_the_log_are_left_alone_and_told_of(tmp_path: Path) -> None:
    file = written(tmp_path, "ab")
    stray = file.with_name("copy of 1.log")
    stray.write_bytes(file.read_bytes())
    file.with_name(f"{3:016d}.log").write_bytes(file.read_bytes())
    assert replayed(tmp_path) == ([(1, "a"), (2, "b")], ["damaged-log"])
    assert stray.exists()


def test_retired_files_go_and_numbers_go_on(tmp_path: Path) -> None:
    log = Log.open(tmp_path, segment_bytes=100)
    for letter in "abcdef":
        log.append([entry(letter)])
    files = len(list((tmp_path / "log").glob("*.log")))
    log.retire(3)
    assert [seq for seq, _ in log.replay(0)][-3:] == [4, 5, 6]
    log.retire(6)
    assert files > 2
    assert list(log.replay(0)) == []
    log.close()
    log = Log.open(tmp_path)
    assert list(log.append([entry("g")])) == [7]
    log.close()


@pytest.mark.parametrize("gone", ["the last frame", "all files"])
def test_a_number_that_the_lake_has_is_never_given_again(gone: str, tmp_path: Path) -> None:
    file = written(tmp_path, "abc")
    if gone == "all files":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes()[:-1])
    log = Log.open(tmp_path, stored=3)
    assert [problem.code for problem in log.problems] == ["damaged-log"]
    assert list(log.append([entry("d")])) == [4]
    log.close()
    log = Log.open(tmp_path, stored=3)
    assert [(seq, found.body) for seq, found in log.replay(3)] == [(4, b"d")]
    log.close()


def test_one_process_at_a_time_has_the_log(tmp_path: Path) -> None:
    log = Log.open(tmp_path)
    with pytest.raises(BizopsError) as caught:
        Log.open(tmp_path)
    assert caught.value.problems[0].code == "log-locked"
    log.close()
    Log.open(tmp_path).close()


def test_after_a_write_that_failed_nothing_is_taken_until_the_log_is_opened_again(tmp_path: Path) -> None:
    def fail(point: str) -> None:
        if point == "after-append" and failing:
            raise OSError(5, "Input/output error")

    failing = False
    log = Log.open(tmp_path, fail)
    log.append([entry("a")])
    failing = True
    codes = []
    for _ in range(2):
        with pytest.raises(BizopsError) as caught:
            log.append([entry("b")])
        codes.append(caught.value.problems[0].code)
        failing = False
    assert (codes, log.failed) == (["log-failed", "log-failed"], True)
    log.close()
    found, _ = replayed(tmp_path)
    assert found[0] == (1, "a")  # "b" was never acknowledged: it may be there or not


def test_a_full_disk_takes_nothing_loses_nothing_and_goes_on_when_there_is_room(small_disk: Path) -> None:
    log = Log.open(small_disk)
    log.append([entry("a")])
    (small_disk / "filler").write_bytes(
        b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize - 8192)
    )
    with pytest.raises(BizopsError) as caught:
        log.append([Entry("s", "logs", "", "", 0, b"y" * 100_000)])
    assert (caught.value.problems[0].code, log.failed) == ("disk-full", False)
    (small_disk / "filler").unlink()
    assert list(log.append([entry("b")])) == [2]
    log.close()
    assert replayed(small_disk) == ([(1, "a"), (2, "b")], [])


@settings(deadline=None, max_examples=40)
@given(
    groups=st.lists(st.lists(st.binary(max_size=80), max_size=4), max_size=6),
    cut=st.integers(0, 600),
    after=st.integers(0, 8),
)
def test_whatever_the_end_that_is_missing_a_prefix_of_the_entries_is_left(
    tmp_path_factory: pytest.TempPathFactory, groups: list[list[bytes]], cut: int, after: int
) -> None:
    root = tmp_path_factory.mktemp("log")
    log = Log.open(root)
    bodies = [body for group in groups for body in group]
    for group in groups:
        if group:
            log.append([Entry("s", "logs", "", "", 0, body) for body in group])
    log.close()
    for file in (root / "log").glob("*.log"):
        file.write_bytes(file.read_bytes()[: max(0, file.stat().st_size - cut)])
    log = Log.open(root)
    found = [(seq, found.body) for seq, found in log.replay(after)]
    log.close()
    whole = list(enumerate(bodies, 1))[after:]
    assert found == whole[: len(found)]
    assert cut or found == whole
