"""Placing an order: everything is looked up first, then written in one transaction."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from coopdelivery.people.models import Person
from orders.models import Delivery, Order, Partner, Quote
from orders.refusals import KeyReused, PriceChanged, QuoteTaken, Refused, SlotFull
from orders.requests import DeliveryRequest
from orders.services.contacts import checked_email, checked_phone
from orders.services.desk import Desk
from orders.services.prepare import Prepared, prepare
from orders.services.quote import is_honoured, priced, quote_of, same_price
from orders.services.write import Ready, write_orders

Payer = Mapping[str, str]
# Key → the fingerprint it was ordered with, and the delivery.
Known = Mapping[str, tuple[str, Delivery]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of many: `key` is its order's, as in `place_delivery`."""

    request: DeliveryRequest
    key: str


def place_delivery(
    *,
    request: DeliveryRequest,
    partner: Partner,
    by: Person | None,
    idempotency_key: str,
    quote: Quote | None = None,
    placed_at: datetime | None = None,
    payer: Payer | None = None,
    desk: Desk | None = None,
) -> Delivery:
    """Order the delivery. The same key with the same content again returns the same delivery.

    `quote` is the price the person saw: it is honoured, or PriceChanged brings the new one. `placed_at` is for orders taken
    elsewhere before: windows are judged from then. `payer` is who pays without an account (name, email, phone). `desk` has
    read some of it already. Raises KeyReused and
    what `prepare` refuses, and NoPrice.
    Asks geocoders and routers unless the quote is honoured: never inside a transaction.
    """
    contact = _checked_payer(payer, partner.collective.country) if payer else {}
    key = kept_key(idempotency_key)
    before = placed_before(key, request, partner)
    if before is not None:
        return before
    accepted, prepared = _priced(request, desk or Desk(partner, placed_at), quote)
    ready = Ready(prepared, accepted, key, request.note.strip(), contact)
    try:
        return write_orders([ready], partner=partner, by=by, at=placed_at or timezone.now())[0]
    except QuoteTaken:
        accepted.refresh_from_db()  # spent by an order with another key, at the same moment: this one is priced anew
        return place_delivery(
            request=request, partner=partner, by=by, idempotency_key=idempotency_key, quote=accepted, placed_at=placed_at, payer=payer
        )
    except IntegrityError:
        again = placed_before(key, request, partner)  # the same order, sent twice at once
        if again is None:
            raise
        return again


def place_many(*, wanted: Sequence[Wanted], desk: Desk, by: Person | None) -> list[Delivery | Refused]:
    """Order all of these that can be, together: a delivery, or why there is none, for each. Each key is one order, as in `place_delivery`.

    Asks geocoders and routers for what the desk does not know: never inside a transaction.
    """
    done: list[Delivery | Refused | None] = [None] * len(wanted)
    known = _placed_before_all(each.key for each in wanted)
    ready: dict[int, Ready] = {}
    first = {each.key: i for i, each in reversed(list(enumerate(wanted)))}
    for i, each in enumerate(wanted):
        try:
            done[i] = _known_or_ready(i, each, known, desk, ready) if first[each.key] == i else None
        except Refused as refused:
            done[i] = refused
    _written_together(ready, done, desk, by)
    return [each if each is not None else _alone(wanted[i], desk, by) for i, each in enumerate(done)]


def _known_or_ready(i: int, wanted: Wanted, known: Known, desk: Desk, ready: dict[int, Ready]) -> Delivery | None:
    order = known.get(wanted.key)
    if order is not None:
        if order[0] != wanted.request.fingerprint(desk.partner.ref):
            raise KeyReused
        return order[1]
    quote, prepared = _priced(wanted.request, desk, None)
    ready[i] = Ready(prepared, quote, kept_key(wanted.key), wanted.request.note.strip())
    return None


def _written_together(ready: dict[int, Ready], done: list[Delivery | Refused | None], desk: Desk, by: Person | None) -> None:
    """In one transaction. What does not go together (one slot too many, a key used at this moment) is left to be tried one by one."""
    if not ready:
        return
    with contextlib.suppress(SlotFull, IntegrityError):
        for i, delivery in zip(ready, write_orders(list(ready.values()), partner=desk.partner, by=by, at=desk.now), strict=True):
            done[i] = delivery


def _alone(wanted: Wanted, desk: Desk, by: Person | None) -> Delivery | Refused:
    try:
        return place_delivery(request=wanted.request, partner=desk.partner, by=by, idempotency_key=wanted.key)
    except Refused as refused:
        return refused


def kept_key(key: str) -> str | None:
    return key.strip()[:64] or None


def _checked_payer(payer: Payer, country: str) -> dict[str, str]:
    """As the order keeps it. Raises BadPhone, BadEmail."""
    phone, email = checked_phone(payer["phone"], country=country, field="pickup.phone"), checked_email(payer["email"], field="email")
    return {"payer_name": payer["name"][:120], "payer_email": email, "payer_phone": phone}


def placed_before(key: str | None, request: DeliveryRequest, partner: Partner) -> Delivery | None:
    """The delivery ordered with this key. Raises KeyReused when its content was another."""
    order = Order.objects.filter(idempotency_key=key).first() if key else None
    if order is None:
        return None
    if order.fingerprint != request.fingerprint(partner.ref):
        raise KeyReused
    return order.deliveries.order_by("pk").first()


def _placed_before_all(keys: Iterable[str]) -> Known:
    """Key → the fingerprint it was ordered with, and the delivery."""
    rows = Delivery.objects.filter(order__idempotency_key__in=[key for key in map(kept_key, keys) if key]).select_related("order")
    return {str(row.order.idempotency_key): (row.order.fingerprint, row) for row in rows.order_by("-pk")}


def _priced(request: DeliveryRequest, desk: Desk, quote: Quote | None) -> tuple[Quote, Prepared]:
    """The quote to bill, and the request made ready. What was shown and no longer holds is refused with the new price."""
    fingerprint = request.fingerprint(desk.partner.ref) if quote is not None else ""
    honoured = quote is not None and is_honoured(quote, partner=desk.partner, fingerprint=fingerprint)
    way = quote.asked["way"] if quote is not None and honoured else None
    prepared = prepare(request=request, desk=desk, save_places=True, way=way)
    if quote is not None and honoured:
        return quote, prepared
    fresh = quote_of(prepared=prepared, desk=desk, lines=priced(desk, prepared.facts))
    if quote is not None and not same_price(quote, fresh):
        fresh.save(force_insert=True)
        raise PriceChanged(fresh)
    return fresh, prepared
