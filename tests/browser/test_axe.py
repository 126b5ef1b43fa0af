"""Every page that a person can reach, looked at by axe-core: light and dark, wide and narrow. A new page is covered on arrival."""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
import requests
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, Page

from tests.browser.house import House
from tests.browser.visitors import PHONE, Visitors, sign_in
from tests.routes import OURS

pytestmark = pytest.mark.browser

PASSWORD = "bicycle-bell"
SCRIPT = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async (options) => {
  const found = await axe.run(document, { preload: false, ...options });
  return found.violations.map((fault) => [fault.impact, fault.id, fault.nodes.map((node) => node.target.join(" ")).slice(0, 3).join(", ")]);
}"""
LOOKS: tuple[tuple[str, int, int, dict[str, list[str]]], ...] = (
    ("light", 1366, 900, {}),
    ("dark", 360, 740, {}),
    ("dark", 1366, 900, {"runOnly": ["color-contrast"]}),
)
NARROW = 320
STILL = "*, *::before, *::after { transition: none !important; animation: none !important; }"  # no colour is judged half-way to another
WHO = {
    "": (
        "/",
        "/federation/directory/",
        "/account/login/",
        "/account/login/code/",
        "/account/password/reset/",
        "/t/method/",
        "/no/such/page/",
        "/docs/components/",
        "/at/helsinki/",
        "/at/helsinki/form/",
    ),
    "kirsi": (
        "/c/helsinki/books/",
        "/c/helsinki/settings/",
        "/c/helsinki/partners/",
        "/c/helsinki/places/",
        "/switch/",
        "/c/helsinki/partners/price-lists/",
    ),
    "hanna": (
        "/c/helsinki/board/",
        "/c/helsinki/deliveries/changes/",
        "/c/helsinki/board/phone/",
        "/c/helsinki/board/phone/?view=team",
        "/c/helsinki/board/?layout=map",
        "/c/helsinki/board/rounds/",
        "/c/helsinki/board/tags/",
    ),
    "orvokki": (
        "/c/helsinki/deliveries/",
        "/c/helsinki/statements/",
        "/c/helsinki/deliveries/files/",
        "/c/helsinki/deliveries/repeats/",
    ),
    "patjapaja": ("/c/helsinki/deliveries/",),
    "fay": ("/federation/", "/federation/policies/calls/emergency/"),
    "otto": ("/courier/", "/courier/switch/", "/courier/offline/"),
}
SHOPS = {"orvokki", "patjapaja"}
VARIANTS = ("layout", "view")


@dataclass
class Walk:
    """Follows links from page to page; each kind of page is looked at once."""

    house: House
    seen: set[tuple[str, str, bool]] = field(default_factory=set)
    faults: dict[str, list[str]] = field(default_factory=dict)

    def key(self, url: str) -> tuple[str, str] | None:
        """Which kind of page an address is: its route, and the variants that look different; None for what is no page of ours."""
        parts = urlsplit(url)
        if f"{parts.scheme}://{parts.netloc}" != self.house.url:
            return None
        try:
            name = resolve(parts.path).view_name
        except Resolver404:
            return ("", parts.path)
        return (name, next((pair for pair in parts.query.split("&") if pair.split("=")[0] in VARIANTS), ""))

    def follow(self, page: Page, starts: tuple[str, ...], *, shop: bool = False) -> None:
        """A shop sees pages of its own under the same addresses as the office. Who is led elsewhere has not seen the page."""
        waiting, tried = deque(starts), set[tuple[str, str, bool]]()
        while waiting:
            url = waiting.popleft()
            key = self.key(url)
            if key is None or key[0].startswith(("admin:", "account_logout")):
                continue
            mark = (*key, shop and key[0].startswith(("orders:", "window:")))
            if mark in self.seen | tried:
                continue
            tried.add(mark)
            answer = page.goto(url) if is_page(page, url) else None
            if answer is None or self.key(page.url) == key:
                self.seen.add(mark)
            if answer is not None and answer.status < 500:
                waiting.extend(self.look(page, url))

    def look(self, page: Page, url: str) -> Iterator[str]:
        """Write down what is wrong with the page; the addresses it leads to."""
        page.add_style_tag(content=STILL)
        page.evaluate(SCRIPT)
        for scheme, width, height, options in LOOKS:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]  # one of two words
            page.set_viewport_size({"width": width, "height": height})
            for impact, rule, where in page.evaluate(RUN, options):
                self.note(url, f"{impact} {rule} ({scheme}, {width}): {where}")
        page.set_viewport_size({"width": NARROW, "height": 740})
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > NARROW:
            self.note(url, f"scrolls sideways at {NARROW} px: {wide} px wide")
        page.set_viewport_size({"width": 1366, "height": 900})
        yield from page.locator("a[href]").evaluate_all("all => all.map((a) => new URL(a.getAttribute('href'), location).href)")

    def note(self, url: str, fault: str) -> None:
        self.faults.setdefault(urlsplit(url).path, []).append(fault)


def is_page(page: Page, url: str) -> bool:
    """Asked first without showing it: a download would open no page."""
    answer = page.request.get(url, max_redirects=5)
    return "text/html" in answer.headers.get("content-type", "")


NOT_FOR_PEOPLE = ("api", "(^api", "hooks/", "health/")
# Files, data, fragments, and ways that lead on to another page.
NO_PAGE = {
    *(
        "kit:docs_picture",
        "maps:basemap",
        "notices:push_worker",
        "pocket:manifest",
        "pocket:service_worker",
        "front:colours",
        "front:script",
    ),
    *("orders:import_bad", "dispatch:proof", "places:suggest", "orders:address_suggest", "dispatch:board_changes", "dispatch:board_map"),
    *(
        "dispatch:board_hubs",
        "dispatch:board_cancel_ask",
        "dispatch:board_tags",
        "federation:receipt",
        "licence:receipt",
        "licence:passport",
        "federation:passport_key",
        "federation:meeting_minutes",
        "collectives:assembly_minutes",
    ),
    *("dispatch:board_search", "people:session_end", "notices:test", "notices:push_subscribe", "notices:push_forget"),
    *("home:enter", "orders:deliveries_csv", "orders:deliveries_xlsx", "orders:statement_xlsx", "orders:deliveries_labels"),
    *("orders:document", "pocket:paper", "front:product_photo", "front:suggest", "tracking:picture"),
    *("pocket:position_here", "pocket:hours_export", "pocket:request_withdraw", "notices:push_received", "pocket:hand_on"),
    *("pocket:task_start", "pocket:undo", "pocket:seen", "pocket:sync", "pocket:proof"),
}
# The demo's day leads nobody there; the whole path, or the tests of the page itself, look at them.
ELSEWHERE = {
    *("federation:first_admin", "welcome:invitation", "orders:pay", "orders:settlement", "orders:statement_close", "places:place"),
    *("orders:import", "orders:repeat", "orders:program", "dispatch:round_order"),
    *(
        "pocket:who",
        "pocket:incident",
        "pocket:task_correct",
        "pocket:task_add",
        "notices:stop",
        "front:pay",
        "front:bought",
        "orders:delivery_change",
        "orders:shop_owed",
        "licence:handover_new",
        "collectives:assembly",
        "collectives:assembly_hours",
        "collectives:proposal_papers",
    ),
}


@pytest.fixture(scope="module")
def walk(chromium: Browser, demo_house: House) -> Iterator[Walk]:
    walk = Walk(demo_house)
    visitors = Visitors(chromium, demo_house.url)
    for who, starts in WHO.items():
        page = visitors.arrive(bypass_csp=True, **({"viewport": PHONE} if who == "otto" else {}))
        if who:
            sign_in(page, who, PASSWORD)
        walk.follow(page, tuple(f"{demo_house.url}{start}" for start in starts), shop=who in SHOPS)
    yield walk
    visitors.leave()


def test_nothing_stands_in_the_way_of_anybody(walk: Walk) -> None:
    assert len(walk.seen) > 60
    found = "\n".join(f"{path}\n    " + "\n    ".join(faults) for path, faults in walk.faults.items())
    if os.environ.get("AXE_REPORT"):
        Path(os.environ["AXE_REPORT"]).write_text(found + "\n\n" + "\n".join(sorted(map(str, walk.seen))), encoding="utf-8")
    assert found == ""


def test_every_page_was_looked_at(walk: Walk, demo_house: House) -> None:
    """A route that answers GET is a page that was looked at, or stands in the list of what is none."""
    looked_at = {name for name, *_more in walk.seen} | NO_PAGE | ELSEWHERE
    missed = [route for route in OURS if route.name not in looked_at and not route.path.startswith(NOT_FOR_PEOPLE)]
    assert [route.path for route in missed if requests.get(f"{demo_house.url}{route.url('helsinki')}", timeout=5).status_code != 405] == []
