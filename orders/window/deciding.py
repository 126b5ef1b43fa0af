"""The shop answers: accepted it becomes a delivery, refused the money goes back. What nobody answers or pays comes to its end by itself."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from coopdelivery.people.models import Person
from orders.changes.wanted import request_of
from orders.models import Purchase, PurchaseState
from orders.payments import gateway
from orders.refusals import Refused
from orders.services.place import place_delivery
from orders.window import money
from orders.window.buying import put_back, record
from orders.window.refusals import AnsweredAlready, SayWhy

UNPAID_FOR = timedelta(minutes=30)
LONGEST_REASON = 300
NO_ANSWER = gettext_noop("The shop did not answer in time.")
State, Refund = PurchaseState, Purchase.Refund


def accept_purchase(*, purchase: Purchase, by: Person) -> Purchase:
    """It will be prepared; a ride is ordered for it, on the shop's account. Raises AnsweredAlready, or why the ride cannot be ordered."""
    taken = Purchase.objects.filter(pk=purchase.pk, state=State.PAID)
    if not taken.update(state=State.ACCEPTED, decided_by=by, decided_at=timezone.now()):
        raise AnsweredAlready
    try:
        return finish_accepting(purchase, by=by)
    except Refused:
        Purchase.objects.filter(pk=purchase.pk, state=State.ACCEPTED, delivery=None).update(
            state=State.PAID, decided_by=None, decided_at=None
        )
        raise


def finish_accepting(purchase: Purchase, *, by: Person | None) -> Purchase:
    """Order the ride of an accepted purchase: the purchase is its key, so that it is ordered once."""
    delivery = None
    if purchase.is_delivered:
        partner = purchase.window.partner
        partner.collective = purchase.window.collective
        delivery = place_delivery(request=request_of(purchase.request), partner=partner, by=by, idempotency_key=f"purchase:{purchase.ref}")
    with transaction.atomic():
        if delivery is not None:
            Purchase.objects.filter(pk=purchase.pk, delivery=None).update(delivery=delivery)
        number = delivery.number if delivery else ""
        record("purchase.accepted", purchase, by, delivery=str(delivery.ref) if delivery else "", number=number)
    purchase.refresh_from_db()
    return purchase


@transaction.atomic
def refuse_purchase(*, purchase: Purchase, by: Person | None, reason: str, on_the_shelf: bool) -> None:
    """The buyer reads why and gets everything back. `on_the_shelf`: they can be sold again.

    Raises SayWhy, AnsweredAlready.
    """
    why = reason.strip()[:LONGEST_REASON]
    if not why:
        raise SayWhy("reason")
    values = {"reason": why, "decided_by": by, "decided_at": timezone.now(), "refund": Refund.ASKED}
    if not Purchase.objects.filter(pk=purchase.pk, state=State.PAID).update(state=State.REFUSED, **values):
        raise AnsweredAlready
    if on_the_shelf:
        put_back(purchase)
    record("purchase.refused", purchase, by, reason=why)


@transaction.atomic
def hand_over(*, purchase: Purchase, by: Person) -> None:
    """Collected at the shop. Raises AnsweredAlready."""
    rows = Purchase.objects.filter(pk=purchase.pk, state=State.ACCEPTED, is_delivered=False)
    if not rows.update(state=State.COLLECTED):
        raise AnsweredAlready
    record("purchase.collected", purchase, by)


@transaction.atomic
def give_back_cancelled(purchase: Purchase, reason: str) -> None:
    """Its ride was called off before the pickup: the money goes back; the goods are still in the shop."""
    values = {"reason": reason[:LONGEST_REASON], "refund": Refund.ASKED}
    if Purchase.objects.filter(pk=purchase.pk, state=State.ACCEPTED).update(state=State.REFUSED, **values):
        put_back(purchase)
        record("purchase.refused", purchase, None, reason=reason)


def sweep() -> int:
    """For the acting collective: forget what is never paid, refuse what is not answered, finish what was begun, send refunds; how many."""
    now = timezone.now()
    rows = Purchase.objects.select_related("window__partner__price_list", "window__collective")
    stale = [each for each in rows.filter(state=State.UNPAID, placed_at__lt=now - UNPAID_FOR) if expire(each)]
    late = list(rows.filter(state=State.PAID, slot_start__lte=now))
    for purchase in late:
        refuse_purchase(purchase=purchase, by=None, reason=NO_ANSWER, on_the_shelf=True)
    begun = list(rows.filter(state=State.ACCEPTED, is_delivered=True, delivery=None, decided_at__lt=now - timedelta(minutes=2)))
    for purchase in begun:
        _finish_or_give_back(purchase)
    sent = [each for each in rows.filter(refund=Refund.ASKED) if money.send_refund(each)]
    return len(stale) + len(late) + len(begun) + len(sent)


def _finish_or_give_back(purchase: Purchase) -> None:
    try:
        finish_accepting(purchase, by=None)
    except Refused as refused:
        give_back_cancelled(purchase, str(refused))


def expire(purchase: Purchase) -> bool:
    """Never paid: called off at Stripe first, then the goods go back on the shelf. False when it is paid, or Stripe is silent."""
    if purchase.intent_id:
        money.check(purchase)
        if purchase.state != State.UNPAID:
            return False
        try:
            gateway.cancel_intent(purchase.intent_id, account=money.account_of(purchase))
        except gateway.GatewayDown:
            return False
        except gateway.GatewayRefused:
            money.check(purchase)  # paid meanwhile, or called off already
    with transaction.atomic():
        if not Purchase.objects.filter(pk=purchase.pk, state=State.UNPAID).update(state=State.EXPIRED):
            return False
        put_back(purchase)
        record("purchase.expired", purchase)
    return True
