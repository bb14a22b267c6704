"""What was acknowledged is in the lake once, however often the server dies and whatever is sent again."""

from __future__ import annotations

import http.client
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from bizops.lake import Lake
from bizops.workspace import make_workspace, open_workspace
from otlp_requests import spans_body
from serving import rows_of

CRASHES = int(os.environ.get("CRASHES", "12"))
"""How many crashes to go through; 100 for the long run."""
POINTS = (
    "before-append",
    "after-append",
    "after-sync",
    "before-acknowledge",
    "before-take",
    "before-rename",
    "after-rename",
    "before-manifest",
    "in-manifest",
    "after-manifest",
    "after-take",
    "before-retire",
    "after-retire",
    "kill",
)
"""Where the server ends; ``kill`` is SIGKILL at any moment."""
SPANS = 20
SERVER = Path(__file__).with_name("crashing_server.py")


class Sender:
    """Sends batches of spans, and remembers what was acknowledged."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.sent = 0
        self.acknowledged: set[int] = set()
        self.open: set[int] = set()

    def new(self, number: int) -> list[int]:
        """Numbers of the next batches."""
        made = list(range(self.sent, self.sent + number))
        self.sent += number
        self.open |= set(made)
        return made

    def again(self) -> list[int]:
        """Everything that was not acknowledged, and a tenth of what was."""
        known = sorted(self.acknowledged)
        return sorted(self.open) + self.chance.sample(known, len(known) // 10)

    def send(self, port: int, batches: list[int], process: subprocess.Popen[str], kill_after: int | None) -> None:
        """Posts batches over four connections until all are answered or the server is gone."""
        self.chance.shuffle(batches)
        with ThreadPoolExecutor(4) as pool:
            for number, (batch, status) in enumerate(pool.map(lambda batch: (batch, post(port, batch)), batches)):
                if status == 200:
                    self.acknowledged.add(batch)
                    self.open.discard(batch)
                if number == kill_after:
                    process.kill()


def post(port: int, batch: int) -> int | None:
    """The status of an answer; none when the server went away."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        body = spans_body(range(batch * SPANS + 1, (batch + 1) * SPANS + 1))
        connection.request("POST", "/v1/traces", body, {"Content-Type": "application/x-protobuf"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


@contextmanager
def running(root: Path, point: str, count: int, without: str = "") -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """A server on some port; the block ends when it has ended."""
    words = [sys.executable, str(SERVER), str(root), point, str(count), without]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield int(line or 0), process
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def outcome(root: Path, sender: Sender) -> tuple[int, int]:
    """How many spans that were acknowledged are not in the lake, and how many are there more than once."""
    lake = Lake.open(open_workspace(root).state / "lake")
    assert lake.verify() == []
    found = Counter(int.from_bytes(row["span"], "big") for row in rows_of(lake, "local.spans"))
    expected = {batch * SPANS + number for batch in sender.acknowledged for number in range(1, SPANS + 1)}
    return len(expected - set(found)), sum(count - 1 for count in found.values())


def crashes(root: Path, seed: int, number: int, without: str = "") -> tuple[int, int]:
    """Spans lost and doubled after so many crashes, each with new batches and old ones sent again."""
    make_workspace(root)
    sender = Sender(seed)
    for crash in range(number):
        point = POINTS[crash % len(POINTS)]
        nth = 1 + sender.chance.randrange(3)
        with running(root, point, nth, without) as (port, process):
            if port:  # a server may also die while it stores what the one before it left
                after = sender.chance.randrange(20) if point == "kill" else None
                sender.send(port, sender.again() + sender.new(30), process, after)
    with running(root, "nowhere", 1, without) as (port, process):
        sender.send(port, sender.again(), process, None)
    assert process.returncode == 0
    assert sender.open == set()
    return outcome(root, sender)


def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(tmp_path: Path) -> None:
    assert crashes(tmp_path / "ws", 20260331, CRASHES) == (0, 0)


@pytest.mark.parametrize("without", ["dedup", "replay"])
def test_this_test_would_notice(tmp_path: Path, without: str) -> None:
    lost, doubled = crashes(tmp_path / "ws", 1, 5, without)
    assert (lost > 0, doubled > 0) == (without == "replay", without == "dedup")
