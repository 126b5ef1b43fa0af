"""R39: work that another co-op does is out of our rounds, in nobody's hands, and told by them, once."""

import datetime as dt
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from coopdelivery.people.models import Person
from dispatch.board.read import left_over
from dispatch.board.read import tasks_of as board_rows
from dispatch.models import Incident, PlanChange, Task, TaskStatus
from dispatch.services.handing import Told, follow, hand_over, take_back
from dispatch.services.incidents import try_again
from dispatch.services.plan import loose_round_of, plan_tasks, undo_last
from dispatch.services.progress import fail_task, finish_task, start_task
from dispatch.services.refusals import CannotMove, CannotProgress, CannotUndo, NotAPlanner
from orders.models import Delivery, DeliveryStatus, Stop
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

KEY = UUID("00000000-0000-4000-8000-00000000f00d")


@pytest.fixture
def handed(order: Order, dana: Membership, carl: Membership, nantes: Collective) -> Delivery:
    """In Carl's round before, with Nantes now."""
    delivery = order()
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    hand_over(tasks=refs(tasks_of(delivery)), to=nantes, by=dana.person)
    return delivery


def told(by: Person, status: TaskStatus = TaskStatus.DONE, **more: object) -> Told:
    return Told(status, at(8), by, KEY, **more)  # type: ignore[arg-type]


def states(delivery: Delivery) -> list[str]:
    return [task.status for task in tasks_of(delivery)]


def test_r39_what_is_handed_over_leaves_its_round_and_the_tray(handed: Delivery) -> None:
    assert [task.round_id for task in tasks_of(handed)] == [None, None]
    assert board_rows(TUESDAY)[0] == []
    assert not Task.objects.unplanned().exists()
    assert Delivery.objects.get(pk=handed.pk).status == DeliveryStatus.PLACED


def test_r39_the_board_counts_what_other_co_ops_do(handed: Delivery, dana: Membership, tuesday: Collective) -> None:
    client = Client()
    client.force_login(dana.person)
    page = client.get(reverse("dispatch:board", kwargs={"collective": tuesday.slug})).content.decode()
    assert '<b>2</b> <span class="lg">stops with other co-ops' in page


def test_r39_nobody_here_plans_or_finishes_it_meanwhile(handed: Delivery, dana: Membership, carl: Membership) -> None:
    task = tasks_of(handed)[0]
    with pytest.raises(CannotMove, match="is with Nantes"):
        plan_tasks(tasks=[task.ref], to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    with pytest.raises(CannotProgress, match="comes from them"):
        start_task(task=task, by=dana.person, at=at(8))
    with pytest.raises(CannotProgress, match="comes from them"):
        finish_task(task=task, by=dana.person, at=at(8))
    with pytest.raises(CannotProgress, match="comes from them"):
        fail_task(task=task, by=dana.person, at=at(8), reason="no")
    assert states(handed) == ["todo", "todo"]


def test_r39_the_gesture_is_not_undone_behind_the_other_co_ops_back(handed: Delivery, dana: Membership) -> None:
    with pytest.raises(CannotUndo, match="is with Nantes"):
        undo_last(by=dana.person)
    assert [task.round_id for task in tasks_of(handed)] == [None, None]


def test_r39_a_courier_hands_nothing_over(order: Order, carl: Membership, nantes: Collective) -> None:
    with pytest.raises(NotAPlanner):
        hand_over(tasks=refs(tasks_of(order())), to=nantes, by=carl.person)
    assert not PlanChange.objects.exists()


def test_r39_what_is_under_way_is_not_handed_over(order: Order, dana: Membership, nantes: Collective) -> None:
    delivery = order()
    start_task(task=tasks_of(delivery)[0], by=dana.person, at=at(8))
    with pytest.raises(CannotMove, match="under way"):
        hand_over(tasks=refs(tasks_of(delivery)), to=nantes, by=dana.person)
    assert [task.handed_to_id for task in tasks_of(delivery)] == [None, None]


def test_r39_taken_back_it_is_to_give_again_on_its_day(handed: Delivery, dana: Membership) -> None:
    assert len(take_back(tasks=[task.pk for task in tasks_of(handed)], by=dana.person)) == 2
    assert take_back(tasks=[task.pk for task in tasks_of(handed)], by=dana.person) == []
    assert Task.objects.unplanned().filter(on=TUESDAY).count() == 2
    assert Event.objects.filter(name="task.taken_back").count() == 2


def test_r39_what_they_say_is_done_once(handed: Delivery, nina: Membership) -> None:
    pickup, drop = tasks_of(handed)
    assert follow(task=pickup, told=told(nina.person))
    assert follow(task=drop, told=told(nina.person, received_by="Rosa"))
    assert not follow(task=drop, told=told(nina.person, received_by="Rosa"))
    assert (states(handed), Delivery.objects.get(pk=handed.pk).status) == (["done", "done"], DeliveryStatus.DELIVERED)
    assert Stop.objects.get(pk=drop.stop_id).received_by == "Rosa"
    assert Event.objects.filter(name="task.done").count() == 2
    assert Event.objects.filter(name="delivery.delivered").count() == 1


def test_r39_what_failed_there_waits_here_for_a_decision(handed: Delivery, nina: Membership, dana: Membership) -> None:
    pickup, drop = tasks_of(handed)
    follow(task=pickup, told=told(nina.person))
    for _twice in range(2):
        follow(task=drop, told=told(nina.person, TaskStatus.FAILED, reason="absent", why="nobody there"))
    incident = Incident.objects.get()
    assert (incident.reason, incident.note, incident.state) == ("absent", "Nantes", "open")
    again = try_again(task=Task.objects.get(pk=drop.pk), by=dana.person)
    assert again.handed_to_id is None
    assert not follow(task=drop, told=told(nina.person))
    assert Task.objects.get(pk=again.pk).status == TaskStatus.TODO


def test_r39_opened_again_there_it_is_open_here_and_the_incident_is_answered(handed: Delivery, nina: Membership) -> None:
    pickup, drop = tasks_of(handed)
    follow(task=pickup, told=told(nina.person))
    follow(task=drop, told=told(nina.person, TaskStatus.FAILED, reason="absent", why="nobody there"))
    assert follow(task=drop, told=None)
    assert states(handed) == ["done", "todo"]
    assert Incident.objects.get().state == Incident.State.RETRY
    assert not follow(task=drop, told=None)
    assert follow(task=drop, told=told(nina.person))
    assert states(handed) == ["done", "done"]


def test_r39_it_is_not_left_over_from_yesterday_while_they_have_it(handed: Delivery) -> None:
    assert left_over(TUESDAY + dt.timedelta(days=1)) == []
