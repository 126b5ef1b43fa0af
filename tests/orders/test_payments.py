"""Card payments with the real library against a Stripe-compatible server: paid, refused, confirmed with the bank, given back."""

import datetime as dt
from collections.abc import Callable

import pytest
import time_machine
from django.utils import timezone

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand, Event
from orders import tasks
from orders.models import Delivery, Order, Partner, Payment
from orders.payments import gateway, services
from orders.payments.services import CardsUnavailable, NotPayable
from orders.payments.settlement import settle_order
from orders.payments.states import problem_of
from orders.services import cancel_delivery, mark_stop_done
from tests.orders import world
from tests.orders.money import booked, flat_partner
from tests.orders.stripe_server import at_the_bank

VISA, DECLINED, SECURE = "pm_card_visa", "pm_card_visa_chargeDeclined", "pm_card_threeDSecure2Required"
FEE = 46
pytestmark = pytest.mark.usefixtures("stripe_server")


@pytest.fixture
def shop(open_montreuil: Collective, sam: Membership) -> Partner:
    return flat_partner(open_montreuil, seat=sam, terms=Partner.Terms.CARD)


@pytest.fixture
def unpaid(shop: Partner, sam: Membership) -> Delivery:
    return world.make_delivery(shop, by=sam.person)


@pytest.fixture
def pay(sam: Membership) -> Callable[[Delivery, str], Payment]:
    def with_card(delivery: Delivery, method: str = VISA) -> Payment:
        return services.pay(order=delivery.order, method=method, return_url="http://testserver/back", by=sam.person)

    return with_card


Pay = Callable[..., Payment]


def status_of(delivery: Delivery) -> str:
    return str(Delivery.objects.get(pk=delivery.pk).status)


def names() -> list[str]:
    return list(Event.objects.order_by("pk").filter(name__regex="^(delivery|order)").values_list("name", flat=True))


def test_a_paid_order_becomes_work(unpaid: Delivery, pay: Pay, shop: Partner) -> None:
    assert (unpaid.status, names()) == ("awaiting_payment", [])
    payment = pay(unpaid)
    assert (payment.status, payment.fee_cents) == ("paid", FEE)
    assert status_of(unpaid) == "placed"
    assert names() == ["delivery.paid", "delivery.placed"]
    assert booked(shop.collective_id) == {"512": 1409, "4191": -1409}


def test_paying_again_charges_nothing(unpaid: Delivery, pay: Pay) -> None:
    first = pay(unpaid)
    with pytest.raises(NotPayable):
        pay(unpaid)
    assert Payment.objects.get().intent_id == first.intent_id
    assert names() == ["delivery.paid", "delivery.placed"]


def test_a_refused_card_leaves_the_order_waiting_and_says_why(unpaid: Delivery, pay: Pay, shop: Partner) -> None:
    payment = pay(unpaid, DECLINED)
    assert (payment.status, problem_of(payment)) == ("failed", "The bank refused this card. Use another one, or ask the bank.")
    assert status_of(unpaid) == "awaiting_payment"
    assert names() == ["order.payment_refused"]
    assert booked(shop.collective_id) == {}


def test_after_a_refusal_another_card_pays_with_a_new_attempt_and_the_old_one_is_called_off(unpaid: Delivery, pay: Pay) -> None:
    refused = pay(unpaid, DECLINED).intent_id
    payment = pay(unpaid)
    assert (payment.status, payment.attempt) == ("paid", 2)
    assert payment.intent_id != refused
    assert gateway.retrieve_intent(refused, account="").status == "canceled"


def test_a_bank_that_asks_is_answered_on_its_own_page(unpaid: Delivery, pay: Pay, sam: Membership) -> None:
    payment = pay(unpaid, SECURE)
    assert payment.status == "needs_action"
    assert status_of(unpaid) == "awaiting_payment"
    assert at_the_bank(payment.next_url, "yes") == "http://testserver/back"
    payment = services.check(payment, by=sam.person)
    assert (payment.status, payment.fee_cents, payment.next_url) == ("paid", FEE, "")
    assert status_of(unpaid) == "placed"


def test_a_confirmation_refused_at_the_bank_can_be_tried_again(unpaid: Delivery, pay: Pay) -> None:
    payment = pay(unpaid, SECURE)
    at_the_bank(payment.next_url, "no")
    payment = services.check(payment)
    assert (payment.status, payment.why) == ("failed", "payment_intent_authentication_failure")
    assert pay(unpaid).status == "paid"


