"""What the outbox of a phone sends: late, twice, out of order, about stops that changed in the meantime."""

import random
import uuid
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as run
from hypothesis import strategies as some

from collectives.models import Membership
from coopdelivery.journal.models import Event
from dispatch.models import CourierAction, Incident, Proof, Task
from dispatch.services.plan import loose_round_of, plan_tasks
from orders.models import Partner
from orders.services import cancel_delivery
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of
from tests.pocket.conftest import Sync, picture, statuses, tap


def outcomes(results: list[dict[str, Any]]) -> list[str]:
    return [result["outcome"] for result in results]


def test_taps_made_without_network_count_at_their_own_time(stops: list[Task], sync: Sync) -> None:
    results = sync(tap("start", stops[0]), tap("done", stops[0]), tap("done", stops[1], received_by="Rosa"))
    assert outcomes(results) == ["done", "done", "done"]
    task = Task.objects.select_related("stop").get(pk=stops[1].pk)
    assert (task.finished_at, task.received_at, task.stop.received_by) == (at(7, 58), at(8), "Rosa")


def test_a_day_read_after_the_answer_holds_what_was_sent(stops: list[Task], phone: Client, carl: Membership) -> None:
    """Both moments are the server's: the phone's clock may be hours off."""
    sent = {"person": str(carl.person.ref), "actions": [tap("done", stops[0])]}
    before = phone.get("/courier/").content.decode()
    answer = phone.post("/courier/sync/", sent, content_type="application/json").json()
    after = phone.get("/courier/").content.decode()
    read = [datetime.fromisoformat(page.split('data-rendered="')[1].split('"')[0]) for page in (before, after)]
    assert read[0] <= datetime.fromisoformat(answer["at"]) <= read[1]


def test_a_replayed_queue_changes_nothing(stops: list[Task], sync: Sync) -> None:
    queue = [tap("done", stops[0]), tap("done", stops[1], received_by="Rosa"), tap("incident", stops[2], reason="absent")]
    first = sync(*queue)
    events = Event.objects.count()
    for seed in range(4):
        random.Random(seed).shuffle(queue)  # noqa: S311  the same disorder each time
        assert sorted(map(str, sync(*queue))) == sorted(map(str, first))
    assert statuses(stops) == ["done", "done", "failed"]
    assert (Event.objects.count(), Incident.objects.count(), Proof.objects.count()) == (events, 1, 1)


def test_an_undo_that_overtakes_its_tap_still_takes_it_back(stops: list[Task], sync: Sync) -> None:
    done = tap("done", stops[0])
    sync(tap("undo", about=done["client_id"]))
    assert outcomes(sync(done)) == ["withdrawn"]
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_a_tap_that_comes_again_after_its_undo_stays_undone(stops: list[Task], sync: Sync) -> None:
    done = tap("done", stops[0])
    assert outcomes(sync(done, tap("undo", about=done["client_id"]), done)) == ["done", "done", "withdrawn"]
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_a_cancelled_stop_done_offline_is_a_conflict_and_not_revived(
    stops: list[Task], dana: Membership, carl: Membership, sync: Sync
) -> None:
    cancel_delivery(delivery=stops[0].delivery, by=dana.person, reason="")
    done = tap("done", stops[0])
    for _ in range(2):
        assert outcomes(sync(done)) == ["conflict"]
    assert statuses(stops) == ["cancelled", "cancelled", "cancelled"]
    incident = Incident.objects.get()
    assert (incident.task, incident.state, incident.reported_by, incident.reported_at) == (stops[0], "open", carl.person, at(7, 58))
    assert "7:58" in incident.note


def test_a_stop_moved_to_somebody_else_and_done_offline_is_a_conflict(
    stops: list[Task], dana: Membership, lea: Membership, sync: Sync
) -> None:
    plan_tasks(tasks=refs(stops), to_round=loose_round_of(lea, TUESDAY), by=dana.person)
    assert outcomes(sync(tap("done", stops[0]))) == ["conflict"]
    assert statuses(stops) == ["todo", "todo", "todo"]
    assert Incident.objects.get().task == stops[0]


