"""A shop and its customers in a real Chromium: a known address, a change that is asked for, a purchase that the bank confirms."""

import datetime as dt
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from collectives.models import Collective, Membership
from coopdelivery.places.services import find_or_create_place
from orders.imports.services import lost_batches, work
from orders.models import Delivery, Partner, Product, Purchase, PurchaseState
from orders.services import save_entry
from orders.window.keeping import save_product, save_window
from tests.browser.conftest import PHONE, SignedIn
from tests.browser.test_board import DESK
from tests.orders import world
from tests.orders.stripe_server import stripe_address, stripe_server  # noqa: F401  fixtures
from tests.orders.test_cancelling import plan
from tests.orders.test_imports import as_csv, two_hundred

pytestmark = pytest.mark.browser
HOME = "9 rue de Rosny, Montreuil"


@dataclass
class Shop:
    partner: Partner
    product: Product


@pytest.fixture
def shop(town: Collective, sam: Membership) -> Shop:
    """Fleurs de Maine knows Mme Roux, and sells tulips to everybody."""
    world.make_parcel_type(town)
    partner = world.make_partner(town, seat=sam)
    place = world.make_place(town, "7 place du Ralliement", 2500)
    save_entry(partner=partner, place=place, contact_name="Mme Roux", phone="06 39 98 12 40", note="Deaf: knock loudly", by=None)
    find_or_create_place(collective_id=town.pk, text=HOME, country="FR", point=(48.865, 2.44))
    hours = [(day, dt.time(0), dt.time(0)) for day in range(7)]
    window = save_window(
        partner=partner, ranges=hours, by=None, is_open=True, about="Flowers", prepares_minutes=0, collects=True, delivers=True
    )
    tulips = save_product(shop=window, by=None, name="Tulips", price_cents=1250, vat_rate=1000, stock=5, allergens=["nuts"])
    return Shop(partner, tulips)


