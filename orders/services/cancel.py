"""Cancelling, before the pickup. Afterwards it is an incident, which the floor above decides."""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from collectives.policies import policy_value
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Stop, StopStatus
from orders.outlook import is_planned
from orders.refusals import CancelCosts, NotCancellable

LONGEST_REASON = 300
WAITING = (DeliveryStatus.PLACED, DeliveryStatus.AWAITING_PAYMENT)


@dataclass(frozen=True, slots=True)
class CancelTerms:
    """What cancelling would cost now, with VAT; `rule` is the members' word: until the pickup, until it is planned, never free."""

    rule: str
    cost: Money

    @property
    def free(self) -> bool:
        return not self.cost


def cancel_terms(delivery: Delivery) -> CancelTerms:
    """By the rule in force today. What is not paid yet is no work yet, and always free."""
    rule = str(policy_value("cancel_free_until"))
    billed = rule == "never" or (rule == "planned" and is_planned(delivery))
    if delivery.status == DeliveryStatus.AWAITING_PAYMENT or not billed:
        return CancelTerms(rule, Money(0, delivery.order.currency))
    return CancelTerms(rule, delivery.order.gross)


@transaction.atomic
def cancel_delivery(
    *, delivery: Delivery, by: Person | None, reason: str, agreed_cents: int | None = None, waive: bool = False
) -> CancelTerms:
    """Cancel what is not picked up yet; it is billed when the rule says so, unless the co-op waives it. Returns what it costs.

    `agreed_cents` is the cost the person was shown: when it has risen since, CancelCosts. Raises NotCancellable when somebody was faster.
    """
    terms = cancel_terms(delivery)
    if waive:
        terms = CancelTerms(terms.rule, Money(0, terms.cost.currency))
    if agreed_cents is not None and terms.cost.cents > agreed_cents:
        raise CancelCosts(cost=terms.cost)
    now = timezone.now()
    moved = Delivery.objects.filter(pk=delivery.pk, status__in=WAITING).update(
        status=DeliveryStatus.CANCELLED, cancelled_at=now, finished_at=now, cancel_billed=not terms.free
    )
    if not moved:
        raise NotCancellable
    Stop.objects.filter(delivery_id=delivery.pk, status=StopStatus.OPEN).update(status=StopStatus.CANCELLED, finished_at=now)
    journal.record(
        "delivery.cancelled",
        subject=delivery.ref,
        collective_id=delivery.collective_id,
        by=by,
        number=delivery.number,
        order=str(delivery.order.ref),
        reason=reason.strip()[:LONGEST_REASON],
        rule=terms.rule,
        billed=terms.cost.plain(),
        waived=waive,
    )
    delivery.status, delivery.cancelled_at, delivery.finished_at = DeliveryStatus.CANCELLED, now, now
    delivery.cancel_billed = not terms.free
    return terms
