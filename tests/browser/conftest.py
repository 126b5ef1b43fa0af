"""A real Chromium: on the live server, where a journey looks into the database, or on instances with all their programs."""

import os
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from tests.browser.house import House, running
from tests.browser.visitors import ARGUMENTS, Visitors, visitors_of
from tests.orders import world

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}

SignedIn = Callable[..., BrowserContext]


expect.set_options(timeout=30_000)  # a machine busy with other checks is slow, not wrong


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    patch = pytest.MonkeyPatch()
    patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright keeps a loop in this thread; the test itself is not asynchronous
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
    patch.undo()


@pytest.fixture
def signed_in(chromium: Browser, live_server: LiveServer, settings: Settings, transactional_db: None) -> Iterator[SignedIn]:
    """`signed_in(person, **context options)`: a browser context of its own, with the person's session."""
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]  # the pages' own tests watch for repeated queries
    opened: list[BrowserContext] = []

    def open_for(person: Person, **options: object) -> BrowserContext:
        client = Client()
        client.force_login(person)
        context = chromium.new_context(**{"base_url": live_server.url, **PHONE, **options})  # type: ignore[arg-type]  # options by name
        session = client.cookies[django_settings.SESSION_COOKIE_NAME].value
        context.add_cookies([{"name": django_settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}])
        context.set_default_timeout(30_000)
        opened.append(context)
        return context

    yield open_for
    for context in opened:
        context.close()
    wait_for_the_server()


def wait_for_the_server() -> None:
    """Requests still under way would hold rows while the database is emptied for the next test."""
    for _ in range(100):
        if not any("process_request_thread" in thread.name for thread in threading.enumerate()):
            return
        time.sleep(0.1)


def where_it_is_morning() -> str:
    """A time zone in which now is between seven and eleven, so that no test runs into midnight."""
    west = min(12, timezone.now().hour - 9)
    return f"Etc/GMT{west:+d}" if west else "Etc/GMT"


@pytest.fixture
def town(montreuil: Collective) -> Iterator[Collective]:
    """Montreuil, open all week, acting, and in the middle of its morning."""
    Collective.objects.filter(pk=montreuil.pk).update(time_zone=where_it_is_morning())
    montreuil.refresh_from_db()
    with acting_for(montreuil), journal.source("web"):
        world.open_all_week(montreuil)
        yield montreuil


@pytest.fixture(scope="session")
def empty_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An instance on its first day, as an operator starts it: nobody has an account yet."""
    folder = tmp_path_factory.mktemp("house")
    with running("house", folder, redis_url=django_settings.REDIS_URL) as house:
        yield house


@pytest.fixture(scope="session")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An instance with the demo federation in it."""
    with running("demo", tmp_path_factory.mktemp("demo"), prepare=[["demo"]]) as house:
        yield house


@pytest.fixture
def visitors(chromium: Browser, empty_house: House) -> Iterator[Visitors]:
    """Profiles in front of the empty house; the test fails when one of them complained."""
    with visitors_of(chromium, empty_house.url) as group:
        yield group
