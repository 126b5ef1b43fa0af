"""The last piece on the shelf, wanted by many at the same moment, on PostgreSQL."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from collectives.models import Collective
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from coopdelivery.kit.windows import Window
from orders.models import Partner, Product, Purchase, PurchaseLine
from orders.window.buying import Asked, place_purchase, total_of
from orders.window.deciding import expire
from orders.window.keeping import save_product, save_window
from orders.window.refusals import SoldOut
from tests.concurrency.test_placing import at_once
from tests.orders import world

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
BUYERS, STOCK = 12, 5
BUYER = {"name": "Inès Roux", "phone": "06 39 98 12 40", "email": "ines@example.test"}


@pytest.fixture
def shelf(montreuil: Collective) -> tuple[Partner, list[Product]]:
    """Two products of the same stock in one window."""
    world.open_all_week(montreuil)
    partner = world.make_partner(montreuil)
    hours = [(day, dt.time(0), dt.time(0)) for day in range(7)]
    with acting_for(montreuil):
        shop = save_window(
            partner=partner, ranges=hours, by=None, is_open=True, about="", prepares_minutes=0, collects=True, delivers=False
        )
        names = ("Tulips", "Roses")
        return partner, [
            save_product(shop=shop, by=None, name=name, price_cents=1000, vat_rate=1000, stock=STOCK, allergens=[]) for name in names
        ]


def buying(partner: Partner, pieces: dict[int, int], key: str) -> Callable[[], Any]:
    start = world.tomorrow_at(partner.collective, 10)
    asked = Asked(pieces, Window(start, start + dt.timedelta(hours=1)), BUYER)

    def buy() -> Purchase:
        shop = Product.objects.select_related("window__collective", "window__partner").get(pk=next(iter(pieces))).window
        cost = total_of(shop=shop, asked=asked).gross.cents
        return place_purchase(shop=shop, asked=asked, agreed_cents=cost, idempotency_key=key)

    return buy


def test_the_shelf_is_never_below_zero_and_nobody_waits_for_nobody(shelf: tuple[Partner, list[Product]]) -> None:
    partner, (tulips, roses) = shelf
    one_way, other_way = {tulips.pk: 1, roses.pk: 1}, {roses.pk: 1, tulips.pk: 1}
    found = at_once(partner, [buying(partner, one_way if n % 2 else other_way, f"k{n}") for n in range(BUYERS)])
    bought = [each for each in found if isinstance(each, Purchase)]
    assert len(bought) == STOCK
    assert [each for each in found if not isinstance(each, (Purchase, SoldOut))] == []
    with acting_for(partner.collective_id):
        assert set(Product.objects.values_list("stock", flat=True)) == {0}
        assert PurchaseLine.objects.count() == 2 * STOCK
    assert Event.objects.filter(name="purchase.placed").count() == STOCK


def test_one_key_is_one_purchase_and_one_piece(shelf: tuple[Partner, list[Product]]) -> None:
    partner, (tulips, _roses) = shelf
    found = at_once(partner, [buying(partner, {tulips.pk: 1}, "same")] * 6)
    assert len({each.pk for each in found}) == 1
    with acting_for(partner.collective_id):
        tulips.refresh_from_db()
        assert tulips.stock == STOCK - 1


def test_goods_go_back_on_the_shelf_once(shelf: tuple[Partner, list[Product]]) -> None:
    partner, (tulips, _roses) = shelf
    with acting_for(partner.collective_id):
        purchase = buying(partner, {tulips.pk: 2}, "k")()
    found = at_once(partner, [lambda: expire(Purchase.objects.get(pk=purchase.pk))] * 6)
    assert sorted(found) == [False] * 5 + [True]
    with acting_for(partner.collective_id):
        tulips.refresh_from_db()
        assert tulips.stock == STOCK
