"""Two group purchases: brake pads that were bought, billed and mostly paid, and cargo-bike tyres that co-ops still answer about."""

from datetime import datetime, timedelta

from django.utils import timezone

from collectives.models import Collective, Role, Standing
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.people.models import Person
from federation.demo import clock
from federation.demo.home import Home
from federation.groups.members import members_of
from federation.models import GroupPurchase, Intent, Share, WorkingGroup
from federation.purchasing import intents, running, settling
from federation.purchasing.settling import Landed

PADS_WANTED = (80, 40, 24, 16)
TYRES_WANTED = (30, 24)


def tell_purchases(homes: list[Home], now: datetime, by: Person) -> None:
    """The first home and its neighbours whose books are in euros take part."""
    buyer = members_of(WorkingGroup.PURCHASING)[0].person
    pads = _pads(homes[0], now, buyer)
    with clock.at(now - timedelta(days=9)), journal.source("web"):
        _arrive(pads, buyer)
        landed = Landed(goods_cents=112_000, freight_cents=6_450, discount_cents=2_100, vat_cents=24_434)
        settling.settle(purchase=pads, number="2026-3317", on=timezone.localdate(), landed=landed, by=buyer)
    with clock.at(now - timedelta(days=3)), journal.source("web"):
        for share in Share.objects.filter(bill__purchase=pads).select_related("bill__purchase", "collective").order_by("pk")[1:]:
            settling.note_share_paid(share=share, on=timezone.localdate(), by=by)
    _tyres(homes[0], now, buyer)


def _want(purchase: GroupPurchase, first: Home, wanted: tuple[int, ...]) -> None:
    neighbours = Collective.objects.filter(standing__in=(Standing.TRIAL, Standing.MEMBER), currency="EUR").exclude(pk=first.collective.pk)
    for collective, units in zip([first.collective, *neighbours.order_by("pk")], wanted, strict=False):
        intents.state_intent(purchase=purchase, collective=collective, units=units, by=first.first(Role.ADMIN))


def _pads(first: Home, now: datetime, buyer: Person) -> GroupPurchase:
    with clock.at(now - timedelta(days=40)), journal.source("web"):
        pads = intents.open_purchase(
            title="Brake pads, two pairs a pack",
            supplier="Jarru Oy",
            unit="pack",
            price=Money(700, "EUR"),
            vat_rate=2550,
            extras=Money(6_000, "EUR"),
            threshold=100,
            step=4,
            closes_on=timezone.localdate() + timedelta(days=14),
            terms="Sintered, for hydraulic brakes. Delivered to Helsinki, sent on from there.",
            by=buyer,
        )
        _want(pads, first, PADS_WANTED)
    with clock.at(now - timedelta(days=25)), journal.source("rule"):
        running.close_due()
    with clock.at(now - timedelta(days=24)), journal.source("web"):
        running.place_order(purchase=pads, on=timezone.localdate(), order_number="FED-2026-04", by=buyer)
    return pads


def _arrive(purchase: GroupPurchase, buyer: Person) -> None:
    """All of it but one pack of the first co-op, which was torn."""
    rows = list(Intent.objects.filter(purchase=purchase, units__gt=0).order_by("pk"))
    came = {row.collective_id: (row.units - (row == rows[0]), int(row == rows[0])) for row in rows}
    running.receive(purchase=purchase, on=timezone.localdate(), arrived=came, by=buyer)


def _tyres(first: Home, now: datetime, buyer: Person) -> None:
    with clock.at(now - timedelta(days=4)), journal.source("web"):
        tyres = intents.open_purchase(
            title="Winter tyres for cargo bikes, 20 inch",
            supplier="Suomi Tyres",
            unit="tyre",
            price=Money(4_590, "EUR"),
            vat_rate=2550,
            extras=Money(18_000, "EUR"),
            threshold=80,
            step=2,
            closes_on=timezone.localdate() + timedelta(days=16),
            terms="240 studs. Freight to Helsinki and Lyon is in the estimate.",
            by=buyer,
        )
        _want(tyres, first, TYRES_WANTED)
