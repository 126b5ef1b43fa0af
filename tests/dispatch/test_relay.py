"""Through a hub: two more tasks for each drop, the promise untouched, taken back as long as nobody began."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Q, QuerySet
from django.test import Client
from django.urls import reverse

from collectives.models import Collective, Hub, Membership
from collectives.services import save_hub
from coopdelivery.journal.models import Event
from coopdelivery.places.services import find_or_create_place
from dispatch.api.shapes import deliveries
from dispatch.models import Leg, PlanChange, Round, Task, TaskStatus
from dispatch.outlook.load import Load
from dispatch.pocket.visits import visits_of
from dispatch.selectors import Row, freights_of, load_of, rows
from dispatch.services import refusals
from dispatch.services.incidents import report_incident, try_again
from dispatch.services.plan import loose_round_of, move_to_day, plan_tasks, undo_last
from dispatch.services.progress import correct_task, fail_task, finish_task, start_task
from dispatch.services.relay import relay, unrelay
from dispatch.telling import work_of
from orders.models import Delivery, Stop
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

JSON = {"Accept": "application/json"}


@pytest.fixture
def hub(tuesday: Collective) -> Hub:
    place = find_or_create_place(collective_id=tuesday.pk, text="9 rue du Dépôt, Montreuil", point=(48.87, 2.45))
    return save_hub(collective=tuesday, name="Hub Croix", place=place, by=None)


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def leas(lea: Membership, tuesday: Collective) -> Round:
    return loose_round_of(lea, TUESDAY)


def legs_of(delivery: Delivery) -> dict[int, Task]:
    """A delivery with one drop: the drop by 0, the tasks at the hub by 1 and 2."""
    drops = Task.objects.filter(delivery=delivery, stop__kind="dropoff").select_related("stop__place", "place", "delivery", "round")
    return {task.leg: task for task in drops}


def plan_now() -> list[Any]:
    return list(Task.objects.order_by("pk").values_list("ref", "round__ref", "position", "on", "status"))


def in_list(round_: Round) -> list[tuple[str, int]]:
    return [(task.where, task.leg) for task in Task.objects.with_promise().filter(round=round_).order_by("position")]


def test_a_delivery_in_one_round_keeps_its_way_to_the_hub_there_and_the_rest_is_to_give(
    order: Order, hub: Hub, carls: Round, dana: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    change, left = relay(tasks=[refs(tasks_of(delivery))[1]], hub=hub, by=dana.person)
    assert (change.verb, left) == ("relay", [])
    assert in_list(carls) == [("Fleurs", 0), ("Hub Croix", 1)]
    legs = legs_of(delivery)
    assert [legs[n].round_id for n in (1, 2, 0)] == [carls.pk, None, None]
    assert [(legs[n].kind, legs[n].where) for n in (1, 2)] == [("dropoff", "Hub Croix"), ("pickup", "Hub Croix")]
    assert Event.objects.get(name="task.relayed").data["hub"] == "Hub Croix"


def test_with_two_riders_the_first_brings_it_to_the_hub_and_the_second_fetches_it_there(
    order: Order, hub: Hub, carls: Round, leas: Round, dana: Membership
) -> None:
    delivery = order()
    pickup, drop = refs(tasks_of(delivery))
    plan_tasks(tasks=[pickup], to_round=carls, by=dana.person)
    plan_tasks(tasks=[drop], to_round=leas, by=dana.person)
    relay(tasks=[pickup], hub=hub, by=dana.person)
    assert in_list(carls) == [("Fleurs", 0), ("Hub Croix", 1)]
    assert [leg for _where, leg in in_list(leas)] == [2, 0]


def test_five_deliveries_get_ten_tasks_together_at_the_hub_and_undo_brings_every_place_back(
    order: Order, hub: Hub, carls: Round, dana: Membership
) -> None:
    chosen = [refs(tasks_of(order())) for _n in range(5)]
    plan_tasks(tasks=[ref for pair in chosen for ref in pair], to_round=carls, by=dana.person)
    before = plan_now()
    relay(tasks=[drop for _pickup, drop in chosen], hub=hub, by=dana.person)
    assert Task.objects.filter(leg__gt=0).count() == 10
    assert [leg for _where, leg in in_list(carls)] == [0] * 5 + [1] * 5
    found = Task.objects.with_promise().select_related("round").filter(round=carls).order_by("position")
    assert [len(visit.tasks) for visit in visits_of(found)] == [5, 5]
    undo_last(by=dana.person)
    assert plan_now() == before


def test_the_parcels_the_promise_the_price_and_the_partners_view_stay_as_they_are(
    order: Order, hub: Hub, carls: Round, dana: Membership, ada: Membership
) -> None:
    delivery = order(drops=2)
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    stops = list(Stop.objects.order_by("pk").values())
    gross = delivery.order.gross
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    assert list(Stop.objects.order_by("pk").values()) == stops
    assert Delivery.objects.select_related("order").get().order.gross == gross
    at_hub = Task.objects.filter(leg=Leg.TO_HUB).order_by("pk")
    found = rows_of(at_hub)
    assert [freights_of(found).of(row).weight_g for row in found] == [2000, 2000]
    assert [row.window_end for row in found] == [task.stop.window_end for task in at_hub.select_related("stop")]
    seen = work_of(delivery, Membership.objects.get(pk=dana.pk))
    assert seen is not None
    assert len(seen.context["tasks"]) == 7
    shaped = deliveries([Delivery.objects.select_related("order", "partner").get()], dana.collective.zone, tags=True)[0]
    assert [task["address"]["name"] for task in shaped["tasks"]] == ["Fleurs", None, None]
    assert [task["next"] for task in shaped["tasks"]][-1] is None


def rows_of(tasks: QuerySet[Task]) -> list[Row]:
    return rows(Q(pk__in=tasks.values("pk")))


def test_the_load_is_put_down_at_the_hub_and_taken_up_again(order: Order, hub: Hub, carls: Round, leas: Round, dana: Membership) -> None:
    delivery = order(weight_g=30_000)
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    legs = legs_of(delivery)
    plan_tasks(tasks=[legs[2].ref, legs[0].ref], to_round=leas, by=dana.person)
    for round_ in (carls, leas):
        found = rows_of(Task.objects.filter(round=round_))
        assert load_of(found, freights_of(found)) == Load(30_000, 0, 0, 0, 0)
    plan_tasks(tasks=[legs[2].ref, legs[0].ref], to_round=carls, by=dana.person)
    found = rows_of(Task.objects.filter(round=carls))
    assert load_of(found, freights_of(found)).peak_g == 30_000


def test_the_second_half_is_not_done_before_the_first(
    order: Order, hub: Hub, carls: Round, leas: Round, dana: Membership, carl: Membership, lea: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    legs = legs_of(delivery)
    plan_tasks(tasks=[legs[2].ref, legs[0].ref], to_round=leas, by=dana.person)
    legs = legs_of(delivery)
    for leg in (1, 2, 0):
        with pytest.raises(refusals.NotOnBoard):
            finish_task(task=legs[leg], by=lea.person if leg != 1 else carl.person, at=at(8))
    finish_task(task=tasks_of(delivery)[0], by=carl.person, at=at(8))
    for leg in (2, 0):
        with pytest.raises(refusals.NotOnBoard):
            finish_task(task=legs[leg], by=lea.person, at=at(8))
    finish_task(task=legs[1], by=carl.person, at=at(8))
    assert Delivery.objects.get().status == "picked_up"
    with pytest.raises(refusals.NotOnBoard):
        finish_task(task=legs[0], by=lea.person, at=at(8))
    finish_task(task=legs[2], by=lea.person, at=at(8))
    with pytest.raises(refusals.CannotProgress):
        correct_task(task=legs[1], by=dana.person, reason="Wrong shelf")
    finish_task(task=legs[0], by=lea.person, at=at(8))
    assert Delivery.objects.get().status == "delivered"


def test_a_failure_at_the_hub_leaves_the_promise_open_and_gets_its_own_next_attempt(
    order: Order, hub: Hub, carls: Round, dana: Membership, carl: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    finish_task(task=tasks_of(delivery)[0], by=carl.person, at=at(8))
    first = legs_of(delivery)[1]
    fail_task(task=first, by=carl.person, at=at(8), reason="The gate is locked")
    assert Delivery.objects.get().status == "picked_up"
    again = try_again(task=first, by=dana.person)
    assert try_again(task=first, by=dana.person) == again
    assert (again.leg, again.where, again.attempt, again.status) == (Leg.TO_HUB, "Hub Croix", 2, TaskStatus.TODO)


def test_what_cannot_go_through_a_hub_is_said_and_the_others_go(
    order: Order, hub: Hub, carls: Round, dana: Membership, carl: Membership
) -> None:
    begun, free = order(), order()
    plan_tasks(tasks=refs(tasks_of(begun)), to_round=carls, by=dana.person)
    start_task(task=tasks_of(begun)[1], by=carl.person, at=at(8))
    change, left = relay(tasks=[*refs(tasks_of(begun)), *refs(tasks_of(free))], hub=hub, by=dana.person)
    assert ["under way" in each.why for each in left] == [True]
    assert len(change.after["legs"]) == 2
    with pytest.raises(refusals.CannotMove, match="through a hub already"):
        relay(tasks=refs(tasks_of(free)), hub=hub, by=dana.person)
    assert Task.objects.filter(leg__gt=0).count() == 2


def test_directly_again_takes_the_hub_out_and_can_itself_be_undone(order: Order, hub: Hub, carls: Round, dana: Membership) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    through = [row[:4] for row in plan_now()]
    unrelay(tasks=[tasks_of(delivery)[1].ref], by=dana.person)
    assert not Task.objects.filter(leg__gt=0).exists()
    undo_last(by=dana.person)
    assert sorted(map(str, through)) == sorted(str(row[:4]) for row in plan_now())
    undo_last(by=dana.person)
    assert not Task.objects.filter(leg__gt=0).exists()
    assert in_list(carls)[1][1] == 0


def test_once_somebody_began_at_the_hub_it_is_not_taken_back(
    order: Order, hub: Hub, carls: Round, dana: Membership, carl: Membership, ada: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    start_task(task=legs_of(delivery)[1], by=carl.person, at=at(8))
    with pytest.raises(refusals.CannotUndo, match="Hub Croix is under way since"):
        undo_last(by=dana.person)
    with pytest.raises(refusals.CannotMove, match="has begun"):
        unrelay(tasks=refs(tasks_of(delivery)), by=ada.person)
    assert Task.objects.filter(leg__gt=0).count() == 2


def test_an_incident_at_the_hub_is_decided_before_the_hub_vanishes(
    order: Order, hub: Hub, carls: Round, dana: Membership, carl: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    leg = legs_of(delivery)[1]
    report_incident(task=leg, reason="other", by=carl.person, client_id=leg.ref, at=at(8), goes_on=True)
    with pytest.raises(refusals.CannotUndo, match="incident"):
        undo_last(by=dana.person)


def test_a_gesture_on_a_hub_that_somebody_took_out_since_says_so(
    order: Order, hub: Hub, carls: Round, dana: Membership, ada: Membership
) -> None:
    delivery = order()
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=ada.person)
    plan_tasks(tasks=[legs_of(delivery)[1].ref], to_round=carls, by=dana.person)
    unrelay(tasks=refs(tasks_of(delivery)), by=ada.person)
    with pytest.raises(refusals.CannotUndo, match="Ada took this stop out of the plan since"):
        undo_last(by=dana.person)


def test_a_relay_over_two_days_leaves_the_drop_on_its_own(order: Order, hub: Hub, carls: Round, dana: Membership) -> None:
    delivery = order()
    wednesday = TUESDAY + dt.timedelta(days=1)
    move_to_day(tasks=refs(tasks_of(delivery)[1:]), on=wednesday, by=dana.person)
    plan_tasks(tasks=refs(tasks_of(delivery)[:1]), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    assert {task.on for task in legs_of(delivery).values()} == {wednesday}
    assert PlanChange.objects.latest("pk").verb == "relay"


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


def url(name: str, **kwargs: Any) -> str:
    return reverse(f"dispatch:{name}", kwargs={"collective": "montreuil", **kwargs})


def test_one_button_of_the_board_sends_it_through_the_hub_and_the_stop_says_so(
    board: Client, order: Order, hub: Hub, carls: Round, dana: Membership
) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    page = board.get(url("board_hubs")).content.decode()
    assert f'data-do="relay" data-hub="{hub.ref}"' in page
    carls.refresh_from_db()
    fields = {"t": refs(tasks_of(delivery)), "hub": str(hub.ref), "on": "2026-11-24", "v": f"{carls.ref}:{carls.version}"}
    answer = board.post(url("board_relay"), fields, headers=JSON)
    assert (answer.status_code, answer.json()["text"]) == (200, "1 drop goes via Hub Croix")
    assert "Hub Croix" in answer.json()["left"]
    later = order()
    answer = board.post(url("board_relay"), {"t": refs(tasks_of(later)), "hub": str(hub.ref), "on": "2026-11-24"}, headers=JSON)
    group = answer.json()["left"].split(later.number)[-1]
    legs = legs_of(later)
    along = [str(tasks_of(later)[0].ref), *(str(legs[n].ref) for n in (1, 2, 0))]
    assert sorted(along, key=group.index) == along
    drop = legs_of(delivery)[0]
    body = board.get(url("task", ref=drop.ref)).content.decode()
    assert "to Hub Croix" in body
    assert "on from Hub Croix" in body
    at_hub = board.get(url("task", ref=legs_of(delivery)[1].ref)).content.decode()
    assert "9 rue du Dépôt" in at_hub
    assert "+33145678901" not in at_hub
    again = board.post(url("board_relay"), fields, headers=JSON)
    assert again.status_code == 422
    answer = board.post(url("board_direct"), {"t": [str(drop.ref)], "on": "2026-11-24"}, headers=JSON)
    assert answer.json()["text"] == "1 drop goes directly again"


@pytest.mark.parametrize("hub_named", ["", "x", "2f0d6c06-5a6e-4a0a-8d3e-5ac3a6f60b0f"])
def test_a_hub_that_is_none_is_refused_and_nothing_is_added(board: Client, order: Order, hub_named: str) -> None:
    answer = board.post(url("board_relay"), {"t": refs(tasks_of(order())), "hub": hub_named, "on": "2026-11-24"}, headers=JSON)
    assert (answer.status_code, answer.json()["field"]) == (422, "hub")
    assert not Task.objects.filter(leg__gt=0).exists()
    assert not PlanChange.objects.exists()


def test_stops_of_another_co_op_do_not_go_through_this_hub(
    board: Client, order: Order, hub: Hub, nantes: Collective, nina: Membership
) -> None:
    answer = board.post(url("board_relay"), {"t": [str(order().ref)], "hub": str(hub.ref), "on": "2026-11-24"}, headers=JSON)
    assert answer.status_code == 422
    assert not PlanChange.objects.exists()


def test_the_couriers_page_and_the_run_sheet_show_the_hub_without_the_recipients_telephone(
    board: Client, order: Order, hub: Hub, carls: Round, dana: Membership, carl: Membership, client: Client
) -> None:
    delivery = order(note="Ring twice")
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    relay(tasks=refs(tasks_of(delivery)), hub=hub, by=dana.person)
    sheet = board.get(url("round_sheets")).content.decode()
    assert "Hub Croix" in sheet
    assert "+33145678901" not in sheet
    found = rows(Q(round=carls))
    assert found[1].notes == ["Ring twice"]
    client.force_login(carl.person)
    page = client.get(reverse("pocket:day")).content.decode()
    assert "Hub Croix" in page
    assert "Ring twice" in page
    assert "+33145678901" not in page
