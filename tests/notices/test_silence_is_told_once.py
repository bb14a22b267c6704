"""A source that falls silent is told once, and once when it is back."""

from __future__ import annotations

import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from threading import Barrier

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bizops import notices
from bizops.errors import BizopsError
from bizops.notices import BACK, LATE, Notice, Notices
from small_workspace import MakeSmall

NOON = datetime(2026, 3, 31, 12, tzinfo=UTC)
YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at, every: 1 h}
  stores: {columns: {id: text}, key: [id]}
"""


@settings(deadline=None, max_examples=60)
@given(looks=st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), max_size=12))
def test_each_silence_is_one_notice_and_each_return_another_whatever_is_restarted(
    looks: list[tuple[bool, bool, bool]],
) -> None:
    with tempfile.TemporaryDirectory() as name:
        kept = Notices(Path(name))
        for number, (orders, visits, restarted) in enumerate(looks):
            now = NOON + timedelta(hours=number)
            # Rows that come late move the instant since when a source is late.
            kept.look({"orders": now if orders else None, "visits": NOON if visits else None}, now)
            if restarted:
                kept = Notices(Path(name))
        for index, source in enumerate(("orders", "visits")):
            told = [notice.kind for notice in kept.all() if notice.source == source]
            states = [state for state, _ in groupby(look[index] for look in looks)]
            first = states[1:] if states and not states[0] else states
            assert told == [LATE if late else BACK for late in first]


def test_a_notice_says_since_when_and_when_it_was_seen(tmp_path: Path) -> None:
    kept = Notices(tmp_path)
    since, seen, later = NOON, NOON + timedelta(minutes=5), NOON + timedelta(hours=9)
    kept.look({"orders": since}, seen)
    assert kept.look({"orders": None}, later) == (
        Notice("orders", LATE, since.isoformat(), seen.isoformat()),
        Notice("orders", BACK, since.isoformat(), later.isoformat()),
    )


def test_many_that_look_at_once_keep_one_notice_of_each_and_lose_none(tmp_path: Path) -> None:
    together = Barrier(6)

    def look(number: int) -> None:
        together.wait(10)
        Notices(tmp_path).look({"orders": NOON, f"visits_{number}": NOON}, NOON)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(look, range(6)))
    told = sorted(notice.source for notice in Notices(tmp_path).all())
    assert told == ["orders", *(f"visits_{number}" for number in range(6))]


def test_a_source_that_comes_and_goes_does_not_push_out_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "KEPT", 3)
    kept = Notices(tmp_path)
    kept.look({"orders": NOON}, NOON)
    for number in range(6):
        kept.look({"visits": NOON if number % 2 == 0 else None}, NOON)
    assert [notice.source for notice in kept.all()] == ["orders", "visits", "visits", "visits"]
    assert kept.look({"orders": NOON}, NOON) == kept.all()


def test_a_source_that_has_no_rhythm_any_more_is_not_told_again(tmp_path: Path) -> None:
    kept = Notices(tmp_path)
    kept.look({"orders": NOON}, NOON)
    kept.look({}, NOON)
    assert len(kept.look({"orders": NOON}, NOON)) == 1


def test_a_damaged_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "notices.json").write_bytes(b'{"notices": [{}]}')
    with pytest.raises(BizopsError, match=r"damaged-file.*Delete it"):
        Notices(tmp_path).look({}, NOON)


def test_a_workspace_tells_by_the_rhythm_of_its_sources(small: MakeSmall) -> None:
    made = small(YAML)
    assert made.workspace.late_since() == {"orders": None}  # nothing has ever come
    made.deliver("orders", [{"id": "a", "at": "2026-03-31T10:00"}], "2026-03-31T10:30")
    assert made.workspace.notices() == ()
    made.now = NOON
    (late,) = made.workspace.notices()
    assert (late.source, late.kind, late.since) == ("orders", LATE, "2026-03-31T11:00:00+00:00")
    assert made.workspace.status()[0]["late_since"] == late.since
    made.deliver("orders", [{"id": "b", "at": "2026-03-31T10:30"}], "2026-03-31T12:10")
    assert made.workspace.notices() == (late,)
    made.deliver("orders", [{"id": "c", "at": "2026-03-31T12:15"}], "2026-03-31T12:20")
    made.open()
    assert [notice.kind for notice in made.workspace.notices()] == [LATE, BACK]
