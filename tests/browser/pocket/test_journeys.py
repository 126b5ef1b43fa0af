"""A morning in the cellar: three stops with photo and signature, the tab killed, the session over; everything arrives once, at tap time."""

import datetime as dt

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from collectives.models import Membership
from coopdelivery.journal.models import Event
from dispatch.models import CourierAction, Proof, Task
from orders.models import Partner, Stop
from tests.browser.test_pocket import FRONT, REPLAY, Cellar, all_sent, door, sign, statuses, wait_until

pytestmark = pytest.mark.browser


def finish_front(page: Page, visit: int) -> None:
    """The stop in front, with its photo and signature."""
    expect(page.locator("[data-visit]:not([hidden])")).to_have_attribute("data-visit", str(visit))
    page.click(f"{FRONT} .big")
    page.set_input_files("dialog input[type=file]", door())
    expect(page.locator("dialog [data-shot]")).to_be_visible()
    sign(page)
    page.click("dialog .big")


@pytest.fixture
def strict(florist: Partner, phone: Page) -> Page:
    """Photo and signature, at the pickup and at each drop."""
    both = {"photo": "required", "signature": "required"}
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required", proof_rules={"pickup": both, "drop": both})
    phone.reload()
    expect(phone.locator("[data-visit='2']")).to_have_attribute("data-signature", "required")
    wait_until(lambda: phone.evaluate("Boolean(navigator.serviceWorker.controller)"))
    return phone


def test_three_stops_without_network_survive_the_killed_tab_and_the_end_of_the_session(
    context: BrowserContext, cellar: Cellar, strict: Page, stops: list[Task], carl: Membership
) -> None:
    before = timezone.now()
    cellar.enter()
    for visit in (1, 2, 3):
        finish_front(strict, visit)
    expect(strict.locator("[data-banner] [data-waiting]")).to_have_text("9 waiting to send.")
    after = timezone.now()
    strict.close()
    Session.objects.all().delete()
    cellar.leave()

    again = context.new_page()
    again.goto("/courier/")
    expect(again.locator("[data-net]")).to_contain_text("signed out")
    expect(again.locator("[data-banner] [data-waiting]")).to_have_text("9 waiting to send.")
    assert statuses(stops) == ["todo"] * 4
    client = Client()
    client.force_login(carl.person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "domain": "localhost", "path": "/"}])
    again.goto("/courier/")
    wait_until(lambda: Proof.objects.filter(kind__in=["photo", "signature"]).count() == 6)

    assert statuses(stops) == ["done", "done", "done", "todo"]
    for task in Task.objects.filter(status="done"):
        assert task.finished_at is not None
        assert task.received_at is not None
        assert before <= task.finished_at <= after < task.received_at
        assert sorted(task.proofs.values_list("kind", flat=True)) == ["photo", "signature"]
    wait_until(lambda: all_sent(again))
    facts = what_the_server_knows()
    for _ in range(2):
        assert "done" in again.evaluate(REPLAY)
    assert what_the_server_knows() == facts


def what_the_server_knows() -> tuple[int, int, int]:
    """Without the receipts for what a screen showed, which come when they like."""
    acts = CourierAction.objects.exclude(verb="shown")
    return Event.objects.filter(name="task.done").count(), acts.count(), Proof.objects.count()


def test_waiting_and_cash_without_network_arrive_as_they_were_tapped(cellar: Cellar, phone: Page, stops: list[Task]) -> None:
    Stop.objects.filter(pk=stops[1].stop_id).update(collect_cents=2450)
    phone.reload()
    expect(phone.locator("[data-visit='2']")).to_have_attribute("data-cash", "2450")
    cellar.enter()
    phone.click(f"{FRONT} .big")
    expect(phone.locator("[data-visit='2'] .pk-cash")).to_contain_text("Collect €24.50 in cash")
    phone.click("[data-visit='2'] [value=wait]")
    expect(phone.locator("[data-visit='2'] [value=waited]")).to_contain_text("Waiting since")
    phone.click(f"{FRONT} .big")
    phone.fill("dialog [name=collected]", "twenty")
    phone.click("dialog .big")
    expect(phone.locator("dialog [data-error]")).to_contain_text("Write what you collected")
    phone.fill("dialog [name=collected]", "24,50")
    phone.click("dialog .big")
    expect(phone.locator("[data-banner] [data-waiting]")).to_have_text("3 waiting to send.")
    cellar.leave()
    wait_until(lambda: Proof.objects.filter(kind="cash").exists())
    assert Proof.objects.get(kind="cash").text == "€24.50"
    task = Task.objects.get(pk=stops[1].pk)
    assert task.waiting_since is None
    assert Proof.objects.filter(kind="wait", task=task).count() == 1


def test_a_tap_that_came_late_is_shown_with_its_gap(stops: list[Task], carl: Membership) -> None:
    tapped = timezone.now() - dt.timedelta(minutes=25)
    Task.objects.filter(pk=stops[0].pk).update(finished_at=tapped, received_at=tapped + dt.timedelta(minutes=25))
    assert Task.objects.get(pk=stops[0].pk).heard_late_min == 25
    Task.objects.filter(pk=stops[0].pk).update(received_at=tapped + dt.timedelta(minutes=9))
    assert Task.objects.get(pk=stops[0].pk).heard_late_min == 0
