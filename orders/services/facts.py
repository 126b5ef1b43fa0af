"""From stops that are checked to what a price is made from: `orders.pricing.facts`, of the whole and of each drop by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from collectives.models import Collective
from coopdelivery.kit.windows import Window
from coopdelivery.places.models import Place
from orders.models import StopKind
from orders.pricing.engine import Facts
from orders.public_holidays import is_public_holiday
from orders.services.parcels import PlannedParcel
from orders.services.way import Way


@dataclass(frozen=True, slots=True)
class PlannedStop:
    kind: str
    place: Place
    window: Window
    contact_name: str
    phone: str
    email: str
    note: str
    entry_id: int | None
    parcels: list[PlannedParcel]
    collect_cents: int
    doorstep: bool = False


def facts_of_stops(
    stops: Sequence[PlannedStop], way: Way, outside: Sequence[int], collective: Collective, now: datetime, vehicle: str = ""
) -> Facts:
    """`outside` are the positions of the stops outside the area, `vehicle` the kind that was asked for."""
    drops = [stop for stop in stops if stop.kind == StopKind.DROPOFF]
    each = tuple(
        _facts_of([stop], way, way.legs_m[i - 1] if way.legs_m else 0, int(i in outside), collective, now)
        for i, stop in enumerate(stops)
        if stop.kind == StopKind.DROPOFF
    )
    whole = _facts_of(drops, way, way.distance_m, len(outside), collective, now)
    return replace(
        whole, pickups=len(stops) - len(drops), vehicle=vehicle, each=tuple(replace(one, pickups=0, vehicle=vehicle) for one in each)
    )


def _facts_of(drops: Sequence[PlannedStop], way: Way, distance_m: int, outside: int, collective: Collective, now: datetime) -> Facts:
    parcels = [parcel for stop in drops for parcel in stop.parcels]
    counts: dict[int, int] = {}
    for parcel in parcels:
        if parcel.type_id is not None:
            counts[parcel.type_id] = counts.get(parcel.type_id, 0) + parcel.quantity
    return Facts(
        drops=len(drops),
        distance_m=distance_m,
        distance_estimated=way.estimated,
        unlocated=way.unlocated,
        weight_g=sum(parcel.weight_g or 0 for parcel in parcels),
        unweighed=sum(parcel.quantity for parcel in parcels if parcel.weight_g is None),
        parcels=counts,
        shortest_window_min=min(stop.window.minutes for stop in drops),
        outside=outside,
        volume_l=sum(parcel.volume_l or 0 for parcel in parcels),
        pieces=sum(parcel.quantity for parcel in parcels),
        doorsteps=sum(stop.doorstep for stop in drops),
        **_when(min(stop.window.start for stop in drops), collective, now),
    )


def _when(start: datetime, collective: Collective, now: datetime) -> dict[str, Any]:
    """What the price list may ask about the moment: notice, day of the week, minute of the day, public holiday."""
    local = timezone.localtime(start, collective.zone)
    return {
        "lead_min": int((start - now).total_seconds() // 60),
        "weekday": local.weekday(),
        "minute": local.hour * 60 + local.minute,
        "holiday": is_public_holiday(local.date(), collective.country),
    }
