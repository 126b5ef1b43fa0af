"""The people of the whole path, what they know, and the browsers they sit in front of."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from PIL import Image
from playwright.sync_api import Locator, Page

from collectives.countries import all_zones
from tests.browser.house import House, text_of
from tests.browser.visitors import Visitors, sign_in

PASSWORD = "a bell, two wheels and a long hill"
SLUG = "sirkka"
COOP = "Sirkka"
PEOPLE = {
    "fay": "fay@federation.test",
    "gil": "gil@federation.test",
    "ada": "ada@sirkka.test",
    "dana": "dana@sirkka.test",
    "carl": "carl@sirkka.test",
    "sam": "sam@kukka.test",
    "sue": "sue@kukka.test",
    "pia": "pia@leipomo.test",
}
ADDRESS = re.compile(r"https?://\S+")


@cache
def morning_zone() -> str:
    """A time zone in which it is morning now, on the same date as in UTC: the story is one day long, whenever it is told."""
    now = datetime.now(UTC)
    hour = max(9, now.hour - 11)
    return next(zone for zone in all_zones() if (there := now.astimezone(ZoneInfo(zone))).hour == hour and there.date() == now.date())


def link_in(text: str, path: str) -> str:
    """The address in a message that leads below `path`, without its host."""
    found = next(urlsplit(address) for address in ADDRESS.findall(text) if urlsplit(address).path.startswith(path))
    return f"{found.path}?{found.query}" if found.query else found.path


@dataclass
class Story:
    """One run of the path; `pages` are the open browsers by person, `facts` what later steps need to know."""

    house: House
    visitors: Visitors
    folder: Path
    pages: dict[str, Page] = field(default_factory=dict)
    facts: dict[str, str] = field(default_factory=dict)

    def page(self, who: str) -> Page:
        """The person's browser; they sign in the first time, the courier on a phone."""
        if who not in self.pages:
            self.pages[who] = self.visitors.on_phone() if who == "carl" else self.visitors.arrive()
            sign_in(self.pages[who], PEOPLE[who], PASSWORD)
        return self.pages[who]

    def at(self, who: str, path: str) -> Page:
        """The person's browser at a page of the co-op."""
        page = self.page(who)
        page.goto(f"/c/{SLUG}/{path}")
        return page

    def welcome(self, who: str, name: str) -> Page:
        """Somebody follows the link of their invitation and makes an account."""
        mail = self.house.mail(PEOPLE[who], COOP)
        page = self.pages[who] = self.visitors.on_phone() if who == "carl" else self.visitors.arrive()
        page.goto(link_in(text_of(mail), "/welcome/"))
        page.get_by_label("Your name").fill(name)
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_role("button", name="Join").click()
        page.wait_for_url(lambda url: "/welcome/" not in url)
        return page

    def photo(self) -> Path:
        """A picture as a phone takes it."""
        path = self.folder / "photo.jpg"
        if not path.exists():
            Image.effect_noise((1600, 1200), 60).convert("RGB").save(path, quality=85)
        return path

    def paper(self) -> Path:
        path = self.folder / "paper.pdf"
        if not path.exists():
            path.write_bytes(b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n")
        return path


def said(page: Page) -> Locator:
    """What the page tells the person at the edge: a success or a refusal."""
    return page.locator("#toasts")


def plain(text: str) -> str:
    """Without the spaces that keep figures together."""
    return " ".join(text.split())
