"""Words from the road: dispatch reads them, an address keeps them until somebody retires them."""

import pytest
from django.test import Client

from collectives.models import Membership
from coopdelivery.places.models import Place
from dispatch.models import Incident, RoadNote, Task
from orders.services import cancel_delivery
from tests.pocket.conftest import Sync, tap

pytestmark = pytest.mark.usefixtures("tuesday")


@pytest.fixture
def desk(dana: Membership) -> Client:
    client = Client()
    client.force_login(dana.person)
    return client


def answer(desk: Client, note: RoadNote, verb: str) -> int:
    return desk.post(f"/c/montreuil/board/notes/{note.ref}/", {"verb": verb}, headers={"Accept": "application/json"}).status_code


def test_a_note_for_the_address_is_in_the_tray_until_it_is_read(stops: list[Task], sync: Sync, desk: Client, dana: Membership) -> None:
    kept = tap("keep", stops[1], note="Ring twice.")
    sync(kept, kept)
    note = RoadNote.objects.get()
    assert "Ring twice." in desk.get("/c/montreuil/board/notes/").content.decode()
    assert "word from the road" in desk.get("/c/montreuil/board/").content.decode()
    assert (answer(desk, note, "read"), answer(desk, note, "read")) == (200, 422)
    note.refresh_from_db()
    assert note.read_by == dana.person
    assert "word from the road" not in desk.get("/c/montreuil/board/").content.decode()


def test_a_retired_note_is_forgotten_by_the_address_and_the_others_stay(stops: list[Task], sync: Sync, desk: Client) -> None:
    sync(tap("keep", stops[1], note="Ring twice."), tap("keep", stops[1], note="5th floor."))
    assert answer(desk, RoadNote.objects.get(text="Ring twice."), "retire") == 200
    assert Place.objects.get(pk=stops[1].stop.place_id).note == "5th floor."
    assert answer(desk, RoadNote.objects.get(text="Ring twice."), "retire") == 422


def test_what_had_to_be_told_is_read_and_closed_in_one_tap(stops: list[Task], sync: Sync, desk: Client) -> None:
    sync(tap("tell", stops[1], note="The lift is broken."))
    assert answer(desk, RoadNote.objects.get(), "read") == 200
    assert Incident.objects.get().state == "noted"
    assert Task.objects.get(pk=stops[1].pk).status == "todo"


def test_a_courier_does_not_read_the_tray(stops: list[Task], sync: Sync, phone: Client) -> None:
    sync(tap("keep", stops[1], note="Ring twice."))
    assert answer(phone, RoadNote.objects.get(), "read") == 403
    assert RoadNote.objects.get().read_at is None


def test_a_withdrawn_stop_stays_struck_through_until_it_is_acknowledged(
    stops: list[Task], sync: Sync, phone: Client, dana: Membership
) -> None:
    cancel_delivery(delivery=stops[0].delivery, by=dana.person, reason="")
    page = phone.get("/courier/").content.decode()
    assert page.count("<s>") == 3
    digest = page.split('name="digests" value="')[1].split('"')[0]
    sync(tap("seen", digests=[digest]))
    assert phone.get("/courier/").content.decode().count("<s>") == 2
