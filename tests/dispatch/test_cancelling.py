"""Cancelled from the board: struck through in place, and one undo brings it back to the same round and position."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from dispatch.models import PlanChange, Round, Task
from dispatch.services import refusals
from dispatch.services.cancelling import cancel_work, restore_work
from dispatch.services.plan import loose_round_of, plan_tasks, undo_last
from dispatch.services.progress import finish_task
from orders.models import Delivery, Order, Payment, PaymentStatus, Settlement, Stop
from orders.services import cancel_delivery
from tests.dispatch.conftest import TUESDAY, at, refs, tasks_of
from tests.dispatch.conftest import Order as Ordering

JSON = {"Accept": "application/json"}


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def planned(order: Ordering, carls: Round, dana: Membership) -> list[Delivery]:
    found = [order(), order(drops=2), order()]
    plan_tasks(tasks=[ref for each in found for ref in refs(tasks_of(each))], to_round=carls, by=dana.person)
    return found


def everything() -> list[Any]:
    return list(Task.objects.order_by("pk").values_list("ref", "round__ref", "position", "on", "status"))


def states() -> list[str]:
    return list(Delivery.objects.order_by("pk").values_list("status", flat=True))


def test_undo_of_cancelling_brings_every_stop_back_to_its_round_and_position(planned: list[Delivery], dana: Membership) -> None:
    before = everything()
    change, left = cancel_work(tasks=[*refs(tasks_of(planned[0])), *refs(tasks_of(planned[2]))], by=dana.person, reason="Flowers wilted")
    assert (change.verb, left, states()) == ("cancel", [], ["cancelled", "placed", "cancelled"])
    undo_last(by=dana.person)
    assert everything() == before
    assert states() == ["placed"] * 3
    assert set(Stop.objects.values_list("status", flat=True)) == {"open"}
    assert Event.objects.filter(name="delivery.restored").count() == 2


def test_one_drop_among_several_is_cancelled_alone_and_comes_back(planned: list[Delivery], dana: Membership) -> None:
    before = everything()
    drop = tasks_of(planned[1])[1]
    cancel_work(tasks=[drop.ref], by=dana.person, reason="Rosa moved", drops_only=True)
    assert [task.status for task in tasks_of(planned[1])] == ["todo", "cancelled", "todo"]
    assert states() == ["placed"] * 3
    with pytest.raises(refusals.CannotMove, match="only drop that is left"):
        cancel_work(tasks=[tasks_of(planned[1])[2].ref], by=dana.person, reason="Both", drops_only=True)
    undo_last(by=dana.person)
    assert everything() == before


def test_the_only_drop_left_and_done_makes_the_delivery_delivered(planned: list[Delivery], dana: Membership, carl: Membership) -> None:
    cancel_work(tasks=[tasks_of(planned[1])[1].ref], by=dana.person, reason="Rosa moved", drops_only=True)
    for n in (0, 2):
        finish_task(task=tasks_of(planned[1])[n], by=carl.person, at=at(8))
    assert states()[1] == "delivered"
    with pytest.raises(refusals.CannotUndo, match="went on without this drop"):
        undo_last(by=dana.person)


def test_what_is_on_the_bike_is_not_cancelled_and_the_others_are(planned: list[Delivery], dana: Membership, carl: Membership) -> None:
    finish_task(task=tasks_of(planned[0])[0], by=carl.person, at=at(8))
    _change, left = cancel_work(tasks=refs([*tasks_of(planned[0]), *tasks_of(planned[2])]), by=dana.person, reason="Closed")
    assert [each.number for each in left] == [planned[0].number]
    assert states() == ["picked_up", "placed", "cancelled"]
    with pytest.raises(refusals.CannotMove, match="on its way"):
        cancel_work(tasks=refs(tasks_of(planned[0])), by=dana.person, reason="Closed")


def test_without_a_reason_nothing_is_cancelled(planned: list[Delivery], dana: Membership) -> None:
    with pytest.raises(refusals.CannotMove) as refusal:
        cancel_work(tasks=refs(tasks_of(planned[0])), by=dana.person, reason=" ")
    assert refusal.value.field == "reason"
    assert states() == ["placed"] * 3


def test_money_that_moved_because_of_it_is_a_plain_reason_why_not(planned: list[Delivery], dana: Membership) -> None:
    order = planned[0].order
    Order.objects.filter(pk=order.pk).update(paid_by="card")
    Payment.objects.create(
        collective=order.collective, order=order, amount_cents=order.gross.cents, currency=order.currency, status=PaymentStatus.PAID
    )
    cancel_work(tasks=refs(tasks_of(planned[0])), by=dana.person, reason="Closed")
    assert Payment.objects.get().status == PaymentStatus.REFUND_ASKED
    with pytest.raises(refusals.CannotUndo, match="was given back or called off: order it again"):
        undo_last(by=dana.person)
    assert states()[0] == "cancelled"
    assert {task.status for task in tasks_of(planned[0])} == {"cancelled"}


def test_a_cancelling_by_the_shop_is_taken_back_on_the_stop(planned: list[Delivery], dana: Membership) -> None:
    before = everything()
    cancel_delivery(delivery=planned[0], by=None, reason="No more tulips")
    restore_work(task=tasks_of(planned[0])[0], by=dana.person)
    assert everything() == before
    with pytest.raises(refusals.CannotMove, match="not cancelled any more"):
        restore_work(task=tasks_of(planned[0])[0], by=dana.person)
    assert not Settlement.objects.exists()


@pytest.fixture
def board(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


def url(name: str, **kwargs: Any) -> str:
    return reverse(f"dispatch:{name}", kwargs={"collective": "montreuil", **kwargs})


def test_the_board_asks_why_says_what_it_costs_and_undoes_it(board: Client, planned: list[Delivery]) -> None:
    drop = tasks_of(planned[1])[1]
    page = board.get(url("board_cancel_ask"), {"t": [str(drop.ref)]}).content.decode()
    assert "not billed" in page
    assert "Only this drop" in page
    fields = {"t": [str(drop.ref)], "on": "2026-11-24", "cost": f"{planned[1].ref}:0"}
    assert board.post(url("board_cancel"), fields, headers=JSON).status_code == 422
    answer = board.post(url("board_cancel"), {**fields, "reason": "Closed"}, headers=JSON)
    assert (answer.status_code, answer.json()["text"]) == (200, "1 delivery cancelled")
    assert PlanChange.objects.latest("pk").verb == "cancel"
    assert board.post(url("board_undo"), {"on": "2026-11-24"}, headers=JSON).json()["text"] == "Undone"
    assert states() == ["placed"] * 3
    cancel_delivery(delivery=planned[0], by=None, reason="No more tulips")
    body = board.get(url("task", ref=tasks_of(planned[0])[0].ref)).content.decode()
    assert "Not cancelled after all" in body
    answer = board.post(url("board_restore"), {"t": [str(tasks_of(planned[0])[0].ref)], "on": "2026-11-24"}, headers=JSON)
    assert (answer.status_code, states()[0]) == (200, "placed")
