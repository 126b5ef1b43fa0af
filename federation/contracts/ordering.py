"""An order of the client finds its co-op by territory: the lot in force around the address, and there the client as an ordinary partner."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.formats import date_format
from shapely.geometry import shape

from collectives.refusals import Refusal
from collectives.tenancy import acting_for
from coopdelivery.kit import windows
from coopdelivery.people.models import Person
from coopdelivery.places.areas import holds
from coopdelivery.places.services import look_up
from federation.contracts.calls import check_runner, record
from federation.contracts.refusals import AddressUnknown, NotOrdered, NotTakenOn, OutsideLots, OutsideTerm, TwoLots
from federation.models import Allotment, FrameworkContract
from orders.models import Delivery, Partner
from orders.refusals import Refused
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services.place import place_delivery

FIELDS = {"address": "address", "point": "address", "phone": "phone", "window": "starts"}  # of the order, and here


@dataclass(frozen=True, slots=True)
class ClientOrder:
    """What is to be brought where; the hours are those of the town. `key` makes sending it twice one order."""

    address: str
    day: date
    starts: time
    ends: time
    contact_name: str
    phone: str
    pieces: int
    note: str
    key: UUID


def rides(contract: FrameworkContract) -> list[Allotment]:
    """The lots in force that have an outline, by name."""
    rows = Allotment.objects.filter(lot__contract=contract, state=Allotment.State.IN_FORCE, lot__area__isnull=False)
    return list(rows.select_related("lot", "collective").order_by("lot__name"))


def order(*, contract: FrameworkContract, wanted: ClientOrder, by: Person) -> Delivery:
    """Placed at the co-op of the lot, as an order of its partner. The same key again is the same delivery.

    Asks geocoders: never inside a transaction. Raises NotOfPartnerships, OutsideTerm, AddressUnknown, OutsideLots, TwoLots, NotTakenOn,
    NotOrdered.
    """
    try:
        check_runner(by)
        if not contract.begins_on <= wanted.day <= contract.ends_on:
            raise OutsideTerm(first=date_format(contract.begins_on), last=date_format(contract.ends_on))
        return _place(_lot_around(contract, wanted.address), wanted, by)
    except Refusal as refusal:
        with transaction.atomic():
            record("contract.refused", contract, by, what="order", why=type(refusal).__name__)
        raise


def _lot_around(contract: FrameworkContract, address: str) -> Allotment:
    """By the point of the address, asked for near each lot: a street of the same name elsewhere does not count."""
    found, known = [], False
    for each in rides(contract):
        area: dict[str, Any] = each.lot.area or {}
        middle = shape(area).centroid
        place = look_up(collective_id=each.collective_id, text=address, country=each.collective.country, near=(middle.y, middle.x))
        known = known or place.point is not None
        if place.point is not None and holds(area, place.point):
            found.append(each)
    if not found:
        raise OutsideLots if known else AddressUnknown
    if len(found) > 1:
        raise TwoLots(first=found[0].lot.name, second=found[1].lot.name)
    return found[0]


def _place(lot: Allotment, wanted: ClientOrder, by: Person) -> Delivery:
    window = windows.on_day(wanted.day, wanted.starts, wanted.ends, lot.collective.zone)
    drop = StopRequest(
        window_start=window.start,
        window_end=window.end,
        address=wanted.address,
        contact_name=wanted.contact_name,
        phone=wanted.phone,
        note=wanted.note,
        parcels=[ParcelRequest(name=lot.lot.name, quantity=wanted.pieces)],
    )
    with acting_for(lot.collective):
        partner = Partner.objects.filter(ref=lot.partner_ref).first() if lot.partner_ref else None
        if partner is None:
            raise NotTakenOn(name=lot.collective.name)
        try:
            return place_delivery(
                request=DeliveryRequest(dropoffs=[drop]), partner=partner, by=by, idempotency_key=f"contract-{wanted.key}"
            )
        except Refused as refused:
            raise NotOrdered(FIELDS.get(refused.field.rsplit(".", 1)[-1], ""), str(refused)) from refused
