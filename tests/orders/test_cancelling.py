"""Cancelling under the members' rule: free, or billed in full, and known before it happens."""

import pytest
from django.test import Client

from collectives.models import Collective, Membership, Policy
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.ledger.models import Posting
from dispatch.services.plan import plan_tasks
from dispatch.services.rounds import create_round
from orders.models import Delivery, DeliveryStatus, StatementLine
from orders.payments.settlement import orders_to_settle, settle_order
from orders.refusals import CancelCosts
from orders.services import cancel_delivery, cancel_terms
from tests.orders import world


def decide(collective: Collective, rule: str, ada: Membership) -> None:
    decided = {"number": "D-7", "title": "Late cancellations", "state": "passed"}
    decision = Proposal.objects.create(collective_id=collective.pk, opened_by=ada.person, **decided)
    Policy.objects.create(collective=collective, key="cancel_free_until", value=rule, decision=decision, effective_on=collective.today())


def plan(delivery: Delivery, dana: Membership) -> None:
    tasks = list(delivery.tasks.all())
    with journal.source("web"):
        target = create_round(on=tasks[0].on, name="Morning", by=dana.person)
        plan_tasks(
            tasks=[task.ref for task in tasks],
            to_round=target,
            before=None,
            versions={str(target.ref): target.version},
            by=dana.person,
            verb="assign",
        )


def page(delivery: Delivery) -> str:
    return f"/c/montreuil/deliveries/{delivery.ref}/"


def test_until_the_members_decide_cancelling_is_free_until_the_pickup(delivery: Delivery, dana: Membership) -> None:
    plan(delivery, dana)
    assert (cancel_terms(delivery).free, cancel_terms(delivery).rule) == (True, "pickup")


def test_under_the_rule_planned_it_is_free_until_it_is_in_a_round(delivery: Delivery, dana: Membership, ada: Membership) -> None:
    decide(delivery.collective, "planned", ada)
    assert cancel_terms(delivery).free
    plan(delivery, dana)
    assert cancel_terms(delivery).cost == delivery.order.gross


def test_a_late_cancellation_is_on_the_statement_to_the_cent(delivery: Delivery, ada: Membership) -> None:
    decide(delivery.collective, "never", ada)
    cancel_delivery(delivery=delivery, by=None, reason="wrong day")
    assert list(orders_to_settle()) == [delivery.order]
    settlement = settle_order(delivery.order)
    line = StatementLine.objects.get()
    assert settlement is not None
    assert (settlement.outcome, line.kind, line.net_cents, line.vat_cents) == ("cancelled", "cancelled", 830, 166)


def test_what_was_shown_as_free_is_not_billed_behind_ones_back(delivery: Delivery, dana: Membership, ada: Membership) -> None:
    decide(delivery.collective, "planned", ada)
    plan(delivery, dana)
    with pytest.raises(CancelCosts, match=r"9\.96"):
        cancel_delivery(delivery=delivery, by=None, reason="", agreed_cents=0)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PLACED
    assert not Event.objects.filter(name="delivery.cancelled").exists()


def test_the_co_op_can_waive_it_and_that_is_written_down(delivery: Delivery, ada: Membership, dana: Membership) -> None:
    decide(delivery.collective, "never", ada)
    cancel_delivery(delivery=delivery, by=dana.person, reason="our fault", waive=True)
    assert not orders_to_settle().exists()
    assert settle_order(delivery.order) is None
    assert not Posting.objects.exists()
    assert Event.objects.get(name="delivery.cancelled").data["waived"] is True


def test_the_page_says_the_price_of_cancelling_before_anybody_confirms(
    client: Client, delivery: Delivery, sam: Membership, ada: Membership
) -> None:
    decide(delivery.collective, "never", ada)
    client.force_login(sam.person)
    shown = client.get(page(delivery)).content.decode()
    assert "Cancelling now is billed in full: €9.96, with VAT." in shown
    assert "Do not bill it" not in shown
    client.post(f"{page(delivery)}cancel/", {"reason": "", "cost": "996", "waive": "1"})
    delivery.refresh_from_db()
    assert (delivery.status, delivery.cancel_billed) == ("cancelled", True)  # only the co-op waives


def test_a_form_that_never_showed_the_cost_cancels_nothing(client: Client, delivery: Delivery, sam: Membership, ada: Membership) -> None:
    decide(delivery.collective, "never", ada)
    client.force_login(sam.person)
    answer = client.post(f"{page(delivery)}cancel/", {"reason": "x"}, follow=True)
    delivery.refresh_from_db()
    assert delivery.status == DeliveryStatus.PLACED
    assert "Cancelling costs €9.96 now." in answer.content.decode()


def test_an_order_waiting_for_its_card_payment_is_cancelled_free_of_charge(
    open_montreuil: Collective, sam: Membership, ada: Membership
) -> None:
    decide(open_montreuil, "never", ada)
    unpaid = world.make_delivery(world.make_partner(open_montreuil, "Card", terms="card"))
    assert cancel_terms(unpaid).free
