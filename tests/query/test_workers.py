"""A question has a process of its own, which sees little and does not outlive its limits."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pytest

from bizops.errors import BizopsError, Place
from bizops.model import Model, read_model
from bizops.query.confined import Confines
from bizops.query.workers import Bounds, Workers


def told(value: object) -> pa.Table:
    return pa.table({"told": [str(value)]})


def process() -> pa.Table:
    return told(os.getpid())


def read(path: str) -> pa.Table:
    return told(len(Path(path).read_bytes()))


def write(path: str, size: int = 1) -> pa.Table:
    return told(Path(path).write_bytes(b"x" * size))


def connect(port: int) -> pa.Table:
    socket.create_connection(("127.0.0.1", port), 1).close()
    return told("connected")


def hold(megabytes: int) -> pa.Table:
    return told(len(b"x" * (megabytes << 20)))


def wait(seconds: float) -> pa.Table:
    time.sleep(seconds)
    return told("waited")


def end() -> pa.Table:
    os._exit(9)


def refuse() -> pa.Table:
    raise BizopsError.of("no-such-slice", "There is none.", Place("kpis.yaml", 3, 5), "Leave it out.")


def title(model: Model) -> pa.Table:
    return told(model.settings.title["en"] if model.settings.title else "")


def environment() -> pa.Table:
    return told(sorted(os.environ))


@contextmanager
def workers(tmp_path: Path, seconds: float = 20, size: int = 1) -> Iterator[Workers]:
    for name in ("readable", "writable"):
        (tmp_path / name).mkdir(exist_ok=True)
    own = (Path(__file__).parent,)
    confines = Confines(600, 1, 64, (tmp_path / "readable", *own), (tmp_path / "writable",))
    made = Workers(lambda: Bounds(seconds, confines), size, patience_s=0.3)
    try:
        yield made
    finally:
        made.close()


def answer(made: Workers, question: Callable[..., pa.Table], *arguments: object) -> str:
    return str(made.ask(question, *arguments)["told"][0])


def code(made: Workers, question: Callable[..., pa.Table], *arguments: object) -> str:
    with pytest.raises(BizopsError) as caught:
        made.ask(question, *arguments)
    return caught.value.problems[0].code


def test_one_process_answers_many_questions_and_is_not_this_one(tmp_path: Path) -> None:
    with workers(tmp_path) as made:
        assert answer(made, process) == answer(made, process) != str(os.getpid())
        assert made.killed == 0


def test_a_refusal_comes_back_as_it_was_and_a_bug_does_not_end_the_process(tmp_path: Path) -> None:
    with workers(tmp_path) as made:
        first = answer(made, process)
        with pytest.raises(BizopsError) as caught:
            made.ask(refuse)
        assert str(caught.value) == "kpis.yaml:3:5  no-such-slice  There is none. Leave it out."
        with pytest.raises(RuntimeError, match="ValueError"):
            made.ask(wait, -1)
        assert answer(made, process) == first


def test_who_takes_too_long_or_dies_is_replaced(tmp_path: Path) -> None:
    with workers(tmp_path, seconds=3) as made:
        first = answer(made, process)
        assert code(made, wait, 600) == "too-long"
        assert code(made, end) == "out-of-memory"
        assert answer(made, process) != first
        assert made.killed == 2


def test_memory_and_files_have_a_limit(tmp_path: Path) -> None:
    with workers(tmp_path) as made:
        assert answer(made, hold, 50) == str(50 << 20)
        assert code(made, hold, 1000) == "out-of-memory"
        with pytest.raises((RuntimeError, BizopsError)):
            made.ask(write, str(tmp_path / "writable" / "large"), 3 << 20)


def test_a_question_waits_for_a_free_process_but_not_for_ever(tmp_path: Path) -> None:
    with workers(tmp_path) as made:
        answer(made, process)
        busy = threading.Thread(target=made.ask, args=(wait, 1.5))
        busy.start()
        time.sleep(0.1)
        assert code(made, process) == "busy"
        busy.join()
        assert answer(made, process)


def test_nothing_of_the_environment_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_DB", "postgres://secret")
    with workers(tmp_path) as made:
        assert "SHOP_DB" not in answer(made, environment)


def test_files_and_networks_that_were_not_named_are_closed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x")
    with workers(tmp_path) as made:
        answer(made, process)
        if not made.closed:
            pytest.skip("this kernel has no Landlock")
        (tmp_path / "readable" / "some").write_text("abc")
        assert answer(made, read, str(tmp_path / "readable" / "some")) == "3"
        assert answer(made, write, str(tmp_path / "writable" / "new")) == "1"
        for question, argument in (
            (read, "secret"),
            (write, "new"),
            (write, "readable/some"),
            (read, "../../../../etc/passwd"),
        ):
            with pytest.raises(RuntimeError, match=r"PermissionError|FileNotFoundError"):
                made.ask(question, str(tmp_path / argument))
        with socket.create_server(("127.0.0.1", 0)) as listener, pytest.raises(RuntimeError, match="PermissionError"):
            made.ask(connect, listener.getsockname()[1])


def test_a_model_is_known_by_its_meaning(tmp_path: Path) -> None:
    one, two = (read_model({"bizops.yaml": f"title: {name}\n".encode()}) for name in ("One", "Two"))
    with workers(tmp_path) as made:
        assert [answer(made, title, model) for model in (one, one, two, one)] == ["One", "One", "Two", "One"]
