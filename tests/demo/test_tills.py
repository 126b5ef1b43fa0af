"""Card payments of the story become payments at the server of this machine, so that they can be given back."""

from threading import Event
from typing import Any

import pytest

from federation.demo.home import Home
from federation.demo.tills import MARK, pay_at_the_server, told_payments
from orders.models import Delivery, Payment
from orders.payments import services
from orders.payments.states import ask_refund
from tests.orders.stripe_server import stripe_address, stripe_server  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("stripe_server")
def test_a_card_payment_of_the_story_can_be_given_back(helsinki: Home) -> None:
    told = told_payments()
    assert len(told) >= 3
    assert pay_at_the_server(stop=Event(), wait_s=0) == len(told)
    assert (told_payments(), pay_at_the_server(stop=Event(), wait_s=0)) == ([], 0)
    with helsinki.acting():
        payment = Payment.objects.filter(pk__in=[row.pk for row in told]).select_related("order__collective").latest("pk")
        assert services.check(payment).fee_cents == told[-1].fee_cents  # the server keeps what the story said
        assert ask_refund(order=payment.order, by=None)
        assert services.send_refund(payment)
        payment.refresh_from_db()
        assert (payment.status, payment.intent_id.startswith(MARK)) == ("refunded", False)
        assert Delivery.objects.filter(order=payment.order).exists()


def test_while_no_server_answers_they_stay_stories(homes: list[Home], settings: Any) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    before = [row.intent_id for row in told_payments()]
    assert pay_at_the_server(stop=Event(), wait_s=0) == 0
    assert [row.intent_id for row in told_payments()] == before
