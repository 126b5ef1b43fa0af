"""What a payment becomes when Stripe has spoken. Local rows only: each step is one conditional UPDATE with its postings and its event."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Order, Payment, PaymentStatus, Settlement
from orders.payments import postings
from orders.payments.intents import Intent
from orders.payments.rates import rates_on
from orders.payments.settlement import fee_of
from orders.services.paid import confirm_paid

log = logging.getLogger(__name__)
Status = PaymentStatus
UNPAID = (Status.STARTED, Status.NEEDS_ACTION, Status.FAILED)

# Why a card was refused, by Stripe's code; anything else is "card_declined"
PROBLEMS: dict[str, str | Promise] = {
    "card_declined": _("The bank refused this card. Use another one, or ask the bank."),
    "insufficient_funds": _("There is not enough money on this card. Use another one."),
    "expired_card": _("This card has expired. Use another one."),
    "incorrect_cvc": _("The security code does not match the card. Type it again."),
    "payment_intent_authentication_failure": _("The payment was not confirmed with the bank. Try again, or use another card."),
    "canceled": _("This payment was called off. Start again."),
    "amount_mismatch": _("The amount that was paid is not the price of the order. Call the co-op."),
}


def problem_of(payment: Payment) -> str:
    """Why the last attempt failed, in a sentence; empty when it did not."""
    if not payment.why:
        return ""
    return str(PROBLEMS.get(payment.why, PROBLEMS["card_declined"]))


def apply_intent(payment: Payment, intent: Intent, *, by: Person | None = None) -> Payment:
    """Bring the row to what Stripe says. Twice, late or out of order is the same as once. Returns the fresh row."""
    if intent.status == "succeeded":
        _succeeded(payment, intent, by)
    elif payment.intent_id in {"", intent.id}:
        _unfinished(payment, intent)
    payment.refresh_from_db()
    return payment


def _succeeded(payment: Payment, intent: Intent, by: Person | None) -> None:
    if (intent.amount_cents, intent.currency) != (payment.amount_cents, payment.currency):
        log.error("payment %s: Stripe took %s %s", payment.ref, intent.amount_cents, intent.currency)
        _change(payment, UNPAID, status=Status.FAILED, why="amount_mismatch")
        return
    if not mark_paid(payment, intent_id=intent.id, fee_cents=intent.fee_cents, by=by) and payment.intent_id not in {"", intent.id}:
        log.error(
            "payment %s was paid by %s already, and now also by %s: give one back at Stripe", payment.ref, payment.intent_id, intent.id
        )
        return
    if intent.refunded:
        mark_refunded(payment)


def _unfinished(payment: Payment, intent: Intent) -> None:
    """Not paid (yet): wait for the bank, or tell why it was refused."""
    if intent.status == "requires_action":
        _change(payment, (Status.STARTED, Status.FAILED), status=Status.NEEDS_ACTION, next_url=intent.next_url[:500], why="")
    elif intent.status == "canceled" or intent.problem:
        mark_failed(payment, intent.problem or "canceled")


def _change(payment: Payment, before: Iterable[str], **fields: object) -> bool:
    """The transition, if nobody was faster."""
    return bool(Payment.objects.filter(pk=payment.pk, status__in=before).update(changed_at=timezone.now(), **fields))


@transaction.atomic
def mark_failed(payment: Payment, problem: str) -> bool:
    """The card was refused; the payer may try again."""
    if not _change(payment, (Status.STARTED, Status.NEEDS_ACTION), status=Status.FAILED, why=problem[:300], next_url=""):
        return False
    order = payment.order
    journal.record("order.payment_refused", subject=order.ref, collective_id=order.collective_id, number=order.number, why=problem[:80])
    return True


@transaction.atomic
def mark_paid(payment: Payment, *, intent_id: str, fee_cents: int | None, by: Person | None) -> bool:
    """The money has come: books, and the deliveries become work. False when that is known already (the fee may be news)."""
    fields: dict[str, object] = {"status": Status.PAID, "why": "", "next_url": "", "intent_id": intent_id}
    if not _change(payment, UNPAID, **fields, **({} if fee_cents is None else {"fee_cents": fee_cents})):
        if fee_cents is not None:
            Payment.objects.filter(pk=payment.pk, fee_cents=None).update(fee_cents=fee_cents)
        return False
    order = _order_of(payment)
    postings.post_paid(payment, order.collective.today())
    confirm_paid(order=order, by=by)
    if _all_cancelled(order):
        ask_refund(order=order, by=by)
    return True


def _order_of(payment: Payment) -> Order:
    """The order with what postings read, put on the payment."""
    order = Order.objects.select_related("collective", "partner").get(pk=payment.order_id)
    payment.order = order
    return order


def _all_cancelled(order: Order) -> bool:
    return not Delivery.objects.filter(order=order).exclude(status=DeliveryStatus.CANCELLED).exists()


@transaction.atomic
def ask_refund(*, order: Order, by: Person | None) -> bool:
    """A paid order that will not be delivered: its money is to go back. Sending that to Stripe is the sender's, after commit."""
    payment = Payment.objects.filter(order=order).first()
    if payment is None or not _change(payment, (Status.PAID,), status=Status.REFUND_ASKED, claimed_at=None):
        return False
    journal.record(
        "order.refund_asked",
        subject=order.ref,
        collective_id=order.collective_id,
        by=by,
        number=order.number,
        amount=payment.amount.plain(),
        currency=payment.currency,
    )
    return True


@transaction.atomic
def mark_refunded(payment: Payment, *, refund_id: str = "") -> bool:
    """The money went back, asked by us or by the collective at Stripe."""
    fields = {"refund_id": refund_id} if refund_id else {}
    if not _change(payment, (Status.PAID, Status.REFUND_ASKED), status=Status.REFUNDED, why="", **fields):
        return False
    payment.refresh_from_db()
    order = _order_of(payment)
    today = order.collective.today()
    fee, _estimated = fee_of(order, payment, rates_on(today))
    settled = Settlement.objects.filter(order=order).exists()
    postings.post_refunded(payment, fee=fee, settled=settled, on=today)
    journal.record(
        "order.refunded",
        subject=order.ref,
        collective_id=order.collective_id,
        number=order.number,
        amount=payment.amount.plain(),
        currency=payment.currency,
    )
    return True
