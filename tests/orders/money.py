"""Finished orders and what they left in the books, for the tests of the money side."""

import datetime as dt
from typing import Any
from uuid import uuid4

from django.utils import timezone

from collectives.models import Collective
from coopdelivery.ledger.models import Account, Entry
from coopdelivery.people.models import Person
from orders.models import Delivery, Order, Partner
from orders.services import RuleDraft, confirm_paid, mark_stop_done, mark_stop_failed
from tests.orders import world

FLAT = [RuleDraft("base", "Pickup and first drop", {"amount_cents": 1174})]


def flat_partner(collective: Collective, name: str = "Fleurs de Maine", **card: Any) -> Partner:
    """Pays 11.74 € before VAT for everything."""
    if "price_list" not in card:
        card["price_list"] = world.make_price_list(collective, name=f"Flat for {name}", rules=FLAT)
    return world.make_partner(collective, name, **card)


def finished(partner: Partner, by: Person | None = None, *, failed: bool = False, ago: dt.timedelta = dt.timedelta(0)) -> Delivery:
    """A delivery of this partner, done (or failed at the door) so long ago."""
    delivery = world.make_delivery(partner, by=by, key=str(uuid4()))
    if partner.terms == Partner.Terms.CARD:
        confirm_paid(order=delivery.order)
    at = timezone.now() - ago
    pickup, drop = delivery.stops.order_by("position")
    mark_stop_done(stop=pickup, at=at, by=by)
    if failed:
        mark_stop_failed(stop=drop, at=at, by=by, reason="absent")
    else:
        mark_stop_done(stop=drop, at=at, by=by, received_by="Mme Roux")
    delivery.refresh_from_db()
    return delivery


def booked(collective_id: int | None) -> dict[str, int]:
    """Account code → balance in cents of one book."""
    sums: dict[str, int] = {}
    for account, cents in Entry.objects.filter(account__book__collective_id=collective_id).values_list("account", "cents"):
        code = Account.objects.get(pk=account).code
        sums[code] = sums.get(code, 0) + cents
    return {code: cents for code, cents in sums.items() if cents}


def customer(order: Order) -> str:
    """The code of its payer's account."""
    return f"411{order.partner_id:04d}"
