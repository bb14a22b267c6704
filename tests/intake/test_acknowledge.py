"""What is acknowledged is in the log, and comes to the lake once, whatever stands in the way."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bizops.errors import BizopsError
from bizops.intake import acknowledge, dead_letters, flush
from bizops.intake.acknowledge import Intake, Receipt
from bizops.intake.cloudevents import BATCH
from bizops.intake.dead_letters import DeadLetters
from bizops.intake.privacy import Policy
from bizops.lake import Lake
from bizops.lake.files import Fault, no_fault
from bizops.lake.frames import Entry
from bizops.lake.log import Log

NOW_US = 1_770_000_000_000_000
KEEP = Policy((), b"k" * 32, frozenset())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flush, "FLUSH_AFTER_S", 0.02)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake.open(tmp_path / "lake")


Opened = Callable[..., Intake]


@pytest.fixture
def opened(lake: Lake) -> Iterator[Opened]:
    """Opens an intake that is closed at the end."""
    intakes: list[Intake] = []

    def open_(policy: Any = KEEP, fault: Fault = no_fault) -> Intake:
        intakes.append(Intake.open(lake, lambda: policy, fault=fault))
        return intakes[-1]

    yield open_
    for intake in intakes:
        intake.close(5)


def events(*ids: str, type_: str = "t", sender: str = "shop") -> Entry:
    """A body with events of these ids."""
    body = [{"specversion": "1.0", "id": name, "source": "s", "type": type_, "data": {"n": 1}} for name in ids]
    return Entry(sender, "events", BATCH, "", NOW_US, json.dumps(body).encode())


def send(intake: Intake, entry: Entry) -> Receipt:
    """Admits a body, sends it and waits for the receipt."""
    intake.admit(len(entry.body), entry.sender)
    return intake.accept(entry).result(10)


def eventually(holds: Callable[[], bool]) -> bool:
    """Whether something becomes true within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until and not holds():
        time.sleep(0.01)
    return holds()


def ids(lake: Lake, table: str = "shop.events") -> list[str]:
    """The events in the lake."""
    found: list[str] = []
    for segment in lake.snapshot().segments(table):
        found += pq.read_table(segment.path, partitioning=None)["id"].to_pylist()
    return sorted(found)


def test_a_receipt_comes_when_the_body_is_durable_and_rows_follow(lake: Lake, opened: Opened) -> None:
    passed: list[str] = []
    intake = opened(fault=passed.append)

    assert send(intake, events("a", "b")) == Receipt(2, 0)

    assert passed.index("after-sync") < passed.index("before-acknowledge")
    assert eventually(lambda: ids(lake) == ["a", "b"])
    assert eventually(lambda: intake.waiting_bytes == 0 and intake.oldest_us is None)


def test_bodies_of_many_senders_at_once_are_all_taken_once(lake: Lake, opened: Opened) -> None:
    intake = opened()
    futures = []
    for number in range(200):
        entry = events(f"{number // 2}", sender=f"s{number % 2}")
        intake.admit(len(entry.body), entry.sender)
        futures.append(intake.accept(entry))

    assert {future.result(10).accepted for future in futures} == {1}
    for sender in ("s0", "s1"):
        assert eventually(lambda name=sender: len(ids(lake, f"{name}.events")) == 100)
    assert intake.syncs < 200  # many bodies share a sync


def test_what_was_not_stored_is_stored_by_the_next_one_and_sent_again_counts_once(lake: Lake, opened: Opened) -> None:
    with lake.writing():  # nobody else may write meanwhile
        first = opened()
        send(first, events("a", "b"))
        assert eventually(lambda: first.trouble is not None and "lake-locked" in first.trouble)
        assert not first.obstacles()  # it still takes bodies
        assert not first.close(0.1)
        assert ids(lake) == []
    first.close(5)

    second = opened()
    send(second, events("b", "c"))

    assert eventually(lambda: ids(lake) == ["a", "b", "c"])


def test_while_another_one_writes_rows_wait_and_are_stored_afterwards(lake: Lake, opened: Opened) -> None:
    intake = opened()
    with lake.writing():
        send(intake, events("a"))
        assert eventually(lambda: intake.trouble is not None)
    assert eventually(lambda: ids(lake) == ["a"] and intake.trouble is None)


def test_what_could_not_be_stored_before_the_end_is_not_skipped_by_what_came_later(lake: Lake, opened: Opened) -> None:
    broken = ["The rules cannot be read."]

    class Rules:
        def apply(self, table: pa.Table) -> pa.Table:
            if broken:
                raise OSError(5, broken[0])
            return table

    intake = opened(Rules())
    send(intake, events("a"))
    assert eventually(lambda: intake.trouble is not None)
    send(intake, events("b"))
    broken.clear()
    intake.close(5)
    opened()

    assert eventually(lambda: ids(lake) == ["a", "b"])


