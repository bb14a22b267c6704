"""A token says who sends; it is shown once, and holds until it is revoked or its day is over."""

from __future__ import annotations

import json
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bizops.errors import BizopsError
from bizops.intake.tokens import Tokens

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path, lambda: NOW)


def test_a_token_names_its_sender_and_is_kept_nowhere(tokens: Tokens, tmp_path: Path) -> None:
    _, secret = tokens.create("shop")

    assert Tokens(tmp_path, lambda: NOW).sender_of(secret) == "shop"
    kept = tmp_path / "tokens.json"
    assert secret not in kept.read_text()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["tokens.json"]


@pytest.mark.parametrize("secret", ["", "bzo_", "bzo_" + "x" * 43, "\udcff", "Bearer x"])
def test_an_unknown_token_is_nobodys(tokens: Tokens, secret: str) -> None:
    tokens.create("shop")
    assert tokens.sender_of(secret) is None


def test_a_revoked_token_holds_no_more_and_leaves_the_door_shut(tokens: Tokens, tmp_path: Path) -> None:
    (first, one), (_, two) = tokens.create("shop"), tokens.create("shop")
    tokens.revoke(first.id)
    reader = Tokens(tmp_path, lambda: NOW)
    assert (reader.sender_of(one), reader.sender_of(two)) == (None, "shop")

    tokens.revoke("shop")
    reader = Tokens(tmp_path, lambda: NOW)
    assert reader.sender_of(two) is None
    assert reader.needed()
    with pytest.raises(BizopsError, match="unknown-token"):
        tokens.revoke("shop")


def test_a_running_server_sees_a_change_within_a_second(tokens: Tokens, tmp_path: Path) -> None:
    server = Tokens(tmp_path, lambda: NOW)
    assert not server.needed()
    _, secret = tokens.create("shop")
    until = time.monotonic() + 1
    while server.sender_of(secret) is None and time.monotonic() < until:
        pass
    assert server.sender_of(secret) == "shop"

    tokens.revoke("shop")
    until = time.monotonic() + 1
    while server.sender_of(secret) is not None and time.monotonic() < until:
        pass
    assert server.sender_of(secret) is None


def test_a_token_expires(tmp_path: Path) -> None:
    now = [NOW]
    tokens = Tokens(tmp_path, lambda: now[0])
    _, secret = tokens.create("shop", NOW + timedelta(days=1))
    assert tokens.sender_of(secret) == "shop"
    now[0] += timedelta(days=1)
    assert tokens.sender_of(secret) is None
    with pytest.raises(BizopsError, match="bad-date"):
        tokens.create("shop", NOW)


@pytest.mark.parametrize("name", ["", "Shop", "a.b", "../x", "1a", "a" * 64, "a\n", "a/b"])
def test_a_sender_has_a_name_that_a_table_can_bear(tokens: Tokens, name: str) -> None:
    with pytest.raises(BizopsError, match="bad-name"):
        tokens.create(name)


@pytest.mark.parametrize("content", [b"", b"{}", b'{"tokens": [{"id": 1}]}', b"\xff"])
def test_a_list_that_cannot_be_read_lets_nobody_in_and_is_not_overwritten(
    tokens: Tokens, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "tokens.json").write_bytes(content)
    for attempt in (lambda: tokens.sender_of("x"), tokens.needed, lambda: tokens.create("shop"), tokens.list):
        with pytest.raises(BizopsError, match="unreadable-tokens"):
            attempt()
    assert (tmp_path / "tokens.json").read_bytes() == content


def test_the_list_says_of_a_token_only_what_may_be_known(tokens: Tokens, tmp_path: Path) -> None:
    made, _ = tokens.create("shop", NOW + timedelta(days=1))
    assert tokens.list() == (made,)
    (entry,) = json.loads((tmp_path / "tokens.json").read_text())["tokens"]
    assert set(entry) == {"id", "sender", "digest", "created", "expires", "revoked"}
