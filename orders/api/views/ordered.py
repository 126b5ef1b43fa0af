"""Orders: the commercial side, as shop administrations read it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from collectives.api.dates import day_of, out
from collectives.api.endpoint import Answer, Call, Endpoint, Rule
from collectives.api.shapes import Json, address, collection, iri, paged
from coopdelivery.kit.windows import day_bounds
from orders.api.seen import one, stores_of
from orders.models import Delivery, Order, Partner, Stop

READS = frozenset({"orders", "orders:all"})
STATES = {"awaiting_payment": "new", "placed": "accepted", "picked_up": "accepted", "delivered": "fulfilled", "failed": "refused"}


class Orders(Endpoint):
    """Of a day, by the window of the drop."""

    rules = {"GET": Rule("deliveries.view", READS, summary="Orders", answers="Order", query=("date", "page", "itemsPerPage"))}

    def get(self, call: Call) -> Answer:
        rows = orders_of(call)
        if call.query.get("date"):
            start, end = day_bounds(day_of(call.query["date"], "date"), call.collective.zone)
            drops = Stop.objects.filter(kind="dropoff", window_start__gte=start, window_start__lt=end)
            rows = rows.filter(deliveries__in=drops.values("delivery"))
        page, total, view = paged(call.request, rows.distinct().order_by("pk"))
        return Answer(collection(call.request.path, [order(each, call) for each in page], total=total, view=view), context="Order")


class OneOrder(Endpoint):
    rules = {"GET": Rule("deliveries.view", READS | {"deliveries"}, summary="One order", answers="Order")}

    def get(self, call: Call, pk: int) -> Answer:
        return Answer(order(one(orders_of(call), pk), call), context="Order")


def orders_of(call: Call) -> QuerySet[Order]:
    """Of the caller's partners, with all that the shape shows."""
    partners = stores_of(call.caller).order_by()
    found = Order.objects.none() if call.caller.is_sandbox else Order.objects.filter(partner__in=partners.values("pk"))
    return found.select_related("partner__place").prefetch_related("deliveries__stops__place", "lines")


def order(row: Order, call: Call) -> Json:
    """Amounts in cents; lists are empty, never missing."""
    delivery: Delivery = next(iter(row.deliveries.all()))
    stops = list(delivery.stops.all())
    drop = next((stop for stop in stops if stop.kind == "dropoff"), stops[0])
    zone = call.collective.zone
    return {
        "@id": iri("orders", row.pk),
        "@type": "http://schema.org/Order",
        "id": row.pk,
        "number": row.number,
        "state": STATES.get(delivery.status, "cancelled"),
        "total": row.gross.cents,
        "itemsTotal": row.net.cents,
        "taxTotal": row.vat.cents,
        "currency": row.currency,
        "takeaway": False,
        "adjustments": {"delivery": [], "tip": [], "tax": [{"amount": row.vat.cents}]},
        "createdAt": out(row.placed_at, zone),
        "pickupExpectedAt": out(_pickup_at(stops), zone),
        "shippingTimeRange": [out(drop.window_start, zone), out(drop.window_end, zone)],
        "restaurant": _shop(row.partner),
        "store": iri("stores", row.partner_id) if row.partner_id else None,
        "customer": {"@id": iri("customers", drop.pk), "fullName": drop.contact_name, "email": drop.email, "phoneNumber": drop.phone},
        "shippingAddress": address(drop.place, contact_name=drop.contact_name, phone=drop.phone, note=drop.note),
        "assignedTo": None,
        "items": [_item(line.pk, line.label, line.amount_cents, row) for line in row.lines.all()],
    }


def _pickup_at(stops: list[Stop]) -> datetime | None:
    return next((stop.window_start for stop in stops if stop.kind == "pickup"), None)


def _shop(partner: Partner | None) -> Json | None:
    if partner is None:
        return None
    card: dict[str, Any] = {"@id": iri("stores", partner.pk), "@type": "http://schema.org/Store", "name": partner.name}
    return {**card, "address": address(partner.place, phone=partner.phone)}


def _item(pk: int, label: str, cents: int, row: Order) -> Json:
    tax = {"amount": cents * row.vat_rate // 10_000}
    return {"id": pk, "name": label, "quantity": 1, "unitPrice": cents, "total": cents, "adjustments": {"tax": [tax]}}
