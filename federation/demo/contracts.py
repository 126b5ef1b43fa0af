"""Two framework contracts: one whose lots are in force or stand still, one about which co-ops are still asked."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from collectives.models import Collective, Role, Standing
from coopdelivery.journal import services as journal
from coopdelivery.people.models import Person
from federation.contracts import allotting, calls
from federation.demo import clock
from federation.demo.home import Home
from federation.models import FrameworkContract, Lot

HELSINKI = {"type": "Polygon", "coordinates": [[[24.82, 60.14], [25.08, 60.14], [25.08, 60.26], [24.82, 60.26], [24.82, 60.14]]]}


def tell_contracts(homes: list[Home], now: datetime, by: Person) -> None:
    """By an officer of no co-op: nobody whose own co-op applies takes part."""
    helsinki = homes[0]
    others = list(Collective.objects.filter(standing=Standing.MEMBER).exclude(pk=helsinki.collective.pk).order_by("pk")[:2])
    speaker = helsinki.first(Role.ADMIN)
    post = _prepare(now, 60, by, client="Book Post", lots=(("Helsinki", HELSINKI), ("The Jura", None)), begins=30, closes=30)
    with clock.at(now - timedelta(days=50)), journal.source("web"):
        for lot in post.lots.select_related("contract"):
            for collective in (helsinki.collective, *others) if lot.area else others:
                calls.apply(lot=lot, collective=collective, offer=_offer(collective), capacity="Four cargo bikes, mornings", by=speaker)
    with clock.at(now - timedelta(days=25)), journal.source("web"):
        _allot(post, "Helsinki", helsinki.collective, "The depot is two kilometres from the sorting centre; four bikes are there.", by)
    with clock.at(now - timedelta(days=4)), journal.source("rule"):
        allotting.effect_due()
    with clock.at(now - timedelta(days=2)), journal.source("web"):
        _allot(post, "The Jura", others[0], "It rides every village of the lot already; the other candidate would begin in March.", by)
    _prepare(
        now, 5, by, client="Green Grocers", lots=(("Helsinki and Espoo", None), ("Lille", None), ("Nantes", None)), begins=-90, closes=-12
    )


def _prepare(now: datetime, ago: int, by: Person, *, client: str, lots: Any, begins: int, closes: int) -> FrameworkContract:
    with clock.at(now - timedelta(days=ago)), journal.source("web"):
        today = now.date()
        contract = calls.prepare(
            client=client,
            address="Mannerheimintie 11, Helsinki",
            summary="Boxes of up to 20 kg from one depot in each town to shops and homes, six days a week.",
            price_basis="Each co-op's own price list; nobody is asked to undercut another.",
            begins_on=today - timedelta(days=begins),
            ends_on=today + timedelta(days=365),
            closes_on=today - timedelta(days=closes),
            standstill_days=10,
            by=by,
        )
        for name, area in lots:
            calls.add_lot(contract=contract, name=name, detail="", area=area, by=by)
        calls.publish(contract=contract, by=by)
    return contract


def _offer(collective: Collective) -> str:
    return f"{collective.name} rides there since {timezone.localdate().year - 6}, with people who stay."


def _allot(contract: FrameworkContract, name: str, to: Collective, reasons: str, by: Person) -> None:
    lot = Lot.objects.select_related("contract").get(contract=contract, name=name)
    allotting.allot(lot=lot, collective=to, reasons=reasons, by=by)
