"""Server-sent events over bare ASGI: what a browser's EventSource reads."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any

from coopdelivery.journal.stream import Fact, Listener, Reader, TooOld

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

HEARTBEAT_S = 15.0
LONGEST_S = 15 * 60.0
STREAM_HEADERS: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


async def answer(send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]] = ()) -> None:
    """A short plain answer instead of a stream."""
    body = text.encode()
    kept = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": kept})
    await send({"type": "http.response.body", "body": body})


def line_of(fact: Fact, shown: Callable[[Fact], dict[str, Any]]) -> bytes:
    return f"id: {fact.resume}\nevent: change\ndata: {json.dumps(shown(fact), separators=(',', ':'))}\n\n".encode()


class Stream:
    """One client. `shown` makes the small JSON of a fact; `wanted` says which facts are this client's business."""

    def __init__(self, send: Send, reader: Reader, collective_id: int) -> None:
        self.send, self.reader, self.collective_id = send, reader, collective_id
        self.shown: Callable[[Fact], dict[str, Any]] = lambda fact: {"id": fact.id}
        self.wanted: Callable[[Fact], bool] = lambda fact: True
        self.still_allowed: Callable[[], bool] = lambda: True

    async def write(self, data: bytes) -> None:
        await self.send({"type": "http.response.body", "body": data, "more_body": True})

    async def run(self, receive: Receive, headers: Headers, after: int | None) -> None:
        """Until the client goes, may no longer listen, or LONGEST_S have passed (the browser comes back by itself)."""
        await self.send({"type": "http.response.start", "status": 200, "headers": [*STREAM_HEADERS, *headers]})
        told = asyncio.create_task(self._tell(after))
        left = asyncio.create_task(gone(receive))
        try:
            await asyncio.wait({told, left}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (told, left):
                task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await told
        with contextlib.suppress(OSError):
            await self.send({"type": "http.response.body", "body": b""})

    async def _tell(self, after: int | None) -> None:
        async with self.reader.listening(self.collective_id) as listener:
            await self.write(b"retry: 2000\n: connected\n\n")
            try:
                repeated = await self._catch_up(after)
                await self._follow(listener, repeated)
            except TooOld:
                newest = self.reader.tail.safe if self.reader.tail else 0
                await self.write(f"id: {newest}\nevent: reload\ndata: {{}}\n\n".encode())

    async def _catch_up(self, after: int | None) -> set[int]:
        """Tell what was missed; its ids, which the reader may hand over once more."""
        if after is None:
            return set()
        facts = await self.reader.backlog(self.collective_id, after)
        for fact in facts:
            if self.wanted(fact):
                await self.write(line_of(fact, self.shown))
        return {fact.id for fact in facts}

    async def _follow(self, listener: Listener, repeated: set[int]) -> None:
        until = time.monotonic() + LONGEST_S
        checked = time.monotonic()
        while time.monotonic() < until:
            fact = await listener.next(HEARTBEAT_S)
            if fact is None:
                await self.write(b": still here\n\n")
            elif fact.id not in repeated and self.wanted(fact):
                await self.write(line_of(fact, self.shown))
            if time.monotonic() - checked > HEARTBEAT_S:
                checked = time.monotonic()
                if not await self.reader.in_thread(self.still_allowed):
                    return


async def gone(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass
