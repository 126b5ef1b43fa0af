"""From a request to something that can be priced and placed: places found, windows and contacts checked, the way measured.

Asks geocoders and routers, so it runs before any transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from collectives.models import Collective
from coopdelivery.kit.windows import Window
from coopdelivery.places.geometry import BadPoint
from coopdelivery.places.models import Place
from coopdelivery.places.services import NoAddress
from orders.models import AddressBookEntry, ParcelType, StopKind
from orders.pricing.engine import Facts
from orders.public_holidays import is_public_holiday
from orders.refusals import BadAddress, BadCash, BadParcel, BadStops, NotTrading, OutOfArea, PartnerClosed, TooLong
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services.contacts import checked_email, checked_phone
from orders.services.desk import Desk
from orders.services.way import Way as Way
from orders.terms import Terms

MOST_DROPS = 50
MOST_PIECES = 200
MOST_WEIGHT_G = 500_000
LONGEST_NOTE = 500
MOST_CASH = 5_000_000
PICKUP_WITHIN = timedelta(hours=1)


# Each stop with its path in the request and its kind, pickup first.
Asked = Sequence[tuple[str, str, StopRequest]]


@dataclass(frozen=True, slots=True)
class PlannedParcel:
    """`weight_g` and `volume_l` are for all pieces; None is unknown."""

    type_id: int | None
    name: str
    quantity: int
    weight_g: int | None
    volume_l: int | None


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


@dataclass(frozen=True, slots=True)
class Prepared:
    stops: list[PlannedStop]
    way: Way
    facts: Facts
    fingerprint: str
    terms: Terms

    @property
    def weight_g(self) -> int | None:
        """Of all parcels together; None when one of them is unknown."""
        return None if self.facts.unweighed else self.facts.weight_g


def prepare(
    *,
    request: DeliveryRequest,
    desk: Desk,
    save_places: bool,
    way: dict[str, Any] | None = None,
) -> Prepared:
    """Everything about the request that can be checked. Raises the refusals of `orders.refusals`, naming the field.

    New addresses become places only with `save_places`: asking for a price leaves nothing behind. `way` is what an honoured quote
    measured; it is taken over.
    """
    return _Preparation(desk, save_places=save_places).run(request, way=way)


def pickup_window(drops: Sequence[StopRequest]) -> tuple[datetime, datetime]:
    """When parcels are fetched if nothing was said: in the first hour of the earliest drop (its first half when it is shorter)."""
    first = min(drops, key=lambda stop: stop.window_start)
    return first.window_start, first.window_start + min(PICKUP_WITHIN, (first.window_end - first.window_start) / 2)


def _checked_cash(path: str, cents: int) -> int:
    if not 0 <= cents <= MOST_CASH:
        raise BadCash(path)
    return cents


class _Preparation:
    """One request's way through the checks; what they are made by is read at the desk."""

    def __init__(self, desk: Desk, *, save_places: bool) -> None:
        self.desk = desk
        self.partner = desk.partner
        self.collective: Collective = desk.collective
        self.windows = desk.windows
        self.save_places = save_places

    def run(self, request: DeliveryRequest, *, way: dict[str, Any] | None) -> Prepared:
        self._may_order()
        asked = self._asked(request)
        windows = self._windows(asked)
        entries, types = self._entries(asked), self._types(request)
        drafts = [self._contact(path, kind, stop, windows[i], entries, types) for i, (path, kind, stop) in enumerate(asked)]
        places = self._places(asked, entries)
        stops = [PlannedStop(place=place, **draft) for place, draft in zip(places, drafts, strict=True)]
        outside = _outside(asked, places, self.desk)
        measured = Way(**way) if way else self.desk.way(places)
        facts = _facts(stops, measured, outside, self.collective, self.windows.now)
        return Prepared(stops, measured, facts, request.fingerprint(self.partner.ref), self.windows.terms)

    def _may_order(self) -> None:
        if not self.collective.may_trade():
            raise NotTrading
        if not self.partner.is_active:
            raise PartnerClosed("partner")

    def _asked(self, request: DeliveryRequest) -> list[tuple[str, str, StopRequest]]:
        if not 1 <= len(request.dropoffs) <= MOST_DROPS:
            raise BadStops("dropoffs", most=MOST_DROPS)
        if len(request.note) > LONGEST_NOTE:
            raise TooLong("note", most=LONGEST_NOTE)
        drops = [(f"dropoffs.{i}", StopKind.DROPOFF.value, stop) for i, stop in enumerate(request.dropoffs)]
        for path, _kind, stop in drops:
            self.windows.checked(stop.window_start, stop.window_end, field=f"{path}.window")
        self.windows.check_room([(f"{path}.window", stop.window_start) for path, _kind, stop in drops])
        return [("pickup", StopKind.PICKUP.value, request.pickup or self._own_pickup(request)), *drops]

    def _own_pickup(self, request: DeliveryRequest) -> StopRequest:
        """At the partner's own place, in the first hour of the earliest drop window (its first half when it is shorter)."""
        start, end = pickup_window(request.dropoffs)
        partner = self.partner
        return StopRequest(start, end, contact_name=partner.name, phone=partner.phone, note=partner.pickup_note)

    def _windows(self, asked: Asked) -> list[Window]:
        pickup = asked[0][2]
        first = self.windows.checked(pickup.window_start, pickup.window_end, field="pickup.window")
        drops = [Window(stop.window_start, stop.window_end) for _path, _kind, stop in asked[1:]]
        for (path, _kind, _stop), window in zip(asked[1:], drops, strict=True):
            self.windows.must_follow(window, first, field=f"{path}.window")
        return [first, *drops]

    def _entries(self, asked: Asked) -> dict[UUID, AddressBookEntry]:
        refs = [stop.book_ref for _, _, stop in asked if stop.book_ref]
        if not refs:
            return {}
        rows = AddressBookEntry.objects.select_related("place").filter(partner=self.partner, ref__in=refs)
        return {entry.ref: entry for entry in rows}

    def _types(self, request: DeliveryRequest) -> dict[int, ParcelType]:
        return self.desk.types(parcel.type_id for stop in request.dropoffs for parcel in stop.parcels if parcel.type_id is not None)

    def _contact(
        self,
        path: str,
        kind: str,
        stop: StopRequest,
        window: Window,
        entries: dict[UUID, AddressBookEntry],
        types: dict[int, ParcelType],
    ) -> dict[str, Any]:
        """All of a stop but its place; the address book fills what was left empty."""
        entry = entries.get(stop.book_ref) if stop.book_ref else None
        name, note = stop.contact_name.strip(), stop.note.strip()
        for value, most, key in ((name, 120, "contact_name"), (note, LONGEST_NOTE, "note"), (stop.address, 300, "address")):
            if len(value) > most:
                raise TooLong(f"{path}.{key}", most=most)
        notes = [text for text in (entry.note if entry else "", note) if text]
        phone = checked_phone(stop.phone, country=self.collective.country, field=f"{path}.phone")
        return {
            "kind": kind,
            "window": window,
            "contact_name": name or (entry.contact_name if entry else ""),
            "phone": phone or (entry.phone if entry else ""),
            "email": checked_email(stop.email, field=f"{path}.email") or (entry.email if entry else ""),
            "note": "\n".join(dict.fromkeys(notes))[:LONGEST_NOTE],
            "entry_id": entry.pk if entry else None,
            "collect_cents": _checked_cash(f"{path}.collect_cents", stop.collect_cents) if kind == StopKind.DROPOFF else 0,
            "parcels": _parcels(path, stop, types) if kind == StopKind.DROPOFF else [],
        }

    def _places(self, asked: Asked, entries: dict[UUID, AddressBookEntry]) -> list[Place]:
        refs = {stop.place_ref for _, _, stop in asked if stop.place_ref}
        by_ref = self.desk.places_by_ref(refs)
        return [self._place(path, stop, kind, by_ref, entries) for path, kind, stop in asked]

    def _place(self, path: str, stop: StopRequest, kind: str, by_ref: dict[UUID, Place], entries: dict[UUID, AddressBookEntry]) -> Place:
        if stop.book_ref and stop.book_ref in entries:
            return entries[stop.book_ref].place
        if stop.place_ref and stop.place_ref in by_ref:
            return by_ref[stop.place_ref]
        if stop.address.strip():
            return self._found(path, stop)
        if kind == StopKind.PICKUP and not (stop.book_ref or stop.place_ref):
            return self.partner.place
        raise BadAddress(f"{path}.address")

    def _found(self, path: str, stop: StopRequest) -> Place:
        try:
            return self.desk.place(stop.address, stop.point, save=self.save_places)
        except (NoAddress, BadPoint) as error:
            raise BadAddress(f"{path}.address") from error


