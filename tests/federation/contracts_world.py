"""A client with two lots, and co-ops that apply for them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine
from django.utils import timezone

from collectives.models import Collective
from coopdelivery.people.models import Person
from federation.contracts import allotting, calls
from federation.models import Allotment, FrameworkContract, Lot

STREET = "1 rue de Paris, Montreuil"
EAST = {"type": "Polygon", "coordinates": [[[2.40, 48.80], [2.50, 48.80], [2.50, 49.05], [2.40, 49.05], [2.40, 48.80]]]}


def card(**facts: Any) -> dict[str, Any]:
    today = timezone.localdate()
    days = {
        "begins_on": today + dt.timedelta(days=60),
        "ends_on": today + dt.timedelta(days=425),
        "closes_on": today + dt.timedelta(days=14),
    }
    words = {
        "client": "Green Grocers",
        "address": STREET,
        "summary": "Boxes.",
        "price_basis": "Each co-op's own list.",
    }
    return {**words, **days, "standstill_days": 10, **facts}


def call(by: Person, *lots: str, **facts: Any) -> FrameworkContract:
    """All co-ops are asked about these lots."""
    contract = calls.prepare(by=by, **card(**facts))
    for name in lots or ("East",):
        calls.add_lot(contract=contract, name=name, detail="", area=EAST if name == "East" else None, by=by)
    calls.publish(contract=contract, by=by)
    contract.refresh_from_db()
    return contract


def lot_of(contract: FrameworkContract, name: str = "East") -> Lot:
    return Lot.objects.select_related("contract").get(contract=contract, name=name)


def apply(lot: Lot, by: Person, *co_ops: Collective) -> None:
    for collective in co_ops:
        calls.apply(lot=lot, collective=collective, offer=f"{collective.name} rides.", capacity="Four bikes", by=by)


@contextmanager
def on(day: dt.date) -> Iterator[None]:
    with time_machine.travel(dt.datetime.combine(day, dt.time(9, 30), dt.UTC), tick=True):
        yield


@contextmanager
def after_call(contract: FrameworkContract, days: int = 1) -> Iterator[None]:
    with on(contract.closes_on + dt.timedelta(days=days)):
        yield


def allotted(lot: Lot, to: Collective, by: Person) -> Allotment:
    made = allotting.allot(lot=lot, collective=to, reasons="Nearest to the depot, and enough bikes.", by=by)
    return Allotment.objects.select_related("lot__contract", "collective").get(pk=made.pk)
