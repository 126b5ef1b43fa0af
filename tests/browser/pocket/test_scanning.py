"""Scanning without network: a code opens its stop and is counted; typing it is the same; an unknown one is tied to a stop."""

import base64
import io

import pytest
import segno
from playwright.sync_api import Page, expect

from dispatch.models import BoundLabel, Task
from tests.browser.test_pocket import Cellar, violations, wait_until

pytestmark = pytest.mark.browser

READ = """async (picture) => {
  const { reader } = await import("/static/js/pocket/reader.js");
  const image = new Image();
  image.src = picture;
  await image.decode();
  return (await reader({ library: true }))(image);
}"""


def typed(page: Page, code: str) -> None:
    page.fill("dialog [name=code]", code)
    page.click("dialog form button")


def test_a_typed_code_counts_opens_its_stop_and_warns_without_network(cellar: Cellar, phone: Page, stops: list[Task]) -> None:
    number = stops[0].delivery.number
    wait_until(lambda: phone.evaluate("Boolean(navigator.serviceWorker.controller)"))
    cellar.enter()
    phone.click("[data-screen=scan]")
    said = phone.locator("dialog [data-said]")
    typed(phone, f"{number}/2".lower())
    expect(said).to_have_text("Stop 1, Fleurs: 1 of 3")
    typed(phone, f"{number}/3")
    expect(said).to_have_text("Stop 1, Fleurs: 2 of 3")
    typed(phone, f"{number}/3")
    expect(said).to_have_text("Stop 1, Fleurs: 2 of 3")
    typed(phone, "MO-9999/1")
    expect(said).to_have_text("MO-9999/1 is not in your day. Leave it, or ask dispatch.")
    assert violations(phone) == []
    typed(phone, "4006381333931")
    expect(said).to_have_text("Nobody knows 4006381333931 yet. Which stop is it for?")
    phone.select_option("dialog #tie-to", "3")
    phone.click("dialog [data-tie] button")
    expect(said).to_contain_text("Stop 3, 2 rue de la République, Montreuil: 1 of 1")
    phone.click("dialog .foot button")
    expect(phone.locator("[data-visit]:not([hidden])")).to_have_attribute("data-visit", "3")
    cellar.leave()
    wait_until(lambda: BoundLabel.objects.exists())
    assert (BoundLabel.objects.get().task, BoundLabel.objects.get().code) == (stops[2], "4006381333931")


def test_the_library_reads_a_label_where_the_phone_cannot(phone: Page, stops: list[Task]) -> None:
    code = f"{stops[0].delivery.number}/2"
    out = io.BytesIO()
    segno.make_qr(code, error="m").save(out, kind="png", scale=8, border=4)
    picture = "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()
    assert phone.evaluate(READ, picture) == [code]
