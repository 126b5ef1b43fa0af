"""What could not be delivered and shall cost the partner nothing: the co-op's own decision, never a rule's."""

from django.db import transaction
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Settlement
from orders.refusals import AlreadySettled, NotCancellable
from orders.services.cancel import LONGEST_REASON


@transaction.atomic
def write_off(*, delivery: Delivery, by: Person, reason: str) -> None:
    """A failed delivery counts as cancelled, and is not billed. Raises NotCancellable, AlreadySettled."""
    row = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("order").get(pk=delivery.pk)
    if Settlement.objects.filter(order_id=row.order_id).exists():
        raise AlreadySettled
    now = timezone.now()
    moved = Delivery.objects.filter(pk=row.pk, status=DeliveryStatus.FAILED).update(
        status=DeliveryStatus.CANCELLED, cancelled_at=now, cancel_billed=False
    )
    if not moved:
        raise NotCancellable
    journal.record(
        "delivery.cancelled",
        subject=row.ref,
        collective_id=row.collective_id,
        by=by,
        number=row.number,
        order=str(row.order.ref),
        reason=reason.strip()[:LONGEST_REASON],
        rule="",
        billed="0",
        waived=True,
        before=DeliveryStatus.FAILED.value,
    )
    delivery.refresh_from_db()