def _outside(asked: Asked, places: Sequence[Place], desk: Desk) -> list[int]:
    """Which located stops lie outside the area, by position; refused unless the price list says what happens to them."""
    outside = [i for i, place in enumerate(places) if place.point is not None and desk.is_outside(place.point)]
    if outside and not desk.takes_outside:
        first = outside[0]
        raise OutOfArea(f"{asked[first][0]}.address", address=places[first].one_line)
    return outside


def _parcels(path: str, stop: StopRequest, types: dict[int, ParcelType]) -> list[PlannedParcel]:
    """What goes to this drop; nothing said is one parcel of unknown weight."""
    if not stop.parcels:
        return [PlannedParcel(None, _("Parcel"), 1, None, None)]
    return [_parcel(f"{path}.parcels.{i}", parcel, types) for i, parcel in enumerate(stop.parcels)]


def _parcel(path: str, asked: ParcelRequest, types: dict[int, ParcelType]) -> PlannedParcel:
    kind = types.get(asked.type_id) if asked.type_id is not None else None
    if asked.type_id is not None and kind is None:
        raise BadParcel(f"{path}.type_id", _NO_SUCH_TYPE)
    if not 1 <= asked.quantity <= MOST_PIECES:
        raise BadParcel(f"{path}.quantity", most=MOST_PIECES)
    each_g = asked.weight_g if asked.weight_g is not None else kind.weight_g if kind else None
    if each_g is not None and not 0 <= each_g <= MOST_WEIGHT_G:
        raise BadParcel(f"{path}.weight_g", _TOO_HEAVY, most=MOST_WEIGHT_G // 1000)
    name = asked.name.strip()[:60] or (kind.name if kind else _("Parcel"))
    volume = kind.volume_l if kind else None
    return PlannedParcel(
        type_id=kind.pk if kind else None,
        name=name,
        quantity=asked.quantity,
        weight_g=each_g * asked.quantity if each_g is not None else None,
        volume_l=volume * asked.quantity if volume is not None else None,
    )


def _facts(stops: Sequence[PlannedStop], way: Way, outside: Sequence[int], collective: Collective, now: datetime) -> Facts:
    """`outside` are the positions of the stops outside the area."""
    drops = [stop for stop in stops if stop.kind == StopKind.DROPOFF]
    each = tuple(
        _facts_of([stop], way, way.legs_m[i - 1] if way.legs_m else 0, int(i in outside), collective, now)
        for i, stop in enumerate(stops)
        if stop.kind == StopKind.DROPOFF
    )
    return replace(_facts_of(drops, way, way.distance_m, len(outside), collective, now), each=each)


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


_NO_SUCH_TYPE = gettext_lazy("This co-op has no such parcel type. Choose one from the list.")
_TOO_HEAVY = gettext_lazy("One piece weighs at most %(most)s kg on a bike. Split it, or call the co-op.")
