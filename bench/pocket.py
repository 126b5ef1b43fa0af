"""A courier's day on an old phone with a thin network: real Chromium, 400 kbit/s with 400 ms round trips, a processor six times slower.

`first_load_kb` is what the first visit moves as markup, style and script, compressed (fonts and pictures apart), the service worker's
own script included; `list_kb` is the markup of the day alone. `slow3g_s` is how long the first visit takes until the list is painted
and a tap counts, even offline; `repeat_s` the same for the next visit in a new tab, when the day is kept on the phone; `fresh_s` until
that visit shows the day as it is now. Medians.
"""

import argparse
import gzip
import json
import os
import statistics
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._common import begin, options, report

wanted: argparse.Namespace = options("The courier's day on slow 3G and a slow phone.", repeat=3, stops=40)
begin()

from django.conf import settings  # noqa: E402  everything below reads what begin() made
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright  # noqa: E402

from bench._serving import serve  # noqa: E402
from bench._world import World  # noqa: E402
from collectives.models import Membership  # noqa: E402
from collectives.tenancy import acting_for  # noqa: E402

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
TIMES_SLOWER = 6
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "device_scale_factor": 2}
COUNTED = {"Document", "Stylesheet", "Script"}
USABLE = "performance.getEntriesByName('pocket-usable').length && performance.getEntriesByName('first-contentful-paint').length"
WHEN = "Math.max(...['pocket-usable', 'first-contentful-paint'].map((name) => performance.getEntriesByName(name)[0].startTime)) / 1000"
FRESH = "performance.getEntriesByName('pocket-fresh').length"
WHEN_FRESH = "performance.getEntriesByName('pocket-fresh')[0].startTime / 1000"
KEPT = "caches.match('/courier/').then(Boolean)"
LISTED = "document.querySelectorAll('[data-row]').length"


class Meter:
    """What one page moves over the network, by kind, in compressed bytes."""

    def __init__(self, session: CDPSession) -> None:
        self.kinds: dict[str, str] = {}
        self.moved: dict[str, float] = {}
        session.on("Network.responseReceived", self._seen)
        session.on("Network.loadingFinished", self._done)

    def _seen(self, event: dict[str, Any]) -> None:
        self.kinds[event["requestId"]] = event["type"]

    def _done(self, event: dict[str, Any]) -> None:
        kind = self.kinds.get(event["requestId"], "")
        self.moved[kind] = self.moved.get(kind, 0) + event["encodedDataLength"]


def slow(page: Page, *, measured: bool) -> Meter | None:
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", SLOW_3G)
    session.send("Emulation.setCPUThrottlingRate", {"rate": TIMES_SLOWER})
    return Meter(session) if measured else None


def slow_worker(browser: Browser) -> None:
    """The service worker lives outside the page: its network is made slow too."""
    root = browser.new_browser_cdp_session()
    found = root.send("Target.getTargets", {"filter": [{"type": "service_worker"}]})["targetInfos"]
    for target in found:
        number = root.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})["sessionId"]
        for key, (method, values) in enumerate((("Network.enable", {}), ("Network.emulateNetworkConditions", SLOW_3G))):
            message = json.dumps({"id": key, "method": method, "params": values})
            root.send("Target.sendMessageToTarget", {"sessionId": number, "message": message})


def until(page: Page, true: str) -> None:
    """Look again and again: the pages' content policy refuses what `wait_for_function` does."""
    deadline = time.monotonic() + 60
    while not page.evaluate(true):
        if time.monotonic() > deadline:
            raise SystemExit(f"Never came true: {true}")
        page.wait_for_timeout(50)


def visit(context: BrowserContext, *, measured: bool = False) -> tuple[Page, float, Meter | None]:
    page = context.new_page()
    meter = slow(page, measured=measured)
    page.goto("/courier/", wait_until="commit")
    until(page, USABLE)
    if page.evaluate(LISTED) < wanted.stops // 2:
        raise SystemExit("The day is not in the list.")
    return page, float(page.evaluate(WHEN)), meter


def both_visits(browser: Browser, url: str, session: str) -> dict[str, float]:
    context = browser.new_context(base_url=url, **PHONE)  # type: ignore[arg-type]  # options by name
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    page, first, meter = visit(context, measured=True)
    until(page, KEPT)
    page.wait_for_load_state("networkidle")
    page.close()
    assert meter is not None  # noqa: S101  asked for above
    moved = sum(size for kind, size in meter.moved.items() if kind in COUNTED)
    slow_worker(browser)
    again, repeat, _none = visit(context)
    until(again, FRESH)
    fresh = float(again.evaluate(WHEN_FRESH))
    context.close()
    return {
        "first_load_kb": moved / 1000,
        "list_kb": meter.moved["Document"] / 1000,
        "slow3g_s": first,
        "repeat_s": repeat,
        "fresh_s": fresh,
    }


def worker_kb(url: str) -> float:
    """The service worker with the scripts it loads, as a browser that takes gzip gets them."""
    texts = [_fetched(f"{url}/courier/sw.js")]
    names = texts[0].split(b"importScripts(")[1].split(b")")[0].split(b", ")
    texts += [_fetched(url + name.strip(b'"').decode()) for name in names]
    return sum(len(gzip.compress(text)) for text in texts) / 1000


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:  # noqa: S310  our own server
        content: bytes = answer.read()
    return content


def warm(url: str, session: str) -> None:
    """Each process of the server answers its first request slowly: not what is measured here."""
    asked = urllib.request.Request(f"{url}/courier/", headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={session}"})  # noqa: S310
    for _ in range(12):
        urllib.request.urlopen(asked).read()  # noqa: S310  our own server


def measure(world: World) -> dict[str, float]:
    with acting_for(world.collective):
        courier = Membership.objects.select_related("person").get(person__email="courier.0@bench.example")
    client = Client()
    client.force_login(courier.person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    connection.close()
    with ExitStack() as stack:
        port, _master = serve(stack, Path(stack.enter_context(tempfile.TemporaryDirectory())))
        url = f"http://localhost:{port}"
        warm(url, session)
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        runs = [both_visits(browser, url, session) for _ in range(wanted.repeat)]
        browser.close()
        medians = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
        return {**medians, "first_load_kb": medians["first_load_kb"] + worker_kb(url)}


world = World()
world.fill(tasks=wanted.stops * 10 // 9, couriers=1)
figures = measure(world)
report({"stops": wanted.stops, **figures}, as_json=wanted.json)
