"""What wakes a courier, in which words; and what the phone says back."""

from typing import Any

import pytest
from django.test import Client
from time_machine import Traveller

from collectives.models import Collective, Membership
from collectives.services.worked import mark_time
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.channels.webpush.channel import payload
from coopdelivery.notices.models import Channel, Message, PushSubscription
from dispatch.board.day import board_of
from dispatch.models import Round, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.models import Stop
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of
from tests.pocket.conftest import Sync, tap

pytestmark = pytest.mark.usefixtures("tuesday")


@pytest.fixture
def subscribed(carl: Membership) -> None:
    PushSubscription.objects.create(person=carl.person, endpoint="https://push.example/1", p256dh="x", auth="y")


@pytest.fixture
def working(carl: Membership) -> None:
    mark_time(membership=carl, verb="clock_on", at=at(7, 30), by=carl.person)


def told() -> list[tuple[str, str]]:
    while journal.run_waiting():
        pass
    return list(Message.objects.filter(channel=Channel.PUSH).order_by("pk").values_list("kind", "short"))


def change(task: Task, **values: Any) -> None:
    """What a change of the delivery does to one stop, as `orders.changes` records it."""
    Stop.objects.filter(pk=task.stop_id).update(**values)
    with journal.source("web"):
        journal.record(
            "delivery.changed",
            subject=task.delivery.ref,
            collective_id=task.collective_id,
            number=task.delivery.number,
            stops={str(task.stop.ref): sorted(values)},
        )


def test_each_change_has_its_own_words_with_place_and_hour_in_front(
    subscribed: None, working: None, order: Order, carls: Round, dana: Membership, lea: Membership
) -> None:
    tasks = tasks_of(order())
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    told()
    drop = tasks[1]
    change(drop, window_end=at(13))
    told()
    change(drop, place_id=tasks[0].stop.place_id)
    told()
    plan_tasks(tasks=refs([drop]), to_round=loose_round_of(lea, TUESDAY), by=dana.person)
    found = told()
    assert [kind for kind, _short in found] == ["stops.given", "stops.rescheduled", "stops.moved", "stops.withdrawn"]
    assert found[1][1] == "100 rue de la Républiqu… 10–13h: another time"
    assert len({short.split(": ", 1)[1] for _kind, short in found}) == 4
    for _kind, short in found:
        assert ":" in short[:40], short


def test_reordering_is_silent(subscribed: None, working: None, stops: list[Task], carls: Round, dana: Membership) -> None:
    before = len(told())
    plan_tasks(tasks=refs(stops)[2:], to_round=carls, before=str(stops[1].ref), by=dana.person)
    assert len(told()) == before


def test_a_changed_stop_has_to_be_seen_again(stops: list[Task], sync: Sync) -> None:
    sync(tap("shown", *stops))
    change(stops[1], window_end=at(13))
    known = dict(Task.objects.values_list("pk", "seen_at"))
    assert [known[task.pk] is None for task in stops] == [False, True, False]


def test_three_minutes_unseen_is_said_on_the_board(
    stops: list[Task], carl: Membership, sync: Sync, eight_in_the_morning: Traveller, tuesday: Collective
) -> None:
    assert board_of(tuesday, TUESDAY, at(8, 3)).overdue == 0
    assert board_of(tuesday, TUESDAY, at(8, 4)).overdue == 3
    sync(tap("shown", *stops[:2]))
    assert board_of(tuesday, TUESDAY, at(8, 4)).overdue == 1


def test_the_phone_says_that_a_push_arrived_and_that_is_not_yet_seen(
    subscribed: None, working: None, order: Order, carls: Round, dana: Membership, client: Client
) -> None:
    plan_tasks(tasks=refs(tasks_of(order())), to_round=carls, by=dana.person)
    told()
    message = Message.objects.get(kind="stops.given")
    assert f'"ref": "{message.ref}"' in payload(message).decode()
    for _again in range(2):
        assert client.post("/account/notices/received/", {"ref": str(message.ref)}, content_type="application/json").status_code == 204
    told()
    message.refresh_from_db()
    assert (message.received_at, Event.objects.filter(name="message.received").count()) == (at(8), 1)
    assert set(Task.objects.values_list("arrived_at", "seen_at")) == {(at(8), None)}


@pytest.mark.parametrize("bad", [{}, {"ref": "x"}, [], {"ref": None}])
def test_a_receipt_that_names_no_push_is_refused(client: Client, bad: Any) -> None:
    assert client.post("/account/notices/received/", bad, content_type="application/json").status_code == 400


def test_a_receipt_for_nothing_changes_nothing(client: Client) -> None:
    body = {"ref": "00000000-0000-4000-8000-000000000000"}
    assert client.post("/account/notices/received/", body, content_type="application/json").status_code == 204
    assert not Event.objects.filter(name="message.received").exists()
