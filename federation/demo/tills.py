"""The card payments of the story, made again at the payment server of this machine, so that a visitor can have one given back.

The story is told in one transaction and asks nobody, so its payments carry a mark instead of an intent until the server runs.
"""

from functools import partial
from threading import Event

from collectives.models import Collective
from collectives.tenancy import acting_for
from orders.models import Payment, PaymentStatus
from orders.payments import gateway
from orders.payments.services import account_of

MARK = "pi_demo_"
CARD = "pm_card_visa"
AGAIN_AFTER_S = 1.0


def told_payments() -> list[Payment]:
    """Paid in the story, and not yet known to the payment server."""
    found: list[Payment] = []
    for collective in Collective.objects.order_by("pk"):
        with acting_for(collective):
            rows = Payment.objects.filter(intent_id__startswith=MARK, status__in=[PaymentStatus.PAID, PaymentStatus.REFUND_ASKED])
            found += rows.select_related("order__collective").order_by("pk")
    return found


def pay_at_the_server(*, stop: Event, wait_s: float) -> int:
    """Pay each of them there, waiting so long for the server to come up; how many were paid. Again is fine: none is paid twice."""
    paid, left = 0, wait_s
    waiting = told_payments()
    while waiting and not stop.is_set():
        try:
            _pay(waiting[0])
        except (gateway.GatewayDown, gateway.GatewayRefused):
            if left <= 0:
                break
            left -= AGAIN_AFTER_S
            stop.wait(AGAIN_AFTER_S)
        else:
            waiting.pop(0)
            paid += 1
    return paid


def _pay(payment: Payment) -> None:
    """The reference stays out of the intent's metadata: what the server then tells concerns a payment that is paid already."""
    key, account = f"demo:{payment.ref}", account_of(payment)
    intent = gateway.create_intent(amount=payment.amount, account=account, key=key, metadata={"order": payment.order.number})
    if intent.status != "succeeded":
        confirm = partial(gateway.confirm_intent, intent.id, method=CARD, account=account, key=f"{key}:confirm")
        intent = confirm(return_url="http://localhost/")
    if intent.status != "succeeded":
        raise gateway.GatewayRefused(intent.problem or intent.status)
    with acting_for(payment.collective_id):
        Payment.objects.filter(pk=payment.pk, intent_id=payment.intent_id).update(intent_id=intent.id)
