"""Steps 1 and 2: the federation admits a co-op, its administration prepares the work."""

import json
from datetime import date, timedelta

from playwright.sync_api import Page, expect

from tests.browser.house import text_of
from tests.browser.story import COOP, PEOPLE, SLUG, Story, morning_zone, said

CONDITIONS = {"employed": "Employer's certificate", "governance": "Minutes of the assembly", "values": "Statutes"}
CENTRE = [[[24.93, 60.16], [24.96, 60.16], [24.96, 60.18], [24.93, 60.18], [24.93, 60.16]]]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sign_in_by_code(story: Story, who: str) -> Page:
    """The first officers have no password: a code comes by e-mail."""
    page = story.pages[who] = story.visitors.arrive()
    page.goto("/account/login/code/")
    page.get_by_label("E-mail").fill(PEOPLE[who])
    page.get_by_role("button", name="code").click()
    page.wait_for_url("**/login/code/confirm/")
    mail = text_of(story.house.mail(PEOPLE[who], "code"))
    code = next(word for word in mail.split() if "-" in word and word.isupper())
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda url: "/login/" not in url)
    return page


def open_the_dossier(story: Story) -> None:
    page = sign_in_by_code(story, "fay")
    page.goto("/federation/dossiers/new/")
    page.get_by_label("Name of the co-op").fill(COOP)
    page.get_by_label("Legal form").fill("Osuuskunta")
    page.get_by_label("Town").fill("Helsinki")
    page.get_by_label("Country").fill("FI")
    page.get_by_label("Where it is").fill("60.1699, 24.9414")
    page.get_by_label("Time zone").select_option(morning_zone())
    page.get_by_label("Currency").select_option("EUR")
    page.get_by_label("People at work").fill("4")
    page.get_by_label("Who to talk to").fill("Ada Virta")
    page.get_by_label("E-mail").fill(PEOPLE["ada"])
    page.get_by_role("button", name="Open the dossier").click()
    expect(page.get_by_role("heading", name=COOP, level=1)).to_be_visible()
    story.facts["dossier"] = page.url


def let_the_administration_in(story: Story) -> None:
    page = story.pages["fay"]
    page.get_by_role("link", name="Invite its administration").click()
    expect(page.get_by_label("E-mail")).to_have_value(PEOPLE["ada"])
    page.get_by_role("button", name="Send the invitation").click()
    expect(said(page)).to_contain_text("ada@sirkka.test is invited.")
    story.welcome("ada", "Ada Virta")


def prove_the_conditions(story: Story) -> None:
    """The co-op sends the pieces; who sent them does not review them."""
    page = story.at("ada", "licence/")
    for condition, title in CONDITIONS.items():
        page.get_by_label("Which condition").select_option(condition)
        page.get_by_label("What it is").fill(title)
        page.get_by_label("File", exact=True).set_input_files(story.paper())
        page.get_by_label("Valid until").fill((date.today() + timedelta(days=300)).isoformat())  # noqa: DTZ011  any day next year will do
        page.get_by_role("button", name="Send to the federation").click()
        expect(said(page)).to_contain_text("Sent. The federation reviews it.")


def review(page: Page, dossier: str) -> None:
    page.goto(dossier)
    for title in CONDITIONS.values():
        page.get_by_role("form", name=f"Review of “{title}”").get_by_role("button", name="It holds", exact=True).click()
        expect(said(page)).to_contain_text(title)


def admit(story: Story) -> None:
    """Two people of the federation look at each piece; until both have, nobody can be admitted."""
    page = story.pages["fay"]
    page.goto(story.facts["dossier"])
    expect(page.get_by_role("button", name="Admit for a trial")).to_be_disabled()
    review(page, story.facts["dossier"])
    expect(page.get_by_role("button", name="Admit for a trial")).to_be_disabled()
    review(sign_in_by_code(story, "gil"), story.facts["dossier"])
    page.goto(story.facts["dossier"])
    page.get_by_label("Reason").fill("All three conditions are proved.")
    page.get_by_role("button", name="Admit for a trial").click()
    expect(said(page)).to_contain_text(f"{COOP}: on trial")


