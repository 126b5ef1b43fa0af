"""Writing a change: the stops keep their identity, the price is the one that was shown, and everything is written together."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.kit.windows import local_day
from coopdelivery.people.models import Person
from orders.changes.refusals import NotChangeable, PaidByCard, StillInARound
from orders.changes.wanted import Said, drops_among, pickups_among, stops_of
from orders.models import Delivery, DeliveryStatus, Order, OrderLine, Parcel, Settlement, Stop, StopStatus
from orders.outlook import is_planned
from orders.pricing.totals import totals
from orders.requests import DeliveryRequest, StopRequest
from orders.services.contacts import checked_email, checked_phone
from orders.services.desk import Desk
from orders.services.facts import PlannedStop
from orders.services.order_lines import write_lines
from orders.services.prepare import LONGEST_NOTE, Prepared, checked_cash, prepare
from orders.services.supplements import SUPPLEMENT, charge_waiting, kept_lines

OPEN = (DeliveryStatus.PLACED, DeliveryStatus.PICKED_UP)


def prepared_for(delivery: Delivery, wanted: DeliveryRequest, priced: Mapping[str, Any], *, save_places: bool) -> Prepared | None:
    """The new stops made ready, on the way that was priced; None when nothing is priced anew. Asks geocoders: outside transactions."""
    if not priced or delivery.partner is None:
        return None
    delivery.partner.collective = delivery.collective
    now = judged_from(delivery, rescheduled=bool(priced["rescheduled"]))
    desk = Desk(delivery.partner, now, price_list=priced["price_list"], but=delivery.pk)
    return prepare(request=wanted, desk=desk, save_places=save_places, way=dict(priced["way"]))


def judged_from(delivery: Delivery, *, rescheduled: bool) -> datetime | None:
    """Windows that stay were good when they were promised; new ones are judged now."""
    return None if rescheduled else delivery.placed_at


@transaction.atomic
def apply_change(
    *,
    delivery: Delivery,
    wanted: DeliveryRequest,
    prepared: Prepared | None,
    priced: Mapping[str, Any],
    says: Said,
    reason: str,
    by: Person | None,
) -> None:
    """Raises NotChangeable when it is over or a changed stop is done, StillInARound when its day would move under a round, PaidByCard."""
    stops = stops_of(delivery)
    if prepared is not None and _changes_day(stops, prepared, delivery) and is_planned(delivery):
        raise StillInARound
    values: dict[str, Any] = {"note": wanted.note[:LONGEST_NOTE]}
    if prepared is not None:
        way = prepared.way
        values |= {"distance_m": way.distance_m if not way.unlocated else None, "line": way.line, "weight_g": prepared.weight_g}
        values["vehicle"] = prepared.facts.vehicle
        values["distance_estimated"] = way.estimated or bool(way.unlocated)
    if not Delivery.objects.filter(pk=delivery.pk, status__in=OPEN).update(**values):
        raise NotChangeable
    before = delivery.order.gross
    touched = _write_stops(delivery, stops, wanted, prepared)
    after = _write_price(delivery.order, priced) if priced else before
    journal.record(
        "delivery.changed",
        subject=delivery.ref,
        collective_id=delivery.collective_id,
        by=by,
        number=delivery.number,
        reason=reason,
        says=says,
        stops=touched,
        before=before.plain(),
        after=after.plain(),
        currency=after.currency,
    )


def _changes_day(stops: Sequence[Stop], prepared: Prepared, delivery: Delivery) -> bool:
    zone = delivery.collective.zone
    pairs = zip(stops, prepared.stops, strict=True)
    return any(local_day(stop.window_start, zone) != local_day(planned.window.start, zone) for stop, planned in pairs)


def _write_stops(delivery: Delivery, stops: Sequence[Stop], wanted: DeliveryRequest, prepared: Prepared | None) -> dict[str, list[str]]:
    """One conditional UPDATE for each stop that is different; a finished stop stays as it was. Which fields of which stop changed."""
    drops = drops_among(stops)
    country = delivery.collective.country
    planned: Sequence[PlannedStop | None] = prepared.stops[-len(drops) :] if prepared else [None] * len(drops)
    touched: dict[str, list[str]] = {}
    for index, (stop, asked, new) in enumerate(zip(drops, wanted.dropoffs, planned, strict=True)):
        touched[str(stop.ref)] = _update(stop, {**_contact(asked, country, f"dropoffs.{index}"), **(_moved(new) if new else {})})
        if new is not None:
            _write_parcels(stop, new)
    if prepared is not None:
        for pickup, fetched in zip(pickups_among(stops), prepared.stops, strict=False):
            touched[str(pickup.ref)] = _update(pickup, {"window_start": fetched.window.start, "window_end": fetched.window.end})
    return {ref: names for ref, names in touched.items() if names}


def _contact(asked: StopRequest, country: str, path: str) -> dict[str, Any]:
    return {
        "contact_name": asked.contact_name.strip()[:120],
        "phone": checked_phone(asked.phone, country=country, field=f"{path}.phone"),
        "email": checked_email(asked.email, field=f"{path}.email"),
        "note": asked.note.strip()[:LONGEST_NOTE],
        "collect_cents": checked_cash(f"{path}.collect_cents", asked.collect_cents),
    }


def _moved(new: PlannedStop) -> dict[str, Any]:
    told = {"contact_name": new.contact_name, "phone": new.phone, "email": new.email, "note": new.note}
    return {**told, "place_id": new.place.pk, "window_start": new.window.start, "window_end": new.window.end, "doorstep": new.doorstep}


def _update(stop: Stop, values: Mapping[str, Any]) -> list[str]:
    changed = {name: value for name, value in values.items() if getattr(stop, name) != value}
    if changed and not Stop.objects.filter(pk=stop.pk, status=StopStatus.OPEN).update(**changed):
        raise NotChangeable
    return sorted(changed)


def _write_parcels(stop: Stop, new: PlannedStop) -> None:
    stands = [(each.type_id, each.name, each.quantity, each.weight_g, each.volume_l) for each in stop.parcels.all()]
    wanted = [(each.type_id, each.name, each.quantity, each.weight_g, each.volume_l) for each in new.parcels]
    if stands == wanted:
        return
    if not Stop.objects.filter(pk=stop.pk, status=StopStatus.OPEN).exists():
        raise NotChangeable
    Parcel.objects.filter(dropoff=stop).delete()
    names = ("type_id", "name", "quantity", "weight_g", "volume_l")
    own = {"collective_id": stop.collective_id, "delivery_id": stop.delivery_id, "dropoff": stop}
    Parcel.objects.bulk_create(Parcel(**own, **dict(zip(names, each, strict=True))) for each in wanted)


def _write_price(order: Order, priced: Mapping[str, Any]) -> Money:
    """Only now, because somebody agreed to it; an order in the accounts or paid by card keeps its price.

    Supplements stay, also those written since it was asked; waiting is charged by the terms of the new price.
    """
    lines = [*(line for line in priced["lines"] if line["code"] != SUPPLEMENT), *kept_lines(order)]
    net, vat = totals([(line["amount_cents"], line["args"]) for line in lines], priced["vat_rate"])
    after = Money(net + vat, order.currency)
    if after == order.gross:
        return after
    if order.paid_by == Order.PaidBy.CARD:
        raise PaidByCard(cost=after)
    if Settlement.objects.filter(order=order).exists():
        raise NotChangeable
    same = Order.objects.filter(pk=order.pk, net_cents=order.net_cents, vat_cents=order.vat_cents)
    values = {name: priced[name] for name in ("vat_rate", "price_list_version")} | {"net_cents": net, "vat_cents": vat}
    if not same.update(price_list_id=priced["price_list"], price_version=F("price_version") + 1, **values):
        raise NotChangeable
    OrderLine.objects.filter(order=order).delete()
    write_lines(order, lines)
    order.refresh_from_db()
    return charge_waiting(order) or after
