"""A delivery changed, cancelled, taken up again and ordered once more, over the API."""

import datetime as dt
from typing import Any

import pytest

from collectives.models import Collective, Membership
from collectives.services.programs import Keys
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from dispatch.api.scans import scan_token
from dispatch.models import Task
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import fail_task
from orders.models import ChangeRequest, Delivery, Order, Payment
from tests.api.world import Api, as_application, as_member, make_application
from tests.dispatch.conftest import tasks_of
from tests.orders import world
from tests.orders.conftest import florist, open_montreuil
from tests.wire.conftest import tomorrow

__all__ = ["florist", "open_montreuil"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(keys: Keys) -> Api:
    return as_application(keys.application)


@pytest.fixture
def dispatcher(dana: Membership) -> Api:
    return as_member(dana)


def placed(shop: Api, collective: Collective) -> dict[str, Any]:
    drop = {"address": "7 place du Ralliement, Montreuil", "timeSlot": f"{tomorrow(collective)} 10:00-12:00", "comments": "Second floor"}
    body: dict[str, Any] = shop.post("/api/deliveries", {"dropoff": drop}).json()
    return body


def test_what_is_said_replaces_what_stands(shop: Api, open_montreuil: Collective) -> None:
    link = placed(shop, open_montreuil)["@id"]
    said = {"dropoff": {"comments": "Third floor", "address": {"contactName": "Rosa", "telephone": "06 39 98 12 40"}}}
    answer = shop.put(link, said)
    assert (answer.status_code, answer.json()["dropoff"]["comments"]) == (200, "Third floor")
    assert answer.json()["dropoff"]["address"]["contactName"] == "Rosa"
    assert answer.json()["dropoff"]["address"]["telephone"] == "+33639981240"
    assert answer.json()["dropoff"]["after"] == f"{tomorrow(open_montreuil)}T10:00:00+01:00"


@pytest.fixture
def priced_twice(settings: Any) -> None:
    """Once to be told, once to be written."""
    settings.ZEAL_ALLOWLIST = [{"model": "orders.PriceList"}]


@pytest.mark.usefixtures("priced_twice")
def test_another_window_and_more_parcels_are_priced_anew(shop: Api, open_montreuil: Collective) -> None:
    before = placed(shop, open_montreuil)
    day = tomorrow(open_montreuil) + dt.timedelta(days=1)
    answer = shop.put(before["@id"], {"dropoff": {"timeSlot": f"{day} 14:00-16:00", "packages": [{"type": "Crate", "quantity": 3}]}})
    drop = answer.json()["dropoff"]
    assert (answer.status_code, drop["after"][:13], drop["packages"][0]["quantity"]) == (200, f"{day}T14", 3)
    assert Task.objects.filter(on=day).count() == 2


def test_nothing_different_changes_nothing(shop: Api, open_montreuil: Collective) -> None:
    link = placed(shop, open_montreuil)["@id"]
    assert shop.put(link, {}).status_code == 200
    assert not Event.objects.filter(name="delivery.changed").exists()


def test_what_is_planned_is_asked_of_dispatch(shop: Api, open_montreuil: Collective, dana: Membership, carl: Membership) -> None:
    link = placed(shop, open_montreuil)["@id"]
    delivery = Delivery.objects.get()
    tasks = tasks_of(delivery)
    with journal.source("web"):
        plan_tasks(tasks=[task.ref for task in tasks], to_round=loose_round_of(carl, tasks[0].on), by=dana.person)
    answer = shop.put(link, {"dropoff": {"comments": "Third floor"}})
    assert (answer.status_code, answer.json()["dropoff"]["comments"]) == (202, "Second floor")
    assert ChangeRequest.objects.get().delivery == delivery
    assert shop.put(link, {"dropoff": {"comments": "Fourth floor"}}).status_code == 400


def test_a_change_adds_no_stops(shop: Api, open_montreuil: Collective) -> None:
    link = placed(shop, open_montreuil)["@id"]
    answer = shop.put(link, {"dropoffs": [{}, {"address": "1 rue de Paris, Montreuil"}]})
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "dropoffs[1]")


def test_another_partners_delivery_is_not_changed(shop: Api, open_montreuil: Collective) -> None:
    link = placed(shop, open_montreuil)["@id"]
    bakery = make_application(open_montreuil, world.make_partner(open_montreuil, "Bakery"))
    assert as_application(bakery.application).put(link, {"dropoff": {"comments": "x"}}).status_code == 404


