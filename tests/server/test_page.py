"""One page, for this machine only, that cannot be made to do anything else."""

from __future__ import annotations

import re
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from bizops.errors import BizopsError
from bizops.server import HOST, listening
from serving import Served


def test_the_page_and_its_numbers_are_served(served: Served) -> None:
    answer = served.ask("/plain")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>" in answer.text
    assert served.ask("/scorecard.json").json["rows"][0]["kpi"] == "orders"
    assert served.ask("/tree.json").json["outside"] == ["orders"]


def test_there_are_no_other_paths(served: Served) -> None:
    for path in ("/x", "/../bizops.yaml", "/scorecard.json/x", "/%2e%2e/bizops.yaml", "/v1/x"):
        answer = served.ask(path)
        assert (answer.status, answer.text) == (404, "There is no such page.")


def test_nothing_can_be_sent_to_the_page(served: Served) -> None:
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = served.ask("/plain", method)
        assert (answer.status, "GET" in answer.headers["allow"]) == (405, True)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost.evil.example"])
def test_a_foreign_name_for_this_machine_is_refused(served: Served, host: str) -> None:
    for path in ("/", "/plain", "/healthz", "/metrics", "/v1/intake/status", "/v1/traces"):
        answer = served.ask(path, Host=host)
        assert (answer.status, answer.text) == (403, "Only this machine may ask.")


def test_this_machine_may_ask_by_its_own_names(served: Served) -> None:
    for host in ("localhost", "localhost:8321", "127.0.0.1", "LOCALHOST"):
        assert served.ask("/scorecard.json", Host=host).status == 200


def test_every_answer_has_the_headers_that_keep_browsers_in_check(served: Served) -> None:
    for path in ("/plain", "/nothing", "/metrics", "/v1/traces"):
        answer = served.ask(path)
        assert (answer.headers["x-content-type-options"], answer.headers["cache-control"]) == ("nosniff", "no-store")
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert "server" not in answer.headers


def test_the_console_loads_nothing_from_elsewhere_and_is_framed_by_nobody(served: Served) -> None:
    for path in ("/", "/kpi/orders"):
        policy = served.ask(path).headers["content-security-policy"].split("; ")
        assert policy[0] == "default-src 'none'"
        assert {"script-src 'self'", "base-uri 'none'", "frame-ancestors 'none'"} <= set(policy)
        assert not [rule for rule in policy if "unsafe" in rule or "*" in rule or "http" in rule]


def test_the_browser_is_told_to_allow_the_pages_own_style_and_nothing_else(served: Served) -> None:
    answer = served.ask("/plain")

    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    assert answer.headers["content-security-policy"].startswith(f"default-src 'none'; style-src 'sha256-{allowed}'")


def test_the_page_shows_the_model_as_it_is_in_the_files_now(served: Served) -> None:
    path = served.workspace.root / "model" / "model.yaml"
    sound = path.read_text()
    assert "Placed orders" not in served.ask("/plain").text

    path.write_text(sound.replace("{kind: measure", "{title: Placed orders, kind: measure"))
    assert "Placed orders" in served.ask("/plain").text

    path.write_text("kpis:\n  orders: {kind: measur}\n")
    answer = served.ask("/plain")
    assert (answer.status, "unknown-word" in answer.text, "Traceback" in answer.text) == (503, True, False)

    path.write_text(sound)
    assert served.ask("/plain").status == 200


@pytest.mark.parametrize("content", [b"\xff\xfe", b"", b"title: [", b"\x00"])
def test_settings_that_cannot_be_read_give_a_page_that_says_so(served: Served, content: bytes) -> None:
    (served.workspace.root / "bizops.yaml").write_bytes(content)

    answer = served.ask("/plain")

    assert answer.status in (200, 503)
    assert "Traceback" not in answer.text
    assert answer.text


def test_files_that_went_away_are_told_without_saying_where_they_were(served: Served) -> None:
    (served.workspace.root / "bizops.yaml").unlink()

    answer = served.ask("/scorecard.json")

    assert (answer.status, answer.text) == (503, "The data cannot be read: No such file or directory.")


def test_many_may_ask_at_once(served: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [
            (answer.status, answer.text) for answer in pool.map(lambda _: served.ask("/scorecard.json"), [0] * 24)
        ]
    assert len(set(answers)) == 1
    assert answers[0][0] == 200


def test_a_taken_port_is_told_with_a_way_out(served: Served) -> None:
    with pytest.raises(BizopsError, match="port-in-use"):
        listening(HOST, served.port)
