"""A program under development: the same checks, a simulated courier, and nothing in earnest."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from collectives.models import WebhookCall
from collectives.webhooks.services import EVENTS, announce, subscribe
from dispatch.api import sandbox
from dispatch.models import Task
from orders.models import Delivery, Order, Partner
from tests.api.world import Api, as_application, make_application
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db
BODY = {"dropoff": {"address": "7 place du Ralliement, Montreuil", "timeSlot": "tomorrow 10:00/tomorrow 12:00"}}


@pytest.fixture
def trying(florist: Partner) -> Api:
    application = make_application(florist.collective, florist).application
    application.is_sandbox = True
    application.save()
    for event in EVENTS:
        subscribe(application=application, event=event, url="https://shop.example/hook", by=None)
    return as_application(application)


def test_nothing_happens_in_earnest(trying: Api) -> None:
    placed = trying.post("/api/deliveries", BODY)
    assert (placed.status_code, placed.json()["sandbox"], placed.json()["dropoff"]["status"]) == (201, True, "TODO")
    assert placed.json()["order"]["total"] > 0
    assert [model.objects.exists() for model in (Delivery, Order, Task)] == [False, False, False]


def test_what_is_refused_in_earnest_is_refused_here(trying: Api) -> None:
    assert trying.post("/api/deliveries", {"dropoff": {"address": ""}}).status_code == 400


def test_the_simulated_courier_walks_through_every_state(trying: Api, time_machine: Any) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    link = trying.post("/api/deliveries", BODY).json()["@id"]
    seen = []
    for seconds in (5, 15, 25, 45, 65, 95):
        time_machine.move_to(now + dt.timedelta(seconds=seconds), tick=False)
        sandbox.walk()
        shown = trying.get(link).json()
        seen.append((shown["pickup"]["status"], shown["dropoff"]["status"]))
    assert seen == [("TODO", "TODO"), ("TODO", "TODO"), ("DOING", "TODO"), ("DONE", "TODO"), ("DONE", "DOING"), ("DONE", "DONE")]
    told = list(WebhookCall.objects.order_by("pk").values_list("webhook__event", flat=True))
    assert told == ["delivery.assigned", "delivery.started", "delivery.picked", "delivery.in_transit", "delivery.completed"]
    assert sandbox.walk() == 0


def test_it_can_be_cancelled_before_the_pickup_only(trying: Api, time_machine: Any) -> None:
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    first, second = (trying.post("/api/deliveries", BODY).json()["@id"] for _each in range(2))
    assert trying.delete(first).status_code == 204
    time_machine.move_to(now + dt.timedelta(seconds=50), tick=False)
    assert trying.delete(second).status_code == 400


def test_a_sandbox_hears_nothing_of_real_deliveries(trying: Api, florist: Partner) -> None:
    announce(partner_ref=florist.ref, event="delivery.completed", subject="/api/deliveries/1", event_id=1)
    assert not WebhookCall.objects.exists()


def test_real_programs_do_not_see_the_sandbox(trying: Api, florist: Partner) -> None:
    link = trying.post("/api/deliveries", BODY).json()["@id"]
    assert as_application(make_application(florist.collective, florist).application).get(link).status_code == 404
    assert trying.get("/api/deliveries").json()["hydra:totalItems"] == 1


def test_a_sandbox_takes_no_files_and_reads_nothing_real(trying: Api, florist: Partner) -> None:
    delivery = world.make_delivery(florist)
    assert trying.get(f"/api/deliveries/{delivery.pk}").status_code == 404
    assert trying.client.post("/api/deliveries/import_async", "address", content_type="text/csv", headers=trying.headers).status_code == 403
