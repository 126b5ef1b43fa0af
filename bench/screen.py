"""The board in a real Chromium: when it can be used with a processor four times slower, and how long dragging blocks the page.

`interactive_ms`: from the navigation until the board is painted and every script has run, whichever is later (500 tasks, 40 couriers).
`drag_ms`: the longest task of the main thread while a stop is dragged across the columns of a day of 1,000, from a second after it was
taken up until just before it is let go; `start_ms` and `drop_ms` are the longest around those two moments.
"""

import os
import statistics
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted = options("The board in Chromium.", repeat=5, tasks=500, couriers=40, drag_tasks=1000, slower=4)
begin()

from django.conf import settings  # noqa: E402  everything below reads what begin() made
from django.db import connections  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402
from playwright.sync_api import BrowserContext, Page, sync_playwright  # noqa: E402

from bench._serving import serve  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402
from coopdelivery.journal import services as journal  # noqa: E402
from dispatch.models import Round, Task  # noqa: E402
from dispatch.services.plan import plan_tasks  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
WATCH = """() => { window.long = []; new PerformanceObserver((list) => {
  for (const task of list.getEntries()) window.long.push([task.startTime, task.duration]); }).observe({ type: "longtask" }); }"""
STEPS = 60
READY = """() => {
  const [page] = performance.getEntriesByType("navigation"), [paint] = performance.getEntriesByName("first-contentful-paint");
  return page.domContentLoadedEventEnd && paint ? Math.max(page.domContentLoadedEventEnd, paint.startTime) : 0; }"""


def opened(context: BrowserContext, url: str, rate: float) -> tuple[Page, float]:
    """The board, and how many milliseconds after the navigation it could be used."""
    page = context.new_page()
    context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": rate})
    page.goto(url)
    page.wait_for_selector(".stop[data-t]")
    page.wait_for_function(READY)
    ready: float = page.evaluate(READY)
    return page, ready


def dragged(page: Page) -> dict[str, float]:
    """The longest task while one stop is carried over all that is in sight, and around taking it up and letting it go."""
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    box = page.locator(".run .stop[data-t]").first.bounding_box()
    if box is None:
        raise SystemExit("no stop is in sight")
    x, y = box["x"] + 60, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 12, y + 6, steps=4)
    page.wait_for_timeout(1000)
    marks = [page.evaluate("performance.now()")]
    for step in range(STEPS):
        page.mouse.move(x + 12 + 9 * step, y + 40 + 200 * (step % 2), steps=2)
    page.wait_for_timeout(200)
    marks.append(page.evaluate("performance.now()"))
    page.mouse.up()
    page.wait_for_timeout(2500)
    tasks: list[tuple[float, float]] = page.evaluate("window.long")
    begin_at, end_at = marks
    longest: dict[str, Any] = {
        "start_ms": [duration for at, duration in tasks if at < begin_at],
        "drag_ms": [duration for at, duration in tasks if begin_at <= at < end_at],
        "drop_ms": [duration for at, duration in tasks if at >= end_at],
    }
    return {name: max(durations, default=0.0) for name, durations in longest.items()}


def more(tasks: int) -> None:
    """So many further tasks, dealt out to the same couriers."""
    with acting_for(world.collective), timezone.override(world.collective.zone), journal.source("web"), journal.past():
        rounds = list(Round.objects.order_by("pk"))
        for number in range(tasks // 2):
            refs = Task.objects.filter(delivery=world.order(10_000 + number)).order_by("pk").values_list("ref", flat=True)
            plan_tasks(tasks=list(refs), to_round=rounds[number % len(rounds)], by=world.dispatcher.person)
    connections.close_all()  # Playwright's part of this thread has a connection of its own, which would keep the database from going


def measured(address: str, session: str) -> dict[str, float]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1600, "height": 900})
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "127.0.0.1", "path": "/"}
        context.add_cookies([cookie])  # type: ignore[list-item]  # a plain dictionary
        times = []
        for _ in range(wanted.repeat):
            page, ready = opened(context, address, wanted.slower)
            times.append(ready)
            page.close()
        found = {"interactive_ms": statistics.median(times)}
        more(wanted.drag_tasks - wanted.tasks)
        page, _ready = opened(context, address, 1)
        stops = page.locator(".stop[data-t]").count()
        found |= dragged(page) | {"stops": stops}
        browser.close()
    return found


os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop in this thread; nothing here is asynchronous
world = World()
world.fill(tasks=wanted.tasks, couriers=wanted.couriers)
client = Client()
client.force_login(world.dispatcher.person)
with ExitStack() as stack:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="coopdelivery-screen-")))
    port, _pid = serve(stack, folder)
    figures = measured(f"http://127.0.0.1:{port}/c/{world.collective.slug}/board/", client.cookies[settings.SESSION_COOKIE_NAME].value)
report({**figures, "tasks": wanted.tasks, "couriers": wanted.couriers, "slower": wanted.slower}, as_json=wanted.json)
