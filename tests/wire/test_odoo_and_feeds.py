"""The Odoo module, and what others read at their own pace: events, files, calendars, maps."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from collectives.models import Collective, Membership
from collectives.services import plan_shift
from collectives.services.programs import Keys
from coopdelivery.journal import services as journal
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.imports import services as imports
from orders.models import Delivery, ImportBatch, Partner
from orders.services import cancel_delivery
from tests.api.world import Api, as_application, as_member, make_application
from tests.conftest import PASSWORD
from tests.orders import world
from tests.wire.conftest import tomorrow

pytestmark = pytest.mark.django_db
ODOO = {
    "@id", "number", "total", "itemsTotal", "takeaway", "adjustments", "state", "createdAt", "pickupExpectedAt", "shippingTimeRange",
    "restaurant", "customer", "shippingAddress", "assignedTo", "items",
}  # fmt: skip


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


def test_odoo_signs_in_with_json_and_reads_the_orders_of_a_day(client: Client, florist: Partner, dana: Membership) -> None:
    world.make_delivery(florist)
    credentials = {"_username": dana.person.username, "_password": PASSWORD}
    token = client.post("/api/login_check", credentials, content_type="application/json").json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    found = client.get(f"/api/orders?date={tomorrow(florist.collective)}", headers=headers).json()["hydra:member"]
    assert set(found[0]) >= ODOO
    assert found[0]["itemsTotal"] == sum(item["total"] for item in found[0]["items"])
    assert isinstance(found[0]["items"][0]["adjustments"]["tax"][0]["amount"], int)
    assert "." not in found[0]["createdAt"]
    assert client.get("/api/orders?date=2020-01-01", headers=headers).json()["hydra:member"] == []


def test_the_feed_tells_what_happened_after_a_number(shop: Api, florist: Partner, time_machine: Any) -> None:
    delivery = world.make_delivery(florist)
    cancel_delivery(delivery=delivery, by=None, reason="")
    time_machine.move_to(timezone.now() + dt.timedelta(seconds=20), tick=False)
    feed = shop.get("/api/events?after=0").json()
    assert [(event["name"], event["object"]) for event in feed["hydra:member"]] == [
        ("delivery.placed", f"/api/deliveries/{delivery.pk}"),
        ("delivery.cancelled", f"/api/deliveries/{delivery.pk}"),
    ]
    assert shop.get(feed["hydra:view"]["hydra:next"]).json()["hydra:member"] == []


def test_the_feed_tells_nothing_of_others(florist: Partner, time_machine: Any) -> None:
    bakery = as_application(make_application(florist.collective, world.make_partner(florist.collective, "Bakery")).application)
    world.make_delivery(florist)
    time_machine.move_to(timezone.now() + dt.timedelta(seconds=20), tick=False)
    assert bakery.get("/api/events").json()["hydra:member"] == []


def test_a_file_is_checked_and_ordered_by_a_worker(shop: Api, florist: Partner, settings: Any) -> None:
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]
    day = tomorrow(florist.collective)
    lines = [f"7 place du Ralliement 93100 Montreuil,Mme Roux,{day},10:00,12:00", f",Nobody,{day},10:00,12:00"]
    body = "\n".join(["address,recipient,day,from,until", *lines])
    made = shop.client.post("/api/deliveries/import_async", body, content_type="text/csv", headers=shop.headers)
    assert made.status_code == 202, made.content
    imports.work(ImportBatch.objects.get())
    told = shop.get(made.json()["@id"]).json()
    assert (told["status"], told["lines"]["ready"], [each["line"] for each in told["errors"]]) == ("checked", 1, [3])
    assert shop.put(f"{made.json()['@id']}/order").status_code == 202
    ImportBatch.objects.update(heard_at=timezone.now() - dt.timedelta(hours=1))
    imports.work(ImportBatch.objects.get())
    assert Delivery.objects.count() == 1


def test_a_calendar_program_reads_rounds_and_shifts(
    client: Client, carl: Membership, dana: Membership, florist: Partner, open_montreuil: Collective
) -> None:
    delivery = world.make_delivery(florist)
    tasks = list(delivery.tasks.all())
    with journal.source("web"):
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(carl, tasks[0].on), by=dana.person)
    now = timezone.now()
    plan_shift(membership=carl, starts_at=now, ends_at=now + dt.timedelta(hours=4), by=dana.person)
    url = as_member(carl).get("/api/me/calendar").json()["url"].removeprefix("http://testserver")
    answer = client.get(url)
    names = [str(event["summary"]) for event in Calendar.from_ical(answer.content).walk("VEVENT")]
    assert (answer["Content-Type"], names) == ("text/calendar; charset=utf-8", ["on the road", "Loose stops, 2 stops"])
    assert "Roux" not in answer.content.decode()
    Membership.objects.filter(pk=carl.pk).update(is_active=False)
    assert client.get(url).status_code == 404
    assert client.get("/api/calendars/made-up.ics").status_code == 404


def test_a_delivery_is_drawn_on_a_map(shop: Api, florist: Partner) -> None:
    drawn = shop.get(f"/api/deliveries/{world.make_delivery(florist).pk}/geojson").json()
    assert [feature["geometry"]["type"] for feature in drawn["features"]] == ["Point", "Point", "LineString"]


def test_a_day_is_a_table(dana: Membership, florist: Partner) -> None:
    day = world.make_delivery(florist).tasks.all()[0].on
    lines = as_member(dana).get(f"/api/tasks/export.csv?date={day}").content.decode().splitlines()
    assert (len(lines), lines[0].split(",")[:3]) == (3, ["id", "number", "type"])
