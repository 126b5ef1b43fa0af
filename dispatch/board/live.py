"""The ASGI application of live streams: `/live/c/<slug>/` for the board, `/live/courier/` for a courier's own day, `/live/health`.

The session cookie says who asks; the permission table says whether they may, and is asked again while the stream lasts.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.request import split_domain_port, validate_host

from collectives.access import allows
from collectives.middleware import courier_collective_slug
from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.sse import Headers, Receive, Scope, Send, Stream, answer
from coopdelivery.journal.stream import Fact, Reader
from coopdelivery.journal.tail import position
from coopdelivery.people.models import Person
from dispatch.pinned import BY_PIN

BOARD = re.compile(r"^/live/c/(?P<slug>[-\w]{1,40})/$")
COURIER = "/live/courier/"
HEALTH = "/live/health"
SHOWN = ("rounds", "tasks", "verb", "round", "courier", "count", "number", "stop", "delivery", "status")
ID = re.compile(r"^\d{1,18}$", re.ASCII)


class Refused(Exception):
    """The stream is not for this visitor."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


@dataclass(frozen=True, slots=True)
class Pass:
    """Who listens to what."""

    collective_id: int
    membership_id: int


class Application:
    """One reader for all clients of this process."""

    def __init__(self) -> None:
        self.reader: Reader | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await lifespan(receive, send)
        elif scope["type"] == "http":
            self.reader = self.reader or Reader()
            await respond(self.reader, scope, receive, send)


application = Application()


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        event = (await receive())["type"]
        await send({"type": f"{event}.complete"})
        if event == "lifespan.shutdown":
            return


async def respond(reader: Reader, scope: Scope, receive: Receive, send: Send) -> None:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    cors = allow_origin(headers)
    try:
        check_request(scope, headers)
        if scope["path"] == HEALTH:
            await reader.in_thread(position)
            await answer(send, 200, "ok")
            return
        request = request_of(scope, headers)
        enter = door(scope["path"])
        entered = await reader.in_thread(lambda: enter(request))
        after = resume_id(scope, headers)
    except Refused as refusal:
        await answer(send, refusal.status, refusal.text, cors)
        return
    except DatabaseError:
        await answer(send, 503, "The database does not answer.", cors)
        return
    stream = Stream(send, reader, entered.collective_id)
    stream.shown = shown
    stream.still_allowed = lambda: may_stay(enter, request_of(scope, headers), entered)
    if scope["path"] == COURIER:
        stream.wanted = lambda fact: concerns(fact, entered.membership_id)
    await stream.run(receive, cors, after)


def check_request(scope: Scope, headers: dict[str, str]) -> None:
    if scope["method"] != "GET":
        raise Refused(405, "Only GET.")
    if not validate_host(split_domain_port(headers.get("host", ""))[0], settings.ALLOWED_HOSTS):
        raise Refused(400, "This host name is not served here.")


def allow_origin(headers: dict[str, str]) -> Headers:
    """In development the page comes from another port of the same host name; no other origin may read a stream."""
    origin = headers.get("origin", "")
    ours = split_domain_port(headers.get("host", ""))[0]
    try:
        theirs = urlsplit(origin).hostname
    except ValueError:
        return []
    if not origin or theirs != ours.strip("[]"):
        return []
    allowed = (b"access-control-allow-origin", origin.encode("latin-1"))
    return [allowed, (b"access-control-allow-credentials", b"true"), (b"vary", b"Origin")]


def request_of(scope: Scope, headers: dict[str, str]) -> HttpRequest:
    """As much of a request as Django needs to know who asks."""
    request = HttpRequest()
    request.path = scope["path"]
    try:
        cookies = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        cookies = SimpleCookie()
    request.COOKIES = {name: morsel.value for name, morsel in cookies.items()}
    engine = import_module(settings.SESSION_ENGINE)
    request.session = engine.SessionStore(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
    return request


def door(path: str) -> Callable[[HttpRequest], Pass]:
    """What the address leads to. Raises Refused."""
    found = BOARD.match(path)
    if found:
        slug = found["slug"]
        return lambda request: enter(request, slug, "board.view")
    if path == COURIER:
        return enter_courier
    raise Refused(404, "There is no stream at this address.")


def enter(request: HttpRequest, slug: str | None, permission: str) -> Pass:
    """The pass of a member with the permission. Raises Refused: 403 without it, 404 to strangers."""
    person = get_user(request)
    collective = Collective.objects.filter(slug=slug).first() if slug else None
    if not isinstance(person, Person) or collective is None:
        raise Refused(404, "There is no stream at this address.")
    with acting_for(collective):
        membership = Membership.objects.prefetch_related("held").filter(person_id=person.pk, is_active=True).first()
        if membership is None:
            raise Refused(404, "There is no stream at this address.")
        if not allows(membership, permission) or (permission != "pocket.use" and request.session.get(BY_PIN)):
            raise Refused(403, "Your role here does not open this stream.")
    return Pass(collective.pk, membership.pk)


def enter_courier(request: HttpRequest) -> Pass:
    request.user = get_user(request)
    return enter(request, courier_collective_slug(request), "pocket.use")


def may_stay(again: Callable[[HttpRequest], Pass], request: HttpRequest, entered: Pass) -> bool:
    """Whether the same door would still let them in."""
    try:
        return again(request) == entered
    except Refused:
        return False


def resume_id(scope: Scope, headers: dict[str, str]) -> int | None:
    """After which event to begin: the browser's `Last-Event-ID`, else `?after=` from the page."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    text = headers.get("last-event-id") or asked
    if not text:
        return None
    if not ID.match(text):
        raise Refused(400, "after must be the number of an event.")
    return int(text)


def shown(fact: Fact) -> dict[str, Any]:
    """The small JSON of a fact: what changed and where to look, never names or addresses."""
    data = {name: fact.data[name] for name in SHOWN if name in fact.data}
    return {"id": fact.id, "name": fact.name, "subject": fact.subject, "by_id": fact.by_id, "at": fact.at.isoformat(), "data": data}


def concerns(fact: Fact, membership_id: int) -> bool:
    """Whether a courier's own day changed: the fact names the courier, alone or among others."""
    return fact.data.get("courier") == membership_id or membership_id in fact.data.get("couriers", ())
