"""A past delivery → what to order each time; that and a day → a request. Windows are wall clock, with the days they lie after the first."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from coopdelivery.kit.windows import on_day
from orders.models import Delivery, Partner, Stop, StopKind
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest


def template_of(delivery: Delivery, partner: Partner, zone: ZoneInfo) -> dict[str, Any]:
    """The stops' places, people, parcels and hours; the first pickup only when it is not the partner's own place."""
    stops = list(delivery.stops.select_related("place").prefetch_related("parcels").order_by("position"))
    drops = [stop for stop in stops if stop.kind == StopKind.DROPOFF]
    first = min(timezone.localtime(stop.window_start, zone).date() for stop in drops)
    first_pickup, *more = [stop for stop in stops if stop.kind == StopKind.PICKUP]
    elsewhere = first_pickup.place_id != partner.place_id
    return {
        "note": delivery.note,
        "vehicle": delivery.vehicle,
        "pickup": _as_json(first_pickup, first, zone) if elsewhere else None,
        "more_pickups": [_as_json(stop, first, zone) for stop in more],
        "drops": [_as_json(stop, first, zone) for stop in drops],
    }


def _as_json(stop: Stop, first: date, zone: ZoneInfo) -> dict[str, Any]:
    start, end = timezone.localtime(stop.window_start, zone), timezone.localtime(stop.window_end, zone)
    return {
        "place": str(stop.place.ref),
        "address": stop.place.one_line,
        "days": (start.date() - first).days,
        "from": f"{start:%H:%M}",
        "until": f"{end:%H:%M}",
        "contact_name": stop.contact_name,
        "phone": stop.phone,
        "email": stop.email,
        "note": stop.note,
        "doorstep": stop.doorstep,
        "parcels": [_parcel_json(parcel) for parcel in stop.parcels.all()] if stop.kind == StopKind.DROPOFF else [],
    }


def _parcel_json(parcel: Any) -> dict[str, Any]:
    each = parcel.weight_g // parcel.quantity if parcel.weight_g is not None else None
    return {"type_id": parcel.type_id, "name": parcel.name, "quantity": parcel.quantity, "weight_g": each}


def with_hours(template: Mapping[str, Any], start: time, end: time) -> dict[str, Any]:
    """All drops in this window; pickups elsewhere in its first hour."""
    drops = [{**drop, "days": 0, "from": f"{start:%H:%M}", "until": f"{end:%H:%M}"} for drop in template["drops"]]
    until = (datetime.combine(date.min, start) + timedelta(hours=1)).time()
    hours = {"days": 0, "from": f"{start:%H:%M}", "until": f"{min(until, end) if end > start else until:%H:%M}"}
    pickup, more = template["pickup"], template.get("more_pickups", [])
    return {**template, "drops": drops, "pickup": pickup and {**pickup, **hours}, "more_pickups": [{**each, **hours} for each in more]}


def request_on(template: Mapping[str, Any], day: date, zone: ZoneInfo) -> DeliveryRequest:
    """What to order for that local day."""
    pickup = template.get("pickup")
    return DeliveryRequest(
        dropoffs=[_stop_request(drop, day, zone) for drop in template["drops"]],
        pickup=_stop_request(pickup, day, zone) if pickup else None,
        note=str(template.get("note", "")),
        vehicle=str(template.get("vehicle", "")),
        more_pickups=[_stop_request(stop, day, zone) for stop in template.get("more_pickups", [])],
    )


def _stop_request(stop: Mapping[str, Any], day: date, zone: ZoneInfo) -> StopRequest:
    window = on_day(day + timedelta(days=stop["days"]), time.fromisoformat(stop["from"]), time.fromisoformat(stop["until"]), zone)
    return StopRequest(
        window.start,
        window.end,
        place_ref=UUID(stop["place"]),
        contact_name=stop["contact_name"],
        phone=stop["phone"],
        email=stop["email"],
        note=stop["note"],
        doorstep=bool(stop.get("doorstep")),
        parcels=[ParcelRequest(**parcel) for parcel in stop["parcels"]],
    )
