"""Paying an order by card. The row comes first, Stripe is asked outside any transaction, the answer is applied by `states`."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.people.models import Person
from orders.models import DeliveryStatus, Order, Payment, PaymentStatus
from orders.payments import gateway
from orders.payments.intents import Intent
from orders.payments.states import UNPAID, apply_intent, mark_refunded
from orders.refusals import Refused

CLAIM_LASTS = timedelta(minutes=5)
ASK_AGAIN_FOR = timedelta(days=3)
Status = PaymentStatus


class NotPayable(Refused):
    code = "not_payable"
    sentence = _("This order waits for no card payment.")


class CardsUnavailable(Refused):
    code = "cards_unavailable"
    sentence = _("The card payment could not be reached. Nothing was charged: try again in a few minutes.")


def account_of(payment: Payment) -> str:
    """The collective's own Stripe account; empty for the configured key's."""
    return payment.order.collective.stripe_account


@transaction.atomic
def payment_for(order: Order) -> Payment:
    """The one payment of a card order, made when it is first needed. Raises NotPayable."""
    if order.paid_by != Order.PaidBy.CARD or order.gross.cents <= 0:
        raise NotPayable
    defaults = {"collective_id": order.collective_id, "amount_cents": order.gross.cents, "currency": order.currency}
    payment, created = Payment.objects.get_or_create(order=order, defaults=defaults)
    payment.order = order
    if (created or payment.status in UNPAID) and not order.deliveries.filter(status=DeliveryStatus.AWAITING_PAYMENT).exists():
        raise NotPayable
    return payment


def prepare(*, order: Order) -> tuple[Payment, Intent]:
    """An intent that waits for a card, for the browser or for `pay`. Raises NotPayable or CardsUnavailable."""
    payment = payment_for(order)
    try:
        if payment.status in UNPAID and payment.intent_id:
            payment = _look_at_last_attempt(payment)
        if payment.status not in UNPAID:
            raise NotPayable
        return payment, _intent_for(payment)
    except (gateway.GatewayDown, gateway.GatewayRefused) as error:
        raise CardsUnavailable from error


def _look_at_last_attempt(payment: Payment) -> Payment:
    """What became of it; a refused one is called off, so that two attempts can never both be charged."""
    seen = gateway.retrieve_intent(payment.intent_id, account=account_of(payment))
    payment = apply_intent(payment, seen)
    if payment.status != Status.FAILED:
        return payment
    if seen.status != "canceled":
        gateway.cancel_intent(seen.id, account=account_of(payment))
    same = Payment.objects.filter(pk=payment.pk, status=Status.FAILED, attempt=payment.attempt)
    same.update(status=Status.STARTED, attempt=payment.attempt + 1, intent_id="", next_url="", why="", changed_at=timezone.now())
    payment.refresh_from_db()
    return payment


def _intent_for(payment: Payment) -> Intent:
    """Two calls at once get the same intent: the key is the attempt's."""
    if payment.intent_id:
        return gateway.retrieve_intent(payment.intent_id, account=account_of(payment))
    intent = gateway.create_intent(
        amount=payment.amount,
        account=account_of(payment),
        key=f"payment:{payment.ref}:{payment.attempt}",
        metadata={"payment": str(payment.ref), "order": payment.order.number},
    )
    Payment.objects.filter(pk=payment.pk, intent_id="", attempt=payment.attempt).update(intent_id=intent.id)
    payment.refresh_from_db()
    return intent


def pay(*, order: Order, method: str, return_url: str, by: Person | None) -> Payment:
    """Charge a payment method now; afterwards the payment is paid, refused, or waits for the bank at `next_url`.

    Raises NotPayable or CardsUnavailable.
    """
    payment, intent = prepare(order=order)
    key = f"payment:{payment.ref}:{payment.attempt}:confirm"
    try:
        if intent.status in {"requires_payment_method", "requires_confirmation"}:
            intent = gateway.confirm_intent(intent.id, method=method, account=account_of(payment), key=key, return_url=return_url)
        if intent.status == "succeeded":
            intent = gateway.retrieve_intent(intent.id, account=account_of(payment))
    except (gateway.GatewayDown, gateway.GatewayRefused) as error:
        raise CardsUnavailable from error
    return apply_intent(payment, intent, by=by)


def check(payment: Payment, *, by: Person | None = None) -> Payment:
    """Ask Stripe how the payment stands and apply it. Passing failures leave it as it was."""
    if not payment.intent_id:
        return payment
    try:
        intent = gateway.retrieve_intent(payment.intent_id, account=account_of(payment))
    except (gateway.GatewayDown, gateway.GatewayRefused):
        return payment
    return apply_intent(payment, intent, by=by)


def send_refund(payment: Payment) -> bool:
    """Claim it, ask Stripe once (the key makes it once), note what came of it. False when another sender is at it or it failed."""
    now = timezone.now()
    rows = Payment.objects.filter(pk=payment.pk, status=Status.REFUND_ASKED)
    if not rows.exclude(claimed_at__gt=now - CLAIM_LASTS).update(claimed_at=now):
        return False
    try:
        refund_id = gateway.refund(payment.intent_id, account=account_of(payment), key=f"refund:{payment.ref}")
    except gateway.GatewayDown as error:
        rows.update(claimed_at=None, why=str(error)[:300])
        return False
    except gateway.GatewayRefused as error:
        if error.code != "charge_already_refunded":
            rows.update(why=str(error)[:300])
            return False
        refund_id = ""
    return mark_refunded(payment, refund_id=refund_id)


def refunds_to_send() -> list[Payment]:
    """Refunds of the acting collective that no sender is busy with."""
    rows = Payment.objects.filter(status=Status.REFUND_ASKED).exclude(claimed_at__gt=timezone.now() - CLAIM_LASTS)
    return list(rows.select_related("order__collective").order_by("pk"))


def payments_unheard_of(*, silent_for: timedelta = timedelta(minutes=5)) -> list[Payment]:
    """Begun and not finished, or paid with the fee still unknown; not changed for a while, not older than three days."""
    now = timezone.now()
    recent = Payment.objects.filter(created_at__gt=now - ASK_AGAIN_FOR).exclude(intent_id="").select_related("order__collective")
    unfinished = recent.filter(status__in=UNPAID, changed_at__lt=now - silent_for)
    fee_unknown = recent.filter(status=Status.PAID, fee_cents=None)
    return [*unfinished.order_by("pk"), *fee_unknown.order_by("pk")]
