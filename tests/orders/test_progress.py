"""What becomes of a delivery follows from its stops."""

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone

from collectives.models import Membership
from coopdelivery.journal.models import Event
from orders.models import Delivery, DeliveryStatus, Partner, Stop, StopStatus
from orders.refusals import NotCancellable, NotOpen
from orders.services import cancel_delivery, mark_stop_done, mark_stop_failed, reopen_stop
from tests.orders import world

AT = dt.datetime(2026, 11, 24, 9, 31, tzinfo=dt.UTC)


@pytest.fixture
def two_drops(florist: Partner) -> Delivery:
    one = world.one_drop(florist.collective)
    return world.make_delivery(florist, request=replace(one, dropoffs=one.dropoffs * 2))


def names() -> list[str]:
    return list(Event.objects.filter(name__startswith="delivery.").order_by("pk").values_list("name", flat=True))


def status(delivery: Delivery) -> str:
    delivery.refresh_from_db()
    return delivery.status


def test_picked_up_then_delivered_when_every_drop_is_finished(two_drops: Delivery, carl: Membership) -> None:
    pickup, first, second = two_drops.stops.all()
    mark_stop_done(stop=pickup, at=AT, by=carl.person)
    assert status(two_drops) == DeliveryStatus.PICKED_UP
    mark_stop_done(stop=first, at=AT, by=carl.person, received_by="Mme Roux")
    assert status(two_drops) == DeliveryStatus.PICKED_UP
    mark_stop_failed(stop=second, at=AT, by=carl.person, reason="nobody there")
    assert status(two_drops) == DeliveryStatus.DELIVERED
    assert two_drops.finished_at == AT
    assert names() == ["delivery.placed", "delivery.picked_up", "delivery.delivered"]
    first.refresh_from_db()
    assert (first.status, first.received_by, first.finished_at) == ("done", "Mme Roux", AT)


def test_failed_when_every_drop_failed_and_open_again_for_another_try(delivery: Delivery, carl: Membership) -> None:
    pickup, drop = delivery.stops.all()
    mark_stop_done(stop=pickup, at=AT, by=carl.person)
    mark_stop_failed(stop=drop, at=AT, by=carl.person, reason="nobody there")
    assert status(delivery) == DeliveryStatus.FAILED
    assert Event.objects.get(name="delivery.failed").data["reason"] == "nobody there"

    reopen_stop(stop=drop, by=carl.person)
    assert status(delivery) == DeliveryStatus.PICKED_UP
    assert delivery.finished_at is None


def test_a_stop_is_finished_once(delivery: Delivery, carl: Membership) -> None:
    stale = Stop.objects.get(delivery=delivery, kind="pickup")
    mark_stop_done(stop=stale, at=AT, by=carl.person)
    with pytest.raises(NotOpen):
        mark_stop_done(stop=stale, at=AT, by=carl.person)
    assert names() == ["delivery.placed", "delivery.picked_up"]


def test_an_open_stop_cannot_be_opened_again(delivery: Delivery, carl: Membership) -> None:
    with pytest.raises(NotOpen):
        reopen_stop(stop=delivery.stops.all()[0], by=carl.person)
    assert names() == ["delivery.placed"]


def test_before_the_pickup_a_delivery_can_be_cancelled_with_its_stops(delivery: Delivery, sam: Membership) -> None:
    cancel_delivery(delivery=delivery, by=sam.person, reason="  the customer called  ")
    assert status(delivery) == DeliveryStatus.CANCELLED
    assert {stop.status for stop in delivery.stops.all()} == {StopStatus.CANCELLED}
    event = Event.objects.get(name="delivery.cancelled")
    assert (event.by_id, event.data["reason"]) == (sam.person_id, "the customer called")


def test_a_picked_up_delivery_cannot_be_cancelled(delivery: Delivery, carl: Membership, sam: Membership) -> None:
    stale = Delivery.objects.get(pk=delivery.pk)
    mark_stop_done(stop=delivery.stops.all()[0], at=timezone.now(), by=carl.person)
    with pytest.raises(NotCancellable):
        cancel_delivery(delivery=stale, by=sam.person, reason="")
    assert "delivery.cancelled" not in names()
    assert status(delivery) == DeliveryStatus.PICKED_UP


def test_a_cancelled_delivery_stays_cancelled(delivery: Delivery, sam: Membership) -> None:
    cancel_delivery(delivery=delivery, by=sam.person, reason="")
    with pytest.raises(NotCancellable):
        cancel_delivery(delivery=delivery, by=sam.person, reason="")
    with pytest.raises(NotOpen):
        mark_stop_done(stop=delivery.stops.all()[0], at=AT, by=sam.person)
    assert names() == ["delivery.placed", "delivery.cancelled"]
