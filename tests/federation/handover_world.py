"""Montreuil and Nantes hand deliveries to each other: Dana dispatches in Montreuil, Noa in Nantes. The Tuesday of tests/dispatch."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from collectives.models import Collective, Hub, Membership, Role
from collectives.services import save_hub, set_opening_hours
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.kit.money import Money
from coopdelivery.places.services import find_or_create_place
from dispatch.models import Task
from dispatch.services.progress import finish_task
from federation.handover.answering import accept
from federation.handover.offering import SENDER, offer
from federation.models import Handover
from orders.models import Delivery, PriceList, PriceRule
from tests.conftest import make_member
from tests.dispatch.conftest import at, make_florist, ordering_from


@contextmanager
def at_desk(collective: Collective) -> Iterator[None]:
    """A person of this co-op, at its pages."""
    with acting_for(collective), journal.source("web"):
        yield


def open_shop(collective: Collective, rate: int = 2000) -> None:
    """Hours and a price list: what a co-op needs to take an order."""
    with acting_for(collective):
        week = [(day, dt.time(7), dt.time(22)) for day in range(7)]
        set_opening_hours(collective=collective, ranges=week, by=None)
        prices = PriceList.objects.create(collective=collective, name="Everyday", vat_rate=rate)
        params = {"amount_cents": 900}
        PriceRule.objects.create(collective=collective, price_list=prices, position=1, kind="base", label="Delivery", params=params)


def hub_of(collective: Collective) -> Hub:
    with at_desk(collective):
        place = find_or_create_place(collective_id=collective.pk, text="9 rue du Dépôt, Montreuil", point=(48.87, 2.45))
        return save_hub(collective=collective, name="Hub Croix", place=place, by=None)


def shop_of(collective: Collective, by: Membership) -> Callable[..., Delivery]:
    """The florist's orders: `shop(drops=2)`."""
    with at_desk(collective):
        place = ordering_from(make_florist(collective), by)

    def ordered(**wish: Any) -> Delivery:
        with at_desk(collective):
            return place(**wish)

    return ordered


def offered(delivery: Delivery, to: Collective, by: Membership, **wish: Any) -> Handover:
    facts: dict[str, Any] = {"point": SENDER, "price": Money(1_150, "EUR"), "answer_by": at(9), "note": "", "key": uuid4(), **wish}
    with at_desk(delivery.collective):
        return offer(delivery=delivery, to=to, by=by.person, **facts)


def taken(handover: Handover, by: Membership) -> Handover:
    with at_desk(handover.receiver):
        return accept(handover=handover, by=by.person)


def tasks(delivery: Delivery) -> list[Task]:
    with acting_for(delivery.collective):
        rows = Task.objects.filter(delivery=delivery).select_related("stop__place", "place", "delivery", "round")
        return list(rows.order_by("stop__position", "leg", "attempt"))


def ride(handover: Handover, by: Membership, *, most: int = 99, received_by: str = "Rosa") -> None:
    """The receiver's people do its stops, in order; what follows is done."""
    assert handover.taken is not None
    for task in tasks(handover.taken)[:most]:
        with at_desk(handover.receiver):
            name = received_by if task.kind == "dropoff" else ""
            finish_task(task=task, by=by.person, at=at(8), received_by=name)
    what_follows()


def what_follows() -> None:
    """Everything that waits is done, and what follows from that too."""
    while journal.run_waiting():
        pass


def fresh(handover: Handover) -> Handover:
    return Handover.objects.select_related("giver", "receiver", "delivery", "taken__order").get(pk=handover.pk)


def noa_of(nantes: Collective) -> Membership:
    return make_member(nantes, "Noa", Role.DISPATCHER)
