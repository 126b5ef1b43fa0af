"""Taps as plain forms: everything works on a phone without script."""

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from collectives.models import Membership
from coopdelivery.journal.models import Event
from dispatch.models import CourierAction, Incident, Proof, Task
from dispatch.services.plan import plan_tasks
from orders.models import Partner
from tests.dispatch.conftest import Order, at, refs, tasks_of
from tests.pocket.conftest import picture, statuses


def to(name: str, task: Task) -> str:
    return reverse(f"pocket:{name}", args=[task.ref])


def test_one_tap_finishes_a_stop_at_the_time_of_the_tap(stops: list[Task], phone: Client) -> None:
    answer = phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref})
    assert (answer.status_code, answer["Location"].split("=")[0]) == (302, "/courier/?undo")
    assert statuses(stops) == ["done", "todo", "todo"]
    assert "Sent at 8:00" in phone.get(answer["Location"]).content.decode()
    event = Event.objects.get(name="task.done")
    assert (event.source, event.data["kind"]) == ("courier", "pickup")


def test_a_form_sent_twice_is_one_tap(stops: list[Task], phone: Client) -> None:
    form = {"tasks": stops[0].ref, "client_id": uuid.uuid4()}
    for _ in range(2):
        assert phone.post(to("task_done", stops[0]), form).status_code == 302
    assert Event.objects.filter(name="task.done").count() == 1
    assert CourierAction.objects.count() == 1


def test_a_drop_before_its_pickup_is_refused_in_a_sentence(stops: list[Task], phone: Client) -> None:
    answer = phone.post(to("task_done", stops[1]), {"tasks": stops[1].ref})
    assert answer.status_code == 409
    assert "Finish the pickup first." in answer.content.decode()
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_started_means_under_way(stops: list[Task], phone: Client) -> None:
    phone.post(to("task_start", stops[2]), {"tasks": stops[2].ref})
    assert statuses(stops) == ["todo", "todo", "doing"]
    page = phone.get("/courier/").content.decode()
    assert "3 of 3" in page


def test_undo_takes_the_tap_back_for_ten_seconds(stops: list[Task], phone: Client, eight_in_the_morning: time_machine.Traveller) -> None:
    tap = uuid.uuid4()
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref, "client_id": tap})
    assert phone.post("/courier/undo/", {"about": tap}).status_code == 302
    assert statuses(stops) == ["todo", "todo", "todo"]
    again = uuid.uuid4()
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref, "client_id": again})
    eight_in_the_morning.shift(dt.timedelta(seconds=40))
    assert phone.post("/courier/undo/", {"about": again}).status_code == 409
    assert statuses(stops) == ["done", "todo", "todo"]


def test_a_report_is_two_taps_and_may_be_completed_and_taken_back(stops: list[Task], phone: Client) -> None:
    tap = uuid.uuid4()
    assert phone.get(to("task_incident", stops[0])).status_code == 200
    told = phone.post(to("task_incident", stops[0]), {"tasks": stops[0].ref, "reason": "not_ready", "client_id": tap})
    incident = Incident.objects.get()
    assert told["Location"] == f"/courier/incidents/{incident.ref}/?undo={tap}"
    assert "Reported: not ready at pickup" in phone.get(told["Location"]).content.decode()
    assert phone.post(f"/courier/incidents/{incident.ref}/", {"note": ""}).status_code == 400
    assert phone.post(f"/courier/incidents/{incident.ref}/", {"note": "in an hour", "photo": picture()}).status_code == 302
    incident.refresh_from_db()
    assert (incident.note, Proof.objects.get().kind) == ("in an hour", "photo")
    phone.post("/courier/undo/", {"about": tap})
    incident.refresh_from_db()
    assert (incident.state, statuses(stops)) == ("closed", ["todo", "todo", "todo"])


def test_a_report_needs_a_reason(stops: list[Task], phone: Client) -> None:
    answer = phone.post(to("task_incident", stops[0]), {"tasks": stops[0].ref, "reason": "bored"})
    assert answer.status_code == 400
    assert "Choose what went wrong." in answer.content.decode()
    assert not Incident.objects.exists()


@pytest.fixture
def strict(florist: Partner) -> Partner:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required", proof_name="required")
    return florist


def test_what_the_partner_requires_is_asked_and_enforced(strict: Partner, stops: list[Task], phone: Client) -> None:
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref})
    assert statuses(stops)[0] == "done"  # nothing is asked at a pickup
    page = phone.get(to("task", stops[1])).content.decode()
    assert f'href="{to("task_done", stops[1])}" data-screen="done"' in page
    incomplete: list[tuple[dict[str, Any], str]] = [
        ({"received_by": "Rosa"}, "Fleurs asks for a photo."),
        ({"photo": picture()}, "Fleurs asks who received it."),
    ]
    for form, sentence in incomplete:
        answer = phone.post(to("task_done", stops[1]), {"tasks": stops[1].ref, "note": "kept", **form})
        assert answer.status_code == 400
        assert sentence in answer.content.decode()
        assert ">kept</textarea>" in answer.content.decode()
    assert (statuses(stops)[1], Proof.objects.count()) == ("todo", 0)
    phone.post(to("task_done", stops[1]), {"tasks": stops[1].ref, "received_by": "Rosa", "photo": picture()})
    assert statuses(stops)[1] == "done"
    assert sorted(Proof.objects.values_list("kind", "text")) == [("name", "Rosa"), ("photo", "")]


