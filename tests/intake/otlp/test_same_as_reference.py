"""The fast way and the plain one have the same verdict and make the same rows."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pytest
from generated_requests import REQUESTS, requests
from google.protobuf.message import DecodeError
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bizops.errors import BizopsError
from bizops.intake.otlp import check, rows
from bizops.intake.otlp.reference import reference_rows
from bizops.intake.privacy import Policy, Rule

KEEP = Policy((Rule("*", "keep"),), b"k" * 32, frozenset())
PROTOBUF = "application/x-protobuf"
RECEIVED_US = 1_775_000_000_000_000


def fast(signal: str, bodies: Sequence[bytes]) -> pa.Table:
    """The rows as they are stored."""
    checked = [check(signal, PROTOBUF, body) for body in bodies]
    table = rows(signal, checked, [RECEIVED_US + n for n in range(len(bodies))], KEEP)
    assert table.num_rows == sum(one.accepted for one in checked)
    assert all(bool(one.reason) == (one.rejected > 0) for one in checked)
    return table


def plain(signal: str, bodies: Sequence[bytes]) -> pa.Table:
    """The rows as the reference has them."""
    told = [REQUESTS[signal].FromString(body) for body in bodies]
    return reference_rows(signal, told, [RECEIVED_US + n for n in range(len(bodies))], KEEP)


def assert_same(signal: str, bodies: Sequence[bytes]) -> None:
    """Compares columns one by one, so that a failure names the column."""
    found, expected = fast(signal, bodies), plain(signal, bodies)
    assert sorted(found.column_names) == sorted(expected.column_names)
    for name in expected.column_names:
        assert found[name].type == expected[name].type, name
        # Texts of numbers tell NaN and -0.0 apart from others, as comparing values does not.
        assert repr(found[name].to_pylist()) == repr(expected[name].to_pylist()), name


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_generated_requests_become_the_same_rows(signal: str) -> None:
    # Requests are large: making a failing one smaller takes minutes, and the column is told anyway.
    @settings(deadline=None, max_examples=120, phases=[Phase.generate], derandomize=True, database=None)
    @given(st.lists(requests[signal], min_size=1, max_size=3))
    def same(drawn: list[Any]) -> None:
        assert_same(signal, [request.SerializeToString() for request in drawn])

    same()


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_damaged_bodies_have_the_same_verdict_and_the_same_rows(signal: str) -> None:
    chance = random.Random(signal)
    whole: list[bytes] = []

    @settings(deadline=None, max_examples=40, derandomize=True, database=None)
    @given(requests[signal])
    def collect(request: Any) -> None:
        whole.append(request.SerializeToString())

    collect()
    whole = sorted((body for body in whole if len(body) > 40), key=len)[-20:]
    taken = 0
    for _ in range(1000):
        body = _damaged(chance.choice(whole), chance)
        try:
            REQUESTS[signal].FromString(body)
        except DecodeError:
            with pytest.raises(BizopsError, match="undecodable"):
                check(signal, PROTOBUF, body)
        else:
            taken += 1
            assert_same(signal, [body])
    assert 50 < taken < 950  # the damage is neither too small nor too large to tell anything


def _damaged(body: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(body)
    for _ in range(chance.randrange(1, 4)):
        place = chance.randrange(len(damaged))
        match chance.randrange(4):
            case 0:
                damaged[place] = chance.randrange(256)
            case 1:
                damaged[place] ^= 1 << chance.randrange(8)
            case 2:
                damaged[place:place] = chance.randbytes(chance.randrange(1, 5))
            case _:
                del damaged[place : place + chance.randrange(1, 9)]
        if not damaged:
            return bytes(body)
    return bytes(damaged)
