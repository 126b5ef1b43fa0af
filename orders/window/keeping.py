"""What the shop does with its window: hours, products, stock."""

from collections.abc import Iterable
from typing import IO, Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from orders.models import Partner, Product, ShopWindow
from orders.pictures import redrawn
from orders.window.allergens import ALLERGENS
from orders.window.refusals import BadHours, NotOnAccount, ProductTaken
from orders.window.times import Range, as_kept

LONGEST_SIDE = 900


def window_of(partner: Partner) -> ShopWindow:
    """The partner's window, closed until it is saved; not written yet when there is none."""
    found = ShopWindow.objects.filter(partner=partner).first()
    shop = found or ShopWindow(collective_id=partner.collective_id, partner=partner)
    shop.partner = partner
    return shop


@transaction.atomic
def save_window(*, partner: Partner, ranges: Iterable[Range], by: Person | None, **values: Any) -> ShopWindow:
    """`values`: is_open, about, prepares_minutes, collects, delivers.

    Raises NotOnAccount; BadHours when it opens without hours or ways.
    """
    shop = window_of(partner)
    shop.hours = as_kept(ranges)
    for name, value in values.items():
        setattr(shop, name, value)
    if shop.is_open and partner.terms != Partner.Terms.STATEMENT:
        raise NotOnAccount("is_open")
    if shop.is_open and not (shop.hours and (shop.collects or shop.delivers)):
        raise BadHours("is_open")
    shop.save()
    journal.record(
        "window.saved",
        subject=shop.ref,
        collective_id=shop.collective_id,
        by=by,
        partner=partner.name,
        is_open=shop.is_open,
        hours=shop.hours,
        prepares_minutes=shop.prepares_minutes,
    )
    return shop


def save_product(
    *, shop: ShopWindow, by: Person | None, product: Product | None = None, photo: IO[bytes] | None = None, **values: Any
) -> Product:
    """`values`: name, about, price_cents, vat_rate, stock, allergens, is_listed. Raises BadPicture, ProductTaken.

    Purchases already made keep their own copy of name and price.
    """
    picture = redrawn(photo, longest=LONGEST_SIDE) if photo is not None else None
    row = product or Product(collective_id=shop.collective_id, window=shop)
    for name, value in values.items():
        setattr(row, name, value)
    row.allergens = [key for key in ALLERGENS if key in row.allergens]
    old = row.photo.name if picture is not None and row.photo else ""
    try:
        with transaction.atomic():
            if picture is not None:
                row.photo.save("", ContentFile(picture), save=False)
            row.save()
            told = {"product": row.name, "price_cents": row.price_cents, "stock": row.stock, "is_listed": row.is_listed}
            journal.record("product.saved", subject=row.ref, collective_id=shop.collective_id, by=by, partner=shop.partner.name, **told)
    except IntegrityError as error:
        raise ProductTaken("name", name=row.name) from error
    if old:
        row.photo.storage.delete(old)
    return row