def test_a_stop_that_was_never_this_couriers_is_unknown_and_nothing_is_told(
    order: Order, stops: list[Task], lea: Membership, dana: Membership, sync: Sync
) -> None:
    leas = tasks_of(order())
    plan_tasks(tasks=refs(leas), to_round=loose_round_of(lea, TUESDAY), by=dana.person)
    result = sync(tap("done", leas[0]), tap("incident", leas[0], reason="absent"), tap("start", leas[0]))
    assert outcomes(result) == ["refused", "refused", "refused"]
    assert result[0]["tasks"] == {str(leas[0].ref): "unknown"}
    assert (statuses(leas), Incident.objects.count()) == (["todo", "todo"], 0)


def test_one_bad_tap_does_not_stop_the_others(stops: list[Task], sync: Sync) -> None:
    bad = [{}, 7, None, tap("fly", stops[0]), tap("done"), {**tap("done", stops[0]), "tasks": "all"}, tap("incident", stops[0], reason="x")]
    results = sync(*bad, tap("done", stops[0]))
    assert outcomes(results) == ["bad"] * len(bad) + ["done"]
    assert all(result["message"] for result in results[:-1])


def test_another_persons_taps_are_not_sent_under_this_name(stops: list[Task], lea: Membership, phone: Client) -> None:
    body = {"person": str(lea.person.ref), "actions": [tap("done", stops[0])]}
    answer = phone.post("/courier/sync/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "other_person")
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_another_persons_tap_id_is_refused(stops: list[Task], lea: Membership, sync: Sync) -> None:
    taken = CourierAction.objects.create(collective_id=lea.collective_id, by=lea.person, verb="seen", at=at(8))
    assert outcomes(sync({**tap("done", stops[0]), "client_id": str(taken.client_id)})) == ["bad"]
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_state_comes_first_and_the_photo_later(florist: Partner, stops: list[Task], phone: Client, sync: Sync) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required")
    photo = str(uuid.uuid4())
    assert outcomes(sync(tap("done", stops[0]), tap("done", stops[1]))) == ["done", "bad"]
    assert outcomes(sync(tap("done", stops[1], photos=[photo]))) == ["done"]
    assert "photo missing" in phone.get("/courier/").content.decode()
    form = {"client_id": photo, "tasks": refs([stops[1]]), "taken_at": at(7, 58).isoformat()}
    for _ in range(2):
        assert phone.post("/courier/proofs/", {**form, "photo": picture()}).status_code == 201
    proof = Proof.objects.get()
    assert (proof.task, proof.taken_at, proof.received_at) == (stops[1], at(7, 58), at(8))
    assert "photo missing" not in phone.get("/courier/").content.decode()


def test_a_signature_shows_who_received_it_as_a_name_does(florist: Partner, stops: list[Task], phone: Client, sync: Sync) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_name="required")
    drawn = str(uuid.uuid4())
    done = tap("done", stops[1])
    assert outcomes(sync(tap("done", stops[0]), done)) == ["done", "bad"]
    assert outcomes(sync({**done, "signatures": [drawn]})) == ["done"]
    form = {"client_id": drawn, "kind": "signature", "tasks": refs([stops[1]]), "taken_at": at(7, 58).isoformat()}
    for _ in range(2):
        assert phone.post("/courier/proofs/", {**form, "photo": picture()}).status_code == 201
    proof = Proof.objects.get()
    assert (proof.task, proof.kind, proof.taken_at, proof.received_at) == (stops[1], "signature", at(7, 58), at(8))
    assert bool(proof.image)


def test_a_signature_is_not_kept_where_the_partner_asks_for_no_name(florist: Partner, stops: list[Task], phone: Client, sync: Sync) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_name="off")
    sync(tap("done", stops[0]), tap("done", stops[1]))
    form = {"client_id": uuid.uuid4(), "kind": "signature", "tasks": refs([stops[1]])}
    assert phone.post("/courier/proofs/", {**form, "photo": picture()}).status_code == 201
    assert phone.post("/courier/proofs/", {**form, "kind": "code", "photo": picture()}).status_code == 400
    assert not Proof.objects.exists()


def test_a_photo_of_a_stop_that_was_never_this_couriers_is_refused(stops: list[Task], lea: Membership, client: Client) -> None:
    client.force_login(lea.person)
    form = {"client_id": uuid.uuid4(), "tasks": refs([stops[0]]), "photo": picture()}
    assert client.post("/courier/proofs/", form).status_code == 400
    assert not Proof.objects.exists()


