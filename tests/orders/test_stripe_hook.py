"""Stripe's events, replayed as captured: verified, stored once, applied in any order, and never a 500."""

import json
import time

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as st

from collectives.models import Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Errand, Event
from orders.models import Delivery, Partner, Payment, WebhookEvent
from orders.payments.services import payment_for
from tests.orders import world
from tests.orders.money import booked, flat_partner
from tests.orders.stripe_server import event, signed

HOOK = "/hooks/stripe/"


@pytest.fixture
def payment(open_montreuil: Collective, sam: Membership) -> Payment:
    """Begun, with an intent that Stripe knows."""
    shop = flat_partner(open_montreuil, seat=sam, terms=Partner.Terms.CARD)
    payment = payment_for(world.make_delivery(shop, by=sam.person).order)
    Payment.objects.filter(pk=payment.pk).update(intent_id="pi_1")
    return payment


def send(client: Client, body: bytes, signature: str | None = None) -> int:
    header = signed(body) if signature is None else signature
    return int(client.post(HOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=header).status_code)


def hear(client: Client, name: str, payment: Payment, event_id: str = "evt_1", intent: str = "pi_1", **more: str) -> WebhookEvent:
    """Stripe tells it, and the errand runs."""
    body = event(name, event=event_id, intent=intent, payment=str(payment.ref), **more)
    assert send(client, body) == 200
    journal.run_waiting()
    payment.refresh_from_db()
    return WebhookEvent.objects.get(event_id=event_id)


def delivery_of(payment: Payment) -> Delivery:
    return Delivery.objects.get(order_id=payment.order_id)


def test_a_payment_that_succeeded_makes_the_delivery_work(client: Client, payment: Payment) -> None:
    stored = hear(client, "payment_intent.succeeded", payment)
    assert (payment.status, delivery_of(payment).status) == ("paid", "placed")
    assert stored.processed_at is not None
    assert stored.why == ""


def test_an_event_that_comes_twice_is_stored_and_applied_once(client: Client, payment: Payment) -> None:
    for _ in range(3):
        hear(client, "payment_intent.succeeded", payment)
    assert WebhookEvent.objects.count() == 1
    assert Event.objects.filter(name="stripe.heard").count() == 1
    assert Event.objects.filter(name="delivery.placed").count() == 1
    assert booked(payment.collective_id) == {"512": 1409, "4191": -1409}


