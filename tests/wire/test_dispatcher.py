"""Dispatchers' clients: they read the day, and write whole lists."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from collectives.models import Collective, Membership
from dispatch.models import PlanChange, Round, Task
from dispatch.services.rounds import create_round
from orders.models import Delivery, Partner, PartnerUser
from tests.api.world import Api, as_application, as_member, make_application
from tests.dispatch.conftest import TUESDAY, Order, eight_in_the_morning, florist, lea, order, tasks_of, tuesday

__all__ = ["eight_in_the_morning", "florist", "lea", "order", "tuesday"]
pytestmark = pytest.mark.django_db
LIST = f"/api/task_lists/set_items/{TUESDAY}"


@pytest.fixture
def client_of_dana(dana: Membership) -> Api:
    return as_member(dana)


def links(tasks: list[Task]) -> list[str]:
    return [f"/api/tasks/{task.pk}" for task in tasks]


def day(api: Api, member: Membership) -> list[str]:
    lists = api.get(f"/api/task_lists/v2?date={TUESDAY}").json()["hydra:member"]
    items: list[str] = next((each["items"] for each in lists if each["username"] == member.person.username), [])
    return items


def test_a_whole_day_is_given_taken_back_and_ordered_by_one_call(client_of_dana: Api, order: Order, carl: Membership) -> None:
    tasks = tasks_of(order(drops=2))
    url = f"{LIST}/{carl.person.username}"
    assert client_of_dana.put(url, {"items": links(tasks)}).status_code == 200
    assert day(client_of_dana, carl) == links(tasks)
    client_of_dana.put(url, {"items": [links(tasks)[0], links(tasks)[2]]})
    assert day(client_of_dana, carl) == [links(tasks)[0], links(tasks)[2]]
    assert Task.objects.get(pk=tasks[1].pk).round is None
    client_of_dana.put(url, {"items": [links(tasks)[2], links(tasks)[0]]})
    assert day(client_of_dana, carl) == [links(tasks)[2], links(tasks)[0]]


def test_the_same_list_again_is_no_gesture(client_of_dana: Api, order: Order, carl: Membership, dana: Membership) -> None:
    tasks = tasks_of(order())
    for _each in range(2):
        client_of_dana.put(f"{LIST}/{carl.person.username}", {"items": links(tasks)})
    assert [(change.verb, change.by_id, change.source) for change in PlanChange.objects.all()] == [("assign", dana.person_id, "api")]


def test_a_tour_in_the_list_is_given_whole(client_of_dana: Api, order: Order, carl: Membership, dana: Membership) -> None:
    made = client_of_dana.post("/api/tours", {"name": "North", "date": str(TUESDAY), "tasks": links(tasks_of(order()))})
    tour = made.json()["@id"]
    assert made.status_code == 201
    assert client_of_dana.put(f"{LIST}/{carl.person.username}", {"items": [tour]}).json()["items"] == [tour]
    assert Round.objects.get(name="North").courier == carl
    client_of_dana.put(f"{LIST}/{carl.person.username}", {"items": []})
    assert Round.objects.get(name="North").courier is None


def test_what_is_no_task_moves_nothing(client_of_dana: Api, order: Order, carl: Membership) -> None:
    answer = client_of_dana.put(f"{LIST}/{carl.person.username}", {"items": [*links(tasks_of(order())), "/api/tasks/999999"]})
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "items")
    assert not PlanChange.objects.exists()


def test_a_courier_writes_no_lists(order: Order, carl: Membership) -> None:
    assert as_member(carl).put(f"{LIST}/{carl.person.username}", {"items": links(tasks_of(order()))}).status_code == 403
    assert not PlanChange.objects.exists()


def test_a_tour_is_reordered_and_renamed(client_of_dana: Api, order: Order) -> None:
    tasks = tasks_of(order(drops=2))
    tour = client_of_dana.post("/api/tours", {"name": "North", "date": str(TUESDAY), "tasks": links(tasks)}).json()["@id"]
    answer = client_of_dana.put(tour, {"tasks": links([tasks[1], tasks[0]]), "name": "South"})
    assert (answer.json()["tasks"], answer.json()["name"]) == (links([tasks[1], tasks[0]]), "South")
    assert Task.objects.get(pk=tasks[2].pk).round is None


def test_tasks_of_a_day_come_in_pages(client_of_dana: Api, order: Order) -> None:
    order(drops=3)
    page = client_of_dana.get(f"/api/tasks?date={TUESDAY}&pagination=true&page=1&itemsPerPage=3").json()
    assert (len(page["hydra:member"]), page["hydra:totalItems"]) == (3, 4)
    assert len(client_of_dana.get(page["hydra:view"]["hydra:next"]).json()["hydra:member"]) == 1


def test_the_number_of_queries_is_constant(client_of_dana: Api, order: Order) -> None:
    order()
    with CaptureQueriesContext(connection) as few:
        client_of_dana.get(f"/api/tasks?date={TUESDAY}")
    for _each in range(5):
        order(drops=2)
    with CaptureQueriesContext(connection) as many:
        assert len(client_of_dana.get(f"/api/tasks?date={TUESDAY}").json()["hydra:member"]) == 17
    assert len(few) == len(many) <= 9


def test_assigning_and_taking_back(client_of_dana: Api, order: Order, carl: Membership) -> None:
    task = tasks_of(order())[0]
    answer = client_of_dana.put(f"/api/tasks/{task.pk}/assign", {"username": carl.person.username})
    assert answer.json()["assignedTo"] == carl.person.username
    assert client_of_dana.put(f"/api/tasks/{task.pk}/unassign", {}).json()["isAssigned"] is False


def test_couriers_take_nothing_where_the_members_did_not_say_so(order: Order, carl: Membership) -> None:
    assert as_member(carl).put(f"/api/tasks/{tasks_of(order())[0].pk}/assign", {}).status_code == 403


def test_another_day_keeps_the_promise(client_of_dana: Api, order: Order) -> None:
    task = tasks_of(order())[1]
    answer = client_of_dana.put(f"/api/tasks/{task.pk}/reschedule", {"before": "tomorrow 12:00"}).json()
    assert answer["before"] == "2026-11-24T12:00:00+01:00"
    assert str(Task.objects.get(pk=task.pk).on) == "2026-11-25"


def test_couriers_are_found_by_role(client_of_dana: Api, carl: Membership, lea: Membership) -> None:
    found = client_of_dana.get("/api/users?roles[]=ROLE_COURIER").json()["hydra:member"]
    assert [user["username"] for user in found] == [carl.person.username, lea.person.username]


def test_a_dispatcher_orders_for_a_store(client_of_dana: Api, florist: Partner) -> None:
    store = client_of_dana.get("/api/stores").json()["hydra:member"][0]["@id"]
    dropoff: dict[str, Any] = {"address": {"streetAddress": "7 place du Ralliement, 93100 Montreuil", "latLng": [48.862, 2.441]}}
    body = {"store": store, "dropoff": {**dropoff, "before": "2026-11-24T12:00:00+01:00", "weight": 2500}}
    price = client_of_dana.post("/api/retail_prices/calculate", body).json()
    answer = client_of_dana.post("/api/deliveries", body)
    assert (answer.status_code, answer.json()["order"]["total"]) == (201, price["amount"])
    assert Delivery.objects.get().order.placed_by_id is not None


def agreed(store: object, price: object, name: object = "Agreed with Rosa") -> dict[str, Any]:
    dropoff = {"address": {"streetAddress": "7 place du Ralliement, 93100 Montreuil", "latLng": [48.862, 2.441]}}
    order = {"arbitraryPrice": {"variantName": name, "variantPrice": price}}
    return {"store": store, "dropoff": {**dropoff, "before": "2026-11-24T12:00:00+01:00"}, "order": order}


@pytest.mark.parametrize("cents", [0, 1, 999, 1200, 100_003])
def test_a_dispatcher_agrees_on_another_price_to_the_cent(client_of_dana: Api, florist: Partner, cents: int) -> None:
    body = agreed(f"/api/stores/{florist.pk}", cents)
    listed = client_of_dana.post("/api/retail_prices/calculate", {**body, "order": {}}).json()
    answer = client_of_dana.post("/api/deliveries", body)
    assert (answer.status_code, answer.json()["order"]["total"]) == (201, cents)
    order = Delivery.objects.get().order
    assert (order.gross.cents, sum(line.amount_cents for line in order.lines.all())) == (cents, order.net_cents)
    *own, added = order.lines.order_by("position")
    assert [line.amount_cents for line in own] == [line["amount"] for line in listed["lines"]]
    assert (added.label, added.code) == ("Agreed with Rosa", "supplement")
    assert "agreed with the co-op" in added.facts["reason"]


def test_the_lists_own_price_agreed_on_adds_no_line(client_of_dana: Api, florist: Partner) -> None:
    body = agreed(f"/api/stores/{florist.pk}", 0)
    listed = client_of_dana.post("/api/retail_prices/calculate", {**body, "order": {}}).json()
    body["order"]["arbitraryPrice"]["variantPrice"] = listed["amount"]
    assert client_of_dana.post("/api/deliveries", body).status_code == 201
    assert Delivery.objects.get().order.lines.count() == len(listed["lines"])


@pytest.mark.parametrize("cents", [-1, 10**9, "1200", 12.5, True, None])
def test_a_price_that_is_none_is_refused(client_of_dana: Api, florist: Partner, cents: object) -> None:
    answer = client_of_dana.post("/api/deliveries", agreed(f"/api/stores/{florist.pk}", cents))
    assert (answer.status_code, answer.json()["violations"][0]["propertyPath"]) == (400, "order.arbitraryPrice.variantPrice")
    assert not Delivery.objects.exists()


def test_neither_programs_nor_partners_agree_on_a_price_by_themselves(florist: Partner, sam: Membership) -> None:
    PartnerUser.objects.create(collective=florist.collective, partner=florist, membership=sam)
    program = as_application(make_application(florist.collective, florist).application)
    for caller in (program, as_member(sam)):
        answer = caller.post("/api/deliveries", agreed(f"/api/stores/{florist.pk}", 1))
        assert (answer.status_code, answer.json()["@type"]) == (403, "hydra:Error")
    assert not Delivery.objects.exists()


def test_a_stores_deliveries_have_a_view(client_of_dana: Api, order: Order, florist: Partner) -> None:
    order()
    page = client_of_dana.get(f"/api/stores/{florist.pk}/deliveries?order[dropoff.before]=desc").json()
    assert (page["hydra:view"]["@type"], len(page["hydra:member"])) == ("hydra:PartialCollectionView", 1)


def test_rounds_made_on_the_board_are_tours(client_of_dana: Api, tuesday: Collective, dana: Membership) -> None:
    create_round(on=TUESDAY, name="Early", by=dana.person)
    assert [tour["name"] for tour in client_of_dana.get(f"/api/tours?date={TUESDAY}").json()["hydra:member"]] == ["Early"]