class Stumbling:
    """A policy that cannot cope with events of the type `poison`."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def apply(self, table: pa.Table) -> pa.Table:
        if "poison" in table["type"].to_pylist():
            raise self._error
        return table


@pytest.mark.parametrize("error", [ZeroDivisionError("cannot cope"), BizopsError.of("undecodable", "cannot cope")])
def test_one_body_that_cannot_be_stored_is_set_aside_and_stops_no_other(
    lake: Lake, opened: Opened, error: Exception
) -> None:
    with lake.writing():  # so that all of them are in one flush
        intake = opened(Stumbling(error))
        for number in range(7):
            send(intake, events(f"{number}", type_="poison" if number == 4 else "t"))

    assert eventually(lambda: ids(lake) == ["0", "1", "2", "3", "5", "6"])
    assert eventually(lambda: intake.oldest_us is None)
    (kept,) = (lake.root / "dead").glob("stuck-*.body")
    head, _, body = kept.read_bytes().partition(b"\n")
    assert json.loads(head)["reason"].endswith("cannot cope")
    assert body == events("4", type_="poison").body
    (counts,) = intake.tally.all().values()
    assert (counts.accepted, counts.stored, counts.stuck, counts.dead, counts.waiting) == (7, 6, 1, 1, 0)
    assert intake.waiting_bytes == 0

    intake.close(5)
    again = opened(Stumbling(error))
    send(again, events("7"))
    assert eventually(lambda: "7" in ids(lake))
    assert again.dead.counts() == {"refused": 0, "stuck": 1}  # it is not tried for ever


def test_a_body_that_is_logged_while_others_leave_the_log_stays_in_it(
    lake: Lake, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, logging, left = threading.Event(), threading.Event(), threading.Event()

    def both_at_once(point: str) -> None:
        if point == "after-take" and not stored.is_set():
            monkeypatch.setattr(flush, "FLUSH_AFTER_S", 60.0)  # what comes next waits in the log
            stored.set()
            logging.wait(5)
        elif point == "after-append" and stored.is_set():
            logging.set()
            left.wait(0.3)  # as long as it takes to let the others go, if nothing prevents it
        elif point == "after-retire":
            left.set()

    intake = opened(fault=both_at_once)
    send(intake, events("a"))
    assert stored.wait(5)
    send(intake, events("b"))

    assert left.wait(5)
    assert any(b'"id": "b"' in path.read_bytes() for path in (lake.root / "log").glob("*.log"))


def test_what_cannot_be_read_any_more_in_the_log_is_set_aside_and_stops_no_other(lake: Lake, opened: Opened) -> None:
    log = Log.open(lake.root)
    log.append([events("a"), replace(events("b"), body=b"{"), events("c")])
    log.close()

    intake = opened()

    assert eventually(lambda: ids(lake) == ["a", "c"])
    assert intake.dead.counts() == {"refused": 0, "stuck": 1}


def test_damage_of_the_log_is_told_and_the_rest_is_stored(
    lake: Lake, opened: Opened, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log.open(lake.root)
    log.append([events("a")])
    log.append([events("b")])
    log.append([events("c")])
    log.close()
    (path,) = (lake.root / "log").glob("*.log")
    content = path.read_bytes()
    path.write_bytes(content.replace(b'"id": "b"', b'"id": "x"'))

    intake = opened()

    assert eventually(lambda: ids(lake) == ["a", "c"])
    assert [problem.code for problem in intake.damage] == ["damaged-log"]
    assert "damaged-log" in caplog.text


def test_a_flusher_that_is_behind_makes_senders_wait(
    lake: Lake, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = opened()
    monkeypatch.setattr(acknowledge, "WAITING_BYTES", 1000)
    with lake.writing():
        with pytest.raises(BizopsError) as caught:
            for number in range(100):
                send(intake, events(f"{number}"))
        assert caught.value.problems[0].code in ("overloaded", "not-ready")
    assert eventually(lambda: intake.waiting_bytes == 0)
    assert send(intake, events("later")).accepted == 1


def test_a_sender_that_fills_its_share_leaves_room_for_the_others(
    lake: Lake, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = opened()
    monkeypatch.setattr(acknowledge, "WAITING_BYTES", 1000)
    intake.admit(700, "noisy")
    with pytest.raises(BizopsError, match="overloaded"):
        intake.admit(100, "noisy")
    intake.admit(100, "quiet")
    intake.give_back(700, "noisy")
    intake.admit(100, "noisy")
    intake.give_back(100, "quiet")
    intake.give_back(100, "noisy")
    assert intake.waiting_bytes == 0


def test_what_is_refused_as_a_whole_is_kept_within_bounds(lake: Lake, opened: Opened) -> None:
    intake = opened()
    broken = Entry("shop", "events", BATCH, "", NOW_US, b"[" * 100)
    for _ in range(3):
        with pytest.raises(BizopsError, match="undecodable"):
            send(intake, broken)
    assert send(intake, Entry("shop", "events", BATCH, "", NOW_US, b"[5]")).rejected == 1
    assert intake.dead.counts() == {"refused": 4, "stuck": 0}
    assert intake.waiting_bytes == 0


@pytest.mark.parametrize(("size", "files", "left"), [(400, 1000, 1), (1 << 20, 3, 3)])
def test_the_oldest_refused_bodies_make_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, files: int, left: int
) -> None:
    monkeypatch.setattr(dead_letters, "CAP_FILES", files)
    dead = DeadLetters(tmp_path / "dead", size)
    for number in range(6):
        dead.refused(replace(events("a"), received_us=NOW_US + number, body=b"[" * 100), "")
    dead.stuck(1, events("a"), "")

    assert dead.counts() == {"refused": left, "stuck": 1}
    dead.let_go(NOW_US + 5)
    assert dead.counts() == {"refused": 1, "stuck": 1}
    dead.let_go(NOW_US + 6)
    assert dead.counts() == {"refused": 0, "stuck": 1}


def test_after_it_was_closed_nothing_is_taken(opened: Opened) -> None:
    intake = opened()
    intake.close(5)
    with pytest.raises(BizopsError, match="not-ready"):
        send(intake, events("a"))
    with pytest.raises(BizopsError, match="not-ready"):
        intake.accept(events("a")).result(5)
