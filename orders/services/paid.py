"""An order becomes work: at once when it goes on a statement, when the money has come when it is paid by card."""

from collections.abc import Sequence

from django.db import transaction

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Delivery, DeliveryStatus, Order, Stop, StopKind


@transaction.atomic
def confirm_paid(*, order: Order, by: Person | None = None) -> list[Delivery]:
    """The card payment has come: the order's waiting deliveries are placed now. The ones moved; empty when there is nothing to move.

    Empty also when the delivery was cancelled meanwhile: then the money has to go back.
    """
    waiting = Delivery.objects.filter(order=order, status=DeliveryStatus.AWAITING_PAYMENT).select_related("partner").order_by("pk")
    moved = []
    for delivery in waiting:
        if Delivery.objects.filter(pk=delivery.pk, status=DeliveryStatus.AWAITING_PAYMENT).update(status=DeliveryStatus.PLACED):
            delivery.status = DeliveryStatus.PLACED
            journal.record(
                "delivery.paid",
                subject=delivery.ref,
                collective_id=delivery.collective_id,
                by=by,
                number=delivery.number,
                order=str(order.ref),
            )
            announce(delivery, stops=list(delivery.stops.all()), by=by)
            moved.append(delivery)
    return moved


def announce(delivery: Delivery, *, stops: Sequence[Stop], by: Person | None) -> None:
    """Record `delivery.placed`: from here on it is work. Call in the transaction that places it."""
    announce_all([(delivery, stops)], by=by)


def announce_all(placed: Sequence[tuple[Delivery, Sequence[Stop]]], *, by: Person | None) -> None:
    """The same for deliveries of one collective that are placed together."""
    said = [(delivery.ref, _said(delivery, stops), stops) for delivery, stops in placed]
    journal.record_all("delivery.placed", said, collective_id=placed[0][0].collective_id, by=by)


def _said(delivery: Delivery, stops: Sequence[Stop]) -> dict[str, object]:
    first = min(stops, key=lambda stop: (stop.kind != StopKind.PICKUP, stop.window_start))
    return {
        "number": delivery.number,
        "partner": delivery.partner.name if delivery.partner else "",
        "window": [first.window_start.isoformat(), first.window_end.isoformat()],
        "drops": sum(stop.kind == StopKind.DROPOFF for stop in stops),
    }
