"""What happened at the stops, told by the floor above; the delivery's own state follows from its stops and from nothing else."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Order, Settlement, Stop, StopKind, StopStatus
from orders.refusals import AlreadySettled, NotOpen
from orders.services.supplements import WAITING

EVENTS = {
    DeliveryStatus.PLACED: "delivery.reopened",
    DeliveryStatus.PICKED_UP: "delivery.picked_up",
    DeliveryStatus.DELIVERED: "delivery.delivered",
    DeliveryStatus.FAILED: "delivery.failed",
}
FINAL = (DeliveryStatus.DELIVERED, DeliveryStatus.FAILED)


@transaction.atomic
def mark_stop_done(*, stop: Stop, at: datetime, by: Person | None, received_by: str = "", collected_cents: int | None = None) -> None:
    """The parcels changed hands here, at that moment, and perhaps cash. Raises NotOpen."""
    _finish(stop, StopStatus.DONE, at, by, received_by=received_by.strip()[:120])
    if collected_cents is not None:
        Stop.objects.filter(pk=stop.pk).update(collected_cents=collected_cents)


@transaction.atomic
def mark_stop_failed(*, stop: Stop, at: datetime, by: Person | None, reason: str = "") -> None:
    """Somebody was there and could not do it; the reason goes with the event. Raises NotOpen."""
    _finish(stop, StopStatus.FAILED, at, by, reason=reason.strip()[:300])


@transaction.atomic
def reopen_stop(*, stop: Stop, by: Person | None) -> None:
    """To be done again: taken back by the courier, or tried once more. Raises NotOpen, and AlreadySettled when it is in the books."""
    delivery = _locked(stop)
    if delivery.status in FINAL and Settlement.objects.filter(order_id=delivery.order_id).exists():
        raise AlreadySettled
    finished = (StopStatus.DONE, StopStatus.FAILED)
    if not Stop.objects.filter(pk=stop.pk, status__in=finished).update(
        status=StopStatus.OPEN, finished_at=None, received_by="", collected_cents=None
    ):
        raise NotOpen
    _follow(delivery, timezone.now(), by)


def add_waiting(*, stop: Stop, seconds: int) -> None:
    """Somebody waited here so long: added to what was waited before, and charged when the price says so."""
    Stop.objects.filter(pk=stop.pk).update(waited_s=F("waited_s") + seconds)
    order = Order.objects.filter(deliveries__stops=stop, lines__code=WAITING).first()
    if order is not None:
        journal.record("stop.waited", subject=stop.ref, collective_id=stop.collective_id, by=None, order=str(order.ref), seconds=seconds)


def status_after(stops: Iterable[tuple[str, str]]) -> DeliveryStatus:
    """A delivery's state from its stops' (kind, status)."""
    rows = list(stops)
    drops = [status for kind, status in rows if kind == StopKind.DROPOFF]
    pickups = [status for kind, status in rows if kind == StopKind.PICKUP]
    if drops and StopStatus.OPEN not in drops:
        return DeliveryStatus.DELIVERED if StopStatus.DONE in drops else DeliveryStatus.FAILED
    if pickups and all(status == StopStatus.DONE for status in pickups):
        return DeliveryStatus.PICKED_UP
    return DeliveryStatus.PLACED


def _finish(stop: Stop, status: StopStatus, at: datetime, by: Person | None, *, received_by: str = "", reason: str = "") -> None:
    delivery = _locked(stop)
    moved = Stop.objects.filter(pk=stop.pk, status=StopStatus.OPEN).update(status=status, finished_at=at, received_by=received_by)
    if not moved:
        raise NotOpen
    _follow(delivery, at, by, received_by=received_by, reason=reason)


def _locked(stop: Stop) -> Delivery:
    """Two couriers may finish two stops of one delivery at once: the second must see what the first did."""
    return Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("order").get(pk=stop.delivery_id)


def _follow(delivery: Delivery, at: datetime, by: Person | None, **data: str) -> None:
    if delivery.status in {DeliveryStatus.CANCELLED, DeliveryStatus.AWAITING_PAYMENT}:
        return
    status = status_after(Stop.objects.filter(delivery_id=delivery.pk).values_list("kind", "status"))
    if status == delivery.status:
        return
    finished_at = at if status in FINAL else None
    Delivery.objects.filter(pk=delivery.pk).update(status=status, finished_at=finished_at)
    journal.record(
        EVENTS[status],
        subject=delivery.ref,
        collective_id=delivery.collective_id,
        by=by,
        number=delivery.number,
        order=str(delivery.order.ref),
        at=at.isoformat(),
        before=delivery.status,
        **{key: value for key, value in data.items() if value},
    )