def test_two_events_about_one_payment_pay_it_once(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.succeeded", payment, event_id="evt_1")
    hear(client, "payment_intent.succeeded", payment, event_id="evt_2")
    assert booked(payment.collective_id) == {"512": 1409, "4191": -1409}


def test_a_late_failure_does_not_undo_a_payment(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.succeeded", payment, event_id="evt_1")
    hear(client, "payment_intent.payment_failed", payment, event_id="evt_2")
    hear(client, "payment_intent.requires_action", payment, event_id="evt_3")
    assert (payment.status, payment.why) == ("paid", "")


def test_a_failure_says_why_and_the_payer_may_try_again(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.payment_failed", payment)
    assert (payment.status, payment.why, delivery_of(payment).status) == ("failed", "insufficient_funds", "awaiting_payment")


def test_a_failure_of_an_earlier_attempt_is_left_aside(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.payment_failed", payment, intent="pi_0")
    assert (payment.status, payment.why) == ("started", "")


def test_a_payment_whose_intent_was_not_noted_yet_is_found_by_our_reference(client: Client, payment: Payment) -> None:
    Payment.objects.update(intent_id="")
    hear(client, "payment_intent.succeeded", payment, intent="pi_9")
    assert (payment.status, payment.intent_id) == ("paid", "pi_9")


def test_another_amount_than_the_price_pays_nothing(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.succeeded.other_amount", payment)
    assert (payment.status, payment.why, delivery_of(payment).status) == ("failed", "amount_mismatch", "awaiting_payment")
    assert booked(payment.collective_id) == {}


def test_an_event_of_another_account_touches_nothing(client: Client, payment: Payment) -> None:
    stored = hear(client, "payment_intent.succeeded.on_account", payment, account="acct_stranger")
    assert (payment.status, stored.why) == ("started", "no payment of ours")


def test_an_event_of_the_collectives_own_account_counts(client: Client, payment: Payment) -> None:
    Collective.objects.update(stripe_account="acct_montreuil")
    hear(client, "payment_intent.succeeded.on_account", payment, account="acct_montreuil")
    assert payment.status == "paid"


def test_a_refund_made_at_stripe_is_followed_in_the_books(client: Client, payment: Payment) -> None:
    hear(client, "payment_intent.succeeded", payment, event_id="evt_1")
    hear(client, "charge.refunded", payment, event_id="evt_2")
    assert payment.status == "refunded"
    assert booked(payment.collective_id) == {"512": -46, "627": 46}


def test_a_refund_heard_before_the_payment_ends_the_same(client: Client, payment: Payment) -> None:
    hear(client, "charge.refunded", payment, event_id="evt_2")
    hear(client, "payment_intent.succeeded", payment, event_id="evt_1")
    assert payment.status == "refunded"
    assert booked(payment.collective_id) == {"512": -46, "627": 46}


@pytest.mark.parametrize("name", ["charge.refunded.in_part", "customer.created"])
def test_what_concerns_no_payment_is_noted_and_left(client: Client, payment: Payment, name: str) -> None:
    assert hear(client, name, payment).why == "nothing to do"
    assert payment.status == "started"


@pytest.mark.django_db
@pytest.mark.parametrize("signature", ["", "t=1,v1=00", "nonsense", "t=x,v1=y", "v1=é"])
def test_an_unsigned_event_is_refused_and_not_stored(client: Client, signature: str) -> None:
    assert send(client, event("customer.created", event="evt_1"), signature) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_another_secret_and_an_old_signature_are_refused(client: Client) -> None:
    body = event("customer.created", event="evt_1")
    assert send(client, body, signed(body, secret="whsec_other")) == 400
    assert send(client, body, signed(body, at=time.time() - 900)) == 400
    assert send(client, body + b" ", signed(body)) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"{}", b'"x"', b"{", b"\xff", b'{"id": 1}', b'{"id": "e", "type": "t", "data": 3}',
     b'{"id": "", "type": "t", "data": {"object": {"object": "x"}}}',
     b'{"id": "a\\u0000", "type": "t", "data": {"object": {"object": "x"}}}',
     b"[" * 20000, b'{"id": "e", "type": "t", "data": {"object": {"object": NaN}}}'],
)  # fmt: skip
def test_a_signed_body_that_is_no_event_is_refused(client: Client, body: bytes) -> None:
    assert send(client, body) == 400
    assert not WebhookEvent.objects.exists()


@pytest.mark.django_db
def test_a_body_that_is_too_long_is_refused(client: Client) -> None:
    assert send(client, b" " * (600 * 1024)) == 413


def test_reading_the_hook_is_not_possible(client: Client) -> None:
    assert client.get(HOOK).status_code == 405


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3), max_leaves=8)  # fmt: skip # noqa: E501


@run(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(kind=st.sampled_from(["payment_intent.succeeded", "payment_intent.canceled", "charge.refunded", "x"]), number=st.integers(0, 10**9), thing=st.dictionaries(st.sampled_from(["id", "object", "amount", "currency", "status", "metadata", "payment_intent", "refunded", "latest_charge", "next_action", "last_payment_error"]), JSON))  # fmt: skip # noqa: E501
def test_no_signed_event_whatever_is_in_it_breaks_anything(
    client: Client, payment: Payment, kind: str, number: int, thing: dict[str, object]
) -> None:
    body = json.dumps({"id": f"evt_{number}", "type": kind, "data": {"object": {"object": "x", **thing}}}).encode()
    assert send(client, body) in {200, 400}
    journal.run_waiting()
    assert not Errand.objects.filter(done_at=None).exists()
    assert Payment.objects.get(pk=payment.pk).status == "started"


def test_the_scope_of_the_payment_is_opened_by_the_event_alone(client: Client, payment: Payment, montreuil: Collective) -> None:
    body = event("payment_intent.succeeded", event="evt_1", intent="pi_1", payment=str(payment.ref))
    assert send(client, body) == 200
    journal.run_waiting()
    with acting_for(montreuil):
        assert Payment.objects.get().status == "paid"
