"""Taking a cancelling back, and cancelling one drop among several. The price stays: who paid for three drops agreed on three."""

from django.db import transaction
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Payment, PaymentStatus, Settlement, StatementLine, Stop, StopKind, StopStatus
from orders.refusals import NotCancellable, NotRestorable, OnlyDrop
from orders.services.cancel import LONGEST_REASON


@transaction.atomic
def restore_delivery(*, delivery: Delivery, by: Person) -> None:
    """As it was before it was cancelled: to pick up, with the stops that were open then. Raises NotRestorable with the reason.

    Never when money moved because of it: a refund that was asked, a cancelling in the accounts, an order that was never paid.
    """
    row = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("order").get(pk=delivery.pk)
    _check_money(row)
    moved = Delivery.objects.filter(pk=row.pk, status=DeliveryStatus.CANCELLED).update(
        status=DeliveryStatus.PLACED, cancelled_at=None, finished_at=None, cancel_billed=False
    )
    if not moved:
        raise NotRestorable(number=row.number)
    with_it = Stop.objects.filter(delivery_id=row.pk, status=StopStatus.CANCELLED, finished_at=row.cancelled_at)
    with_it.update(status=StopStatus.OPEN, finished_at=None)
    journal.record(
        "delivery.restored",
        subject=row.ref,
        collective_id=row.collective_id,
        by=by,
        number=row.number,
        order=str(row.order.ref),
        billed_before=row.cancel_billed,
    )
    delivery.refresh_from_db()


def _check_money(row: Delivery) -> None:
    payment = Payment.objects.filter(order_id=row.order_id).first()
    if payment is not None and payment.status != PaymentStatus.PAID:
        raise NotRestorable(sentence=NotRestorable.unpaid, number=row.number)
    settled = Settlement.objects.filter(order_id=row.order_id).exists()
    if settled or StatementLine.objects.filter(order_id=row.order_id).exists():
        raise NotRestorable(sentence=NotRestorable.booked, number=row.number)


@transaction.atomic
def cancel_drop(*, stop: Stop, by: Person, reason: str) -> None:
    """One drop less, before the pickup, while another is left. The price stays. Raises NotCancellable, OnlyDrop."""
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=stop.delivery_id)
    drops = Stop.objects.filter(delivery_id=delivery.pk, kind=StopKind.DROPOFF, status=StopStatus.OPEN)
    if delivery.status != DeliveryStatus.PLACED or stop.kind != StopKind.DROPOFF:
        raise NotCancellable
    if not drops.exclude(pk=stop.pk).exists():
        raise OnlyDrop
    if not drops.filter(pk=stop.pk).update(status=StopStatus.CANCELLED, finished_at=timezone.now()):
        raise NotCancellable
    _record("stop.cancelled", stop, delivery, by, reason=reason.strip()[:LONGEST_REASON])


@transaction.atomic
def restore_drop(*, stop: Stop, by: Person) -> None:
    """The drop is to do again. Raises NotRestorable when the delivery went on without it."""
    delivery = Delivery.objects.select_for_update(of=("self",), no_key=True).get(pk=stop.delivery_id)
    cancelled = Stop.objects.filter(pk=stop.pk, status=StopStatus.CANCELLED)
    if delivery.status != DeliveryStatus.PLACED or not cancelled.update(status=StopStatus.OPEN, finished_at=None):
        raise NotRestorable(sentence=NotRestorable.gone_on, number=delivery.number)
    _record("stop.restored", stop, delivery, by)


def _record(name: str, stop: Stop, delivery: Delivery, by: Person, **data: str) -> None:
    journal.record(
        name, subject=stop.ref, collective_id=stop.collective_id, by=by, number=delivery.number, delivery=str(delivery.ref), **data
    )