def clean(page: Page) -> None:
    """No fault that axe knows, and nothing wider than the screen."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]][:3]) for each in found] == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_known_address_is_ordered_with_four_letters_and_three_taps(shop: Shop, signed_in: SignedIn, sam: Membership) -> None:
    page = signed_in(sam.person, **DESK).new_page()
    page.goto("/c/montreuil/deliveries/")
    where = page.get_by_label("Where?").last
    where.press_sequentially("Roux", delay=20)
    page.get_by_role("option").filter(has_text="Mme Roux").click()
    expect(page.get_by_text("Deaf: knock loudly").last).to_be_visible()
    page.get_by_role("button", name="Bouquet: one more").click()
    page.get_by_role("button", name="Order 1 drop").click()
    page.wait_for_url("**/deliveries/*/?placed")
    expect(page.locator("main")).to_contain_text("is ordered.")
    clean(page)
    drop = Delivery.objects.get().stops.get(kind="dropoff")
    assert (drop.contact_name, drop.phone, drop.place.street_address) == ("Mme Roux", "+33639981240", "7 place du Ralliement")
    assert "knock loudly" in drop.note


def test_a_planned_delivery_is_changed_by_asking(shop: Shop, signed_in: SignedIn, sam: Membership, dana: Membership) -> None:
    delivery = world.make_delivery(shop.partner, by=sam.person)
    plan(delivery, dana)
    page = signed_in(sam.person).new_page()
    page.goto(f"/c/montreuil/deliveries/{delivery.ref}/")
    page.get_by_role("link", name="Change", exact=True).click()
    clean(page)
    page.get_by_label("For whom").fill("M. Roux")
    page.get_by_label("Why?").fill("She is in hospital")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_text("M. Roux", exact=True).last).to_be_visible()
    page.get_by_role("button", name="Ask the co-op").click()
    expect(page.get_by_role("button", name="Take it back")).to_be_visible()
    clean(page)
    desk = signed_in(dana.person, **DESK).new_page()
    desk.goto("/c/montreuil/board/")
    desk.get_by_role("link", name="change asked").click()
    clean(desk)
    desk.get_by_label("Your answer").fill("Carl knows.")
    desk.get_by_role("button", name="Accept and do it").click()
    expect(desk.locator("body")).to_contain_text("accepted and done")
    page.reload()
    expect(page.locator("main")).to_contain_text("Carl knows.")
    assert delivery.stops.get(kind="dropoff").contact_name == "M. Roux"


@pytest.mark.usefixtures("stripe_server")
def test_a_stranger_buys_flowers_the_bank_asks_and_the_shop_accepts(
    shop: Shop, chromium: Browser, live_server: LiveServer, signed_in: SignedIn, sam: Membership, settings: Settings
) -> None:
    settings.BASE_URL = live_server.url
    buyer = chromium.new_context(base_url=live_server.url, **PHONE)  # type: ignore[arg-type]  # options by name
    page = buyer.new_page()
    page.goto("/at/montreuil/shops/")
    clean(page)
    page.get_by_role("link", name="Fleurs de Maine").click()
    page.get_by_label("How many Tulips").fill("2")
    page.get_by_label("Where to").fill(HOME)
    page.get_by_label("Your name").fill("Inès Roux")
    page.get_by_label("Your telephone").fill("06 39 98 12 40")
    page.get_by_label("Your e-mail").fill("ines@example.test")
    clean(page)
    page.get_by_role("button", name="Show the price").last.click()
    page.get_by_role("button", name="Buy and pay").click()
    page.get_by_label("A card whose bank asks for a confirmation").check()
    clean(page)
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("link", name="Go on to the bank").click()
    page.get_by_role("button", name="Confirm the payment").click()
    again = page.get_by_role("button", name="I have confirmed: look again")
    expect(again.or_(page.get_by_text("The shop answers next"))).to_be_visible()
    if again.is_visible():
        again.click()
    expect(page.get_by_text("The shop answers next")).to_be_visible()
    assert Purchase.objects.get().state == PurchaseState.PAID
    keeper = signed_in(sam.person, **DESK).new_page()
    keeper.goto("/c/montreuil/window/")
    clean(keeper)
    keeper.get_by_role("button", name="Accept", exact=True).click()
    expect(keeper.locator("body")).to_contain_text("is accepted")
    clean(keeper)
    page.reload()
    page.get_by_role("link", name="Follow the delivery").click()
    expect(page.locator("main")).to_contain_text("With you between")
    clean(page)
    buyer.close()


def test_the_pages_of_a_window_are_clean_in_the_dark_and_narrow(shop: Shop, signed_in: SignedIn, sam: Membership) -> None:
    page = signed_in(sam.person, color_scheme="dark").new_page()
    for path in ("window/", "window/settings/", "window/products/new/", f"window/products/{shop.product.ref}/", "deliveries/"):
        page.goto(f"/c/montreuil/{path}")
        clean(page)


def test_a_file_of_two_hundred_lines_is_checked_put_right_and_ordered_once(shop: Shop, signed_in: SignedIn, sam: Membership) -> None:
    def worker() -> None:
        for batch in lost_batches():
            work(batch)

    page = signed_in(sam.person, **DESK).new_page()
    page.goto("/c/montreuil/deliveries/files/")
    content = as_csv(two_hundred(shop.partner))
    page.get_by_label("CSV, XLSX or ODS file").set_input_files({"name": "tuesday.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Read the file").click()
    page.get_by_role("button", name="Check every line").click()
    progress = page.locator("#progress")
    expect(progress).to_contain_text("0 of 200 lines")
    worker()
    expect(progress).to_contain_text("193 good")
    expect(progress).to_contain_text("7 to put right")
    page.reload()  # every line, not only the progress
    assert not Delivery.objects.exists()
    expect(page.get_by_text("“2026-02-31” is not a day. Write it as 2026-11-30 or 30/11/2026.")).to_be_visible()
    with page.expect_download() as bad:
        page.get_by_role("link", name="Lines to put right, as CSV").click()
    assert len(bad.value.path().read_text(encoding="utf-8-sig").strip().splitlines()) == 8
    clean(page)
    line = page.get_by_role("listitem").filter(has_text="Line 81")
    line.get_by_label("Parcel type").fill("Bouquet")
    line.get_by_role("button", name="Check this line again").click()
    page.get_by_role("button", name="Order 194 deliveries").click()
    expect(progress).to_contain_text("of 200 lines")
    worker()
    expect(progress).to_contain_text("194 ordered")
    assert Delivery.objects.count() == 194
    page.goto("/c/montreuil/deliveries/files/")
    expect(page.get_by_role("link", name="tuesday.csv")).to_be_visible()
