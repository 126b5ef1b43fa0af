"""Three co-ops that buy tyres together, and Lea, who works in the group."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.utils import timezone

from collectives.models import Collective, Role
from coopdelivery.people.models import Person
from federation.models import Bill, GroupPurchase, Intent
from federation.purchasing import intents, running, settling
from federation.purchasing.settling import Landed
from tests.conftest import make_member
from tests.federation.pot_world import eur, worker

GROUP = "purchasing"


def lea_of(collective: Collective, officer: Person) -> Person:
    """Somebody of the group; its mandate is not asked for, because the group's budget is not touched."""
    return worker(collective, "Lea", officer, GROUP)


def office(collective: Collective) -> Person:
    return make_member(collective, f"Office of {collective.slug}", Role.ADMIN).person


def tyres(by: Person, **facts: Any) -> GroupPurchase:
    """Bought from 100 units on; co-ops answer within ten days."""
    told: dict[str, Any] = {
        "title": "Tyres",
        "supplier": "Nokian",
        "unit": "tyre",
        "terms": "",
        "vat_rate": 2100,
        "threshold": 100,
        "step": 1,
    }
    closes_on = timezone.localdate() + dt.timedelta(days=10)
    return intents.open_purchase(**{**told, "price": eur(2_450), "extras": eur(9_000), "closes_on": closes_on, "by": by, **facts})


def want(purchase: GroupPurchase, by: Person, **units: int) -> None:
    """By the co-op's short name."""
    for slug, count in units.items():
        intents.state_intent(purchase=purchase, collective=Collective.objects.get(slug=slug), units=count, by=by)


@contextmanager
def after_closing(purchase: GroupPurchase, days: int = 1) -> Iterator[None]:
    day = purchase.closes_on + dt.timedelta(days=days)
    with time_machine.travel(dt.datetime.combine(day, dt.time(9, 30), dt.UTC), tick=True):
        yield


def counted(purchase: GroupPurchase) -> GroupPurchase:
    """As the night after the closing day finds it."""
    running.close_due()
    purchase.refresh_from_db()
    return purchase


def arrived(purchase: GroupPurchase, by: Person, **damaged: int) -> None:
    """Ordered and received; of what these co-ops (by short name) ordered, so many are damaged."""
    running.place_order(purchase=purchase, on=timezone.localdate(), order_number="PO-7", by=by)
    rows = Intent.objects.filter(purchase=purchase, units__gt=0).select_related("collective")
    came = {row.collective_id: (row.units - damaged.get(row.collective.slug, 0), damaged.get(row.collective.slug, 0)) for row in rows}
    running.receive(purchase=purchase, on=timezone.localdate(), arrived=came, by=by)


LANDED = Landed(goods_cents=245_000, freight_cents=8_117, customs_cents=1_201, discount_cents=3_333, vat_cents=52_707)


def billed(purchase: GroupPurchase, by: Person, landed: Landed = LANDED) -> Bill:
    return settling.settle(purchase=purchase, number="F-2026-118", on=timezone.localdate(), landed=landed, by=by)
