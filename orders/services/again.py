"""The same once more."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coopdelivery.people.models import Person
from orders.changes.wanted import as_it_stands, drops_among, pickups_among, stops_of
from orders.models import Delivery
from orders.refusals import Refused
from orders.requests import DeliveryRequest, StopRequest
from orders.services.place import place_delivery


class NotOrderable(Refused):
    code = "not_orderable"
    sentence = _("Nobody's account stands behind this delivery: order it anew.")


def order_again(*, delivery: Delivery, by: Person | None) -> Delivery:
    """Another order with the same stops and parcels, at today's price: at the same hours, on the first day from today they can be met.

    Raises NotOrderable without a partner, and what `place_delivery` refuses. Asks geocoders: never inside a transaction.
    """
    if delivery.partner is None:
        raise NotOrderable
    delivery.partner.collective = delivery.collective
    stops, now = stops_of(delivery), timezone.now()
    first = min(stop.window_start for stop in stops)
    later = timedelta(days=max(0, -(-(now - first) // timedelta(days=1))))
    first_pickup, *more = [_later(as_it_stands(stop), later) for stop in pickups_among(stops)]
    request = DeliveryRequest(
        dropoffs=[_later(as_it_stands(stop), later) for stop in drops_among(stops)],
        pickup=first_pickup,
        note=delivery.note,
        vehicle=delivery.vehicle,
        more_pickups=more,
    )
    return place_delivery(request=request, partner=delivery.partner, by=by, idempotency_key=uuid4().hex)


def _later(stop: StopRequest, days: timedelta) -> StopRequest:
    return replace(stop, window_start=stop.window_start + days, window_end=stop.window_end + days)