def test_what_the_partner_does_not_want_is_not_kept(florist: Partner, stops: list[Task], phone: Client) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="off", proof_name="off")
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref})
    phone.post(to("task_done", stops[1]), {"tasks": stops[1].ref, "received_by": "Rosa", "photo": picture()})
    assert (statuses(stops)[1], Proof.objects.count()) == ("done", 0)


def test_no_picture_is_refused_and_nothing_is_done(stops: list[Task], phone: Client) -> None:
    fake = picture()
    fake.write(b"not a picture at all")
    fake.seek(0)
    answer = phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref, "photo": fake})
    assert answer.status_code == 400
    assert (statuses(stops), CourierAction.objects.count()) == (["todo", "todo", "todo"], 0)


@pytest.mark.usefixtures("each_tap_alone")
def test_consecutive_stops_at_one_place_are_one_tap(order: Order, stops: list[Task], dana: Membership, phone: Client) -> None:
    pickups = [tasks_of(order())[0] for _ in range(2)]
    plan_tasks(tasks=refs(pickups), to_round=stops[0].round, before=str(stops[1].ref), by=dana.person)
    page = phone.get("/courier/").content.decode()
    assert "Picked up, all 4 parcels" in page
    phone.post(to("task_done", stops[0]), {"tasks": refs([stops[0], *pickups])})
    assert statuses([stops[0], *pickups]) == ["done", "done", "done"]


@pytest.mark.usefixtures("each_tap_alone")
def test_except_leaves_the_rest_open_or_reports_it(order: Order, stops: list[Task], dana: Membership, phone: Client) -> None:
    pickups = [tasks_of(order())[0] for _ in range(2)]
    plan_tasks(tasks=refs(pickups), to_round=stops[0].round, before=str(stops[1].ref), by=dana.person)
    page = phone.get(f"{to('task_done', stops[0])}?except").content.decode()
    assert page.count('type="checkbox"') == 3
    phone.post(to("task_done", stops[0]), {"tasks": refs([stops[0]]), "chosen": "1", "rest": ""})
    assert statuses([stops[0], *pickups]) == ["done", "todo", "todo"]
    phone.post(to("task_done", stops[0]), {"tasks": refs([pickups[0]]), "chosen": "1", "rest": "not_ready"})
    assert statuses([stops[0], *pickups]) == ["done", "done", "failed"]
    assert Incident.objects.get().reason == "not_ready"


def test_a_tap_is_only_about_tasks_of_its_stop(stops: list[Task], phone: Client) -> None:
    answer = phone.post(to("task_done", stops[0]), {"tasks": refs([stops[0], stops[1]])})
    assert answer.status_code == 400
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_a_finished_stop_is_corrected_with_a_reason(stops: list[Task], phone: Client) -> None:
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref})
    assert phone.post(to("task_correct", stops[0]), {"reason": " "}).status_code == 400
    assert phone.post(to("task_correct", stops[0]), {"reason": "wrong bag"}).status_code == 302
    assert statuses(stops)[0] == "todo"


def test_a_photo_may_be_added_afterwards(stops: list[Task], phone: Client) -> None:
    assert phone.post(to("task_add", stops[0]), {"photo": picture()}).status_code == 400
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref})
    assert phone.post(to("task_add", stops[0]), {"photo": picture(), "note": "at the door"}).status_code == 302
    assert list(Proof.objects.order_by("kind").values_list("kind", flat=True)) == ["note", "photo"]


def test_a_word_is_left_without_script(stops: list[Task], phone: Client) -> None:
    url = to("task_word", stops[1])
    assert phone.get(url).status_code == 200
    assert phone.post(url, {"tasks": stops[1].ref, "verb": "tell", "note": " "}).status_code == 400
    assert phone.post(url, {"tasks": stops[1].ref, "verb": "keep", "note": "Code 24B7"}).status_code == 302
    assert phone.post(url, {"tasks": stops[1].ref, "verb": "tell", "note": "Closed street"}).status_code == 302
    stops[1].stop.place.refresh_from_db()
    assert (stops[1].stop.place.note, Incident.objects.get().note) == ("Code 24B7", "Closed street")


@pytest.mark.parametrize(("field", "value"), [("tasks", "x"), ("client_id", "1"), ("at", "yesterday"), ("received_by", "x" * 121)])
def test_a_form_that_cannot_be_read_is_refused_and_nothing_is_done(stops: list[Task], phone: Client, field: str, value: str) -> None:
    answer = phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref, field: value})
    assert answer.status_code == 400
    assert statuses(stops) == ["todo", "todo", "todo"]


def test_the_phones_own_time_is_believed_unless_it_is_far_off(stops: list[Task], phone: Client) -> None:
    phone.post(to("task_done", stops[0]), {"tasks": stops[0].ref, "at": at(7, 50).isoformat()})
    phone.post(to("task_done", stops[1]), {"tasks": stops[1].ref, "at": "1970-01-01T00:00:00Z"})
    phone.post(to("task_done", stops[2]), {"tasks": stops[2].ref, "at": "2040-01-01T00:00:00Z"})
    finished = [Task.objects.get(pk=task.pk).finished_at for task in stops]
    assert finished == [at(7, 50), at(8), at(8)]
