"""One phone, two couriers, in a real Chromium: a shift begun in the cellar, sealed for its author, sent when they come back."""

from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from collectives.models import Membership, Role, TimeMark
from dispatch.models import Task
from tests.browser.test_pocket import Cellar, cellar, context, florist, gate, phone, stops, wait_until
from tests.conftest import PASSWORD, make_member

__all__ = ["cellar", "context", "florist", "gate", "phone", "stops"]  # fixtures of the cellar
pytestmark = pytest.mark.browser

PIN, OTHER = "274913", "630815"
ROWS = """() => new Promise((done) => { const ask = indexedDB.open("pocket-taps"); ask.onsuccess = () => {
  const rows = ask.result.transaction("taps").objectStore("taps").getAll();
  rows.onsuccess = () => {
    ask.result.close();
    done(rows.result.map((row) => JSON.stringify({ ...row, sealed: row.sealed && "sealed" })));
  };
}; })"""
KEYS = """() => new Promise((done) => { const ask = indexedDB.open("pocket-keys"); ask.onsuccess = () => {
  const keys = ask.result.transaction("keys").objectStore("keys").getAll();
  keys.onsuccess = () => { ask.result.close(); done(keys.result.map((key) => [key instanceof CryptoKey, key.extractable])); };
}; })"""


LOCK = "import('/static/js/pocket/sealed.js').then(({ lock }) => lock())"
KEPT = "caches.match('/courier/').then((kept) => kept ? kept.text() : '')"
ASK = "() => { window.asked = fetch('/courier/', { headers: { 'X-Pocket': '1' } }).then((answer) => answer.status); }"
HAND_ON_AND_DRAW = """() => {
  const bar = document.querySelector("header.ptop");
  bar.querySelector("[data-leave]").requestSubmit();
  bar.replaceWith(bar.cloneNode(true));
}"""
PUT_BACK = """async () => {
  const kept = await caches.match("/courier/");
  await (await import("/static/js/pocket/sealed.js")).lock();
  await (await caches.open("pocket-pages-left")).put("/courier/", kept);
}"""


def choose_pin(page: Page, pin: str) -> None:
    page.goto("/courier/phone/")
    if page.locator("#name").count():
        page.fill("#name", "Blue sticker")
    page.fill("#pin-in", pin)
    page.get_by_role("button", name="Keep this PIN").click()
    expect(page.locator(".toast")).to_contain_text("Your PIN is set")


def come_in(page: Page, who: Membership, pin: str) -> None:
    page.goto("/courier/who/")
    page.get_by_label(who.person.name).check()
    page.fill("#pin-in", pin)
    page.get_by_role("button", name="Open my day").click()
    page.wait_for_url("**/courier/")


def test_a_tap_made_in_the_cellar_is_sealed_for_its_author_and_sent_when_they_come_back(
    phone: Page, cellar: Cellar, stops: list[Task], carl: Membership, town: Any, context: BrowserContext
) -> None:
    lea = make_member(carl.collective, "Lea", Role.COURIER)
    choose_pin(phone, PIN)
    phone.goto("/courier/")
    wait_until(lambda: bool(phone.evaluate("caches.match('/courier/').then(Boolean)")))
    cellar.enter()
    phone.locator("[data-begin] button").click()
    expect(phone.locator("[data-shift-state]")).to_contain_text("At work since")
    (row,) = [row for row in phone.evaluate(ROWS) if '"waiting"' in row]
    assert "clock_on" not in row
    assert phone.evaluate(KEYS) == [[True, False]]
    phone.reload()
    expect(phone.locator("[data-shift-state]")).to_contain_text("At work since")
    assert not TimeMark.objects.exists()
    cellar.gate.refuse("POST /courier/sync/")
    cellar.leave()
    phone.goto("/courier/")
    phone.get_by_role("button", name="Hand the phone on").click()
    phone.wait_for_url("**/courier/who/")
    assert not phone.evaluate("caches.match('/courier/').then(Boolean)")
    expect(phone.locator(f'[data-waits="{carl.person.ref}"]')).to_contain_text("waiting to send")
    cellar.gate.refuse("")
    phone.goto("/account/login/?next=/courier/")
    phone.fill("input[name=login]", str(lea.person.email))
    phone.fill("input[name=password]", PASSWORD)
    phone.locator("main form button").first.click()
    phone.wait_for_url("**/courier/")
    choose_pin(phone, OTHER)
    phone.goto("/courier/")
    expect(phone.locator("[data-shift-state]")).not_to_contain_text("At work")
    assert not TimeMark.objects.exists()
    come_in(phone, carl, PIN)
    expect(phone.locator("[data-shift-state]")).to_contain_text("At work since")
    wait_until(lambda: TimeMark.objects.count() == 1)
    assert TimeMark.objects.get().membership == carl


def test_the_phone_is_handed_on_though_the_day_is_drawn_anew_meanwhile(phone: Page) -> None:
    choose_pin(phone, PIN)
    phone.goto("/courier/")
    expect(phone.get_by_role("button", name="Hand the phone on")).to_be_visible()
    phone.evaluate(HAND_ON_AND_DRAW)
    phone.wait_for_url("**/courier/who/")


def test_a_day_asked_for_before_the_phone_is_handed_on_is_not_kept_after_it(phone: Page, cellar: Cellar) -> None:
    wait_until(lambda: bool(phone.evaluate("Boolean(navigator.serviceWorker.controller)")))
    cellar.gate.hold("GET /courier/ ")
    phone.evaluate(ASK)
    assert cellar.gate.held.wait(30)
    assert "Fleurs" in phone.evaluate(KEPT)
    phone.evaluate(LOCK)
    cellar.gate.let_go()
    assert phone.evaluate("window.asked") == 200
    assert phone.evaluate(KEPT) == ""
    phone.evaluate(ASK)  # the session is not over yet, and the page that is left asks once more
    assert phone.evaluate("window.asked") == 200
    assert phone.evaluate(KEPT) == ""
    phone.goto("/courier/")
    wait_until(lambda: "Fleurs" in phone.evaluate(KEPT))


def test_the_day_that_a_shared_phone_keeps_is_read_by_its_own_courier_alone(phone: Page, cellar: Cellar) -> None:
    assert "Fleurs" in phone.evaluate(KEPT)
    choose_pin(phone, PIN)
    phone.goto("/courier/")
    wait_until(lambda: bool(phone.evaluate(KEPT)))
    assert "Fleurs" not in phone.evaluate(KEPT)
    assert phone.evaluate(KEYS) == [[True, False]]
    cellar.enter()
    phone.goto("/courier/")
    expect(phone.locator("[data-visit]:not([hidden]) h1")).to_contain_text("Fleurs")
    phone.evaluate(PUT_BACK)
    phone.goto("/courier/")
    expect(phone.locator("h1")).to_have_text("Offline")
    expect(phone.locator("body")).not_to_contain_text("Fleurs")


def test_the_main_buttons_of_the_shift_are_large(phone: Page, stops: list[Task]) -> None:
    for path in ("/courier/shift/", "/courier/requests/", "/courier/phone/", "/courier/hours/"):
        phone.goto(path)
        box = phone.locator(".foot .btn.primary:visible").first.bounding_box()
        assert box is not None
        assert box["height"] >= 56, path
        for button in phone.locator(".foot .btn:visible, .pk-menu .btn:visible, .pk-queue .btn:visible").all():
            found = button.bounding_box()
            assert found is not None
            assert found["height"] >= 44, path
