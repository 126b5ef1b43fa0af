"""Who hears of money, in words that name the amount."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.notices.models import Message
from orders.invoices.services import close_statement
from orders.models import Partner, Payment, Statement
from orders.payments.services import payment_for
from orders.payments.settlement import settle_order
from orders.payments.states import mark_paid, mark_refunded
from tests.orders import world
from tests.orders.money import finished, flat_partner


def close_october(partner: Partner, by: Membership) -> Statement:
    with time_machine.travel(dt.datetime(2026, 10, 16, 9, 0, tzinfo=dt.UTC), tick=False):
        settle_order(finished(partner).order)
    with time_machine.travel(dt.datetime(2026, 11, 5, 9, 0, tzinfo=dt.UTC), tick=False):
        closed = close_statement(statement=Statement.objects.get(partner=partner), by=by.person)
    journal.run_waiting()
    return closed


def test_the_partners_people_get_the_total_and_the_day_to_pay(open_montreuil: Collective, sam: Membership, ada: Membership) -> None:
    statement = close_october(flat_partner(open_montreuil, seat=sam), ada)
    message = Message.objects.get(kind="statement.closed")
    assert message.person == sam.person
    assert "To pay by 5 December 2026: €14.09, VAT included." in message.text
    assert f"/c/montreuil/statements/{statement.ref}/" in message.text
    journal.run_waiting()
    assert Message.objects.filter(kind="statement.closed").count() == 1


def test_a_partner_without_people_is_told_at_its_own_address(open_montreuil: Collective, ada: Membership) -> None:
    close_october(flat_partner(open_montreuil, email="fleurs@shop.test"), ada)
    assert Message.objects.get(kind="statement.closed").email == "fleurs@shop.test"


@pytest.mark.parametrize("times", [1, 2])
def test_who_paid_by_card_hears_that_the_money_goes_back(open_montreuil: Collective, sam: Membership, times: int) -> None:
    order = world.make_delivery(flat_partner(open_montreuil, seat=sam, terms=Partner.Terms.CARD), key=timezone.now().isoformat()).order
    payment = payment_for(order)
    mark_paid(payment, intent_id="pi_1", fee_cents=46, by=None)
    for _ in range(times):
        mark_refunded(Payment.objects.select_related("order").get())
    journal.run_waiting()
    message = Message.objects.get(kind="order.refunded")
    assert message.person == sam.person
    assert f"€14.09 for order {order.number} goes back to the card." in message.text
