"""R06 in a real Chromium: a courier follows a euro from a contribution to an expense and back; an expense is signed and paid."""

import pytest
from playwright.sync_api import expect

from collectives.models import Collective
from coopdelivery.people.models import Person
from federation.models import Expense
from tests.browser.conftest import SignedIn
from tests.conftest import make_collective
from tests.federation.pot_world import GROUP, ask, give_mandate, pay_in, worker

pytestmark = pytest.mark.browser


@pytest.fixture
def mons(transactional_db: None) -> Collective:
    return make_collective("Mons", "mons", country="BE")


def test_r06_a_euro_is_followed(mons: Collective, fay: Person, signed_in: SignedIn) -> None:
    give_mandate(fay, mons)
    lea, tim = worker(mons, "Lea", fay), worker(mons, "Tim", fay)
    pay_in(mons, 9_000, fay)
    ask(lea, 5_000)

    courier = signed_in(tim).new_page()
    courier.goto(f"/c/mons/federation/groups/{GROUP}/")
    courier.get_by_role("button", name="Sign First aid").click()
    expect(courier.get_by_role("cell", name="Tim")).to_be_visible()

    office = signed_in(fay, viewport={"width": 1366, "height": 900}, is_mobile=False, has_touch=False).new_page()
    office.goto(f"/federation/groups/{GROUP}/")
    office.get_by_role("button", name="Sign First aid").click()
    office.get_by_role("button", name="Paid today First aid").click()
    expect(office.get_by_role("cell", name="paid", exact=True)).to_be_visible()
    assert Expense.objects.get().state == "paid"

    courier.goto("/c/mons/federation/pot/")
    courier.get_by_role("region", name="Contributions, line by line").get_by_role("link", name="Mons").click()
    expect(courier.get_by_role("heading", name="A contribution of Mons")).to_be_visible()
    courier.get_by_role("link", name="First aid").click()
    expect(courier.get_by_role("heading", name="First aid")).to_be_visible()
    expect(courier.get_by_text("Tim, Fay")).to_be_visible()
    courier.get_by_role("region", name="Contributions, line by line").get_by_role("link", name="Mons").click()
    expect(courier.get_by_role("heading", name="A contribution of Mons")).to_be_visible()
