"""The day as Carl sees it."""

import datetime as dt
import gzip
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from time_machine import Traveller

from collectives.models import Collective, Membership, Role
from collectives.services import add_member, plan_shift
from collectives.tenancy import acting_for
from coopdelivery.places.models import Place
from dispatch.models import Round, Task
from dispatch.pocket.day import day_of_courier
from dispatch.pocket.views.install import SHELL
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task
from dispatch.services.rounds import create_round, give_round
from orders.models import Partner, Stop
from orders.services import cancel_delivery
from tests.conftest import make_collective
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

WEDNESDAY = TUESDAY + dt.timedelta(days=1)
STATIC = Path(__file__).resolve().parents[2] / "static"


def day(phone: Client) -> str:
    answer = phone.get("/courier/")
    assert answer.status_code == 200
    return answer.content.decode()


def shown(page: str) -> list[str]:
    """Refs of the stops, in the order of the page."""
    return re.findall(r'data-visit="\d+" data-ref="([0-9a-f-]{36})"', page)


def test_the_phone_shows_the_order_dispatch_gave(order: Order, carls: Round, dana: Membership, phone: Client) -> None:
    late, early = tasks_of(order(window=(18, 20))), tasks_of(order(window=(10, 12)))
    wanted = refs([late[0], early[0], early[1], late[1]])
    plan_tasks(tasks=wanted, to_round=carls, by=dana.person)
    merged = [wanted[0], *wanted[2:]]  # both pickups are at the florist's, one after the other: one stop
    assert shown(day(phone)) == merged


def test_a_named_round_comes_after_the_loose_stops(order: Order, carls: Round, carl: Membership, dana: Membership, phone: Client) -> None:
    loose, named = tasks_of(order()), tasks_of(order())
    bakeries = create_round(on=TUESDAY, name="Bakeries", by=dana.person)
    plan_tasks(tasks=refs(named), to_round=bakeries, by=dana.person)
    give_round(round=bakeries, courier=carl, by=dana.person)
    plan_tasks(tasks=refs(loose), to_round=carls, by=dana.person)
    page = day(phone)
    assert shown(page) == refs([*loose, *named])
    assert page.count('<li class="pk-round">Bakeries') == 1


def test_the_next_stop_is_in_front_with_one_button_that_names_the_act(stops: list[Task], phone: Client) -> None:
    page = day(phone)
    front = re.findall(r"<article[^>]*>", page)[0]
    assert "hidden" not in front
    assert "Picked up, all 2 parcels" in page


def test_notes_are_merged_once_with_their_author(stops: list[Task], florist: Partner, phone: Client) -> None:
    Stop.objects.filter(pk=stops[0].stop_id).update(note="Ring twice")
    Stop.objects.filter(pk=stops[1].stop_id).update(note="Baby sleeps")
    Place.objects.filter(pk=stops[1].stop.place_id).update(note="Code 24B7")
    Partner.objects.filter(pk=florist.pk).update(pickup_note="ring twice")
    carls_day = day_of_courier(stops[0].round.courier)  # type: ignore[union-attr,arg-type]  # it is Carl's
    notes = [[(note.author, note.text) for note in visit.notes] for visit in carls_day.visits]
    assert notes[0] == [("Fleurs", "Ring twice")]
    assert notes[1] == [("Fleurs", "Baby sleeps"), ("Fleurs, for the pickup", "Ring twice"), ("At this address", "Code 24B7")]


def test_a_note_is_new_until_it_was_seen_and_again_when_it_changes(stops: list[Task], phone: Client) -> None:
    Stop.objects.filter(pk=stops[0].stop_id).update(note="Ring twice")
    digest = re.findall(r'name="digests" value="([0-9a-f]{16})"', day(phone))[0]
    assert phone.post("/courier/seen/", {"digests": digest}).status_code == 302
    assert digest not in day(phone)
    Stop.objects.filter(pk=stops[0].stop_id).update(note="Ring three times")
    assert 'name="digests"' in day(phone)


def test_a_withdrawn_stop_stays_struck_until_it_was_seen(stops: list[Task], dana: Membership, phone: Client) -> None:
    cancel_delivery(delivery=stops[0].delivery, by=dana.person, reason="")
    page = day(phone)
    assert page.count("Cancelled. Do not go there.") == 3
    for digest in re.findall(r'name="digests" value="([0-9a-f]{16})"', page):
        phone.post("/courier/seen/", {"digests": digest})
    assert "Cancelled. Do not go there." not in day(phone)


def test_another_couriers_stop_is_not_found(stops: list[Task], lea: Membership, client: Client) -> None:
    client.force_login(lea.person)
    for name in ("task", "task_done", "task_incident", "task_correct", "task_add"):
        assert client.get(reverse(f"pocket:{name}", args=[stops[0].ref])).status_code == 404
    for name in ("task_start", "task_done", "task_incident", "task_correct", "task_add"):
        assert client.post(reverse(f"pocket:{name}", args=[stops[0].ref]), {"tasks": stops[0].ref}).status_code == 404
    assert Task.objects.get(pk=stops[0].pk).status == "todo"


