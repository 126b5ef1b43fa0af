"""From a request to something that can be priced and placed: places found, windows and contacts checked, the way measured.

Asks geocoders and routers, so it runs before any transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from collectives.models import Collective
from coopdelivery.kit.windows import Window
from coopdelivery.places.geometry import BadPoint
from coopdelivery.places.models import Place
from coopdelivery.places.services import NoAddress
from orders.models import AddressBookEntry, BikeAsked, ParcelType, StopKind
from orders.pricing.engine import Facts
from orders.refusals import BadAddress, BadCash, BadStops, BadVehicle, NotTrading, OutOfArea, PartnerClosed, TooLong, TooManyPickups
from orders.requests import DeliveryRequest, StopRequest
from orders.services.contacts import checked_email, checked_phone
from orders.services.desk import Desk
from orders.services.facts import PlannedStop as PlannedStop
from orders.services.facts import facts_of_stops
from orders.services.parcels import planned_parcels
from orders.services.way import Way as Way
from orders.terms import Terms

MOST_DROPS = 50
MOST_MORE_PICKUPS = 9
LONGEST_NOTE = 500
MOST_CASH = 5_000_000
PICKUP_WITHIN = timedelta(hours=1)


# Each stop with its path in the request and its kind, pickups first.
Asked = Sequence[tuple[str, str, StopRequest]]


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


def checked_cash(path: str, cents: int) -> int:
    if not 0 <= cents <= MOST_CASH:
        raise BadCash(path)
    return cents


def _checked_vehicle(kind: str) -> str:
    if kind not in BikeAsked.values:
        raise BadVehicle("vehicle")
    return kind


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
        facts = facts_of_stops(stops, measured, outside, self.collective, self.windows.now, _checked_vehicle(request.vehicle))
        return Prepared(stops, measured, facts, request.fingerprint(self.partner.ref), self.windows.terms)

    def _may_order(self) -> None:
        if not self.collective.may_trade():
            raise NotTrading
        if not self.partner.is_active:
            raise PartnerClosed("partner")

    def _asked(self, request: DeliveryRequest) -> list[tuple[str, str, StopRequest]]:
        if not 1 <= len(request.dropoffs) <= MOST_DROPS:
            raise BadStops("dropoffs", most=MOST_DROPS)
        if len(request.more_pickups) > MOST_MORE_PICKUPS:
            raise TooManyPickups("more_pickups", most=MOST_MORE_PICKUPS + 1)
        if len(request.note) > LONGEST_NOTE:
            raise TooLong("note", most=LONGEST_NOTE)
        drops = [(f"dropoffs.{i}", StopKind.DROPOFF.value, stop) for i, stop in enumerate(request.dropoffs)]
        for path, _kind, stop in drops:
            self.windows.checked(stop.window_start, stop.window_end, field=f"{path}.window")
        self.windows.check_room([(f"{path}.window", stop.window_start) for path, _kind, stop in drops])
        first = ("pickup", StopKind.PICKUP.value, request.pickup or self._own_pickup(request))
        more = [(f"more_pickups.{i}", StopKind.PICKUP.value, stop) for i, stop in enumerate(request.more_pickups)]
        return [first, *more, *drops]

    def _own_pickup(self, request: DeliveryRequest) -> StopRequest:
        """At the partner's own place, in the first hour of the earliest drop window (its first half when it is shorter)."""
        start, end = pickup_window(request.dropoffs)
        partner = self.partner
        return StopRequest(start, end, contact_name=partner.name, phone=partner.phone, note=partner.pickup_note)

    def _windows(self, asked: Asked) -> list[Window]:
        """No drop begins before the last of the pickups does; the drops' own windows are checked already."""
        fetched = [(path, stop) for path, kind, stop in asked if kind == StopKind.PICKUP]
        pickups = [self.windows.checked(stop.window_start, stop.window_end, field=f"{path}.window") for path, stop in fetched]
        last = max(pickups, key=lambda window: window.start)
        drops = [Window(stop.window_start, stop.window_end) for _path, _kind, stop in asked[len(fetched) :]]
        for (path, _kind, _stop), window in zip(asked[len(fetched) :], drops, strict=True):
            self.windows.must_follow(window, last, field=f"{path}.window")
        return [*pickups, *drops]

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
            "collect_cents": checked_cash(f"{path}.collect_cents", stop.collect_cents) if kind == StopKind.DROPOFF else 0,
            "doorstep": stop.doorstep and kind == StopKind.DROPOFF,
            "parcels": planned_parcels(path, stop, types) if kind == StopKind.DROPOFF else [],
        }

    def _places(self, asked: Asked, entries: dict[UUID, AddressBookEntry]) -> list[Place]:
        refs = {stop.place_ref for _, _, stop in asked if stop.place_ref}
        by_ref = self.desk.places_by_ref(refs)
        return [self._place(path, stop, by_ref, entries) for path, _kind, stop in asked]

    def _place(self, path: str, stop: StopRequest, by_ref: dict[UUID, Place], entries: dict[UUID, AddressBookEntry]) -> Place:
        if stop.book_ref and stop.book_ref in entries:
            return entries[stop.book_ref].place
        if stop.place_ref and stop.place_ref in by_ref:
            return by_ref[stop.place_ref]
        if stop.address.strip():
            return self._found(path, stop)
        if path == "pickup" and not (stop.book_ref or stop.place_ref):
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
