"""Live streams of the journal: one reader per process, fanned out in memory to whoever listens for a collective."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import redis.asyncio
from django.conf import settings
from django.db import DatabaseError, connections
from redis.exceptions import RedisError

from coopdelivery.journal.models import Event
from coopdelivery.journal.tail import Tail, position
from coopdelivery.journal.wakeup import CHANNEL

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")
POLL_S = 0.4
POLL_WITH_BELL_S = 2.0
MOST_WAITING = 256
MOST_MISSED = 500


class TooOld(Exception):
    """Too much happened since, or the journal is another one: the page loads itself anew."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as streams see it. `resume` is the id from which a client that drops now misses nothing."""

    id: int
    name: str
    subject: str
    collective_id: int | None
    by_id: int | None
    at: datetime
    data: dict[str, Any]
    resume: int


def fact_of(event: Event, safe: int) -> Fact:
    return Fact(event.pk, event.name, event.subject, event.collective_id, event.by_id, event.at, event.data, min(event.pk, safe))


class Listener:
    """What one client has still to be told; one that is too slow is told to start again."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Fact] = asyncio.Queue(MOST_WAITING)
        self.lost = False

    def put(self, fact: Fact) -> None:
        if self.lost:
            return
        try:
            self.queue.put_nowait(fact)
        except asyncio.QueueFull:
            self.lost = True

    async def next(self, timeout_s: float) -> Fact | None:
        """The next fact; None when nothing happened for `timeout_s`. Raises TooOld when some were lost."""
        if self.lost:
            raise TooOld
        try:
            return await asyncio.wait_for(self.queue.get(), timeout_s)
        except TimeoutError:
            return None


class Reader:
    """Follows the journal while somebody listens."""

    def __init__(self) -> None:
        self.listeners: dict[int, set[Listener]] = defaultdict(set)
        self.tail: Tail | None = None
        self.task: asyncio.Task[None] | None = None
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self.helpers = ThreadPoolExecutor(4, thread_name_prefix="live")
        self.starting = asyncio.Lock()

    @asynccontextmanager
    async def listening(self, collective_id: int) -> AsyncIterator[Listener]:
        """From here on the listener is told everything that happens in the collective."""
        listener = Listener()
        self.listeners[collective_id].add(listener)
        try:
            await self._start()
            yield listener
        finally:
            self.listeners[collective_id].discard(listener)
            if not self.listeners[collective_id]:
                del self.listeners[collective_id]

    async def backlog(self, collective_id: int, after: int) -> list[Fact]:
        """What happened in the collective after an id. Raises TooOld."""
        safe = self.tail.safe if self.tail else after
        return await self.in_thread(lambda: missed(collective_id, after, safe))

    async def in_thread(self, ask: Callable[[], Answer]) -> Answer:
        """Ask the database from a helper thread, which gives its connection back."""

        def asked() -> Answer:
            try:
                return ask()
            finally:
                connections.close_all()

        return await asyncio.get_running_loop().run_in_executor(self.helpers, asked)

    async def _start(self) -> None:
        async with self.starting:
            if self.task is None or self.task.done():
                self.tail = await self._in_reader(first_tail)
                self.task = asyncio.create_task(self._follow(self.tail))

    async def _in_reader(self, ask: Callable[[], Answer]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self.thread, ask)

    async def _follow(self, tail: Tail) -> None:
        async with bell() as rung:
            while self.listeners:
                try:
                    events = await self._in_reader(tail.read)
                except DatabaseError:
                    log.exception("the journal could not be read; trying again")
                    await self._in_reader(connections.close_all)
                    await asyncio.sleep(1)
                    continue
                for event in events:
                    self._tell(fact_of(event, tail.safe))
                if not events:
                    await rung()
        await self._in_reader(connections.close_all)

    def _tell(self, fact: Fact) -> None:
        if fact.collective_id is not None:
            for listener in self.listeners.get(fact.collective_id, ()):
                listener.put(fact)


def first_tail() -> Tail:
    """A tail that knows the gaps of the last seconds already."""
    tail = Tail(position())
    while tail.read():
        pass
    return tail


def missed(collective_id: int, after: int, safe: int) -> list[Fact]:
    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    if after > newest:
        raise TooOld
    rows = Event.objects.filter(collective_id=collective_id, pk__gt=after).order_by("pk")
    events = list(rows[: MOST_MISSED + 1])
    if len(events) > MOST_MISSED:
        raise TooOld
    return [fact_of(event, safe) for event in events]


@asynccontextmanager
async def bell() -> AsyncIterator[Callable[[], Any]]:
    """Gives a function that returns when there may be something new: when Redis says so, else after a short while."""
    if not settings.REDIS_URL:
        yield lambda: asyncio.sleep(POLL_S)
        return
    client = redis.asyncio.Redis.from_url(settings.REDIS_URL)
    pubsub = client.pubsub(ignore_subscribe_messages=True)

    async def rung() -> None:
        try:
            if not pubsub.subscribed:
                await pubsub.subscribe(CHANNEL)
            await pubsub.get_message(timeout=POLL_WITH_BELL_S)
        except (RedisError, OSError):
            await asyncio.sleep(POLL_S)

    try:
        yield rung
    finally:
        with contextlib.suppress(RedisError, OSError):
            await pubsub.aclose()  # type: ignore[no-untyped-call]  # the library leaves it bare
            await client.aclose()
