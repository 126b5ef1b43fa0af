"""The traps of the dialect (wire.md, 5h), in its order; what is proved with its client stands there."""

import datetime as dt
from typing import Any

import pytest
import time_machine as clock

from collectives.models import Collective, Membership, OpeningHours
from collectives.services import set_opening_hours
from collectives.services.programs import Keys
from dispatch.models import Task
from orders.models import Delivery, Partner
from tests.api.world import Api, as_application, as_member
from tests.wire.conftest import PARIS

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 24, 12, tzinfo=PARIS)


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


def order(slot: Any) -> dict[str, Any]:
    return {"dropoff": {"address": "7 place du Ralliement, Montreuil", "timeSlot": slot}}


def window(shop: Api, slot: Any) -> tuple[str, str]:
    """The promise of an order with this slot."""
    drop = shop.post("/api/deliveries", order(slot)).json()["dropoff"]
    return drop["after"], drop["before"]


def test_1_without_hours_a_store_has_no_time_slot(shop: Api, florist: Partner) -> None:
    OpeningHours.objects.all().delete()
    store = shop.get(f"/api/stores/{florist.pk}").json()
    assert store["timeSlot"] is None
    assert shop.get(f"/api/time_slots/{florist.collective_id}").status_code == 404


def test_1_days_of_a_slot_are_always_a_list(shop: Api, florist: Partner) -> None:
    set_opening_hours(collective=florist.collective, ranges=[(0, dt.time(10), dt.time(12))], by=None)
    hours = shop.get(f"/api/time_slots/{florist.collective_id}").json()["openingHoursSpecification"]
    assert hours == [{"@type": "OpeningHoursSpecification", "opens": "10:00", "closes": "12:00", "dayOfWeek": ["Monday"]}]


def test_2_the_interval_is_at_least_a_day(shop: Api, florist: Partner) -> None:
    assert shop.get(f"/api/time_slots/{florist.collective_id}").json()["interval"] == "2 days"


@clock.travel(NOON, tick=False)
def test_3_a_slot_past_midnight_ends_the_next_day(keys: Keys) -> None:
    shop = as_application(keys.application)
    assert window(shop, "2026-11-24 22:00-01:00") == ("2026-11-24T22:00:00+01:00", "2026-11-25T01:00:00+01:00")


@clock.travel(NOON, tick=False)
def test_4_a_slot_that_has_begun_goes_on_from_now(keys: Keys) -> None:
    shop = as_application(keys.application)
    assert window(shop, "2026-11-24 11:00-13:00") == ("2026-11-24T12:00:00+01:00", "2026-11-24T13:00:00+01:00")


@clock.travel(NOON, tick=False)
@pytest.mark.parametrize(
    "slot",
    ["2026-11-25 10:00-12:00", "2026-11-25T09:00:00Z/2026-11-25T11:00:00Z", ["2026-11-25T10:00:00+01:00", "2026-11-25 12:00:00"]],
    ids=["wall clock", "interval", "list"],
)
def test_4_slots_are_read_in_the_co_ops_zone(keys: Keys, slot: Any) -> None:
    assert window(as_application(keys.application), slot) == ("2026-11-25T10:00:00+01:00", "2026-11-25T12:00:00+01:00")


@clock.travel(NOON, tick=False)
def test_4_a_slot_that_is_over_is_refused(keys: Keys) -> None:
    answer = as_application(keys.application).post("/api/deliveries", order("2026-11-24 09:00-11:00"))
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "dropoff.timeSlot")
    assert not Delivery.objects.exists()
    offered = answer.json()["nextSlots"]
    assert len(offered) == 3
    assert as_application(keys.application).post("/api/deliveries", order(offered[0])).status_code == 201  # sent back as it came


def test_5_push_tokens_are_taken_without_any_push(carl: Membership) -> None:
    assert as_member(carl).post("/api/me/remote_push_tokens", {"platform": "ios", "token": "t"}).status_code == 201


def test_7_a_permission_problem_is_403(carl: Membership) -> None:
    assert as_member(carl).get("/api/tasks").status_code == 403


def test_9_what_the_app_reads_is_never_null(shop: Api, dana: Membership, open_montreuil: Collective) -> None:
    shop.post("/api/deliveries", {"dropoff": {"address": "7 place du Ralliement, Montreuil"}})
    day = Task.objects.values_list("on", flat=True)[0]
    tasks = as_member(dana).get(f"/api/tasks?date={day}").json()["hydra:member"]
    assert [(isinstance(task["metadata"], dict), task["tags"]) for task in tasks] == [(True, []), (True, [])]
    assert as_member(dana).get("/api/me").json()["addresses"] == []


def test_10_collections_keep_their_prefix(shop: Api) -> None:
    stores = shop.get("/api/stores").json()
    assert {"hydra:member", "hydra:totalItems", "hydra:view"} <= set(stores)
    assert stores["@type"] == "hydra:Collection"
