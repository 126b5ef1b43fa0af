"""The delivery as it should be: kept as data, compared with what stands, and told in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from coopdelivery.kit import words
from coopdelivery.kit.money import Money
from orders.models import BikeAsked, Delivery, Stop, StopKind
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest

Said = list[list[str]]  # what, before, after
Contact = ("contact_name", "phone", "email", "note")


@dataclass(frozen=True, slots=True)
class Difference:
    """`moved`: a place, a window or parcels changed, so that the price is worked out anew."""

    says: Said
    moved: bool
    rescheduled: bool


def stops_of(delivery: Delivery) -> list[Stop]:
    return list(delivery.stops.select_related("place").prefetch_related("parcels").order_by("position"))


def drops_among(stops: Sequence[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.kind == StopKind.DROPOFF]


def pickups_among(stops: Sequence[Stop]) -> list[Stop]:
    return [stop for stop in stops if stop.kind == StopKind.PICKUP]


def as_it_stands(stop: Stop) -> StopRequest:
    """The stop as somebody would have to ask for it."""
    parcels = [ParcelRequest(each.type_id, each.name, each.quantity, _each_g(each)) for each in stop.parcels.all()]
    return StopRequest(
        stop.window_start,
        stop.window_end,
        place_ref=stop.place.ref,
        contact_name=stop.contact_name,
        phone=stop.phone,
        email=stop.email,
        note=stop.note,
        parcels=parcels if stop.kind == StopKind.DROPOFF else [],
        collect_cents=stop.collect_cents,
        doorstep=stop.doorstep,
    )


def _each_g(parcel: Any) -> int | None:
    return parcel.weight_g // parcel.quantity if parcel.weight_g is not None else None


def settled_on(asked: DeliveryRequest, stops: Sequence[Stop], pickup_window: tuple[datetime, datetime]) -> DeliveryRequest:
    """What was typed, with everything untouched taken from the delivery itself: its places, its own windows, its pickups."""
    drops = drops_among(stops)
    rescheduled = _rescheduled(asked, drops)
    wanted = [_kept(typed, stop, rescheduled=rescheduled) for typed, stop in zip(asked.dropoffs, drops, strict=True)]
    pickups = [as_it_stands(stop) for stop in pickups_among(stops)]
    if rescheduled:
        pickups = [replace(each, window_start=pickup_window[0], window_end=pickup_window[1]) for each in pickups]
    return DeliveryRequest(wanted, pickups[0], asked.note.strip(), asked.vehicle, pickups[1:])


def _rescheduled(asked: DeliveryRequest, drops: Sequence[Stop]) -> bool:
    """The form says one window for all drops: the first one's means that none is touched."""
    first = asked.dropoffs[0]
    return (first.window_start, first.window_end) != (drops[0].window_start, drops[0].window_end)


def _kept(typed: StopRequest, stop: Stop, *, rescheduled: bool) -> StopRequest:
    stands = as_it_stands(stop)
    wanted = typed if rescheduled else replace(typed, window_start=stop.window_start, window_end=stop.window_end)
    if not typed.book_ref and not typed.place_ref and typed.address.strip() in {"", stop.place.one_line}:
        wanted = replace(wanted, address="", point=None, place_ref=stop.place.ref)
    if _same_parcels(typed.parcels, stands.parcels):
        wanted = replace(wanted, parcels=stands.parcels)
    return wanted


def _same_parcels(one: Sequence[ParcelRequest], other: Sequence[ParcelRequest]) -> bool:
    def plain(parcels: Sequence[ParcelRequest]) -> list[tuple[object, ...]]:
        return sorted((str(each.type_id), "" if each.type_id else each.name, each.quantity) for each in parcels)

    return plain(one) == plain(other)