def invite_the_team(story: Story) -> None:
    page = story.at("ada", "team/invitations/new/")
    for who, name, role in (("dana", "Dana Laine", "Dispatcher"), ("carl", "Carl Niemi", "Courier")):
        page.goto(f"/c/{SLUG}/team/invitations/new/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("E-mail").fill(PEOPLE[who])
        page.get_by_role("checkbox", name=role).check()
        page.get_by_role("button", name="Send the invitation").click()
        expect(said(page)).to_contain_text(f"{PEOPLE[who]} is invited.")
    assert "/board/" in story.welcome("dana", "Dana Laine").url
    assert "/courier/" in story.welcome("carl", "Carl Niemi").url


def set_the_hours(story: Story) -> None:
    page = story.at("ada", "settings/hours/")
    for day in DAYS:
        page.get_by_label(f"{day}, opens (1)").fill("00:00")
        page.get_by_label(f"{day}, closes (1)").fill("00:00")
    page.get_by_role("button", name="Save the hours").click()
    expect(said(page)).to_contain_text("The opening hours are saved.")


def draw_the_zone(story: Story) -> None:
    """A slip of the hand first: longitude and latitude swapped are refused, and what was typed stays."""
    page = story.at("ada", "settings/zones/new/")
    swapped = json.dumps({"type": "Polygon", "coordinates": [[point[::-1] for point in CENTRE[0]]]})
    page.get_by_label("Name").fill("Centre")
    page.get_by_label("Outline").fill(swapped)
    page.get_by_role("button", name="Save the zone").click()
    expect(page.locator("main")).to_contain_text("are they swapped?")
    expect(page.get_by_label("Outline")).to_have_value(swapped)
    page.get_by_label("Outline").fill(json.dumps({"type": "Polygon", "coordinates": CENTRE}))
    page.get_by_role("button", name="Save the zone").click()
    expect(said(page)).to_contain_text("The zone Centre is saved.")


def add_a_bike_and_a_shift(story: Story) -> None:
    page = story.at("ada", "settings/fleet/new/")
    page.get_by_label("Name").fill("Musti")
    page.get_by_label("Carries at most, in kg").fill("80")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("Musti")
    page = story.at("ada", "team/shifts/new/")
    page.locator("select[name=membership]").select_option(label="Carl Niemi")
    page.get_by_label("From", exact=True).fill("08:00")
    page.get_by_label("Until", exact=True).fill("18:00")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name="Carl").get_by_text("8–18h")).to_be_visible()


def _rule(page: Page, number: int, kind: str, label: str, *amounts: tuple[str, str]) -> None:
    rule = page.get_by_role("group", name=f"Rule {number}", exact=True)
    if rule.get_by_label("Kind").input_value() != kind:
        with page.expect_response(lambda answer: answer.request.method == "POST" and answer.url.endswith("/new/")):
            rule.get_by_label("Kind").select_option(kind)
        expect(rule.get_by_label(amounts[0][0]).first).to_be_visible()
    rule.get_by_label("Name on the bill").fill(label)
    for name, amount in amounts:
        rule.get_by_label(name).first.fill(amount)


def make_the_price_list(story: Story) -> None:
    """A bouquet weighs 3 kg; 6.50 for the first drop, 3.20 for each more, 0.60 a kilometre begun, 4.00 above 10 kg; 25.5 % VAT."""
    page = story.at("ada", "partners/parcel-types/new/")
    page.get_by_label("Name").fill("Bouquet")
    page.get_by_label("Short code").fill("BQ")
    page.get_by_label("Weight, in kg").fill("3")
    page.get_by_role("button", name="Save").click()
    page = story.at("ada", "partners/price-lists/new/")
    page.get_by_label("Name of the list").fill("Standard")
    page.get_by_label("VAT, in percent").fill("25.5")
    page.get_by_role("group", name="Rule 1", exact=True).get_by_label("Amount").fill("6.50")
    more = (
        ("extra_drop", "Further drops", (("Amount", "3.20"),)),
        ("distance", "Distance", (("Amount", "0.60"),)),
        ("weight", "Weight", (("Up to, in kg", "10"), ("Costs", "0"))),
    )
    for number, (kind, label, amounts) in enumerate(more, start=2):
        page.get_by_role("button", name="One more rule").click()
        expect(page.get_by_role("group", name=f"Rule {number}", exact=True)).to_be_visible()
        _rule(page, number, kind, label, *amounts)
    page.get_by_role("group", name="Rule 4", exact=True).get_by_label("Costs").nth(1).fill("4.00")
    page.get_by_role("button", name="Save", exact=True).last.click()
    expect(said(page)).to_contain_text("Standard")


def take_on_partners(story: Story) -> None:
    """A florist with two people who pays by the month, a bakery that pays by card."""
    for name, kind, address, terms, people in (
        ("Kukka", "florist", "Aleksanterinkatu 17", "statement", (("sam", "Sam Koski"), ("sue", "Sue Salo"))),
        ("Leipomo", "restaurant", "Bulevardi 2", "card", (("pia", "Pia Leino"),)),
    ):
        page = story.at("ada", "partners/new/")
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Kind").select_option(kind)
        page.get_by_label("Address", exact=True).press_sequentially(address, delay=20)
        page.get_by_role("listbox", name="Suggestions").get_by_role("option").first.click()
        page.get_by_label("Price list").select_option(label="Standard")
        page.get_by_label("Pays by").select_option(terms)
        for proof in ("Photo at the handover", "Name of who receives"):
            page.get_by_label(proof).select_option(label="always" if terms == "statement" else "no")
        page.get_by_role("button", name="Save").click()
        expect(said(page)).to_contain_text(f"{name} can order now.")
        for who, person in people:
            page.get_by_label("Name").fill(person)
            page.get_by_label("E-mail").fill(PEOPLE[who])
            page.get_by_role("button", name="Send the invitation").click()
            expect(said(page)).to_contain_text(f"An invitation is on its way to {PEOPLE[who]}.")
        for who, person in people:
            assert "/deliveries/" in story.welcome(who, person).url
