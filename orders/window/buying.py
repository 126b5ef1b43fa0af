"""From a basket to a purchase: what it costs, the stock taken off the shelf, everything written together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.kit.refs import spoken
from coopdelivery.kit.windows import Window
from orders.models import Product, Purchase, PurchaseLine, ShopWindow
from orders.pricing.totals import totals_of
from orders.refusals import BadAddress, NotTrading
from orders.requests import DeliveryRequest, ParcelRequest, StopRequest
from orders.services.contacts import checked_email, checked_phone
from orders.services.desk import Desk
from orders.services.quote import estimate_at
from orders.window.refusals import EmptyBasket, NotSelling, PriceMoved, SoldOut, TooMany

MOST_PIECES = 50
Buyer = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """`pieces` by product id; `buyer` has name, email, phone; `address` empty: collected at the shop."""

    pieces: Mapping[int, int]
    slot: Window
    buyer: Buyer
    address: str = ""
    point: tuple[float, float] | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """With VAT. `request` is the ride, when there is one."""

    lines: list[tuple[Product, int]]
    goods: Money
    ride: Money
    request: dict[str, Any] = field(default_factory=dict)

    @property
    def gross(self) -> Money:
        return self.goods + self.ride


def total_of(*, shop: ShopWindow, asked: Asked) -> Total:
    """What it costs; keeps nothing. Raises EmptyBasket, TooMany, SoldOut, NotSelling and what an order is refused for. Asks geocoders."""
    collective = shop.collective
    if not collective.may_trade():
        raise NotTrading
    if not shop.is_open or not shop.partner.is_active or not (shop.delivers if asked.address else shop.collects):
        raise NotSelling
    lines = _lines(shop, asked.pieces)
    goods = Money(sum(product.price_cents * count for product, count in lines), collective.currency)
    if not asked.address:
        return Total(lines, goods, Money(0, collective.currency))
    request = _ride(shop, asked, lines)
    shop.partner.collective = collective
    desk = Desk(shop.partner)
    priced, prepared = estimate_at(desk, request)
    if prepared.way.unlocated:
        raise BadAddress("dropoffs.0.address")
    ride = sum(totals_of(priced, desk.prices[0].vat_rate))
    return Total(lines, goods, Money(ride, collective.currency), request.as_json())


def _lines(shop: ShopWindow, pieces: Mapping[int, int]) -> list[tuple[Product, int]]:
    wanted = {pk: count for pk, count in pieces.items() if count > 0}
    if not wanted:
        raise EmptyBasket
    if max(wanted.values()) > MOST_PIECES:
        raise TooMany(most=MOST_PIECES)
    products = list(Product.objects.filter(window=shop, is_listed=True, pk__in=wanted).order_by("pk"))
    if len(products) != len(wanted):
        raise NotSelling
    for product in products:
        if product.stock < wanted[product.pk]:
            raise SoldOut(name=product.name, left=product.stock)
    return [(product, wanted[product.pk]) for product in products]


def _ride(shop: ShopWindow, asked: Asked, lines: list[tuple[Product, int]]) -> DeliveryRequest:
    count = sum(number for _product, number in lines)
    drop = StopRequest(
        asked.slot.start,
        asked.slot.end,
        address=asked.address,
        point=asked.point,
        contact_name=asked.buyer["name"].strip(),
        phone=asked.buyer["phone"],
        email=asked.buyer["email"],
        note=asked.note.strip(),
        parcels=[ParcelRequest(name=f"{shop.partner.name}, {count}"[:60])],
    )
    return DeliveryRequest(dropoffs=[drop])


def place_purchase(*, shop: ShopWindow, asked: Asked, agreed_cents: int, idempotency_key: str) -> Purchase:
    """Take the goods off the shelf and write the purchase, unpaid. The same key again is the same purchase.

    `agreed_cents` is what the person was shown. Raises PriceMoved, and what `total_of` refuses; then nothing is taken.
    """
    key = idempotency_key.strip()[:64] or None
    before = Purchase.objects.filter(idempotency_key=key, window=shop).first() if key else None
    if before is not None:
        return before
    country = shop.collective.country
    contact = {
        "buyer_name": asked.buyer["name"].strip()[:120],
        "buyer_email": checked_email(asked.buyer["email"], field="email"),
        "buyer_phone": checked_phone(asked.buyer["phone"], country=country, field="phone"),
    }
    total = total_of(shop=shop, asked=asked)
    if total.gross.cents != agreed_cents:
        raise PriceMoved(cost=total.gross)
    try:
        return _write(shop, asked, total, contact, key)
    except IntegrityError:
        again = Purchase.objects.filter(idempotency_key=key, window=shop).first()  # the same basket, sent twice at once
        if again is None:
            raise
        return again


@transaction.atomic
def _write(shop: ShopWindow, asked: Asked, total: Total, contact: dict[str, str], key: str | None) -> Purchase:
    for product, count in total.lines:  # in the order of their ids, so that two baskets never wait for each other
        if not Product.objects.filter(pk=product.pk, is_listed=True, stock__gte=count).update(stock=F("stock") - count):
            product.refresh_from_db()
            raise SoldOut(name=product.name, left=product.stock)
    purchase = Purchase.objects.create(
        collective_id=shop.collective_id,
        code=spoken(),
        window=shop,
        is_delivered=bool(asked.address),
        slot_start=asked.slot.start,
        slot_end=asked.slot.end,
        address=asked.address[:300],
        note=asked.note.strip()[:300],
        request=total.request,
        currency=total.gross.currency,
        goods_cents=total.goods.cents,
        delivery_cents=total.ride.cents,
        idempotency_key=key,
        **contact,
    )
    PurchaseLine.objects.bulk_create(
        PurchaseLine(
            collective_id=shop.collective_id,
            purchase=purchase,
            product=product,
            name=product.name,
            quantity=count,
            unit_cents=product.price_cents,
            vat_rate=product.vat_rate,
        )
        for product, count in total.lines
    )
    record("purchase.placed", purchase, gross=total.gross.plain(), currency=total.gross.currency, at=_when(asked.slot.start))
    return purchase


def _when(moment: datetime) -> str:
    return moment.isoformat()


def put_back(purchase: Purchase) -> None:
    """On the shelf again; within the caller's transaction."""
    for line in purchase.lines.exclude(product=None).order_by("product_id"):
        Product.objects.filter(pk=line.product_id or 0).update(stock=F("stock") + line.quantity)


def record(name: str, purchase: Purchase, by: Any = None, **data: Any) -> None:
    """One event about a purchase; never who bought it."""
    journal.record(name, subject=purchase.ref, collective_id=purchase.collective_id, by=by, code=purchase.code, **data)
