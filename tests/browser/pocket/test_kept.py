"""The day that was kept opens at once, says since when it is so, and makes place for the newest one: never while somebody types."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from collectives.models import Collective, Role
from dispatch.models import Task
from tests.browser.gate import Gate
from tests.browser.test_pocket import wait_until
from tests.conftest import make_member

pytestmark = pytest.mark.browser


def rendered(page: Page) -> str:
    text: str = page.locator("#pocket").get_attribute("data-rendered") or ""
    return text


def test_the_kept_day_is_there_at_once_and_the_newest_takes_its_place(context: BrowserContext, gate: Gate, phone: Page) -> None:
    wait_until(lambda: phone.evaluate("Boolean(navigator.serviceWorker.controller)"))
    phone.close()
    gate.shut()
    again = context.new_page()
    again.goto("/courier/")
    expect(again.locator("[data-as-of]")).to_contain_text("as of")
    kept = rendered(again)
    expect(again.locator("[data-net]")).to_contain_text("does not answer")  # the first question has failed: the next one is a new one
    gate.open()
    again.evaluate("window.dispatchEvent(new Event('focus'))")
    wait_until(lambda: rendered(again) > kept)
    expect(again.locator("[data-as-of]")).to_be_hidden()


def test_what_is_being_typed_stays_when_a_newer_day_comes(phone: Page, stops: list[Task]) -> None:
    wait_until(lambda: phone.evaluate("Boolean(navigator.serviceWorker.controller)"))
    phone.click("[data-visit]:not([hidden]) [data-screen=word]")
    phone.fill("dialog [name=note]", "the lift is out of")
    before = rendered(phone)
    with phone.expect_response(lambda answer: answer.url.endswith("/courier/")):
        phone.evaluate("window.dispatchEvent(new Event('focus'))")
    assert phone.input_value("dialog [name=note]") == "the lift is out of"
    assert rendered(phone) == before
    phone.click("dialog [data-shut]")
    wait_until(lambda: rendered(phone) > before)


def test_nobody_is_shown_the_day_that_the_phone_kept_of_somebody_else(context: BrowserContext, phone: Page, town: Collective) -> None:
    person = make_member(town, "Otto", Role.COURIER).person
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}])
    phone.close()
    again = context.new_page()
    again.goto("/courier/")
    wait_until(lambda: again.locator("#pocket").get_attribute("data-person") == str(person.ref))
    expect(again.locator("[data-visit]")).to_have_count(0)