def test_dispatch_knows_what_the_phone_has_shown(stops: list[Task], sync: Sync) -> None:
    sync(tap("shown", *stops))
    assert list(Task.objects.values_list("seen_at", flat=True)) == [at(8)] * 3
    assert not CourierAction.objects.exists()


def test_a_word_may_follow_a_report(stops: list[Task], sync: Sync) -> None:
    told = tap("incident", stops[0], reason="absent")
    sync(told, tap("note", stops[0], about=told["client_id"], note="the neighbour says tomorrow"))
    assert Incident.objects.get().note == "the neighbour says tomorrow"


def test_dispatch_is_told_and_the_stop_goes_on(stops: list[Task], sync: Sync) -> None:
    told = tap("tell", stops[0], note="The street is closed")
    assert outcomes(sync(told, told, tap("tell", stops[0]))) == ["done", "done", "bad"]
    incident = Incident.objects.get()
    assert (incident.task, incident.note, incident.state, incident.reported_at) == (stops[0], "The street is closed", "open", at(7, 58))
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_a_note_is_kept_for_the_address_once(stops: list[Task], sync: Sync) -> None:
    place = stops[1].stop.place
    assert outcomes(sync(*(tap("keep", stops[1], note="Code 24B7") for _ in range(2)), tap("keep", stops[1], note="Dog"))) == ["done"] * 3
    place.refresh_from_db()
    assert place.note == "Code 24B7\nDog"
    assert list(Event.objects.filter(name="place.noted").values_list("subject", flat=True)) == [str(place.ref)] * 2


def test_nobody_writes_at_an_address_that_is_not_theirs(stops: list[Task], lea: Membership, client: Client, each_tap_alone: None) -> None:
    client.force_login(lea.person)
    body = {"person": str(lea.person.ref), "actions": [tap("keep", stops[1], note="x"), tap("tell", stops[1], note="x")]}
    answer = client.post("/courier/sync/", body, content_type="application/json")
    assert outcomes(answer.json()["results"]) == ["refused", "refused"]
    assert not Incident.objects.exists()
    assert not Event.objects.filter(name="place.noted").exists()


JSON: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = some.sampled_from(
    ["verb", "tasks", "client_id", "at", "received_by", "reason", "note", "about", "photos", "signatures", "digests"],
)


@run(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    odd=some.dictionaries(NAMES, JSON, max_size=4), verb=some.sampled_from(["start", "done", "incident", "note", "undo", "seen", "shown"])
)
def test_no_tap_at_all_breaks_the_server(stops: list[Task], sync: Sync, odd: dict[str, Any], verb: str) -> None:
    sync({**tap(verb, stops[2]), **odd})
    assert Task.objects.count() == 3


@run(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=some.binary(max_size=200))
def test_no_body_at_all_breaks_the_server(stops: list[Task], phone: Client, body: bytes) -> None:
    for url in ("/courier/sync/", "/courier/proofs/", "/courier/undo/", f"/courier/stops/{stops[0].ref}/done/"):
        assert phone.post(url, body, content_type="application/json").status_code in {302, 400, 409}
    assert statuses(stops) == ["todo", "todo", "todo"]


@pytest.mark.parametrize("body", ["[" * 5000, '{"actions": {}}', '{"actions": [' + "1," * 201 + "1]}", '"\\ud800"'])
def test_a_body_that_is_no_list_of_taps_is_refused(phone: Client, tuesday: object, body: str) -> None:
    answer = phone.post("/courier/sync/", body, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_what_was_taken_back_in_time_on_the_phone_counts_however_late_it_arrives(
    sync: Sync, stops: list[Task], eight_in_the_morning: time_machine.Traveller
) -> None:
    done = tap("done", stops[0])
    sync(done)
    eight_in_the_morning.shift(3600)
    assert sync(tap("undo", about=done["client_id"], after_s=11))[0]["outcome"] == "refused"
    assert statuses(stops)[0] == "done"
    assert sync(tap("undo", about=done["client_id"], after_s=9))[0]["outcome"] == "done"
    assert statuses(stops)[0] == "todo"
