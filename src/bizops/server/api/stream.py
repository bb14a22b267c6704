"""What changed, told as it happens: one stream of server-sent events for everything a client may show."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from dataclasses import dataclass

import orjson
from anyio import to_thread

LOOK_EVERY_S = 0.5
HEARTBEAT_S = 15.0
MOST_LISTENERS = 200
REMEMBERED = 256
TOPICS = ("data", "model", "intake", "jobs")


@dataclass(frozen=True)
class Changed:
    """One change: its number, and what it is about."""

    seq: int
    topics: tuple[str, ...]


class Changes:
    """Looks every half second while somebody listens; ``look`` gives a mark for each topic that changes with it."""

    def __init__(self, look: Callable[[], Mapping[str, Hashable]]) -> None:
        self._look = look
        self._start = secrets.token_hex(4)
        self._marks: Mapping[str, Hashable] | None = None
        self._past: deque[Changed] = deque(maxlen=REMEMBERED)
        self._seq = 0
        self._listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._eye = asyncio.Lock()
        self._over = False

    def close(self) -> None:
        """Ends all streams."""
        self._over = True
        self._news.set()

    @property
    def full(self) -> bool:
        """Whether nobody else may listen."""
        return self._listeners >= MOST_LISTENERS

    async def stream(self, last_id: str | None) -> AsyncIterator[bytes]:
        """The stream for one listener, from now on or from the event it had last."""
        self._listeners += 1
        try:
            await self._see()
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._keep_looking())
            async for piece in self._told(last_id):
                yield piece
        finally:
            self._listeners -= 1

    async def _told(self, last_id: str | None) -> AsyncIterator[bytes]:
        seen, missed = self._since(last_id)
        yield b"retry: 3000\n\n"
        if missed is not None:
            yield self._event(missed)
        while not self._over:
            for change in [change for change in self._past if change.seq > seen]:
                yield self._event(change)
                seen = change.seq
            news = self._news
            try:
                async with asyncio.timeout(HEARTBEAT_S):
                    await news.wait()
            except TimeoutError:
                yield b": still here\n\n"

    def _since(self, last_id: str | None) -> tuple[int, Changed | None]:
        """The last event that a listener had; and where what came after is not known any more, one for everything."""
        if last_id is None:
            return self._seq, None
        start, _, number = last_id.partition("-")
        seen = int(number) if number.isdigit() and len(number) < 12 else -1
        oldest = self._past[0].seq if self._past else self._seq + 1
        if start != self._start or seen < oldest - 1 or seen > self._seq:
            return self._seq, Changed(self._seq, TOPICS)
        return seen, None

    def _event(self, change: Changed) -> bytes:
        told = orjson.dumps({"topics": change.topics, "seq": change.seq})
        return b"id: %s-%d\nevent: changed\ndata: %s\n\n" % (self._start.encode(), change.seq, told)

    async def _keep_looking(self) -> None:
        while self._listeners and not self._over:
            await asyncio.sleep(LOOK_EVERY_S)
            await self._see()

    async def _see(self) -> None:
        """Compares what is with what was when somebody last looked; one look at a time, or an older one would win."""
        async with self._eye:
            marks = await to_thread.run_sync(self._look)
            before, self._marks = self._marks, marks
        topics = tuple(topic for topic in TOPICS if before is not None and before.get(topic) != marks.get(topic))
        if topics:
            self._seq += 1
            self._past.append(Changed(self._seq, topics))
            news, self._news = self._news, asyncio.Event()
            news.set()
