"""One page, for this machine only, that cannot be made to do anything else."""

from __future__ import annotations

import http.client
import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from bizops.errors import BizopsError
from bizops.server import page_server
from small_workspace import MakeSmall, Small

YAML = """
sources:
  orders: {columns: {id: text, at: timestamp}, key: [id], time: at}
kpis:
  orders: {kind: measure, over: orders, value: count(), unit: order}
"""


class Served:
    """A workspace and the port it is served on."""

    def __init__(self, workspace: Small, port: int) -> None:
        self.workspace, self.port = workspace, port

    def ask(self, path: str, method: str = "GET", host: str | None = None) -> tuple[int, str, dict[str, str]]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, headers={"Host": host} if host is not None else {})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body, dict(answer.getheaders())


@pytest.fixture
def served(small: MakeSmall) -> Iterator[Served]:
    workspace = small(YAML, orders=[{"id": "a", "at": "2026-01-05T10:00"}])
    with page_server(workspace.workspace, 0) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield Served(workspace, server.server_port)
        server.shutdown()
        thread.join()


def test_the_page_and_its_numbers_are_served(served: Served) -> None:
    status, body, headers = served.ask("/")
    assert (status, headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert "<h1>" in body
    assert json.loads(served.ask("/scorecard.json")[1])["rows"][0]["kpi"] == "orders"
    assert json.loads(served.ask("/tree.json")[1])["outside"] == ["orders"]
    assert served.ask("/healthz")[:2] == (200, '{"status": "ok"}')


@pytest.mark.parametrize("path", ["/x", "/../bizops.yaml", "/scorecard.json/", "/%2e%2e/bizops.yaml"])
def test_there_are_no_other_paths(served: Served, path: str) -> None:
    assert served.ask(path)[:2] == (404, "There is no such page.")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_can_be_sent(served: Served, method: str) -> None:
    assert served.ask("/", method)[0] == 405


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "", "localhost.evil.example"])
def test_a_foreign_name_for_this_machine_is_refused(served: Served, host: str) -> None:
    assert served.ask("/", host=host)[:2] == (403, "Only this machine may ask.")


@pytest.mark.parametrize("host", ["localhost", "localhost:8321", "127.0.0.1"])
def test_this_machine_may_ask_by_its_own_names(served: Served, host: str) -> None:
    assert served.ask("/healthz", host=host)[0] == 200


def test_the_browser_is_told_to_allow_the_pages_own_style_and_nothing_else(served: Served) -> None:
    _, body, headers = served.ask("/")

    (style,) = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    allowed = b64encode(sha256(style.encode()).digest()).decode()
    policy = headers["Content-Security-Policy"]
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{allowed}'")
    assert "frame-ancestors 'none'" in policy
    assert (headers["X-Content-Type-Options"], headers["Cache-Control"]) == ("nosniff", "no-store")


def test_a_broken_model_is_told_in_a_sentence(served: Served) -> None:
    (served.workspace.root / "model" / "model.yaml").write_text("kpis:\n  orders: {kind: measur}\n")
    served.workspace.workspace.__dict__.pop("model", None)

    status, body, _ = served.ask("/")

    assert status == 503
    assert "unknown-word" in body
    assert "Traceback" not in body


def test_files_that_cannot_be_read_are_told_without_saying_where_they_lie(served: Served) -> None:
    (served.workspace.root / "bizops.yaml").unlink()
    served.workspace.workspace.__dict__.pop("model", None)

    status, body, _ = served.ask("/scorecard.json")

    assert (status, body) == (503, "The data cannot be read: No such file or directory.")


def test_many_may_ask_at_once(served: Served) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: served.ask("/scorecard.json")[:2], range(24)))
    assert len(set(answers)) == 1
    assert answers[0][0] == 200


def test_a_taken_port_is_told_with_a_way_out(served: Served) -> None:
    with pytest.raises(BizopsError) as caught:
        page_server(served.workspace.workspace, served.port)
    assert caught.value.problems[0].code == "port-in-use"