def test_a_cancellation_is_taken_back(shop: Api, dispatcher: Api, open_montreuil: Collective) -> None:
    link = placed(shop, open_montreuil)["@id"]
    task = f"/api/tasks/{Task.objects.order_by('pk')[0].pk}"
    assert dispatcher.put(f"{task}/cancel").json()["status"] == "CANCELLED"
    for _each in range(2):
        answer = dispatcher.put(f"{task}/restore")
        assert (answer.status_code, answer.json()["status"]) == (200, "TODO")
    assert [task["status"] for task in shop.get(link).json()["tasks"]] == ["TODO", "TODO"]
    assert Delivery.objects.get().status == "placed"
    assert Event.objects.filter(name="delivery.restored").count() == 1


def test_what_was_refunded_is_not_taken_up_again(shop: Api, dispatcher: Api, open_montreuil: Collective) -> None:
    shop.delete(placed(shop, open_montreuil)["@id"])
    order = Order.objects.get()
    Payment.objects.create(collective=open_montreuil, order=order, amount_cents=order.gross.cents, currency="EUR", status="refunded")
    answer = dispatcher.put(f"/api/tasks/{Task.objects.order_by('pk')[0].pk}/restore")
    assert (answer.status_code, answer.json()["@type"]) == (400, "ConstraintViolationList")
    assert Delivery.objects.get().status == "cancelled"


def test_a_courier_takes_no_cancellation_back(shop: Api, carl: Membership, open_montreuil: Collective) -> None:
    shop.delete(placed(shop, open_montreuil)["@id"])
    assert as_member(carl).put(f"/api/tasks/{Task.objects.order_by('pk')[0].pk}/restore").status_code == 403


def test_a_duplicate_is_the_same_delivery_ordered_once_more(shop: Api, dispatcher: Api, open_montreuil: Collective) -> None:
    placed(shop, open_montreuil)
    drop = Task.objects.get(kind="dropoff")
    answer = dispatcher.post(f"/api/tasks/{drop.pk}/duplicate")
    assert (answer.status_code, answer.json()["type"], answer.json()["status"]) == (201, "DROPOFF", "TODO")
    assert answer.json()["@id"] != f"/api/tasks/{drop.pk}"
    assert answer.json()["comments"] == "Second floor"
    assert Delivery.objects.count() == 2


def test_a_duplicate_of_a_failed_task_is_its_next_attempt(
    shop: Api, dispatcher: Api, open_montreuil: Collective, dana: Membership, carl: Membership
) -> None:
    placed(shop, open_montreuil)
    pickup = Task.objects.get(kind="pickup")
    fail_task(task=pickup, by=dana.person, at=dt.datetime.now(dt.UTC), reason="Closed")
    answer = dispatcher.post(f"/api/tasks/{pickup.pk}/duplicate")
    assert (answer.status_code, Task.objects.get(pk=answer.json()["id"]).attempt) == (201, 2)
    assert Delivery.objects.count() == 1


def test_a_scan_token_of_another_parcel_is_refused(shop: Api, dispatcher: Api, open_montreuil: Collective, carl: Membership) -> None:
    placed(shop, open_montreuil)
    task = Task.objects.order_by("pk")[0]
    link, body = f"/api/tasks/{task.pk}/assign", {"username": carl.person.username}
    assert dispatcher.put(link, body, **{"X-Token-Action": scan_token(task.pk + 1)}).status_code == 403
    assert dispatcher.put(link, body, **{"X-Token-Action": "rubbish"}).status_code == 403
    answer = dispatcher.put(link, body, **{"X-Token-Action": scan_token(task.pk)})
    assert (answer.status_code, answer.json()["assignedTo"]) == (200, carl.person.username)


@pytest.mark.parametrize("packages", [[{"type": "Crate", "quantity": 2}], []])
def test_what_is_told_of_a_new_delivery_is_what_reading_it_tells(shop: Api, open_montreuil: Collective, packages: list[Any]) -> None:
    drops = [{"address": f"{n} rue de Paris, Montreuil", "before": "tomorrow 12:00", "packages": packages, "weight": 900} for n in (1, 3)]
    told = shop.post("/api/deliveries", {"dropoffs": drops, "comments": "Ring twice"}).json()
    assert told == shop.get(told["@id"]).json()
    assert len(told["tasks"]) == 3
