"""One worker: confined, then answering calls until nobody asks any more. Started by :mod:`bizops.query.workers`.

Calls come as pickles from the process that started it. What goes back never is one: whoever takes a worker over could
not get any further with it.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import struct
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, BinaryIO

from bizops.errors import BizopsError

if TYPE_CHECKING:
    import pyarrow as pa

    from bizops.model import Model

LENGTH = struct.Struct("<Q")
READY, TABLE, PROBLEMS, FAILURE = b"R", b"T", b"P", b"F"


def main() -> None:
    """Answer what comes at standard input, at what was standard output."""
    calls = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)
    from bizops.query.confined import confine

    closed = confine(pickle.loads(_frame(calls)))
    _send(answers, READY, b"closed" if closed else b"")
    models: dict[str, Model] = {}
    while call := _frame(calls):
        kind, content = _answered(call, models)
        _send(answers, kind, content)


def _answered(call: bytes, models: dict[str, Model]) -> tuple[bytes, bytes]:
    try:
        function, arguments = _Call(call, models).load()
        return TABLE, _as_stream(function(*arguments))
    except BizopsError as error:
        return PROBLEMS, json.dumps([asdict(problem) for problem in error.problems]).encode()
    except MemoryError:
        problem = BizopsError.of("out-of-memory", "The question needs more memory than it may use.").problems[0]
        return PROBLEMS, json.dumps([asdict(problem)]).encode()
    except Exception as error:  # noqa: BLE001 -- the process boundary
        return FAILURE, f"{type(error).__name__}: {error}".encode()


class _Call(pickle.Unpickler):
    """A call in which models are only named: each is sent once."""

    def __init__(self, content: bytes, models: dict[str, Model]) -> None:
        super().__init__(io.BytesIO(content))
        self._models = models

    def persistent_load(self, pid: Any) -> Model:
        name, sent = pid
        if sent is not None:
            self._models.clear()
            self._models[name] = pickle.loads(sent)
        return self._models[name]


def _as_stream(table: pa.Table) -> bytes:
    import pyarrow as pa

    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _frame(stream: BinaryIO) -> bytes:
    """The next message; nothing at the end."""
    head = stream.read(LENGTH.size)
    return stream.read(LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""


def _send(stream: BinaryIO, kind: bytes, content: bytes) -> None:
    stream.write(LENGTH.pack(len(content) + 1) + kind)
    stream.write(content)
    stream.flush()


if __name__ == "__main__":
    main()