def differences(wanted: DeliveryRequest, delivery: Delivery, stops: Sequence[Stop]) -> Difference:
    """In the reader's language; call it with the collective's zone active."""
    says: Said = []
    moved = rescheduled = False
    for stop, asked in zip(drops_among(stops), wanted.dropoffs, strict=True):
        where = stop.contact_name or stop.place.street_address
        stands = as_it_stands(stop)
        if asked.place_ref != stop.place.ref:
            moved = True
            says.append([_("%(stop)s: address") % {"stop": where}, stop.place.one_line, asked.address])
        if (asked.window_start, asked.window_end) != (stop.window_start, stop.window_end):
            moved = rescheduled = True
            says.append([_("%(stop)s: when") % {"stop": where}, _when(stands), _when(asked)])
        if not _same_parcels(asked.parcels, stands.parcels):
            moved = True
            says.append([_("%(stop)s: parcels") % {"stop": where}, _pieces(stands), _pieces(asked)])
        if asked.doorstep != stop.doorstep:
            moved = True
            says.append([_("%(stop)s: up to the door of the flat") % {"stop": where}, _yes(stop.doorstep), _yes(asked.doorstep)])
        if asked.collect_cents != stop.collect_cents:
            before, after = (Money(cents, delivery.order.currency).format() for cents in (stop.collect_cents, asked.collect_cents))
            says.append([_("%(stop)s: cash to take") % {"stop": where}, before, after])
        says += _contact(where, stands, asked)
    if wanted.vehicle != delivery.vehicle:
        moved = True
        says.append([_("Which bike"), delivery.get_vehicle_display(), _bike(wanted.vehicle)])
    if wanted.note != delivery.note:
        says.append([_("Note about the whole delivery"), delivery.note, wanted.note])
    return Difference(says, moved, rescheduled)


def _contact(where: str, stands: StopRequest, asked: StopRequest) -> Said:
    labels = {
        "contact_name": _("%(stop)s: recipient"),
        "phone": _("%(stop)s: telephone"),
        "email": _("%(stop)s: e-mail"),
        "note": _("%(stop)s: note"),
    }
    changed = [name for name in Contact if getattr(stands, name) != getattr(asked, name).strip()]
    return [[labels[name] % {"stop": where}, getattr(stands, name), getattr(asked, name).strip()] for name in changed]


def _yes(value: object) -> str:
    return _("yes") if value else _("no")


def _bike(kind: str) -> str:
    """As it is called; what is none is refused when it is priced."""
    return str(dict(BikeAsked.choices).get(kind, kind))


def _when(stop: StopRequest) -> str:
    return f"{words.day(stop.window_start)}, {words.promise(stop.window_start, stop.window_end)}"


def _pieces(stop: StopRequest) -> str:
    count = sum(parcel.quantity for parcel in stop.parcels)
    return _("%(count)s pieces") % {"count": count} if count != 1 else _("one piece")


def request_of(data: Mapping[str, Any]) -> DeliveryRequest:
    """What `DeliveryRequest.as_json` wrote."""
    pickup = data.get("pickup")
    return DeliveryRequest(
        [_stop(each) for each in data["dropoffs"]],
        _stop(pickup) if pickup else None,
        data.get("note", ""),
        data.get("vehicle", ""),
        [_stop(each) for each in data.get("more_pickups", [])],
    )


def _stop(data: Mapping[str, Any]) -> StopRequest:
    refs = {name: UUID(data[name]) if data.get(name) else None for name in ("place_ref", "book_ref")}
    return StopRequest(
        datetime.fromisoformat(data["window_start"]),
        datetime.fromisoformat(data["window_end"]),
        address=data.get("address", ""),
        point=tuple(data["point"]) if data.get("point") else None,
        contact_name=data.get("contact_name", ""),
        phone=data.get("phone", ""),
        email=data.get("email", ""),
        note=data.get("note", ""),
        collect_cents=data.get("collect_cents", 0),
        doorstep=data.get("doorstep", False),
        parcels=[ParcelRequest(**parcel) for parcel in data.get("parcels", [])],
        **refs,
    )
