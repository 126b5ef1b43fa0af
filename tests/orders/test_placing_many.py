"""Orders that come together, as the lines of a file: the same deliveries as one by one, in a few statements."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from coopdelivery.journal.models import Event
from dispatch.models import Task
from orders.models import Delivery, Order, Partner
from orders.refusals import KeyReused, OutOfArea, Refused, SlotFull
from orders.requests import DeliveryRequest
from orders.services import place_delivery, set_order_terms
from orders.services.desk import Desk
from orders.services.place import Wanted, place_many
from tests.orders import world

STORED = ("net_cents", "vat_cents", "paid_by", "currency", "price_list_version", "fingerprint")


def wanted(partner: Partner, number: int) -> DeliveryRequest:
    asked = world.one_drop(partner.collective)
    return replace(asked, dropoffs=[replace(asked.dropoffs[0], contact_name=f"Recipient {number}")])


def together(partner: Partner, requests: list[DeliveryRequest], keys: list[str] | None = None) -> list[Delivery | Refused]:
    named = keys or [f"k{n}" for n in range(len(requests))]
    return place_many(wanted=[Wanted(*each) for each in zip(requests, named, strict=True)], desk=Desk(partner), by=None)


def as_stored(delivery: Delivery) -> list[Any]:
    """All that is kept, without ids, numbers and hours of writing."""
    order = Order.objects.get(pk=delivery.order_id)
    lines = list(order.lines.values_list("position", "label", "code", "facts", "amount_cents"))
    stops = list(delivery.stops.values_list("kind", "position", "place", "window_start", "window_end", "contact_name", "phone", "note"))
    parcels = list(delivery.parcels.order_by("pk").values_list("name", "quantity", "weight_g", "volume_l"))
    work = list(Task.objects.filter(delivery=delivery).order_by("stop__position").values_list("kind", "on"))
    event = Event.objects.get(name="delivery.placed", subject=str(delivery.ref))
    said = {key: value for key, value in event.data.items() if key != "number"}
    kept = (delivery.status, delivery.distance_m, delivery.weight_g, delivery.line)
    return [[getattr(order, name) for name in STORED], lines, stops, parcels, work, said, kept]


def test_together_is_the_same_as_one_by_one(florist: Partner) -> None:
    request = wanted(florist, 1)
    alone = place_delivery(request=request, partner=florist, by=None, idempotency_key="alone")
    other, again = together(florist, [request, request])
    assert isinstance(other, Delivery)
    assert isinstance(again, Delivery)
    assert as_stored(other) == as_stored(again) == as_stored(alone)
    numbers = [int(each.number.partition("-")[2]) for each in (alone, other, again)]
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]  # no gaps, in their order


def test_thirty_ask_the_database_no_more_often_than_three(florist: Partner) -> None:
    together(florist, [wanted(florist, 0)], ["first"])
    spent = []
    for name, count in (("few", 3), ("many", 30)):
        requests = [wanted(florist, n) for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            together(florist, requests, [f"{name}{n}" for n in range(count)])
        spent.append(len(queries))
    assert spent[1] <= spent[0] + 4  # SQLite takes so many values in one INSERT
    assert Delivery.objects.count() == 34


def test_a_refused_one_leaves_the_others_alone(florist: Partner) -> None:
    good, late = wanted(florist, 1), wanted(florist, 2)
    past = late.dropoffs[0].window_start - dt.timedelta(days=9)
    bad = replace(late, dropoffs=[replace(late.dropoffs[0], window_start=past, window_end=past + dt.timedelta(hours=1))])
    first, second, third = together(florist, [good, bad, good])
    assert (isinstance(first, Delivery), isinstance(second, Refused), isinstance(third, Delivery)) == (True, True, True)
    assert Delivery.objects.count() == 2
    assert not isinstance(second, OutOfArea)


def test_one_key_is_one_order_within_a_portion_and_after_it(florist: Partner) -> None:
    first, second = together(florist, [wanted(florist, 1), wanted(florist, 1)], ["same", "same"])
    assert isinstance(first, Delivery)
    assert isinstance(second, Delivery)
    assert first.pk == second.pk
    again, other = together(florist, [wanted(florist, 1), wanted(florist, 2)], ["same", "same"])
    assert isinstance(again, Delivery)
    assert again.pk == first.pk
    assert isinstance(other, KeyReused)
    assert Order.objects.count() == 1


@pytest.mark.parametrize("room", [1, 3])
def test_a_full_hour_refuses_those_that_come_last(florist: Partner, room: int) -> None:
    set_order_terms(
        collective=florist.collective, notice_minutes=0, same_day_until=None, day_before_until=None, drops_an_hour=room, by=None
    )
    placed = together(florist, [wanted(florist, n) for n in range(5)])
    assert [isinstance(each, SlotFull) for each in placed] == [n >= room for n in range(5)]
    assert Delivery.objects.count() == room
    assert Event.objects.filter(name="delivery.placed").count() == room
