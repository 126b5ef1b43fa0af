"""One list of what needs the dispatcher: each stop once, the worst first."""

import re
import uuid

import pytest
import time_machine
from django.test import Client

from collectives.models import Membership
from dispatch.models import Task
from dispatch.services.incidents import report_incident
from dispatch.services.plan import loose_round_of, plan_tasks
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

LIST = "/c/montreuil/board/attention/"


@pytest.fixture
def desk(client: Client, dana: Membership, on_shift: list[Membership]) -> Client:
    client.force_login(dana.person)
    return client


def lines(desk: Client, **asked: str) -> list[str]:
    page = desk.get(LIST, asked).content.decode()
    found = re.findall(r'<li><a href="[^"]*/board/stops/.*?</li>', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in found]


def test_a_quiet_day_has_nothing_on_it(desk: Client, order: Order) -> None:
    order()
    assert lines(desk) == []
    assert "Nothing needs you now" in desk.get(LIST).content.decode()


def test_what_nobody_has_comes_before_its_hour_and_after_it(
    desk: Client, order: Order, eight_in_the_morning: time_machine.Traveller
) -> None:
    number = order().number
    end = Task.objects.earliest("stop__window_end").stop.window_end
    eight_in_the_morning.move_to(end - (at(8, 10) - at(8)))
    (line,) = lines(desk)
    assert number in line
    assert "closes in 10 min nobody has it" in line
    eight_in_the_morning.move_to(end + (at(8, 5) - at(8)))
    assert ["late by 5 min nobody has it" in line for line in lines(desk)] == [True]


def test_a_stop_stands_there_once_with_all_that_is_wrong_with_it(
    desk: Client, order: Order, carl: Membership, dana: Membership, eight_in_the_morning: time_machine.Traveller
) -> None:
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    eight_in_the_morning.move_to(at(8, 4))
    assert [line.count("not seen for 3 min") for line in lines(desk)] == [1, 1, 1]
    assert all("Carl" in line for line in lines(desk))
    eight_in_the_morning.move_to(max(task.stop.window_end for task in tasks) + (at(8, 5) - at(8)))
    late = lines(desk)
    assert len(late) == 3
    assert all("late by" in line and "not seen for 3 min" in line for line in late)


def test_an_incident_comes_first(desk: Client, order: Order, carl: Membership, dana: Membership) -> None:
    tasks = tasks_of(order(drops=1))
    plan_tasks(tasks=refs(tasks), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    report_incident(task=Task.objects.get(pk=tasks[0].pk), reason="not_ready", by=carl.person, client_id=uuid.uuid4(), at=at(8))
    assert "not ready at pickup" in lines(desk)[0]


def test_the_list_is_reached_from_the_board_and_from_the_phone(desk: Client) -> None:
    for page in ("/c/montreuil/board/?layout=cols", "/c/montreuil/board/phone/"):
        assert f"{LIST}?on=2026-11-24" in desk.get(page).content.decode()


def test_no_day_is_refused_with_a_sentence(desk: Client, carl: Membership) -> None:
    assert desk.get(LIST, {"on": "someday"}).status_code == 400
    desk.force_login(carl.person)
    assert desk.get(LIST).status_code == 403