def test_yesterdays_stop_is_not_shown_any_more(stops: list[Task], phone: Client) -> None:
    Round.objects.update(on=TUESDAY.replace(day=23))
    assert phone.get(reverse("pocket:task", args=[stops[0].ref])).status_code == 404
    assert "Rosa" not in day(phone)
    assert "+33145678901" not in day(phone)


def test_after_midnight_last_evenings_stops_stay_until_the_round_is_finished(
    stops: list[Task], carls: Round, carl: Membership, phone: Client, eight_in_the_morning: Traveller
) -> None:
    evening = shown(day(phone))
    eight_in_the_morning.move_to(at(0, 30, WEDNESDAY))
    assert shown(day(phone)) == evening
    for task in Task.objects.filter(round=carls).select_related("delivery", "stop", "round"):
        finish_task(task=task, by=carl.person, at=timezone.now())
    assert shown(day(phone)) == evening, "it can still be corrected"
    Task.objects.update(finished_at=at(23))
    assert shown(day(phone)) == []


def test_at_dawn_last_evenings_stops_stay_only_for_who_still_rides(
    stops: list[Task], carl: Membership, dana: Membership, phone: Client, eight_in_the_morning: Traveller
) -> None:
    eight_in_the_morning.move_to(at(5, 30, WEDNESDAY))
    assert shown(day(phone)) == []
    plan_shift(membership=carl, starts_at=at(22), ends_at=at(6, 0, WEDNESDAY), by=dana.person)
    assert len(shown(day(phone))) == 3


def test_the_pages_are_for_couriers(client: Client, dana: Membership, tuesday: Collective) -> None:
    assert client.get("/courier/").status_code == 302
    client.force_login(dana.person)
    assert client.get("/courier/").status_code == 404


def test_a_person_of_two_coops_chooses_for_whom_to_ride(stops: list[Task], carl: Membership, phone: Client) -> None:
    lyon = make_collective("Lyon", "lyon")
    with acting_for(lyon):
        add_member(collective=lyon, person=carl.person, roles=[Role.COURIER], by=carl.person)
    assert "Rosa" in day(phone) or "République" in day(phone)
    assert phone.post("/courier/switch/", {"collective": "nantes"}).status_code == 400
    assert phone.post("/courier/switch/", {"collective": "lyon"})["Location"] == "/courier/"
    assert shown(day(phone)) == []
    assert phone.get(reverse("pocket:task", args=[stops[0].ref])).status_code == 404


@pytest.mark.parametrize("name", ["day", "map", "menu", "switch", "offline", "manifest", "service_worker"])
def test_each_page_opens(stops: list[Task], phone: Client, name: str) -> None:
    assert phone.get(reverse(f"pocket:{name}")).status_code == 200


def test_the_app_is_called_as_the_browser_speaks(client: Client, db: None) -> None:
    answer = client.get("/courier/manifest.webmanifest")
    assert answer["Content-Type"] == "application/manifest+json"
    card = answer.json()
    assert (card["start_url"], card["scope"], card["display"]) == ("/courier/", "/courier/", "standalone")
    assert [icon["sizes"] for icon in card["icons"]] == ["192x192", "512x512"]


def test_the_worker_keeps_every_file_of_the_shell() -> None:
    assert [name for name in SHELL if not (STATIC / name).is_file()] == []
    modules = {f"js/pocket/{path.name}" for path in (STATIC / "js" / "pocket").glob("*.js")} - {"js/pocket/map.js", "js/pocket/worker.js"}
    assert modules - set(SHELL) == set()


@pytest.fixture
def long_day(order: Order, carls: Round, carl: Membership, dana: Membership) -> list[Task]:
    """25 stops, each with a note."""
    tasks = [task for _ in range(13) for task in tasks_of(order(note="Second floor, the bell does not work."))][:25]
    plan_tasks(tasks=refs(tasks), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    return tasks


def test_a_day_costs_as_many_queries_whatever_its_length(
    long_day: list[Task], phone: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    phone.get("/courier/")
    with django_assert_max_num_queries(17):
        assert len(shown(day(phone))) == 25


def test_a_day_of_25_stops_is_light(long_day: list[Task], phone: Client) -> None:
    markup = len(gzip.compress(phone.get("/courier/").content))
    files = {name: len(gzip.compress((STATIC / name).read_bytes())) for name in SHELL if not name.startswith("fonts/")}
    styles = sum(size for name, size in files.items() if name.endswith(".css"))
    assert markup < 50 * 1024
    assert styles < 10 * 1024
    assert markup + sum(files.values()) < 120 * 1024


def test_the_phones_style_sheet_is_made_from_the_components_of_now() -> None:
    answer = subprocess.run([sys.executable, "bin/courier-css", "--check"], cwd=STATIC.parent, capture_output=True, text=True, check=False)
    assert answer.stdout == "courier-kit.css is up to date\n"
