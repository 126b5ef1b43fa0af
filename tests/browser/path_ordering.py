"""Step 3: partners order in the browser, and see the price with every line explained before they confirm."""

from playwright.sync_api import Locator, Page, expect

from tests.browser.story import Story, plain, said


def _fill_drop(
    page: Page, number: int, address: str, name: str, *, bouquets: int, phone: str = "", email: str = "", note: str = ""
) -> None:
    drop = page.get_by_role("group", name=f"Drop {number}", exact=True)
    drop.get_by_label("Where?").press_sequentially(address, delay=15)
    drop.get_by_role("option").filter(has_text=address).first.click()
    drop.get_by_label("For whom").fill(name)
    drop.get_by_label("Telephone").fill(phone)
    drop.get_by_label("Note for the courier").fill(note)
    for _ in range(bouquets):
        drop.get_by_role("button", name="Bouquet: one more").click()
    if email:
        drop.get_by_text("Something else to carry, e-mail").click()
        drop.get_by_label("E-mail").fill(email)


def price_lines(slip: Locator) -> dict[str, str]:
    """The lines of a slip: what it is for → what it costs."""
    names = slip.locator("dt").evaluate_all(
        "all => all.map((dt) => [...dt.childNodes].filter((n) => n.nodeName !== 'SMALL').map((n) => n.textContent).join(''))"
    )
    return {plain(name): plain(amount) for name, amount in zip(names, slip.locator("dd").all_inner_texts(), strict=True)}


def order_two_drops(story: Story) -> None:
    """Too little first: the form says what is missing and keeps what was typed. Then the open price, then a double click on “Order”."""
    page = story.at("sam", "deliveries/new/")
    drop = page.get_by_role("group", name="Drop 1", exact=True)
    drop.get_by_label("For whom").fill("Helmi Aalto")
    page.get_by_role("button", name="Show the price").last.click()
    expect(page.locator("main")).to_contain_text("Write where to go: a street, a number and a town.")
    expect(drop.get_by_label("For whom")).to_have_value("Helmi Aalto")
    page.get_by_role("button", name="One more drop").click()
    expect(page.get_by_role("group", name="Drop 2", exact=True)).to_be_visible()
    _fill_drop(page, 1, "Fabianinkatu 39", "Helmi Aalto", bouquets=2, phone="040 123 4567", email="helmi@recipient.test", note="Code 1234")
    _fill_drop(page, 2, "Mannerheimintie 24", "Otso Berg", bouquets=2)
    order = page.get_by_role("button", name="Order 2 drops")
    expect(order).to_be_visible()
    slip = page.locator("#price .slip")
    expect(slip).to_contain_text("12 kg")
    assert price_lines(slip) == {
        "Pickup and first drop": "€6.50",
        "Further drops": "€3.20",
        "Weight": "€4.00",
        "Distance": "€1.80",
        "Before VAT": "€15.50",
        "VAT 25.50 %": "€3.95",
        "To pay, on the monthly statement": "€19.45",
    }
    order.dblclick()
    page.wait_for_url("**/deliveries/*/?placed")
    story.facts["first"] = _placed(page)
    story.facts["tracking"] = page.get_by_label("Helmi Aalto").input_value()


def _placed(page: Page) -> str:
    expect(page.locator("main")).to_contain_text("is ordered.")
    return page.get_by_role("heading", level=1).inner_text()


def see_one_order(story: Story) -> None:
    """The double click made one delivery."""
    page = story.at("sue", "deliveries/")
    expect(page.get_by_role("row").filter(has=page.get_by_role("rowheader"))).to_have_count(1)
    assert said(page)


def order_one_drop(story: Story) -> None:
    """The colleague of the same shop."""
    page = story.at("sue", "deliveries/new/")
    _fill_drop(page, 1, "Kaisaniemenkatu 2", "Aino Lehto", bouquets=1)
    page.get_by_role("button", name="Order 1 drop").click()
    page.wait_for_url("**/deliveries/*/?placed")
    story.facts["second"] = _placed(page)


def _order_by_card(story: Story, address: str, name: str) -> Page:
    page = story.at("pia", "deliveries/new/")
    _fill_drop(page, 1, address, name, bouquets=1)
    page.get_by_role("button", name="Order 1 drop").click()
    page.wait_for_url("**/orders/*/pay/")
    return page


def pay_with_confirmation(story: Story) -> None:
    """A refused card first, then one whose bank asks: 3-D Secure, there and back."""
    page = _order_by_card(story, "Fabianinkatu 12", "Eero Maki")
    assert price_lines(page.locator(".slip").first)["To pay"] == "€8.91"
    page.get_by_label("A card that is refused").check()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("A card whose bank asks for a confirmation").check()
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("link", name="Go on to the bank").click()
    expect(page.get_by_role("heading", name="Test bank")).to_be_visible()
    page.get_by_role("button", name="Confirm the payment").click()
    expect(page.get_by_role("heading", name="is paid")).to_be_visible(timeout=30_000)
    story.facts["card"] = page.get_by_role("heading", level=1).inner_text().split()[0]


def pay_and_cancel(story: Story) -> None:
    """What is cancelled before the pickup goes back to the card."""
    page = _order_by_card(story, "Fabianinkatu 28", "Veera Oja")
    page.get_by_label("A card that pays").check()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("heading", name="is paid")).to_be_visible()
    pay_page = page.url
    number = page.get_by_role("heading", level=1).inner_text().split()[0]
    page.goto("/c/sirkka/deliveries/")
    page.get_by_role("link", name=number).first.click()
    page.get_by_text("Cancel this delivery").click()
    page.get_by_role("button", name="Cancel the delivery").click()
    expect(page.locator("main")).to_contain_text("cancelled")
    expect(page.locator("main")).to_contain_text(number)
    page.goto(pay_page)
    refunded = page.get_by_text("refunded")
    for _ in range(60):
        if refunded.count():
            break
        page.wait_for_timeout(500)
        page.reload()
    expect(refunded.first).to_be_visible()
