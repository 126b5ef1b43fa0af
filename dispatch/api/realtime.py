"""The realtime channel: Centrifugo's protocol v1 in JSON, as far as the apps speak it, over bare ASGI.

Frames are lines. A client connects with the token of `/api/centrifugo/token`, subscribes to its own channel, and is told.
"""

import asyncio
import contextlib
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from collectives.api.callers import memberships_of, person_by_token
from collectives.api.errors import ApiError
from collectives.api.tokens import LIFE
from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.sse import Receive, Scope, Send
from coopdelivery.journal.stream import Fact, Listener, Reader, TooOld
from dispatch.api.happenings import events_for

PATH = "/centrifugo/connection/websocket"
PURPOSE = "api-live"
CONNECT, SUBSCRIBE, UNSUBSCRIBE, PING, REFRESH = 0, 1, 2, 7, 10
MOST_FRAME = 32_768
LONGEST_WAIT_S = 25.0
CHECKED_EVERY_S = 60.0
UNAUTHORIZED, TOO_SLOW, BAD = 3500, 3008, 3501
Json = dict[str, Any]


def namespace_of(collective: Collective) -> str:
    return f"collective{collective.pk}"


def channel_of(member: Membership) -> str:
    return f"{namespace_of(member.collective)}_events#{member.person.username}"


@dataclass(slots=True)
class Client:
    """One socket. `member` is set once it has connected."""

    reader: Reader
    send: Send
    member: Membership | None = None
    token: str = ""
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    channels: set[str] = field(default_factory=set)

    async def frame(self, data: Json) -> None:
        await self.send({"type": "websocket.send", "text": json.dumps(data, separators=(",", ":"), default=str)})

    async def close(self, code: int, reason: str) -> None:
        await self.send({"type": "websocket.close", "code": code, "reason": json.dumps({"reason": reason, "reconnect": False})})


class Closed(Exception):
    """The socket is over, with the code for the other side."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


async def serve(reader: Reader, scope: Scope, receive: Receive, send: Send) -> None:
    """From the handshake to the end of one socket."""
    await receive()
    if scope["path"] != PATH:
        await send({"type": "websocket.close", "code": 4404})
        return
    await send({"type": "websocket.accept"})
    client = Client(reader, send)
    with contextlib.suppress(OSError):
        try:
            await _talk(client, receive)
        except Closed as closed:
            await client.close(closed.code, closed.reason)


async def _talk(client: Client, receive: Receive) -> None:
    """First the connection, then answering and telling side by side."""
    while client.member is None:
        if not await _hear(client, receive):
            return
    async with client.reader.listening(client.member.collective_id) as listener:
        telling = asyncio.create_task(_tell(client, listener))
        hearing = asyncio.create_task(_hear_all(client, receive))
        done, pending = await asyncio.wait({telling, hearing}, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        for task in done:
            task.result()


async def _hear_all(client: Client, receive: Receive) -> None:
    while await _hear(client, receive):
        pass


async def _hear(client: Client, receive: Receive) -> bool:
    """Answer the lines of one frame; False when the client has left."""
    message = await receive()
    if message["type"] == "websocket.disconnect":
        return False
    text = message.get("text") or (message.get("bytes") or b"").decode(errors="replace")
    if len(text) > MOST_FRAME:
        raise Closed(BAD, "bad request")
    for line in text.splitlines():
        if line.strip():
            await client.frame(await _answer(client, _command(line)))
    return True


def _command(line: str) -> Json:
    try:
        command = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Closed(BAD, "bad request") from error
    if not isinstance(command, dict) or not isinstance(command.get("id"), int) or not isinstance(command.get("params", {}), dict):
        raise Closed(BAD, "bad request")
    return command


async def _answer(client: Client, command: Json) -> Json:
    method, params = command.get("method", CONNECT), command.get("params", {})
    reply: Json = {"id": command["id"]}
    if method in {CONNECT, REFRESH}:
        await _enter(client, str(params.get("token", "")))
        return {**reply, "result": {"client": client.key, "version": "coopdelivery", "expires": True, "ttl": int(LIFE.total_seconds())}}
    if client.member is None:
        raise Closed(UNAUTHORIZED, "unauthorized")
    channel = str(params.get("channel", ""))
    if method == SUBSCRIBE:
        if channel != channel_of(client.member):
            return {**reply, "error": {"code": 103, "message": "permission denied"}}
        client.channels.add(channel)
    elif method == UNSUBSCRIBE:
        client.channels.discard(channel)
    elif method != PING:
        return {**reply, "error": {"code": 104, "message": "method not found"}}
    return {**reply, "result": {}}


async def _enter(client: Client, token: str) -> None:
    """Raises Closed for a token that opens nothing, or somebody else's."""
    member = await client.reader.in_thread(lambda: member_by(token))
    if member is None or (client.member is not None and client.member.pk != member.pk):
        raise Closed(UNAUTHORIZED, "invalid token")
    client.member, client.token = member, token


def member_by(token: str) -> Membership | None:
    """The active member a channel's token was given to: `<token of the person>~<collective>`."""
    signed, _tilde, pk = token.rpartition("~")
    try:
        person = person_by_token(signed, purpose=PURPOSE)
    except ApiError:
        return None
    return next((member for member in memberships_of(person) if str(member.collective_id) == pk), None)


async def _tell(client: Client, listener: Listener) -> None:
    """Publications, until the client is too slow or may listen no longer."""
    checked = asyncio.get_running_loop().time()
    while True:
        try:
            fact = await listener.next(LONGEST_WAIT_S)
        except TooOld as error:
            raise Closed(TOO_SLOW, "slow") from error
        now = asyncio.get_running_loop().time()
        if now - checked > CHECKED_EVERY_S:
            checked = now
            token = client.token
            if await client.reader.in_thread(lambda token=token: member_by(token)) is None:  # type: ignore[misc]
                raise Closed(UNAUTHORIZED, "expired")
        if fact is not None and client.channels and client.member is not None:
            await _publish(client, client.member, fact)


async def _publish(client: Client, member: Membership, fact: Fact) -> None:
    def made() -> list[Json]:
        with acting_for(member.collective):
            return events_for(fact, member, member.collective)

    for event in await client.reader.in_thread(made):
        for channel in client.channels:
            await client.frame({"result": {"channel": channel, "data": {"data": {"event": event}}}})
