"""People in front of real browsers. What a browser complains about is kept, and fails the test."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
HERE = {"127.0.0.1", "localhost"}
DESKTOP = {"width": 1366, "height": 900}
PHONE = {"width": 360, "height": 740}
# Chromium calls every 4xx an error; these say “look again at what you typed” or “somebody else was faster”
ANSWERS = re.compile(r"Failed to load resource: the server responded with a status of (402|409|422) ")


@dataclass
class Watch:
    """What went wrong in a browser: errors of scripts, refusals of the content policy, addresses outside this machine."""

    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def follow(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not ANSWERS.match(message.text) and not any(words in text for words in self.forgiven):
            self.complaints.append(text)

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in HERE:
            self.complaints.append(f"asked {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.complaints.append(f"{response.status} {response.request.method} {response.url}")


@dataclass
class Visitors:
    """Opens one browser profile for each person."""

    browser: Browser
    base_url: str
    watch: Watch = field(default_factory=Watch)
    contexts: list[BrowserContext] = field(default_factory=list)

    def arrive(self, **options: Any) -> Page:
        """A new profile with one page open."""
        chosen = {"viewport": DESKTOP, "locale": "en-GB", "reduced_motion": "reduce", **options}
        context = self.browser.new_context(base_url=self.base_url, **chosen)
        context.set_default_timeout(30_000)
        context.on("page", self.watch.follow)
        self.contexts.append(context)
        return context.new_page()

    def on_phone(self, **options: Any) -> Page:
        return self.arrive(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2, **options)

    def leave(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()


@contextmanager
def visitors_of(browser: Browser, base_url: str) -> Iterator[Visitors]:
    """Fails at the end when a browser complained."""
    group = Visitors(browser, base_url)
    try:
        yield group
    finally:
        group.leave()
    if group.watch.complaints:
        raise AssertionError("\n".join(group.watch.complaints))


def sign_in(page: Page, login: str, password: str) -> None:
    page.goto("/account/login/")
    page.get_by_label("E-mail or user name").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/account/login" not in url)