def test_the_same_attempt_asked_for_twice_is_one_intent(unpaid: Delivery) -> None:
    one, two = (services.prepare(order=unpaid.order)[1].id for _ in range(2))
    assert one == two
    Payment.objects.update(intent_id="")
    assert services.prepare(order=unpaid.order)[1].id == one


def test_stripe_out_of_reach_changes_nothing(unpaid: Delivery, pay: Pay, settings: object) -> None:
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # type: ignore[attr-defined]  # nobody answers there
    with pytest.raises(CardsUnavailable):
        pay(unpaid)
    assert (Payment.objects.get().status, status_of(unpaid)) == ("started", "awaiting_payment")
    assert names() == []


def test_cancelling_a_paid_delivery_gives_the_money_back_once(unpaid: Delivery, pay: Pay, shop: Partner, sam: Membership) -> None:
    pay(unpaid)
    cancel_delivery(delivery=unpaid, by=sam.person, reason="wrong day")
    assert Payment.objects.get().status == "refund_asked"
    assert tasks.send_refunds(shop.collective_id) == 1
    assert tasks.send_refunds(shop.collective_id) == 0
    payment = Payment.objects.get()
    assert payment.status == "refunded"
    assert payment.refund_id.startswith("re_")
    assert booked(shop.collective_id) == {"512": -FEE, "627": FEE}
    assert names()[-3:] == ["delivery.cancelled", "order.refund_asked", "order.refunded"]


def test_cancelling_before_paying_asks_no_refund_and_the_order_can_no_longer_be_paid(unpaid: Delivery, pay: Pay) -> None:
    cancel_delivery(delivery=unpaid, by=None, reason="")
    with pytest.raises(NotPayable):
        pay(unpaid)
    assert not Event.objects.filter(name="order.refund_asked").exists()


def test_money_that_comes_after_the_cancellation_goes_back(unpaid: Delivery, pay: Pay) -> None:
    payment = pay(unpaid, SECURE)
    cancel_delivery(delivery=unpaid, by=None, reason="")
    at_the_bank(payment.next_url, "yes")
    assert services.check(payment).status == "refund_asked"
    assert status_of(unpaid) == "cancelled"
    assert "delivery.placed" not in names()


def test_a_refund_that_could_not_be_sent_is_sent_later(
    unpaid: Delivery, pay: Pay, shop: Partner, settings: object, stripe_server: str
) -> None:
    pay(unpaid)
    cancel_delivery(delivery=unpaid, by=None, reason="")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"  # type: ignore[attr-defined]  # nobody answers there
    assert tasks.send_refunds(shop.collective_id) == 0
    assert Payment.objects.get().status == "refund_asked"
    settings.STRIPE_API_BASE = stripe_server  # type: ignore[attr-defined]  # it is back
    tasks.reconcile_collective(shop.collective_id)
    assert Payment.objects.get().status == "refunded"


def test_a_refund_another_sender_is_busy_with_is_left_to_it(unpaid: Delivery, pay: Pay) -> None:
    pay(unpaid)
    cancel_delivery(delivery=unpaid, by=None, reason="")
    payment = Payment.objects.get()
    Payment.objects.update(claimed_at=timezone.now())
    assert services.send_refund(payment) is False
    assert Payment.objects.get().status == "refund_asked"


def test_payments_nothing_was_heard_of_are_asked_about(unpaid: Delivery, pay: Pay, shop: Partner) -> None:
    payment = pay(unpaid, SECURE)
    at_the_bank(payment.next_url, "yes")
    assert tasks.reconcile_collective(shop.collective_id) == 0
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=6), tick=False):
        assert tasks.reconcile_collective(shop.collective_id) == 1
    assert Payment.objects.get().status == "paid"


def test_a_card_order_is_settled_with_the_real_fee(unpaid: Delivery, pay: Pay, shop: Partner) -> None:
    pay(unpaid)
    for stop in unpaid.stops.order_by("position"):
        mark_stop_done(stop=stop, at=timezone.now(), by=None)
    settlement = settle_order(Order.objects.get())
    assert settlement is not None
    assert (settlement.fee_cents, settlement.fee_estimated, settlement.collective_cents) == (FEE, False, 1174 - FEE - 19)
    assert booked(shop.collective_id) == {"512": 1409 - FEE, "627": FEE, "706": -1174, "44571": -235, "6281": 19, "467": -19}


def test_errands_of_a_payment_all_run(unpaid: Delivery, pay: Pay) -> None:
    pay(unpaid)
    cancel_delivery(delivery=unpaid, by=None, reason="")
    journal.run_waiting()
    assert not Errand.objects.filter(done_at=None).exists()
