"""Giving back part of a settled order: a credit. What was written stays; the credit says what changes and why."""

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.invoices.services import bill_credit
from orders.models import Credit, Order, Settlement
from orders.payments.postings import post_credit
from orders.refusals import Refused


class NotSettledYet(Refused):
    code = "not_settled_yet"
    field = "amount"
    sentence = _("This order is not in the accounts yet. Settle it first.")


class PaidByCard(Refused):
    code = "paid_by_card"
    sentence = _("This order was paid by card: give the money back at Stripe, the accounts follow.")


class BadCredit(Refused):
    code = "bad_credit"
    sentence = _("Give back something, and at most %(most)s before VAT.")


class NoReason(Refused):
    code = "no_reason"
    sentence = _("Say what the credit is for: the partner reads it on the statement.")


def creditable(order: Order) -> Money:
    """What can still be given back, before VAT."""
    given = Credit.objects.filter(order=order).aggregate(net=Sum("net_cents"))["net"] or 0
    return Money(order.net_cents - given, order.currency)


@transaction.atomic
def credit_order(*, order: Order, net: Money, reason: str, by: Person, idempotency_key: str) -> Credit:
    """Give back `net` and its VAT, on the next open statement; the contribution shrinks too. The same key again is the same credit.

    Raises NotSettledYet, PaidByCard, NoReason or BadCredit.
    """
    settlement = (
        Settlement.objects.select_for_update(of=("self",)).select_related("order__collective", "order__partner").filter(order=order)
    )
    settled = settlement.first()
    if settled is None:
        raise NotSettledYet("amount")
    written = Credit.objects.filter(idempotency_key=idempotency_key).first()
    if written is not None:
        return written
    _check(settled.order, net, reason)
    credit = _write(settled, net, reason.strip(), by, idempotency_key)
    today = timezone.localtime(credit.at, settled.order.collective.zone).date()
    post_credit(credit, today)
    bill_credit(credit=credit, delivery=credit.order.deliveries.order_by("pk")[0], on=today)
    journal.record(
        "order.credited",
        subject=order.ref,
        collective_id=order.collective_id,
        by=by,
        number=order.number,
        net=net.plain(),
        currency=net.currency,
        reason=credit.reason,
    )
    return credit


def _check(order: Order, net: Money, reason: str) -> None:
    if order.paid_by == Order.PaidBy.CARD:
        raise PaidByCard
    if not reason.strip():
        raise NoReason("reason")
    most = creditable(order)
    if not 0 < net.cents <= most.cents:
        raise BadCredit("amount", most=most.format())


def _write(settled: Settlement, net: Money, reason: str, by: Person, key: str) -> Credit:
    """VAT and contribution in proportion, so that giving everything back in parts ends at exactly zero."""
    order = settled.order
    before = Credit.objects.filter(order=order).aggregate(net=Sum("net_cents"), vat=Sum("vat_cents"), federation=Sum("federation_cents"))
    given = (before["net"] or 0) + net.cents
    vat = _part(order.vat_cents, given, order.net_cents) - (before["vat"] or 0)
    federation = _part(settled.federation_cents, given, order.net_cents) - (before["federation"] or 0)
    return Credit.objects.create(
        collective_id=order.collective_id,
        order=order,
        currency=order.currency,
        net_cents=net.cents,
        vat_cents=vat,
        federation_cents=federation,
        reason=reason[:160],
        idempotency_key=key,
        by=by,
    )


def _part(whole_cents: int, given: int, of: int) -> int:
    """The part of `whole_cents` that goes with `given` out of `of`, never shrinking as `given` grows; all of it at the end."""
    return whole_cents * given // of
