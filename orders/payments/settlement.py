"""A finished order becomes money owed or earned, once: its settlement, its postings and its statement line commit together."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.invoices.services import bill_order
from orders.models import Delivery, DeliveryStatus, Order, Outcome, Payment, PaymentStatus, Settlement, Stop, StopStatus
from orders.payments import postings
from orders.payments.rates import rates_on
from orders.payments.split import Rates, Shares, card_fee, share_out

UNFINISHED = (DeliveryStatus.AWAITING_PAYMENT, DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)
BILLED = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)
SECOND_ATTEMPT_WITHIN = timedelta(days=2)

REASONS: dict[str, str | Promise] = {
    "no_price": _("Finished without a price."),
    "card_unpaid": _("The card payment has not arrived."),
    "card_given_back": _("The card payment was given back."),
    "no_payer": _("Nobody is named who pays the statement."),
    "currency": _("The order is in another currency than the co-op's books."),
}


class SetAside(Exception):
    """This order cannot be settled before a person has looked at it; `reason` is a key of REASONS."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def orders_to_settle() -> QuerySet[Order]:
    """The acting collective's orders whose deliveries are all finished, attempted (or cancelled too late), and not settled; oldest first.

    What failed at a stop waits for its second attempt.
    """
    unfinished = Delivery.objects.filter(status__in=UNFINISHED).values("order_id")
    attempted = Delivery.objects.filter(Q(status__in=BILLED) | Q(cancel_billed=True)).values("order_id")
    waiting = may_be_tried_again().values("delivery__order_id")
    return Order.objects.filter(settlement=None, pk__in=attempted).exclude(pk__in=unfinished).exclude(pk__in=waiting).order_by("pk")


def may_be_tried_again() -> QuerySet[Stop]:
    """Stops that failed so recently that a second attempt is still likely."""
    return Stop.objects.filter(status=StopStatus.FAILED, finished_at__gt=timezone.now() - SECOND_ATTEMPT_WITHIN)


def settle_order(order: Order, by: Person | None = None) -> Settlement | None:
    """Settle it, or return the settlement it has. None while a delivery is unfinished or may be tried again, or when all were cancelled.

    A delivered order, an attempted one (failed at the door) and one cancelled too late are billed in full. Raises SetAside.
    """
    settled = Settlement.objects.filter(order=order).first()
    if settled is not None:
        return settled
    with transaction.atomic():
        locked = Order.objects.select_for_update(of=("self",)).select_related("collective", "partner").get(pk=order.pk)
        settled = Settlement.objects.filter(order=locked).first()
        return settled or _settle(locked, list(locked.deliveries.select_for_update().order_by("pk")), by)


def outcome_of(deliveries: Iterable[Delivery]) -> Outcome | None:
    """What the order is billed as; None when it is not (yet)."""
    rows = list(deliveries)
    states = {delivery.status for delivery in rows}
    if states & set(UNFINISHED):
        return None
    if DeliveryStatus.DELIVERED in states:
        return Outcome.DELIVERED
    if DeliveryStatus.FAILED in states:
        return Outcome.FAILED
    return Outcome.CANCELLED if any(delivery.cancel_billed for delivery in rows) else None


def _settle(order: Order, deliveries: list[Delivery], by: Person | None) -> Settlement | None:
    outcome = outcome_of(deliveries)
    if outcome is None or may_be_tried_again().filter(delivery__in=deliveries).exists():
        return None
    payment = Payment.objects.filter(order=order).first()
    _look(order, payment)
    on = _finished_on(order, deliveries)
    rates = rates_on(on)
    fee, estimated = fee_of(order, payment, rates)
    shares = share_out(net=order.net, vat=order.vat, fee=fee, rates=rates)
    settlement = _write(order, shares, outcome=outcome, on=on, rate=rates.contribution, fee_estimated=estimated)
    postings.post_settled(order, shares, on, by)
    postings.post_accrued(order, shares.federation, on, by)
    if order.paid_by == Order.PaidBy.STATEMENT:
        bill_order(order=order, delivery=deliveries[0], outcome=outcome, on=on)
    data = {part: settlement.money(part).plain() for part in ("gross", "vat", "fee", "federation", "collective")}
    journal.record(
        "order.settled", subject=order.ref, collective_id=order.collective_id, by=by, number=order.number, currency=order.currency, **data
    )
    return settlement


def _look(order: Order, payment: Payment | None) -> None:
    """Raises SetAside for what a person must look at first."""
    if order.net_cents <= 0 or order.vat_cents < 0:
        raise SetAside("no_price")
    if order.currency != order.collective.currency:
        raise SetAside("currency")
    if order.paid_by == Order.PaidBy.STATEMENT:
        if order.partner is None:
            raise SetAside("no_payer")
        return
    if payment is not None and payment.status in {PaymentStatus.REFUND_ASKED, PaymentStatus.REFUNDED}:
        raise SetAside("card_given_back")
    if payment is None or payment.status != PaymentStatus.PAID:
        raise SetAside("card_unpaid")


def _finished_on(order: Order, deliveries: Iterable[Delivery]) -> date:
    """The local day on which the last delivery ended."""
    last = max((delivery.finished_at for delivery in deliveries if delivery.finished_at), default=timezone.now())
    return timezone.localtime(last, order.collective.zone).date()


def fee_of(order: Order, payment: Payment | None, rates: Rates) -> tuple[Money, bool]:
    """What the payment cost, and whether that is an estimate because Stripe has not told yet."""
    if payment is None or order.paid_by != Order.PaidBy.CARD:
        return Money(0, order.currency), False
    if payment.fee_cents is not None:
        return Money(payment.fee_cents, order.currency), False
    return card_fee(order.gross, rates), True


def _write(order: Order, shares: Shares, *, outcome: Outcome, on: date, rate: int, fee_estimated: bool) -> Settlement:
    return Settlement.objects.create(
        collective_id=order.collective_id,
        order=order,
        outcome=outcome,
        currency=order.currency,
        gross_cents=shares.gross.cents,
        vat_cents=shares.vat.cents,
        fee_cents=shares.fee.cents,
        fee_estimated=fee_estimated,
        federation_cents=shares.federation.cents,
        collective_cents=shares.collective.cents,
        federation_rate=rate,
        value_added_cents=shares.value_added.cents,
        settled_on=on,
    )
