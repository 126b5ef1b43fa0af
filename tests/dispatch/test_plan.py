"""Placing tasks in rounds."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from collectives.models import Collective, Membership
from coopdelivery.decisions import services as decisions
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from dispatch.models import PlanChange, Round, Task, TaskStatus
from dispatch.services import refusals
from dispatch.services.plan import loose_round_of, plan_tasks, undo_last
from dispatch.services.progress import finish_task
from orders.services import cancel_delivery
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of


def list_of(round_: Round) -> list[str]:
    return refs(list(Task.objects.filter(round=round_).order_by("position")))


@pytest.fixture
def carls(carl: Membership, tuesday: Collective) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def leas(lea: Membership, tuesday: Collective) -> Round:
    return loose_round_of(lea, TUESDAY)


def test_an_order_opens_one_task_for_each_stop_on_the_day_of_its_promise(order: Order) -> None:
    tasks = tasks_of(order(drops=2))
    assert [(task.kind, task.status, task.on, task.round) for task in tasks] == [
        ("pickup", "todo", TUESDAY, None),
        ("dropoff", "todo", TUESDAY, None),
        ("dropoff", "todo", TUESDAY, None),
    ]


def test_tasks_keep_the_order_in_which_they_were_given(order: Order, carls: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order(drops=3)))
    wanted = [tasks[0], tasks[3], tasks[1], tasks[2]]
    change = plan_tasks(tasks=wanted, to_round=carls, by=dana.person)
    assert list_of(carls) == wanted
    assert (change.by, change.source) == (dana.person, "web")
    assert set(change.after["tasks"]) == set(tasks)
    event = Event.objects.get(name="task.planned")
    assert (event.subject, event.data["rounds"], event.data["tray"]) == (str(change.ref), [str(carls.ref)], True)


def test_a_stop_goes_before_another_and_only_it_is_written(order: Order, carls: Round, dana: Membership) -> None:
    first, second = refs(tasks_of(order())), refs(tasks_of(order()))
    plan_tasks(tasks=first, to_round=carls, by=dana.person)
    change = plan_tasks(tasks=second, to_round=carls, before=first[1], by=dana.person)
    assert list_of(carls) == [first[0], *second, first[1]]
    assert set(change.after["tasks"]) == set(second)


def test_a_stop_can_move_before_one_that_moves_with_it(order: Order, carls: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order(drops=3)))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    plan_tasks(tasks=[tasks[3], tasks[1]], to_round=carls, before=tasks[1], by=dana.person)
    assert list_of(carls) == [tasks[0], tasks[3], tasks[1], tasks[2]]


def test_a_move_between_rounds_is_one_gesture_with_both_versions(order: Order, carls: Round, leas: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order(drops=2)))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    versions = {str(carls.ref): 1, str(leas.ref): 0}
    plan_tasks(tasks=tasks[1:], to_round=leas, by=dana.person, versions=versions)
    assert (list_of(carls), list_of(leas)) == (tasks[:1], tasks[1:])
    assert list(Round.objects.order_by("pk").values_list("version", flat=True)) == [2, 1]


def test_an_old_version_is_refused_with_the_list_as_it_is(order: Order, carls: Round, dana: Membership, ada: Membership) -> None:
    first, second = refs(tasks_of(order())), refs(tasks_of(order()))
    plan_tasks(tasks=first, to_round=carls, by=dana.person, versions={str(carls.ref): 0})
    with pytest.raises(refusals.StaleRound) as refused:
        plan_tasks(tasks=second, to_round=carls, by=ada.person, versions={str(carls.ref): 0})
    assert [(row.pk, row.version) for row in refused.value.rounds] == [(carls.pk, 1)]
    assert list_of(carls) == first
    assert PlanChange.objects.count() == 1


def test_a_round_that_is_not_on_the_screen_is_refused(order: Order, carls: Round, leas: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order()))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    with pytest.raises(refusals.StaleRound):
        plan_tasks(tasks=tasks, to_round=leas, by=dana.person, versions={str(leas.ref): 0})
    assert list_of(carls) == tasks


@pytest.mark.parametrize("source", ["system", "rule"])
def test_no_rule_and_no_system_identity_may_plan(order: Order, carls: Round, dana: Membership, source: str) -> None:
    tasks = refs(tasks_of(order()))
    with journal.source(source), pytest.raises(refusals.NotAPlanner):
        plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    assert list_of(carls) == []
    assert not PlanChange.objects.exists()


@pytest.mark.parametrize("source", ["system", "rule", "celery", ""])
def test_the_database_refuses_a_plan_that_no_person_made(carls: Round, dana: Membership, source: str) -> None:

    with pytest.raises(IntegrityError), transaction.atomic():
        PlanChange.objects.create(
            collective_id=carls.collective_id, verb="plan", by=dana.person, source=source, on=TUESDAY, before={}, after={}
        )


def test_a_courier_and_a_stranger_may_not_plan(order: Order, carls: Round, carl: Membership, nina: Membership) -> None:
    tasks = refs(tasks_of(order()))
    for person in (carl.person, nina.person):
        with pytest.raises(refusals.NotAPlanner):
            plan_tasks(tasks=tasks, to_round=carls, by=person)
    assert list_of(carls) == []


def test_a_finished_stop_keeps_its_place_for_ever(order: Order, carls: Round, leas: Round, dana: Membership, carl: Membership) -> None:
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    before = Task.objects.get(pk=tasks[0].pk)
    with pytest.raises(refusals.CannotMove) as refused:
        plan_tasks(tasks=refs(tasks), to_round=leas, by=dana.person)
    assert "Fleurs is done" in refused.value.sentence
    plan_tasks(tasks=refs(tasks[1:]), to_round=carls, before=tasks[0].ref, by=dana.person)
    after = Task.objects.get(pk=tasks[0].pk)
    assert (after.round_id, after.position) == (before.round_id, before.position)
    assert list_of(carls) == refs([tasks[1], tasks[2], tasks[0]])


def test_a_cancelled_delivery_stays_struck_in_its_place(order: Order, carls: Round, dana: Membership) -> None:
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    cancel_delivery(delivery=delivery, by=dana.person, reason="closed")
    assert {(task.status, task.round_id) for task in tasks_of(delivery)} == {("cancelled", carls.pk)}
    assert Round.objects.get(pk=carls.pk).version == 2
    with pytest.raises(refusals.CannotMove):
        plan_tasks(tasks=refs(tasks_of(delivery)), to_round=None, by=dana.person)


def test_tasks_of_another_collective_do_not_exist_here(order: Order, carls: Round, dana: Membership) -> None:
    with pytest.raises(refusals.CannotMove):
        plan_tasks(tasks=["6f1f6a4e-6d1a-4a4e-9b39-0123456789ab"], to_round=carls, by=dana.person)
    with pytest.raises(refusals.CannotMove):
        plan_tasks(tasks=[], to_round=carls, by=dana.person)


def test_planned_times_follow_the_list(order: Order, on_shift: list[Membership], carls: Round, dana: Membership) -> None:
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    planned = [task.planned_at for task in tasks_of(tasks[0].delivery)]
    assert planned[0] == at(9)  # the shop opens at nine
    assert planned[1] is not None
    assert planned[1] == at(10)  # not before the promise
    assert planned[2] is not None
    assert at(10, 3) < planned[2] < at(10, 20)


def test_moving_many_asks_as_often_as_moving_one(
    order: Order, carls: Round, leas: Round, dana: Membership, django_assert_num_queries: Any
) -> None:
    few, many = refs(tasks_of(order(drops=1))), [ref for _ in range(6) for ref in refs(tasks_of(order(drops=9)))]
    plan_tasks(tasks=[*few, *many], to_round=carls, by=dana.person)

    with CaptureQueriesContext(connection) as one:
        plan_tasks(tasks=few, to_round=leas, by=dana.person)
    with django_assert_num_queries(len(one)):
        plan_tasks(tasks=many, to_round=leas, by=dana.person)
    assert list_of(leas) == [*few, *many]


def test_fifty_insertions_at_the_same_place_still_find_room(order: Order, carls: Round, dana: Membership) -> None:
    tasks = [ref for _ in range(6) for ref in refs(tasks_of(order(drops=9)))]
    plan_tasks(tasks=tasks[:2], to_round=carls, by=dana.person)
    for ref in tasks[2:52]:
        plan_tasks(tasks=[ref], to_round=carls, before=tasks[1], by=dana.person)
    assert list_of(carls) == [tasks[0], *tasks[2:52], tasks[1]]


# taking back


def test_undo_brings_back_round_and_position_exactly(order: Order, carls: Round, leas: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order(drops=3)))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    before = list(Task.objects.order_by("pk").values_list("round_id", "position", "planned_at"))
    plan_tasks(tasks=[tasks[2], tasks[1]], to_round=leas, by=dana.person)
    plan_tasks(tasks=[tasks[3]], to_round=carls, before=tasks[0], by=dana.person)
    undo_last(by=dana.person)
    undo_last(by=dana.person)
    assert list(Task.objects.order_by("pk").values_list("round_id", "position", "planned_at")) == before
    undo_last(by=dana.person)
    assert not Task.objects.exclude(round=None).exists()
    with pytest.raises(refusals.CannotUndo) as refused:
        undo_last(by=dana.person)
    assert refused.value.sentence == "There is nothing to undo."


def test_twenty_five_gestures_are_taken_back(order: Order, carls: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order(drops=4)))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    for n in range(25):
        plan_tasks(tasks=[tasks[n % 5]], to_round=carls, before=tasks[(n + 2) % 5], by=dana.person)
    for _ in range(25):
        undo_last(by=dana.person)
    assert list_of(carls) == tasks


def test_undo_is_refused_when_somebody_else_moved_it_since_and_the_next_goes_further_back(
    order: Order, carls: Round, leas: Round, dana: Membership, ada: Membership
) -> None:
    first, second = refs(tasks_of(order())), refs(tasks_of(order()))
    plan_tasks(tasks=first, to_round=carls, by=dana.person)
    plan_tasks(tasks=second, to_round=carls, by=dana.person)
    plan_tasks(tasks=second[1:], to_round=leas, by=ada.person)
    with pytest.raises(refusals.CannotUndo) as refused:
        undo_last(by=dana.person)
    assert refused.value.sentence.startswith("Ada moved ")
    assert list_of(leas) == second[1:]
    undo_last(by=dana.person)
    assert list_of(carls) == second[:1]


def test_undo_is_refused_when_the_stop_is_done_since(order: Order, carls: Round, dana: Membership, carl: Membership) -> None:
    tasks = tasks_of(order())
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    with pytest.raises(refusals.CannotUndo) as refused:
        undo_last(by=dana.person)
    assert refused.value.sentence == "Fleurs is done since."
    assert Task.objects.get(pk=tasks[0].pk).status == TaskStatus.DONE
    assert list_of(carls) == refs(tasks)


def test_undo_finds_its_place_beside_a_newcomer(order: Order, carls: Round, leas: Round, dana: Membership, ada: Membership) -> None:
    first, second = refs(tasks_of(order(drops=2))), refs(tasks_of(order()))
    plan_tasks(tasks=first, to_round=carls, by=dana.person)
    plan_tasks(tasks=[first[1]], to_round=leas, by=dana.person)
    plan_tasks(tasks=[second[0]], to_round=carls, before=first[2], by=ada.person)
    assert list_of(carls) == [first[0], second[0], first[2]]
    undo_last(by=dana.person)
    assert list_of(carls) == [first[0], first[1], second[0], first[2]]


# taking stops oneself, where the co-op decided that couriers may


def let_couriers_take(collective: Collective, by: Membership) -> None:
    proposal = decisions.open_proposal(
        collective_id=collective.pk,
        title="Couriers take stops themselves",
        text="",
        roll=[by.person_id],
        by=by.person,
        settles={"policy": "self_assignment", "value": True},
    )
    decisions.cast(proposal=proposal, by=by.person, choice="for")
    decisions.close(proposal=proposal, by=by.person)


def test_a_courier_takes_free_stops_into_the_own_day_once_the_members_decided_so(
    order: Order, carls: Round, leas: Round, carl: Membership, ada: Membership, tuesday: Collective
) -> None:
    tasks = refs(tasks_of(order(drops=2)))
    let_couriers_take(tuesday, ada)
    with journal.source("courier"):
        change = plan_tasks(tasks=tasks[:2], to_round=carls, by=carl.person)
        with pytest.raises(refusals.NotAPlanner):
            plan_tasks(tasks=tasks[2:], to_round=leas, by=carl.person)
    assert (change.by, change.source) == (carl.person, "courier")
    assert (list_of(carls), list_of(leas)) == (tasks[:2], [])


def test_a_courier_takes_nothing_from_a_colleague(
    order: Order, carls: Round, leas: Round, carl: Membership, ada: Membership, dana: Membership, tuesday: Collective
) -> None:
    tasks = refs(tasks_of(order()))
    let_couriers_take(tuesday, ada)
    plan_tasks(tasks=tasks, to_round=leas, by=dana.person)
    with pytest.raises(refusals.NotAPlanner):
        plan_tasks(tasks=tasks, to_round=carls, by=carl.person)
    assert list_of(leas) == tasks
