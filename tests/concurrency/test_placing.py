"""Orders sent at the same moment, on PostgreSQL."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from collectives.models import ApiAnswer, Collective, Membership
from collectives.tenancy import acting_for
from coopdelivery.journal.models import Event
from orders.models import Delivery, Order, Partner
from orders.services import cancel_delivery, mark_stop_done, place_delivery
from tests.api.world import as_application, make_application
from tests.orders import world

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
SENDERS = 8


@pytest.fixture
def florist(montreuil: Collective, sam: Membership) -> Partner:
    world.open_all_week(montreuil)
    return world.make_partner(montreuil, seat=sam)


def at_once(partner: Partner, acts: list[Callable[[], Any]]) -> list[Any]:
    """Each act in its own thread and connection, started together; what it answered or raised."""
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        try:
            with acting_for(partner.collective_id):
                start.wait(10)
                return act()
        except Exception as error:  # noqa: BLE001  the test looks at what was raised
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def placing(partner: Partner, key: str) -> Callable[[], Delivery]:
    with acting_for(partner.collective_id):
        asked = world.one_drop(partner.collective)
    return lambda: place_delivery(request=asked, partner=partner, by=None, idempotency_key=key)


def test_one_key_sent_many_times_at_once_is_one_order(florist: Partner) -> None:
    placed = at_once(florist, [placing(florist, "same")] * SENDERS)
    with acting_for(florist.collective_id):
        assert {delivery.pk for delivery in placed} == {Delivery.objects.get().pk}
        assert Order.objects.count() == 1
    assert Event.objects.filter(name="delivery.placed").count() == 1


def test_one_key_sent_many_times_at_once_over_the_api_is_one_order_and_one_answer(florist: Partner) -> None:
    """Who comes while the first is worked on is told so (409), and asks again; what stands is one order, told in the same bytes."""
    application = make_application(florist.collective, florist).application
    body = {"dropoff": {"address": "7 place du Ralliement, Montreuil", "timeSlot": ["tomorrow 10:00", "tomorrow 12:00"]}}
    ask = partial(as_application(application).post, "/api/deliveries", body, **{"Idempotency-Key": "order-1041"})
    for answers in (at_once(florist, [ask] * SENDERS), [ask()]):
        assert {answer.status_code for answer in answers} <= {201, 409}
        assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert ask()["Idempotent-Replayed"] == "true"
    with acting_for(florist.collective_id):
        assert Order.objects.count() == Delivery.objects.count() == ApiAnswer.objects.count() == 1
    assert Event.objects.filter(name="delivery.placed").count() == 1


def test_orders_placed_at_once_have_numbers_without_gaps(florist: Partner) -> None:
    placed = at_once(florist, [placing(florist, f"key-{number}") for number in range(SENDERS)])
    assert sorted(delivery.number for delivery in placed) == [f"MO-{4001 + number}" for number in range(SENDERS)]


def test_cancelled_or_picked_up_never_both(florist: Partner, sam: Membership, carl: Membership) -> None:
    delivery = world.make_delivery(florist, key="race")
    with acting_for(florist.collective_id):
        pickup = delivery.stops.get(kind="pickup")
    at_once(
        florist,
        [
            lambda: cancel_delivery(delivery=delivery, by=sam.person, reason=""),
            lambda: mark_stop_done(stop=pickup, at=timezone.now(), by=carl.person),
        ],
    )
    names = set(Event.objects.filter(name__in=["delivery.cancelled", "delivery.picked_up"]).values_list("name", flat=True))
    assert len(names) == 1
    with acting_for(florist.collective_id):
        delivery.refresh_from_db()
        pickup.refresh_from_db()
    assert (delivery.status, pickup.status) in {("cancelled", "cancelled"), ("picked_up", "done")}


def test_the_last_two_drops_done_at_once_finish_the_delivery(florist: Partner, carl: Membership) -> None:
    with acting_for(florist.collective_id):
        one = world.one_drop(florist.collective)
    delivery = world.make_delivery(florist, key="two", request=type(one)(dropoffs=one.dropoffs * 2))
    with acting_for(florist.collective_id):
        pickup, first, second = delivery.stops.all()
        mark_stop_done(stop=pickup, at=timezone.now(), by=carl.person)
    at_once(florist, [partial(mark_stop_done, stop=stop, at=timezone.now(), by=carl.person) for stop in (first, second)])
    with acting_for(florist.collective_id):
        delivery.refresh_from_db()
    assert delivery.status == "delivered"
    assert Event.objects.filter(name="delivery.delivered").count() == 1
