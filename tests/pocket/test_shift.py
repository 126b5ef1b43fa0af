"""A shift begins, rests and ends with the courier's own taps; the hours are theirs."""

import uuid
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from time_machine import Traveller

from collectives.models import Collective, Membership, Role, TimeCorrection, TimeMark
from collectives.refusals import NotYours
from collectives.services.corrections import answer_correction, ask_correction
from collectives.services.worked import mark_time
from collectives.worked import AtWork, at_work_by, turns_of
from coopdelivery.journal.models import Event
from dispatch.board.day import board_of
from dispatch.models import CourierAction, Task
from tests.conftest import make_member
from tests.dispatch.conftest import TUESDAY, at
from tests.pocket.conftest import Sync

pytestmark = pytest.mark.usefixtures("tuesday")
VERBS = list(map(str, TimeMark.Verb))
HINT = "The office asks about a time in your hours."


@pytest.fixture
def nora(montreuil: Collective) -> Membership:
    """Keeps the office."""
    return make_member(montreuil, "Nora", Role.ADMIN)


def clock(verb: str, when: datetime) -> dict[str, Any]:
    return {"client_id": str(uuid.uuid4()), "verb": verb, "at": when.isoformat()}


def test_taps_made_without_network_count_at_their_own_time(carl: Membership, sync: Sync, eight_in_the_morning: Traveller) -> None:
    eight_in_the_morning.move_to(at(15))
    taps = [clock("clock_on", at(8, 2)), clock("rest", at(12)), clock("back", at(12, 30)), clock("clock_off", at(14, 41))]
    assert {result["outcome"] for result in sync(*reversed(taps))} == {"done"}
    (turn,) = turns_of(TimeMark.objects.all())
    assert (turn.starts_at, turn.ends_at, turn.worked(at(15))) == (at(8, 2), at(14, 41), timedelta(hours=6, minutes=9))
    assert [event.name for event in Event.objects.filter(name__startswith="shift.").order_by("pk")] == [
        "shift.ended",
        "shift.resumed",
        "shift.paused",
        "shift.started",
    ]


def test_a_tap_sent_twice_is_one_mark(carl: Membership, sync: Sync) -> None:
    tap = clock("clock_on", at(7, 58))
    sync(tap, tap)
    sync(tap)
    assert (TimeMark.objects.count(), CourierAction.objects.count()) == (1, 1)


def test_nobody_else_writes_a_couriers_hours(carl: Membership, dana: Membership, tuesday: Any) -> None:
    with pytest.raises(NotYours):
        mark_time(membership=carl, verb="clock_on", at=at(8), by=dana.person)
    assert not TimeMark.objects.exists()


