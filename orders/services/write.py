"""Orders that are checked and priced → rows: one, or the lines of a file, in the same few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Model

from collectives.models import Collective
from coopdelivery.kit.writing import draw_ids, write_together
from coopdelivery.people.models import Person
from orders.models import AddressBookEntry, Delivery, DeliveryStatus, Order, OrderLine, Parcel, Partner, Quote, Stop, StopKind
from orders.refusals import QuoteTaken
from orders.services.facts import PlannedStop
from orders.services.order_lines import lines_of
from orders.services.paid import announce_all
from orders.services.parcels import PlannedParcel
from orders.services.prepare import Prepared
from orders.services.terms import check_room

RAISE = "UPDATE collectives_collective SET last_number = last_number + %s WHERE id = %s RETURNING last_number"


@dataclass(frozen=True, slots=True)
class Ready:
    """What is ordered at which price. `quote` is the one that was shown, or the same thing never kept."""

    prepared: Prepared
    quote: Quote
    key: str | None
    note: str = ""
    payer: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rows:
    """One order with all that it writes."""

    order: Order
    lines: list[OrderLine]
    delivery: Delivery
    stops: list[Stop]
    parcels: list[Parcel]


def write_orders(ready: Sequence[Ready], *, partner: Partner, by: Person | None, at: datetime) -> list[Delivery]:
    """All or none, in their order. Raises SlotFull, QuoteTaken, and IntegrityError when a key was used meanwhile.

    The collective's row stays locked from the numbers to the end, so they are given once and none is skipped; a few hundred at most.
    """
    rows = [_rows_of(each, partner, by, at) for each in ready]
    tables = _tables(rows)
    draw_ids(*tables)
    with transaction.atomic():
        _number(rows, partner.collective)
        check_room(_drops(ready), ready[0].prepared.terms)
        _accept([each.quote for each in ready if each.quote.pk], at)
        write_together(*tables)
        _count_book_entries(ready, at)
        if partner.terms != Partner.Terms.CARD:
            announce_all([(each.delivery, each.stops) for each in rows], by=by)
    return [each.delivery for each in rows]


def _tables(rows: Sequence[Rows]) -> list[Sequence[Model]]:
    """What points to a row comes after it."""
    return [
        [each.order for each in rows],
        [line for each in rows for line in each.lines],
        [each.delivery for each in rows],
        [stop for each in rows for stop in each.stops],
        [parcel for each in rows for parcel in each.parcels],
    ]


def _rows_of(ready: Ready, partner: Partner, by: Person | None, at: datetime) -> Rows:
    """As they will be kept, but for the number."""
    order = _order(ready, partner, by, at)
    delivery = _delivery(order, partner, ready, at)
    stops = [_stop(delivery, position, planned) for position, planned in enumerate(ready.prepared.stops)]
    parcels = [
        _parcel(delivery, stop, parcel) for stop, planned in zip(stops, ready.prepared.stops, strict=True) for parcel in planned.parcels
    ]
    delivery.at_hand = (stops, parcels)
    return Rows(order, lines_of(order, ready.quote.lines), delivery, stops, parcels)


def _number(rows: Sequence[Rows], collective: Collective) -> None:
    for each, number in zip(rows, _next_numbers(collective, len(rows)), strict=True):
        each.order.number = each.delivery.number = number


def _next_numbers(collective: Collective, count: int) -> list[str]:
    """`HE-4021`: the row stays locked until the orders are written. Said in SQL: one statement raises and tells the number."""
    with connection.cursor() as cursor:
        cursor.execute(RAISE, [count, collective.pk])
        last = cursor.fetchone()[0]
    return [f"{collective.slug[:2].upper()}-{number}" for number in range(last - count + 1, last + 1)]


def _drops(ready: Sequence[Ready]) -> list[tuple[str, datetime]]:
    return [
        (f"dropoffs.{i}.window", stop.window.start)
        for each in ready
        for i, stop in enumerate(stop for stop in each.prepared.stops if stop.kind == StopKind.DROPOFF)
    ]


def _accept(quotes: Sequence[Quote], at: datetime) -> None:
    for quote in quotes:
        if not Quote.objects.filter(pk=quote.pk, accepted_at=None).update(accepted_at=at):
            raise QuoteTaken


def _order(ready: Ready, partner: Partner, by: Person | None, at: datetime) -> Order:
    quote = ready.quote
    return Order(
        collective_id=partner.collective_id,
        partner=partner,
        paid_by=Order.PaidBy.CARD if partner.terms == Partner.Terms.CARD else Order.PaidBy.STATEMENT,
        currency=quote.currency,
        net_cents=quote.net_cents,
        vat_cents=quote.vat_cents,
        vat_rate=quote.vat_rate,
        price_list_id=quote.price_list_id,
        price_list_version=quote.price_list_version,
        placed_by=by,
        placed_at=at,
        idempotency_key=ready.key,
        fingerprint=ready.prepared.fingerprint,
        **ready.payer,
    )


def _delivery(order: Order, partner: Partner, ready: Ready, at: datetime) -> Delivery:
    way = ready.prepared.way
    return Delivery(
        collective=partner.collective,
        order=order,
        partner=partner,
        status=DeliveryStatus.AWAITING_PAYMENT if order.paid_by == Order.PaidBy.CARD else DeliveryStatus.PLACED,
        note=ready.note,
        vehicle=ready.prepared.facts.vehicle,
        distance_m=way.distance_m if not way.unlocated else None,
        distance_estimated=way.estimated or bool(way.unlocated),
        line=way.line,
        weight_g=ready.prepared.weight_g,
        placed_at=at,
    )


def _stop(delivery: Delivery, position: int, planned: PlannedStop) -> Stop:
    return Stop(
        collective_id=delivery.collective_id,
        delivery=delivery,
        kind=StopKind(planned.kind),
        position=position,
        place=planned.place,
        window_start=planned.window.start,
        window_end=planned.window.end,
        contact_name=planned.contact_name,
        phone=planned.phone,
        email=planned.email,
        note=planned.note,
        collect_cents=planned.collect_cents,
        doorstep=planned.doorstep,
    )


def _parcel(delivery: Delivery, dropoff: Stop, planned: PlannedParcel) -> Parcel:
    return Parcel(
        collective_id=delivery.collective_id,
        delivery=delivery,
        dropoff=dropoff,
        type_id=planned.type_id,
        name=planned.name,
        quantity=planned.quantity,
        weight_g=planned.weight_g,
        volume_l=planned.volume_l,
    )


def _count_book_entries(ready: Sequence[Ready], at: datetime) -> None:
    """One more for each use, also when several lines use one entry."""
    used: dict[int, int] = {}
    for stop in (stop for each in ready for stop in each.prepared.stops):
        if stop.entry_id:
            used[stop.entry_id] = used.get(stop.entry_id, 0) + 1
    for pk, times in used.items():
        AddressBookEntry.objects.filter(pk=pk).update(used_count=F("used_count") + times, last_used_at=at)
