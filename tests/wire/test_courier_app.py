"""The courier's app, unmodified: axios for most, fetch for some, an upload queue and a location plugin of its own."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from collectives.models import Collective, Membership, Policy, PushToken
from collectives.tenancy import acting_for
from coopdelivery.decisions.models import Proposal
from coopdelivery.people.models import Person
from dispatch.models import Incident, Position, Proof, Round, Task
from dispatch.services.progress import start_task
from orders.models import Partner, Stop
from tests.api.world import Api, as_member
from tests.conftest import PASSWORD
from tests.dispatch.conftest import TUESDAY, Order, at
from tests.pocket.conftest import carls, eight_in_the_morning, florist, lea, on_shift, order, picture, stops, tuesday

__all__ = ["carls", "eight_in_the_morning", "florist", "lea", "on_shift", "order", "stops", "tuesday"]
pytestmark = pytest.mark.django_db
AXIOS = {"Accept": "application/json, text/plain, */*"}


@pytest.fixture
def app(carl: Membership) -> Api:
    return as_member(carl)


def login(client: Client, name: str, password: str = PASSWORD, **how: Any) -> Any:
    return client.post("/api/login_check", {"_username": name, "_password": password}, headers=AXIOS, **how)


def test_signing_in_with_a_form(client: Client, carl: Membership) -> None:
    body = login(client, carl.person.username).json()
    assert (body["username"], body["roles"], body["enabled"]) == (carl.person.username, ["ROLE_USER", "ROLE_COURIER"], True)
    assert client.get("/api/me", headers={"Authorization": f"Bearer {body['token']}"}).json()["addresses"] == []


def test_signing_in_with_the_email_and_as_json(client: Client, carl: Membership) -> None:
    answer = login(client, carl.person.email or "", content_type="application/json")
    assert (answer.status_code, answer.json()["id"]) == (200, carl.person_id)


def test_a_wrong_password_says_401_in_the_body_too(client: Client, carl: Membership) -> None:
    answer = login(client, carl.person.username, "wrong")
    assert (answer.status_code, answer.json()["code"]) == (401, 401)


def test_a_refresh_token_is_given_back_unchanged(client: Client, carl: Membership) -> None:
    first = login(client, carl.person.username).json()
    for _each in range(3):
        answer = client.post("/api/token/refresh", {"refresh_token": first["refresh_token"]})
        assert (answer.status_code, answer.json()["refresh_token"]) == (200, first["refresh_token"])


def test_an_expired_token_is_401_with_its_words(app: Api, eight_in_the_morning: Any, carl: Membership) -> None:
    eight_in_the_morning.move_to(at(9, 1))
    answer = app.get("/api/me")
    assert (answer.status_code, answer.json()) == (401, {"code": 401, "message": "Expired JWT Token"})


def test_a_new_password_ends_every_token(app: Api, carl: Membership) -> None:
    person = Person.objects.get(pk=carl.person_id)
    person.set_password("another long password")
    person.save(update_fields=["password"])
    assert app.get("/api/me").status_code == 401


def test_the_push_token_is_kept_once(app: Api, carl: Membership) -> None:
    for token in ("fcm:one_-", "fcm:two_-"):
        assert app.post("/api/me/remote_push_tokens", {"platform": "android", "token": token}).status_code == 201
    assert PushToken.objects.get().token == "fcm:two_-"
    assert app.delete("/api/me/remote_push_tokens/fcm:two_-").status_code == 204
    assert not PushToken.objects.exists()


def test_my_day_has_the_tasks_in_the_order_of_dispatch(app: Api, stops: list[Task]) -> None:
    day = app.get(f"/api/me/tasks/{TUESDAY}", **AXIOS).json()
    assert (day["@type"], day["date"]) == ("TaskList", "2026-11-24")
    assert [item["@id"] for item in day["items"]] == [f"/api/tasks/{task.pk}" for task in stops]


def test_a_task_has_what_the_screens_read(app: Api, stops: list[Task], carl: Membership) -> None:
    drop = app.get(f"/api/me/tasks/{TUESDAY}").json()["items"][1]
    assert (drop["type"], drop["status"], drop["isAssigned"], drop["assignedTo"]) == ("DROPOFF", "TODO", True, carl.person.username)
    assert isinstance(drop["address"]["geo"]["latitude"], float)
    assert (drop["doneAfter"], drop["doneBefore"]) == ("2026-11-24T10:00:00+01:00", "2026-11-24T12:00:00+01:00")
    assert (drop["tags"], drop["metadata"]["delivery_position"], drop["hasIncidents"]) == ([], 2, False)
    assert drop["previous"] == f"/api/tasks/{stops[0].pk}"
    assert (drop["packages"][0]["quantity"], drop["packages"][0]["short_code"], drop["weight"]) == (1, "BO", 2000)
    assert drop["address"]["telephone"] == "+33145678901"


def test_cash_and_the_doorstep_stand_on_the_drop_alone(app: Api, stops: list[Task], tuesday: Collective) -> None:
    pickup, drop = app.get(f"/api/me/tasks/{TUESDAY}").json()["items"][:2]
    assert [(task["doorstep"], "payment_method" in task["metadata"], "order_total" in task["metadata"]) for task in (pickup, drop)] == [
        (False, False, False),
        (False, False, False),
    ]
    with acting_for(tuesday):
        Stop.objects.filter(pk=stops[1].stop_id).update(collect_cents=2450, doorstep=True)
    pickup, drop = app.get(f"/api/me/tasks/{TUESDAY}").json()["items"][:2]
    assert ("payment_method" in pickup["metadata"], pickup["doorstep"]) == (False, False)
    assert (drop["metadata"]["payment_method"], drop["metadata"]["order_total"], drop["doorstep"]) == ("CASH_ON_DELIVERY", 2450, True)


def test_looking_at_a_day_makes_no_list(app: Api, tuesday: Collective) -> None:
    day = app.get("/api/me/tasks/2026-11-29").json()
    assert (day["@type"], day["items"]) == ("TaskList", [])
    assert not Round.objects.exists()


def test_contacts_of_another_day_are_left_out(app: Api, stops: list[Task], eight_in_the_morning: Any, carl: Membership) -> None:
    eight_in_the_morning.move_to(at(8, day=TUESDAY + dt.timedelta(days=1)))
    items = as_member(carl).get(f"/api/me/tasks/{TUESDAY}").json()["items"]
    assert [item["address"]["telephone"] for item in items] == [None, None, None]


def test_starting_twice_is_once(app: Api, stops: list[Task]) -> None:
    for _each in range(2):
        answer = app.put(f"/api/tasks/{stops[0].pk}/start")
        assert (answer.status_code, answer.json()["status"]) == (200, "DOING")


def test_done_keeps_the_name_and_the_note(app: Api, stops: list[Task]) -> None:
    app.put(f"/api/tasks/{stops[0].pk}/done", {"notes": ""})
    answer = app.put(f"/api/tasks/{stops[1].pk}/done", {"notes": "Left at the door", "contactName": "Rosa"})
    assert (answer.status_code, answer.json()["status"]) == (200, "DONE")
    stops[1].stop.refresh_from_db()
    assert stops[1].stop.received_by == "Rosa"
    assert Proof.objects.get().text == "Left at the door"


@pytest.mark.parametrize("verb", ["done", "failed"])
def test_what_is_over_answers_400(app: Api, stops: list[Task], verb: str) -> None:
    app.put(f"/api/tasks/{stops[0].pk}/done", {})
    answer = app.put(f"/api/tasks/{stops[0].pk}/{verb}", {"notes": ""})
    assert (answer.status_code, answer.json()["@type"], answer.json()["hydra:description"]) == (
        400,
        "hydra:Error",
        "This stop is done already.",
    )


def test_a_drop_before_its_pickup_answers_400(app: Api, stops: list[Task]) -> None:
    answer = app.put(f"/api/tasks/{stops[1].pk}/done", {})
    assert (answer.status_code, answer.json()["hydra:description"]) == (400, "The parcels are not picked up yet. Finish the pickup first.")


def test_a_task_in_other_hands_is_403_never_401(lea: Membership, stops: list[Task]) -> None:
    for verb in ("start", "done", "failed"):
        assert as_member(lea).put(f"/api/tasks/{stops[0].pk}/{verb}").status_code == 403
    assert as_member(lea).get(f"/api/tasks/{stops[0].pk}").status_code == 403


def test_several_at_once_tell_what_could_not_be_done(app: Api, stops: list[Task], each_alone: None) -> None:
    links = [f"/api/tasks/{task.pk}" for task in (stops[0], stops[1])]
    body = app.put("/api/tasks/done", {"tasks": [*links, links[0]], "notes": ""}).json()
    assert ([task["@id"] for task in body["success"]], body["failed"]) == (links, {})
    again = app.put("/api/tasks/done", {"tasks": links[:1], "notes": ""}).json()
    assert (again["success"], again["failed"]) == ([], {links[0]: "This stop is done already."})


@pytest.fixture
def each_alone(settings: Any) -> None:
    settings.ZEAL_ALLOWLIST = [{"model": "*"}]


def test_reasons_and_an_incident(app: Api, stops: list[Task]) -> None:
    link = f"/api/tasks/{stops[0].pk}"
    reasons = app.get(f"{link}/failure_reasons").json()["hydra:member"]
    assert reasons[0] == {"code": "ABSENT", "description": "nobody there", "metadata": []}
    answer = app.post("/api/incidents", {"description": "Closed", "failureReasonCode": "ABSENT", "task": link})
    incident = Incident.objects.get()
    assert (answer.status_code, answer.json()["@id"], answer.json()["task"]) == (201, f"/api/incidents/{incident.pk}", link)
    assert app.get(link).json()["hasIncidents"] is True
    assert app.get(link).json()["status"] == "TODO"


def test_a_picture_sent_twice_is_one_proof(app: Api, stops: list[Task], each_alone: None) -> None:
    for _each in range(2):
        headers = {**app.headers, "X-Attach-To": f"/api/tasks/{stops[0].pk};/api/tasks/{stops[1].pk}"}
        assert app.client.post("/api/task_images", {"file": picture()}, headers=headers).status_code == 201
    assert Proof.objects.count() == 2


def test_pictures_that_a_partner_asks_for_may_follow_and_dispatch_sees_what_is_awaited(
    app: Api, stops: list[Task], florist: Partner, client: Client, dana: Membership, each_alone: None
) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required", proof_rules={"pickup": {"photo": "required"}})
    client.force_login(dana.person)

    def awaited() -> int:
        return client.get("/c/montreuil/board/attention/").content.decode().count("photo awaited")

    pair = Task.objects.filter(delivery=stops[0].delivery).order_by("stop__position")
    for count, task in enumerate(pair, start=1):
        assert app.put(f"/api/tasks/{task.pk}/done", {"notes": ""}).json()["status"] == "DONE"
        assert awaited() == count
    for task in pair:
        headers = {**app.headers, "X-Attach-To": f"/api/tasks/{task.pk}"}
        assert app.client.post("/api/task_images", {"file": picture()}, headers=headers).status_code == 201
    assert awaited() == 0


def test_a_name_that_a_partner_asks_for_is_not_waited_for(app: Api, stops: list[Task], florist: Partner) -> None:
    Partner.objects.filter(pk=florist.pk).update(proof_photo="required", proof_name="required")
    pickup, drop = Task.objects.filter(delivery=stops[0].delivery).order_by("stop__position")[:2]
    assert app.put(f"/api/tasks/{pickup.pk}/done", {}).status_code == 200
    answer = app.put(f"/api/tasks/{drop.pk}/done", {"notes": ""})
    assert (answer.status_code, "asks who received it" in answer.json()["hydra:description"]) == (400, True)
    drop.refresh_from_db()
    assert drop.status == "todo"
    assert app.put(f"/api/tasks/{drop.pk}/done", {"contactName": "Rosa"}).json()["status"] == "DONE"


def test_a_picture_for_other_hands_is_403_so_that_the_queue_stops(lea: Membership, stops: list[Task]) -> None:
    api = as_member(lea)
    headers = {**api.headers, "X-Attach-To": f"/api/tasks/{stops[0].pk}"}
    assert api.client.post("/api/task_images", {"file": picture()}, headers=headers).status_code == 403
    assert not Proof.objects.exists()


POINTS = [{"latitude": 48.86, "longitude": 2.44, "time": "2026-11-24T06:59:56.069Z"}, {"latitude": "x"}]


def test_positions_are_forgotten_where_nobody_decided_for_them(app: Api, on_shift: Any) -> None:
    answer = app.client.post("/api/me/location", POINTS, content_type="application/json", headers=app.headers)
    assert (answer.status_code, answer.json()) == (200, [])
    assert not Position.objects.exists()


def test_positions_are_kept_on_shift_and_on_a_stop(
    app: Api, on_shift: Any, stops: list[Task], carl: Membership, show_position: None
) -> None:
    inside = [{"latitude": 48.86, "longitude": 2.44, "time": "2026-11-24T07:00:00.000Z"}]
    app.client.post("/api/me/location", POINTS + inside, content_type="application/json", headers=app.headers)
    assert not Position.objects.exists()
    start_task(task=stops[0], by=carl.person, at=at(8))
    app.client.post("/api/me/location", POINTS + inside, content_type="application/json", headers=app.headers)
    assert [position.at for position in Position.objects.all()] == [at(8)]


@pytest.fixture
def show_position(tuesday: Collective, carl: Membership) -> None:
    decided = {"number": "D-7", "title": "Positions", "state": "passed"}
    decision = Proposal.objects.create(collective_id=tuesday.pk, opened_by=carl.person, **decided)
    Policy.objects.create(collective=tuesday, key="show_position", value=True, decision=decision, effective_on=TUESDAY)


def test_a_scanned_number_proposes_what_to_do(app: Api, order: Order, stops: list[Task]) -> None:
    number = stops[0].delivery.number
    answer = app.get(f"/api/barcode?code={number}").json()
    assert (answer["entity"]["id"], answer["client_action"]["action"]) == (stops[0].pk, "ask_to_start_pickup")
    assert app.get("/api/barcode?code=nothing").json() == {"error": "No data found."}


def test_nothing_to_do_is_an_empty_object_never_null(app: Api, stops: list[Task]) -> None:
    for task in stops:
        app.put(f"/api/tasks/{task.pk}/done", {})
    assert app.get(f"/api/barcode?code={stops[0].delivery.number}").json()["client_action"] == {}


def test_the_order_page_reads_the_way(app: Api, stops: list[Task]) -> None:
    delivery = app.get(f"/api/tasks/{stops[0].pk}/context").json()["delivery"]
    assert set(delivery) == {"distance", "duration", "polyline"}