def test_the_database_keeps_every_mark(carl: Membership, sync: Sync) -> None:
    sync(clock("clock_on", at(8)))
    for change in (lambda: TimeMark.objects.update(at=at(7)), lambda: TimeMark.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert TimeMark.objects.get().at == at(8)


def test_dispatch_sees_who_is_at_work_and_not_for_how_long(stops: list[Task], carl: Membership, sync: Sync, dana: Membership) -> None:
    sync(clock("clock_on", at(7, 50)))
    client = Client()
    client.force_login(dana.person)
    page = client.get("/c/montreuil/board/").content.decode()
    assert "at work 7:50" in page
    assert carl.person.first_name in page
    sync(clock("rest", at(8)))
    (lane,) = [lane for lane in board_of(carl.collective, TUESDAY, at(8)).lanes if lane.membership == carl]
    assert lane.at_work.state == "rest"


def test_a_start_that_nobody_stopped_is_no_working_time(carl: Membership, sync: Sync, eight_in_the_morning: Traveller) -> None:
    sync(clock("clock_on", at(8)))
    eight_in_the_morning.shift(timedelta(hours=17))
    (turn,) = turns_of(TimeMark.objects.all())
    assert (turn.is_forgotten(at(8) + timedelta(hours=17)), turn.worked(at(8) + timedelta(hours=17))) == (True, timedelta())
    assert at_work_by(TimeMark.objects.all(), at(8) + timedelta(hours=17)).state == "off"


def test_the_courier_asks_for_a_correction_and_both_times_stay(phone: Client, carl: Membership, nora: Membership, sync: Sync) -> None:
    sync(clock("clock_on", at(7)))
    wrong = TimeMark.objects.get()
    body = {"verb": "clock_on", "at": "2026-11-24T07:30", "reason": "tapped at home", "replaces": str(wrong.ref)}
    assert phone.post("/courier/hours/", body).status_code == 302
    assert [turn.starts_at for turn in turns_of(TimeMark.objects.all())] == [at(7)]
    assert "waits for the office" in phone.get("/courier/hours/").content.decode()
    assert "began, waits for the other side" in phone.get("/courier/hours/export/").content.decode()
    answer_correction(correction=TimeCorrection.objects.get(), agreed=True, by=nora.person)
    assert [turn.starts_at for turn in turns_of(TimeMark.objects.all())] == [at(7, 30)]
    assert TimeMark.objects.count() == 2
    export = phone.get("/courier/hours/export/").content.decode()
    assert "2026-11-24 07:00:00" in export
    assert "tapped at home" in export
    assert "Carl, Nora" in export


@pytest.mark.parametrize(("answer", "counted"), [("yes", at(7, 30)), ("no", at(7))])
def test_what_the_office_asks_for_is_answered_on_the_phone(
    phone: Client, carl: Membership, nora: Membership, sync: Sync, answer: str, counted: datetime
) -> None:
    sync(clock("clock_on", at(7)))
    wrong = TimeMark.objects.get()
    asked = ask_correction(membership=carl, verb="clock_on", at=at(7, 30), by=nora.person, reason="the key was taken then", replaces=wrong)
    assert "waits for you" in phone.get("/courier/hours/").content.decode()
    assert HINT in phone.get("/courier/").content.decode()
    assert phone.post("/courier/hours/", {"correction": str(asked.ref), "answer": answer}).status_code == 302
    assert HINT not in phone.get("/courier/").content.decode(), "answered is answered"
    assert [turn.starts_at for turn in turns_of(TimeMark.objects.all())] == [counted]
    again = phone.post("/courier/hours/", {"correction": str(asked.ref), "answer": answer})
    assert (again.status_code, TimeMark.objects.count()) == (400, 2 if answer == "yes" else 1)


def test_the_day_says_nothing_of_what_the_courier_asked_for(phone: Client, carl: Membership) -> None:
    ask_correction(membership=carl, verb="clock_on", at=at(7), by=carl.person, reason="forgotten")
    assert HINT not in phone.get("/courier/").content.decode()


@pytest.mark.parametrize("body", [{"correction": "x", "answer": "yes"}, {"correction": str(uuid.uuid4()), "answer": "yes"}])
def test_an_answer_to_nothing_is_refused_with_a_sentence(phone: Client, body: dict[str, str]) -> None:
    answer = phone.post("/courier/hours/", body)
    assert answer.status_code == 400
    assert "not in your record" in answer.content.decode()


@pytest.mark.parametrize("bad", [{"reason": ""}, {"at": "soon"}, {"at": "2026-11-25T07:30"}, {"verb": "fly"}, {"replaces": "x"}])
def test_a_bad_correction_is_refused_with_a_sentence(phone: Client, bad: dict[str, str]) -> None:
    answer = phone.post("/courier/hours/", {"verb": "clock_on", "at": "2026-11-24T07:30", "reason": "forgot", **bad})
    assert (answer.status_code, TimeMark.objects.count(), TimeCorrection.objects.count()) == (400, 0, 0)
    assert 'role="alert"' in answer.content.decode()


def test_a_mark_of_somebody_else_cannot_be_corrected(phone: Client, lea: Membership, tuesday: Any) -> None:
    mark = mark_time(membership=lea, verb="clock_on", at=at(7), by=lea.person)
    body = {"verb": "clock_on", "at": "2026-11-24T07:30", "reason": "no", "replaces": str(mark.ref)}
    assert phone.post("/courier/hours/", body).status_code == 400
    assert (TimeMark.objects.count(), TimeCorrection.objects.count()) == (1, 0)


def test_without_a_script_the_page_does_the_same(phone: Client) -> None:
    assert phone.post("/courier/shift/", {"verb": "clock_on"}).status_code == 302
    assert "At work since 8:00" in phone.get("/courier/").content.decode()
    assert phone.post("/courier/shift/", {"verb": "done"}).status_code == 400


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)  # a busy machine is slow, not wrong
@given(some.lists(some.tuples(some.sampled_from(VERBS), some.integers(0, 60 * 40)), max_size=14))
def test_turns_never_overlap_and_nobody_rests_longer_than_they_are_there(taps: list[tuple[str, int]]) -> None:
    marks = [TimeMark(pk=n, verb=verb, at=at(0) + timedelta(minutes=minute)) for n, (verb, minute) in enumerate(taps, 1)]
    now = at(0) + timedelta(days=2)
    turns = turns_of(marks)
    for before, after in pairwise(turns):
        assert (before.ends_at or before.starts_at) <= after.starts_at
    for turn in turns:
        assert timedelta() <= turn.worked(now) <= timedelta(hours=16)
        assert turn.is_forgotten(now) or turn.rested(now) <= (turn.ends_at or now) - turn.starts_at
    assert isinstance(at_work_by(marks, now), AtWork)
