"""Arrivals along real streets: learnt from a router once, outside every gesture; a straight line until then."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from collectives.models import Collective, Membership
from coopdelivery.places import legs
from coopdelivery.places.geometry import Point
from coopdelivery.places.models import TravelLeg
from dispatch.models import Round, Task
from dispatch.outlook.arrivals import Call, Travel, pairs_of, ride
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.ways import learn_ways
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

SENATE, STATION = Point(60.16952, 24.95220), Point(60.17190, 24.94140)  # in the demo's Helsinki, which has streets
NOWHERE, SEA = Point(48.86, 2.44), Point(48.87, 2.45)


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    legs.forget()
    yield
    legs.forget()


@pytest.mark.django_db
def test_a_way_is_asked_of_the_router_once_and_then_known_without_a_query(django_assert_num_queries: Any) -> None:
    assert legs.known([(SENATE, STATION)]) == {}
    assert legs.learn([(SENATE, STATION)]) == 1
    assert legs.learn([(SENATE, STATION)]) == 0
    with django_assert_num_queries(0):
        way = legs.known([(SENATE, STATION)])[(SENATE, STATION)]
    row = TravelLeg.objects.get()
    assert (way.distance_m, way.duration_s) == (row.distance_m, row.duration_s)
    assert 600 < way.distance_m < 3000
    legs.forget()
    with django_assert_num_queries(1):
        assert legs.known([(SENATE, STATION), (STATION, SENATE)]) == {(SENATE, STATION): way}
    with django_assert_num_queries(0):
        legs.known([(STATION, SENATE)])


@pytest.mark.django_db
def test_an_estimate_is_never_kept_as_if_it_were_a_street() -> None:
    assert legs.learn([(NOWHERE, SEA)]) == 0
    assert not TravelLeg.objects.exists()


def test_a_known_way_counts_instead_of_the_straight_line() -> None:
    calls = [Call(SENATE, at(8), at(12)), Call(STATION, at(8), at(12)), Call(None, at(8), at(12))]
    estimated = ride(calls, start=at(8))
    known = ride(calls, start=at(8), ways={(SENATE, STATION): Travel(1500, 600, 12)})
    assert known.arrivals[1] == at(8) + dt.timedelta(minutes=3 + 10)
    assert (known.distance_m, known.climb_m, known.unknown) == (1500, 12, 1)
    assert estimated.climb_m is None
    assert estimated.arrivals[1] != known.arrivals[1]


def test_the_ways_of_a_list_join_what_is_located_and_never_a_place_with_itself() -> None:
    assert pairs_of([None, SENATE, None, STATION, STATION, SENATE]) == [(SENATE, STATION), (STATION, SENATE)]
    assert pairs_of([None, SENATE]) == []


def test_learning_brings_the_plans_times_up_to_date(order: Order, carl: Membership, dana: Membership, tuesday: Collective) -> None:
    delivery = order()
    stops = [task.stop.place for task in Task.objects.select_related("stop__place").filter(delivery=delivery).order_by("stop__position")]
    for place, point in zip(stops, (SENATE, STATION), strict=True):
        type(place).objects.filter(pk=place.pk).update(latitude=point.latitude, longitude=point.longitude)
    carls: Round = loose_round_of(carl, TUESDAY)
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    before = tasks_of(delivery)[1].planned_at
    assert learn_ways(collective=tuesday) == 1
    assert learn_ways(collective=tuesday) == 0
    way = TravelLeg.objects.get()
    pickup, drop = tasks_of(delivery)
    assert pickup.planned_at is not None
    assert drop.planned_at is not None
    assert before is not None
    assert drop.planned_at == max(pickup.planned_at + dt.timedelta(minutes=3, seconds=way.duration_s), drop.stop.window_start)
