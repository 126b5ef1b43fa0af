"""A shop of the demo orders a delivery, as its form would."""

from uuid import uuid4

from federation.demo.home import Home
from federation.demo.lanes import Trip, Visit
from federation.demo.tills import MARK
from orders.models import Delivery, Partner
from orders.payments.services import payment_for
from orders.payments.states import mark_paid
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services import place_delivery

NOTE_SHARE = 0.3
CARD_RATE, CARD_FIXED = 15, 25  # per thousand, and minor units: what the payment server of this machine keeps


def order(home: Home, trip: Trip, *, pay: bool = True) -> Delivery:
    """Order the trip in the name of the shop's first person. Card orders are paid, unless `pay` is false: then they wait for it."""
    by = home.orders_for(trip.run.shop)
    partner = Partner.objects.select_related("collective", "place").get(pk=home.partners[trip.run.shop].pk)  # it may have lapsed meanwhile
    delivery = place_delivery(request=_request(home, trip, partner), partner=partner, by=by, idempotency_key=f"demo-{uuid4()}")
    if pay and partner.terms == Partner.Terms.CARD:
        payment = payment_for(delivery.order)
        fee = (payment.amount_cents * CARD_RATE + 500) // 1000 + CARD_FIXED
        mark_paid(payment, intent_id=f"{MARK}{delivery.number}", fee_cents=fee, by=by)
    return delivery


def _request(home: Home, trip: Trip, partner: Partner) -> DeliveryRequest:
    start, end = trip.pickup.window
    pickup = StopRequest(start, end, contact_name=partner.name, phone=partner.phone, note=partner.pickup_note)
    note = home.random.choice(home.coop.order_notes) if home.random.random() < NOTE_SHARE / 3 else ""
    return DeliveryRequest(dropoffs=[_drop(home, trip, visit) for visit in trip.drops], pickup=pickup, note=note)


def _drop(home: Home, trip: Trip, visit: Visit) -> StopRequest:
    shop, chance = home.shop(trip.run.shop), home.random
    notes = [visit.door.note] if visit.door and visit.door.note else []
    if shop.notes and chance.random() < NOTE_SHARE:
        notes.append(chance.choice(shop.notes))
    parcels = [ParcelRequest(type_id=home.things[key].pk, quantity=chance.randint(1, most)) for key, most in shop.carries]
    start, end = visit.window
    return StopRequest(
        start,
        end,
        place_ref=None if visit.book_ref else visit.place.ref,
        book_ref=visit.book_ref,
        contact_name=visit.door.name if visit.door else "",
        phone=visit.door.phone if visit.door else "",
        note="\n".join(notes),
        parcels=parcels,
    )
