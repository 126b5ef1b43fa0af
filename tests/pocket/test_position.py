"""Where a courier is: only on shift, only on a stop, only where it was decided; paused by one tap; erased; and they read who looked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from time_machine import Traveller

from collectives.models import Collective, Membership, Policy
from collectives.services.worked import mark_time
from collectives.tenancy import acting_for
from coopdelivery.celery import app
from coopdelivery.decisions.models import Proposal
from coopdelivery.places.geometry import Point
from dispatch.models import Position, PositionLook, Task
from dispatch.services.positions import look_for_couriers, note_positions
from dispatch.services.progress import finish_task, start_task
from dispatch.tasks import forget_whereabouts
from tests.dispatch.conftest import TUESDAY, at

pytestmark = pytest.mark.usefixtures("tuesday")
Decide = Callable[..., None]
HERE = Point(48.86, 2.44)


@pytest.fixture
def decide(tuesday: Collective, dana: Membership) -> Decide:
    def settle(**values: object) -> None:
        facts = {"number": "D-7", "title": "Positions", "state": "passed"}
        decision = Proposal.objects.create(collective_id=tuesday.pk, opened_by=dana.person, **facts)
        for key, value in values.items():
            Policy.objects.create(collective=tuesday, key=key, value=value, decision=decision, effective_on=TUESDAY)

    return settle


@pytest.fixture
def riding(stops: list[Task], carl: Membership) -> list[Task]:
    """Carl is at work since half past seven and has started his first stop."""
    mark_time(membership=carl, verb="clock_on", at=at(7, 30), by=carl.person)
    start_task(task=stops[0], by=carl.person, at=at(7, 55))
    return stops


def send(phone: Client, **more: Any) -> int:
    body = {"latitude": 48.86, "longitude": 2.44, "at": timezone.now().isoformat(), **more}
    return phone.post("/courier/position/here/", body, content_type="application/json").status_code


def test_a_position_on_shift_and_on_a_stop_is_kept_where_the_members_decided_so(phone: Client, riding: list[Task], decide: Decide) -> None:
    decide(show_position=True)
    assert (send(phone), send(phone)) == (201, 201)
    assert Position.objects.count() == 1


def test_without_a_decision_nothing_is_taken_in(phone: Client, riding: list[Task]) -> None:
    assert (send(phone), Position.objects.count()) == (409, 0)


@pytest.mark.parametrize("verb", ["clock_off", "rest"])
def test_off_shift_and_on_a_break_it_is_refused_and_not_kept(
    phone: Client, riding: list[Task], carl: Membership, decide: Decide, verb: str
) -> None:
    decide(show_position=True)
    mark_time(membership=carl, verb=verb, at=at(8), by=carl.person)
    assert (send(phone), Position.objects.count()) == (409, 0)


def test_before_the_shift_it_is_refused_even_when_one_is_planned(
    phone: Client, carl: Membership, stops: list[Task], decide: Decide
) -> None:
    decide(show_position=True)
    assert (send(phone), Position.objects.count()) == (409, 0)


def test_between_stops_it_is_refused(phone: Client, riding: list[Task], carl: Membership, decide: Decide) -> None:
    decide(show_position=True)
    finish_task(task=riding[0], by=carl.person, at=at(8))
    assert (send(phone), Position.objects.count()) == (409, 0)


def test_pausing_erases_what_was_kept_and_refuses_more(phone: Client, riding: list[Task], decide: Decide) -> None:
    decide(show_position=True)
    send(phone)
    assert phone.post("/courier/position/", {"verb": "pause"}).status_code == 302
    assert (Position.objects.count(), send(phone)) == (0, 409)
    phone.post("/courier/position/", {"verb": "resume"})
    assert send(phone) == 201


@pytest.mark.parametrize("bad", [{"latitude": "x"}, {"latitude": 99}, {"at": "soon"}, {"at": "2026-11-24T08:00:00"}, {"at": None}])
def test_what_cannot_be_read_is_refused_with_a_sentence(phone: Client, riding: list[Task], decide: Decide, bad: dict[str, Any]) -> None:
    decide(show_position=True)
    assert (send(phone, **bad), Position.objects.count()) == (400, 0)


def test_the_courier_reads_who_looked_and_when(phone: Client, riding: list[Task], dana: Membership, decide: Decide) -> None:
    decide(show_position=True)
    send(phone)
    desk = Client()
    desk.force_login(dana.person)
    assert "48.8600" in desk.get("/c/montreuil/board/where/").content.decode()
    assert (PositionLook.objects.get().by, PositionLook.objects.get().at) == (dana.person, at(8))
    assert "Dana" in phone.get("/courier/position/").content.decode()


def test_a_point_is_not_shown_once_the_stop_is_done(riding: list[Task], carl: Membership, dana: Membership, decide: Decide) -> None:
    decide(show_position=True)
    assert note_positions(courier=carl, seen=[(at(8), HERE)]) == 1
    assert [one.membership for one in look_for_couriers(by=dana.person)] == [carl]
    finish_task(task=riding[0], by=carl.person, at=at(8))
    assert look_for_couriers(by=dana.person) == []
    assert PositionLook.objects.count() == 1


def test_points_go_when_the_shift_ends(riding: list[Task], carl: Membership, decide: Decide, eight_in_the_morning: Traveller) -> None:
    decide(show_position=True)
    note_positions(courier=carl, seen=[(at(8), HERE)])
    assert forget_whereabouts() == 0
    eight_in_the_morning.move_to(at(15))
    mark_time(membership=carl, verb="clock_off", at=at(15), by=carl.person)
    assert forget_whereabouts() == 1
    assert not Position.objects.exists()


def test_points_stay_as_many_days_as_were_decided_and_no_longer(
    riding: list[Task], carl: Membership, decide: Decide, eight_in_the_morning: Traveller, tuesday: Collective
) -> None:
    decide(show_position=True, position_kept="week")
    note_positions(courier=carl, seen=[(at(8), HERE)])
    mark_time(membership=carl, verb="clock_off", at=at(8), by=carl.person)
    eight_in_the_morning.shift(timedelta(days=6, hours=23))
    assert forget_whereabouts() == 0
    eight_in_the_morning.shift(timedelta(hours=2))
    assert forget_whereabouts() == 1


def test_when_the_members_decide_against_it_all_points_go(riding: list[Task], carl: Membership, tuesday: Collective) -> None:
    Position.objects.create(collective=tuesday, membership=carl, at=at(8), latitude=48.86, longitude=2.44)
    assert forget_whereabouts() == 1


def test_points_of_another_collective_are_judged_by_its_own_rules(
    riding: list[Task], carl: Membership, decide: Decide, nantes: Collective, nina: Membership
) -> None:
    decide(show_position=True)
    note_positions(courier=carl, seen=[(at(8), HERE)])
    with acting_for(nantes):
        Position.objects.create(collective=nantes, membership=nina, at=at(8), latitude=47.2, longitude=-1.5)
    assert forget_whereabouts() == 1
    assert Position.objects.get().membership == carl


def test_the_timetable_runs_the_job() -> None:
    assert "dispatch.tasks.forget_whereabouts" in {entry["task"] for entry in app.conf.beat_schedule.values()}


def test_another_app_goes_by_the_planned_shift(on_shift: list[Membership], stops: list[Task], carl: Membership, decide: Decide) -> None:
    decide(show_position=True)
    assert note_positions(courier=carl, seen=[(at(8), HERE)]) == 0
    start_task(task=stops[0], by=carl.person, at=at(8))
    assert note_positions(courier=carl, seen=[(at(8), HERE), (at(7), HERE)]) == 1
