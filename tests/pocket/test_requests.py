"""A courier asks, a person answers, nothing moves by itself and nothing is counted; free rounds are taken only where it was decided."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from collectives.models import Collective, Membership, Policy
from coopdelivery.decisions.models import Proposal
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from coopdelivery.notices.models import Channel, Message, Preference, When
from dispatch.models import PlanChange, Round, RoundRequest, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.refusals import AlreadyDecided, NotAPlanner
from dispatch.services.requests import answer_request
from dispatch.services.rounds import create_round, give_round
from dispatch.tasks import forget_whereabouts
from tests.dispatch.conftest import TUESDAY, at, refs
from tests.pocket.conftest import Sync

pytestmark = pytest.mark.usefixtures("tuesday")


def ask(round: Round | None = None, **more: Any) -> dict[str, Any]:
    tap = {"client_id": str(uuid.uuid4()), "verb": "ask", "at": at(7, 50).isoformat(), "reason": "shorten", "note": "My knee hurts."}
    return {**tap, **({"about": str(round.ref)} if round else {}), **more}


@pytest.fixture
def desk(dana: Membership) -> Client:
    client = Client()
    client.force_login(dana.person)
    return client


def test_a_request_made_without_network_waits_for_a_person(
    stops: list[Task], carls: Round, carl: Membership, sync: Sync, desk: Client
) -> None:
    tap = ask(carls)
    assert [result["outcome"] for result in sync(tap, tap)] == ["done", "done"]
    request = RoundRequest.objects.get()
    assert (request.membership, request.round, request.state, request.asked_at) == (carl, carls, "open", at(7, 50))
    assert "My knee hurts." in desk.get("/c/montreuil/board/requests/").content.decode()
    assert "request of a courier" in desk.get("/c/montreuil/board/").content.decode()
    assert not PlanChange.objects.filter(source="courier").exists()


def test_a_yes_moves_nothing(stops: list[Task], carls: Round, carl: Membership, sync: Sync, desk: Client, dana: Membership) -> None:
    sync(ask(carls, reason="object"))
    places = list(Task.objects.order_by("pk").values_list("round", "position"))
    request, changes = RoundRequest.objects.get(), PlanChange.objects.count()
    answer = desk.post(f"/c/montreuil/board/requests/{request.ref}/answer/", {"answer_is": "yes", "answer": "Lea rides it."})
    assert answer.status_code == 302
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.answer) == ("granted", dana.person, "Lea rides it.")
    assert (list(Task.objects.order_by("pk").values_list("round", "position")), PlanChange.objects.count()) == (places, changes)
    with pytest.raises(AlreadyDecided):
        answer_request(request=request, granted=False, answer="", by=dana.person)


def test_only_a_planner_answers(stops: list[Task], carl: Membership, sync: Sync) -> None:
    sync(ask())
    with pytest.raises(NotAPlanner):
        answer_request(request=RoundRequest.objects.get(), granted=True, answer="", by=carl.person)
    assert RoundRequest.objects.get().state == "open"


def test_the_journal_says_neither_who_asked_nor_why(stops: list[Task], carls: Round, carl: Membership, sync: Sync) -> None:
    sync(ask(carls))
    event = Event.objects.get(name="request.asked")
    assert (event.by_id, event.data) == (None, {"rounds": [str(carls.ref)]})


def test_planning_never_reads_what_was_asked(
    stops: list[Task], carls: Round, carl: Membership, lea: Membership, dana: Membership, sync: Sync
) -> None:
    sync(ask(carls, reason="object"))
    with CaptureQueriesContext(connection) as asked:
        plan_tasks(tasks=refs(stops), to_round=loose_round_of(lea, TUESDAY), by=dana.person)
        give_round(round=create_round(on=TUESDAY, name="Bakery", by=dana.person), courier=carl, by=dana.person)
    assert [query for query in asked if "roundrequest" in query["sql"]] == []


def test_after_thirty_days_nothing_is_left_of_it(stops: list[Task], carl: Membership, sync: Sync, eight_in_the_morning: Traveller) -> None:
    sync(ask())
    eight_in_the_morning.shift(timedelta(days=29))
    forget_whereabouts()
    assert RoundRequest.objects.count() == 1
    eight_in_the_morning.shift(timedelta(days=2))
    assert forget_whereabouts() == 1
    assert not RoundRequest.objects.exists()


@pytest.mark.parametrize("bad", [{"reason": "fly"}, {"note": ""}, {"note": "x" * 501}])
def test_a_request_that_says_too_little_is_bad(stops: list[Task], sync: Sync, bad: dict[str, Any]) -> None:
    assert [result["outcome"] for result in sync(ask(**bad))] == ["bad"]
    assert not RoundRequest.objects.exists()


def test_a_round_of_somebody_else_cannot_be_discussed(stops: list[Task], lea: Membership, sync: Sync) -> None:
    assert [result["outcome"] for result in sync(ask(loose_round_of(lea, TUESDAY)))] == ["refused"]
    assert not RoundRequest.objects.exists()


def test_without_a_script_the_form_does_the_same_and_can_be_taken_back(phone: Client, carls: Round) -> None:
    body = {"reason": "absent", "about": "", "note": "Fever."}
    assert phone.post("/courier/requests/", body).status_code == 302
    request = RoundRequest.objects.get()
    assert "Fever." in phone.get("/courier/requests/").content.decode()
    assert phone.post(f"/courier/requests/{request.ref}/withdraw/").status_code == 302
    request.refresh_from_db()
    assert request.state == "withdrawn"
    assert phone.post("/courier/requests/", {**body, "note": ""}).status_code == 400


def test_dispatch_and_the_courier_are_told(stops: list[Task], carl: Membership, dana: Membership, sync: Sync) -> None:
    for member, kind in ((dana, "request.asked"), (carl, "request.answered")):
        Preference.objects.create(person=member.person, kind=kind, channel=Channel.EMAIL, when=When.NOW)
    sync(ask())
    answer_request(request=RoundRequest.objects.get(), granted=False, answer="Nobody is free.", by=dana.person)
    while journal.run_waiting():
        pass
    told = list(Message.objects.filter(kind__startswith="request.").order_by("pk").values_list("email", "short"))
    assert told == [("dana@montreuil.test", "Carl asks: make it shorter"), ("carl@montreuil.test", "Not possible: make it shorter")]


@pytest.fixture
def bakery(dana: Membership) -> Round:
    return create_round(on=TUESDAY, name="Bakery", by=dana.person)


def test_a_free_round_is_not_taken_where_nobody_decided_for_it(phone: Client, bakery: Round) -> None:
    assert "did not decide" in phone.get("/courier/rounds/").content.decode()
    assert phone.post("/courier/rounds/", {"round": str(bakery.ref), "version": bakery.version}).status_code == 409
    bakery.refresh_from_db()
    assert bakery.courier is None


def test_a_free_round_is_taken_once_by_the_courier_themselves(
    phone: Client, bakery: Round, carl: Membership, lea: Membership, tuesday: Collective
) -> None:
    facts = {"number": "D-8", "title": "Free rounds", "state": "passed"}
    decision = Proposal.objects.create(collective_id=tuesday.pk, opened_by=carl.person, **facts)
    Policy.objects.create(collective=tuesday, key="self_assignment", value=True, decision=decision, effective_on=TUESDAY)
    body = {"round": str(bakery.ref), "version": bakery.version}
    assert "Bakery" in phone.get("/courier/rounds/").content.decode()
    assert phone.post("/courier/rounds/", body).status_code == 302
    other = Client()
    other.force_login(lea.person)
    assert other.post("/courier/rounds/", body).status_code == 409
    assert other.post("/courier/rounds/", {"round": str(bakery.ref)}).status_code == 409
    bakery.refresh_from_db()
    assert bakery.courier == carl
    change = PlanChange.objects.get(verb="give")
    assert (change.by, change.source) == (carl.person, "courier")
