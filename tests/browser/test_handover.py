"""R39 in a real Chromium: a delivery is offered, decided on by areas and hours, accepted, ridden, and delivered on the giver's own page."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from dispatch.models import Task
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task
from federation.models import Handover
from orders.models import Delivery
from tests.browser.conftest import SignedIn
from tests.browser.test_board import DESK
from tests.browser.test_portal import clean
from tests.conftest import make_member
from tests.orders import world

pytestmark = pytest.mark.browser
PRIVATE = ("Roux", "Ralliement", "06 39", "Fleurs de Maine")


@pytest.fixture
def noa(town: Collective, nantes: Collective) -> Membership:
    """Dispatches and rides in Nantes, at the same hour of the day."""
    Collective.objects.filter(pk=nantes.pk).update(time_zone=town.time_zone)
    nantes.refresh_from_db()
    with acting_for(nantes), journal.source("web"):
        world.open_all_week(nantes)
        world.make_price_list(nantes)
    return make_member(nantes, "Noa", Role.DISPATCHER, Role.COURIER)


def offer(page: Page, delivery: Delivery) -> None:
    page.goto(f"/c/montreuil/deliveries/{delivery.ref}/")
    page.get_by_role("link", name="Offer it to another co-op").click()
    page.get_by_label("Which co-op?").select_option("Nantes, Nantes")
    page.get_by_label("At the sender's: the whole delivery").check()
    page.get_by_label("Price you pay it, with VAT (EUR)").fill("12.50")
    page.get_by_label("Note").fill("One crate")
    clean(page)
    page.get_by_role("button", name="Offer it").click()
    expect(page.get_by_text("Nantes is asked.")).to_be_visible()
    clean(page)


def ride(handover: Handover, noa: Membership) -> None:
    """Through Noa's own day, as the phone tells it; what follows is done."""
    assert handover.taken is not None
    with acting_for(handover.receiver), journal.source("web"):
        tasks = list(Task.objects.filter(delivery=handover.taken).order_by("stop__position"))
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(noa, tasks[0].on), by=noa.person)
    with acting_for(handover.receiver), journal.source("courier"):
        for task in Task.objects.filter(delivery=handover.taken).select_related("stop", "place", "delivery", "round").order_by("position"):
            name = task.stop.contact_name if task.kind == "dropoff" else ""
            finish_task(task=task, by=noa.person, at=timezone.now(), received_by=name)
    journal.run_waiting()


def test_r39_a_delivery_is_handed_over(town: Collective, noa: Membership, dana: Membership, signed_in: SignedIn) -> None:
    delivery = world.make_delivery(world.make_partner(town), by=dana.person)
    giver = signed_in(dana.person, **DESK).new_page()
    offer(giver, delivery)

    asked = signed_in(noa.person).new_page()
    asked.goto("/c/nantes/handovers/")
    expect(asked.get_by_text("1 offer waits for your answer.")).to_be_visible()
    clean(asked)
    asked.get_by_role("link", name=delivery.number).click()
    expect(asked.get_by_text("One crate")).to_be_visible()
    assert [word for word in PRIVATE if word in asked.content()] == []
    clean(asked)
    asked.get_by_role("button", name="Accept for €12.50").click()
    expect(asked.get_by_text("Accepted: it is among your deliveries now.")).to_be_visible()
    expect(asked.get_by_text("Mme Roux")).to_be_visible()
    clean(asked)

    handover = Handover.objects.select_related("receiver", "taken").get()
    ride(handover, noa)
    giver.goto(f"/c/montreuil/deliveries/{delivery.ref}/")
    expect(giver.get_by_text("Received by Mme Roux", exact=True)).to_be_visible()
    expect(giver.get_by_role("region", name="Hand-over")).to_contain_text("delivered")
    giver.get_by_role("link", name="to Nantes, for €12.50").click()
    expect(giver.get_by_text("The parcels changed hands")).to_be_visible()
    clean(giver)
