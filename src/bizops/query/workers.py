"""Questions answered in processes of their own, which have bounds and are killed when they take too long.

A limit that an engine sets itself does not hold: a single function can use five times the memory that it may, or not
notice for minutes that it was told to stop. The kernel's bounds do, and so does the end of a process.
"""

from __future__ import annotations

import io
import json
import logging
import os
import pickle
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bizops.errors import BizopsError, Place, Problem
from bizops.model import Model
from bizops.query.confined import Confines
from bizops.query.worker import FAILURE, LENGTH, PROBLEMS, READY

if TYPE_CHECKING:
    import pyarrow as pa

_STEP = 1 << 20
_MOST_BYTES = 256 << 20
_log = logging.getLogger("bizops.query")

Question = Callable[..., "pa.Table"]
"""A function of a module, so that another process finds it; what it is given can be pickled."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a question may cost: seconds, and what its process may use."""

    seconds: float
    confines: Confines


class Workers:
    """A few processes that answer one question each at a time. Questions wait for a free one, but not for ever."""

    def __init__(self, bounds: Callable[[], Bounds], size: int = 2, patience_s: float = 10.0) -> None:
        """``bounds`` is asked when a process is started."""
        self._bounds = bounds
        self._patience_s = patience_s
        self._free = threading.Semaphore(size)
        self._lock = threading.Lock()
        self._idle: list[_Worker] = []
        self._is_closed = False
        self.killed = 0
        """How many processes were ended because they took too long or too much."""
        self.closed: bool | None = None
        """Whether processes see nothing but what they need; None before the first was started."""

    def ask(self, question: Question, *arguments: Any) -> pa.Table:
        """The answer to a question; ``busy``, ``too-long`` or ``out-of-memory`` when there is none."""
        if not self._free.acquire(timeout=self._patience_s):
            raise BizopsError.of("busy", "Others' questions are being answered.", hint="Ask again in a moment.")
        try:
            worker = self._taken()
            try:
                answer = worker.ask(question, arguments)
            except _EndedError as ended:
                self.killed += 1
                raise ended.problem from None
            except BaseException:
                if worker.sound:
                    self._give_back(worker)
                else:
                    worker.end()
                raise
            self._give_back(worker)
            return answer
        finally:
            self._free.release()

    def close(self) -> None:
        """End all processes."""
        with self._lock:
            self._is_closed = True
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.end()

    def _taken(self) -> _Worker:
        bounds = self._bounds()
        with self._lock:
            if self._is_closed:
                raise BizopsError.of("not-ready", "The server is stopping.")
            while self._idle:
                worker = self._idle.pop()
                if worker.bounds == bounds:
                    return worker
                worker.end()
        worker = _Worker(bounds)
        self.closed = worker.closed
        return worker

    def _give_back(self, worker: _Worker) -> None:
        with self._lock:
            if not self._is_closed:
                self._idle.append(worker)
                return
        worker.end()


class _EndedError(Exception):
    """A process was ended in the middle of a question."""

    def __init__(self, problem: BizopsError) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Worker:
    """One process."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.sound = True
        self._model = ""
        environment = {name: value for name, value in os.environ.items() if name.startswith("OPENBLAS_")}
        environment |= {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}
        # Libraries that set a gigabyte aside in advance would leave little of what the kernel allows.
        environment |= {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bizops.query.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,
            start_new_session=True,  # what interrupts the server is no concern of its questions
        )
        try:
            kind, content = self._answer(pickle.dumps(bounds.confines), time.monotonic() + 60)
        except _EndedError as ended:
            raise BizopsError.of("no-worker", "No process could be started to answer questions.") from ended
        assert kind == READY
        self.closed = content == b"closed"

    def ask(self, question: Question, arguments: tuple[Any, ...]) -> pa.Table:
        """The answer to one question."""
        import pyarrow as pa

        call = io.BytesIO()
        pickler = _Call(call, self._model)
        pickler.dump((question, arguments))
        kind, content = self._answer(call.getvalue(), time.monotonic() + self.bounds.seconds)
        self._model = pickler.model
        if kind == PROBLEMS:
            raise BizopsError(*(_problem(told) for told in json.loads(content)))
        if kind == FAILURE:
            raise RuntimeError(content.decode(errors="replace"))
        with pa.ipc.open_stream(content) as reader:
            return reader.read_all()

    def end(self) -> None:
        """End the process, whatever it does."""
        self.sound = False
        self._process.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()
        self._process.wait()

    def _answer(self, call: bytes, until: float) -> tuple[bytes, bytes]:
        """Send a message and wait for the one that comes back."""
        self.sound = False
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        parts = bytearray()
        try:
            stdin.write(LENGTH.pack(len(call)))
            view = memoryview(call)
            while view:
                view = view[stdin.write(view) or 0 :]
            with selectors.DefaultSelector() as selector:
                selector.register(stdout, selectors.EVENT_READ)
                while len(parts) < LENGTH.size or len(parts) < LENGTH.size + LENGTH.unpack_from(parts)[0]:
                    left = until - time.monotonic()
                    if left <= 0 or not selector.select(left):
                        raise self._ended("too-long", f"It took longer than {self.bounds.seconds:g} seconds.")
                    part = stdout.read(_STEP)
                    if not part:
                        raise self._died()
                    parts += part
                    if len(parts) > _MOST_BYTES:
                        raise self._ended("too-large", "The answer is too large.")
        except BrokenPipeError:
            raise self._died() from None
        self.sound = True
        content = bytes(parts[LENGTH.size :])
        return content[:1], content[1:]

    def _died(self) -> _EndedError:
        memory = self.bounds.confines.memory_mb
        return self._ended("out-of-memory", f"The question needs more than it may use ({memory} MB of memory).")

    def _ended(self, code: str, message: str) -> _EndedError:
        self.end()
        _log.warning("A question was ended: %s", message)
        return _EndedError(BizopsError.of(code, message, hint="Ask for fewer periods or slices at once."))


class _Call(pickle.Pickler):
    """A call in which models are only named; one that the process has not seen yet is sent with it."""

    def __init__(self, file: io.BytesIO, known: str) -> None:
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.model = known

    def persistent_id(self, thing: Any) -> tuple[str, bytes | None] | None:
        if not isinstance(thing, Model):
            return None
        if thing.hash == self.model:
            return self.model, None
        self.model = thing.hash
        return self.model, pickle.dumps(thing, pickle.HIGHEST_PROTOCOL)


def _problem(told: dict[str, Any]) -> Problem:
    place = told["place"]
    return Problem(told["code"], told["message"], Place(**place) if place else None, told["hint"])
