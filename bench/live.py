"""How long until the other dispatchers see it: stops are moved over HTTP while `--listeners` live connections wait for the news.

Everything is the real thing: pages under gunicorn, streams under uvicorn, PostgreSQL, Redis. The clock runs from the moment a request
is sent until its event is on the wire of a listener; `p95_ms` is over all changes and all listeners.
"""

import asyncio
import atexit
import contextlib
import json
import os
import secrets
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bin")]

from _servers import free_port, private, redis  # noqa: E402  the path above comes first

from bench._common import begin, options, report  # noqa: E402

wanted = options("Live streams: from a request to every other screen.", repeat=60, listeners=200, tasks=60, couriers=8)
longest = ExitStack()
atexit.register(longest.close)
with contextlib.redirect_stdout(sys.stderr):
    os.environ["REDIS_URL"] = longest.enter_context(redis())
begin()

import requests  # noqa: E402  everything below reads what begin() made
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from bench._serving import serve  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.models import Membership, Role  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from dispatch.models import Task  # noqa: E402

PAUSE_S, PATIENCE_S = 0.15, 20.0
Heard = dict[str, list[float]]


def session_of(member: Membership) -> str:
    client = Client()
    client.force_login(member.person)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def live(stack: ExitStack, folder: Path) -> int:
    """The live process; its port. Two seconds are left to each listener to go."""
    port = free_port()
    words = f"uvicorn coopdelivery.asgi:application --host 127.0.0.1 --port {port} --timeout-graceful-shutdown 2 --log-level warning"
    stack.enter_context(private("uvicorn", [sys.executable, "-m", *words.split()], port, folder / "live.log"))
    return port


async def listen(port: int, slug: str, session: str, heard: Heard, ready: asyncio.Event) -> None:
    """One dispatcher's screen: when each change came."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    writer.write(f"GET /live/c/{slug}/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n".encode())
    try:
        async for line in reader:
            at = time.perf_counter()
            if line.startswith(b": connected"):
                ready.set()
            elif line.startswith(b"data: ") and b'"task.planned"' in line:
                heard.setdefault(json.loads(line[6:])["subject"], []).append(at)
    finally:
        writer.close()


class Mover:
    """The first dispatcher: gives one stop after the other to one courier after the other."""

    def __init__(self, port: int, world: World, session: str) -> None:
        self.url, self.on = f"http://127.0.0.1:{port}/c/{world.collective.slug}/board/plan/", world.collective.today().isoformat()
        token = secrets.token_hex(16)
        self.http = requests.Session()
        self.http.cookies.update({settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: token})
        self.http.headers.update({"Accept": "application/json", "X-CSRFToken": token})
        with acting_for(world.collective):
            self.tasks = [str(ref) for ref in Task.objects.order_by("pk").values_list("ref", flat=True)]
            couriers = Membership.objects.filter(held__role=Role.COURIER).order_by("pk").values_list("ref", flat=True)
            self.couriers = [str(ref) for ref in couriers]

    def move(self, number: int) -> tuple[str, float, float]:
        """The change, and when it was asked for and answered."""
        task, courier = self.tasks[number % len(self.tasks)], self.couriers[number % len(self.couriers)]
        sent = time.perf_counter()
        answer = self.http.post(self.url, {"t": task, "to": f"c:{courier}", "on": self.on}, timeout=PATIENCE_S)
        done = time.perf_counter()
        if answer.status_code != 200:
            raise SystemExit(f"{self.url} answered {answer.status_code}: {answer.text[:300]}")
        return str(answer.json()["change"]), sent, done


async def measure(port: int, slug: str, sessions: list[str], mover: Mover) -> tuple[list[tuple[str, float, float]], Heard]:
    heard: Heard = {}
    ready = [asyncio.Event() for _ in range(wanted.listeners)]
    screens = [asyncio.create_task(listen(port, slug, sessions[n % len(sessions)], heard, ready[n])) for n in range(wanted.listeners)]
    await asyncio.wait_for(asyncio.gather(*(one.wait() for one in ready)), 60)
    moves = []
    for number in range(-3, wanted.repeat):  # the first three warm up
        moved = await asyncio.to_thread(mover.move, number + 3)
        if number >= 0:
            moves.append(moved)
        await asyncio.sleep(PAUSE_S)
    deadline = time.perf_counter() + PATIENCE_S
    while time.perf_counter() < deadline and any(len(heard.get(change, ())) < wanted.listeners for change, _sent, _done in moves):
        await asyncio.sleep(0.05)
    for screen in screens:
        screen.cancel()
    await asyncio.gather(*screens, return_exceptions=True)
    return moves, heard


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] * 1000


world = World()
world.fill(tasks=wanted.tasks, couriers=wanted.couriers)
dispatchers = [world.dispatcher, *(world.member(f"Dispatcher {number}", Role.DISPATCHER) for number in range(2, 6))]
sessions = [session_of(member) for member in dispatchers]
with ExitStack() as stack:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coopdelivery-live-")))
    pages, _pid = serve(stack, folder)
    mover = Mover(pages, world, sessions[0])
    moves, heard = asyncio.run(measure(live(stack, folder), world.collective.slug, sessions[1:], mover))
spent = [at - sent for change, sent, _done in moves for at in heard.get(change, ())]
figures: dict[str, Any] = {
    "p95_ms": percentile(spent, 0.95),
    "p50_ms": percentile(spent, 0.5),
    "max_ms": max(spent) * 1000,
    "request_ms": statistics.median(done - sent for _change, sent, done in moves) * 1000,
    "changes": len(moves),
    "listeners": wanted.listeners,
    "lost": len(moves) * wanted.listeners - len(spent),
}
report(figures, as_json=wanted.json)
