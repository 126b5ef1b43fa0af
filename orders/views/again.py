"""Order again: what a past delivery says, in a new form. The day is always chosen anew and the price is today's."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders.models import Delivery, Partner, Stop, StopKind
from orders.selectors import deliveries_visible_to
from orders.views.here import member


def asked_again(request: HttpRequest, partner: Partner) -> dict[str, Any]:
    """The first values of the form for `?again=<ref>`; nothing for anything else."""
    try:
        ref = UUID(request.GET.get("again", ""))
    except ValueError:
        return {}
    rows = deliveries_visible_to(member(request)).filter(ref=ref, partner=partner)
    delivery = rows.prefetch_related("stops__place", "stops__parcels").first()
    return asked_like(delivery, partner) if delivery else {}


def asked_like(delivery: Delivery, partner: Partner) -> dict[str, Any]:
    """The form filled with what a delivery says, its window left out."""
    stops = list(delivery.stops.all())
    first, *more = [stop for stop in stops if stop.kind == StopKind.PICKUP]
    return {
        "main": {"note": delivery.note, "vehicle": delivery.vehicle},
        "pickup": _where(first) if first.place_id != partner.place_id else None,
        "more": [_where(stop) for stop in more],
        "drops": [_drop(stop) for stop in stops if stop.kind == StopKind.DROPOFF],
    }


def _where(stop: Stop) -> dict[str, Any]:
    point = stop.place.point
    return {
        "address": stop.place.one_line,
        "picked": stop.place.one_line if point else "",
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
        "name": stop.contact_name,
        "phone": stop.phone,
        "note": stop.note,
    }


def _drop(stop: Stop) -> dict[str, Any]:
    values = {**_where(stop), "email": stop.email, "collect": stop.collect_cents / 100 if stop.collect_cents else None}
    values["doorstep"] = stop.doorstep
    for parcel in stop.parcels.all():
        if parcel.type_id:
            values[f"type_{parcel.type_id}"] = parcel.quantity
        else:
            each = parcel.weight_g / parcel.quantity / 1000 if parcel.weight_g is not None else None
            values |= {"other_name": parcel.name, "other_quantity": parcel.quantity, "other_kg": each}
    return values


def back_home(partner: Partner) -> dict[str, Any]:
    """A drop at the partner's own place: what the courier brings back, such as empty crates or a signed paper."""
    point = partner.place.point
    return {
        "address": partner.place.one_line,
        "picked": partner.place.one_line if point else "",
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
        "name": partner.name,
        "phone": partner.phone,
        "other_name": _("Brought back"),
        "other_quantity": 1,
    }
