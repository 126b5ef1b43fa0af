"""From an accepted hand-over to an ordinary order of the receiver's: for a partner that stands for the giver, at the agreed price."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.people.models import Person
from coopdelivery.places import routing
from coopdelivery.places.addresses import address_key
from coopdelivery.places.models import Place
from federation.handover.parts import Part, parts_of, proofs_asked
from federation.handover.refusals import NoPriceList
from federation.models import HandedTask, Handover, HandoverPartner
from orders.models import Delivery, Parcel, Partner, PriceList, Stop
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import add_partner, place_delivery
from orders.services.agreed import quote_agreed
from orders.services.desk import Desk
from orders.services.prepare import LONGEST_NOTE
from orders.services.way import Way

COPIED = ("name", "street_address", "postcode", "city", "country", "address_key", "latitude", "longitude", "precision", "to_check")


def measured(handover: Handover) -> dict[str, Any]:
    """The way through its stops. May ask the router: never inside a transaction."""
    found = routing.route([part.place.point for part in parts_of(handover)])
    legs = tuple(leg.distance_m for leg in found.legs)
    return asdict(Way(found.distance_m, found.estimated, found.unknown, found.encoded() if found.distance_m else "", legs))


def order_it(handover: Handover, *, way: dict[str, Any], by: Person) -> Delivery:
    """The receiver's own delivery, its stops tied to the giver's work. Call in the transaction that accepts.

    Raises NoPriceList, and what the receiver's own rules refuse (orders.refusals).
    """
    receiver = handover.receiver
    parts = parts_of(handover)
    with acting_for(receiver):
        Collective.objects.select_for_update(of=("self",), no_key=True).get(pk=receiver.pk)
        with override(receiver.language):
            partner = _partner(handover, by)
            request = _request(handover, parts, [_copied(part.place, receiver) for part in parts])
            label = _("Hand-over from %(co_op)s") % {"co_op": handover.giver.name}
            reason = _("agreed for %(number)s") % {"number": handover.delivery.number}
        desk = Desk(partner, handover.delivery.placed_at)
        quote = quote_agreed(request=request, desk=desk, label=label, reason=reason, gross_cents=handover.cents, way=way)
        taken = place_delivery(
            request=request,
            partner=partner,
            by=by,
            idempotency_key=f"handover:{handover.ref}",
            quote=quote,
            placed_at=handover.delivery.placed_at,
            desk=desk,
        )
        for part, stop in zip(parts, Stop.objects.filter(delivery=taken).order_by("position"), strict=True):
            HandedTask.objects.filter(pk__in=[row.pk for row in part.handed]).update(stop=stop)
    return taken


def _partner(handover: Handover, by: Person) -> Partner:
    """Made once for each giver; from then on the receiver's to keep."""
    known = HandoverPartner.objects.filter(receiver=handover.receiver, giver=handover.giver).first()
    if known is not None:
        return Partner.objects.select_related("collective", "place", "price_list").get(pk=known.partner_id)
    prices = PriceList.objects.filter(follows=None, rules__isnull=False).order_by("pk").first()
    if prices is None:
        raise NoPriceList
    giver = handover.giver
    partner = add_partner(
        collective=handover.receiver,
        name=_("%(co_op)s (hand-over)") % {"co_op": giver.name[:60]},
        place=_office(giver, handover.receiver),
        price_list=prices,
        by=by,
        kind=Partner.Kind.COOP,
        email=giver.email,
        phone=giver.phone,
        vat_number=giver.vat_number,
    )
    HandoverPartner.objects.create(receiver=handover.receiver, giver=giver, partner=partner)
    return partner


def _office(giver: Collective, receiver: Collective) -> Place:
    street = giver.street_address or giver.name
    return Place.objects.create(
        collective_id=receiver.pk,
        name=giver.name,
        street_address=street,
        city=giver.city,
        country=giver.country,
        address_key=address_key(street, "", giver.city),
    )


def _copied(place: Place, receiver: Collective) -> Place:
    """The same address among the receiver's own places, with what couriers must know there. Call inside its scope."""
    values = {field: getattr(place, field) for field in COPIED}
    who = {"name": place.name, "contact_name": "", "phone": ""}
    for known in Place.objects.filter(address_key=place.address_key, **who).order_by("pk"):
        if known.point == place.point:
            return known
    return Place.objects.create(collective_id=receiver.pk, note=place.note, **values)


def _request(handover: Handover, parts: Sequence[Part], places: Sequence[Place]) -> DeliveryRequest:
    stops = [_stop(part, place) for part, place in zip(parts, places, strict=True)]
    pickup, *more = [stop for stop, part in zip(stops, parts, strict=True) if part.pickup]
    drops = [stop for stop, part in zip(stops, parts, strict=True) if not part.pickup]
    proofs = proofs_asked(handover)
    asked = [_("Proof asked: %(kinds)s.") % {"kinds": ", ".join(proofs)}] if proofs else []
    note = "\n".join(text for text in (handover.note, handover.delivery.note, *asked) if text)
    facts: dict[str, Any] = {"note": note[:LONGEST_NOTE], "vehicle": handover.delivery.vehicle}
    if more:
        facts["more_pickups"] = more
    return DeliveryRequest(dropoffs=drops, pickup=pickup, **facts)


def _stop(part: Part, place: Place) -> StopRequest:
    return StopRequest(
        window_start=part.opens_at,
        window_end=part.closes_at,
        place_ref=place.ref,
        contact_name=part.contact_name,
        phone=part.phone,
        note=part.note[:LONGEST_NOTE],
        doorstep=part.doorstep,
        parcels=[_parcel(parcel) for parcel in part.parcels],
    )


def _parcel(parcel: Parcel) -> ParcelRequest:
    each_g = parcel.weight_g // parcel.quantity if parcel.weight_g is not None and parcel.quantity else None
    return ParcelRequest(name=parcel.name, quantity=parcel.quantity, weight_g=each_g)
