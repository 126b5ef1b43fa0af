"""Who is told what; what the floor below is told of a stop."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.notices.models import Channel, Message, Preference, When
from dispatch.models import Round, Task
from dispatch.services.incidents import report_incident
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task
from dispatch.services.rounds import create_round, give_round
from orders.models import Delivery, Stop
from orders.outlook import arrivals
from orders.services import cancel_delivery
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of


@pytest.fixture
def carls(carl: Membership, on_shift: list[Membership]) -> Round:
    return loose_round_of(carl, TUESDAY)


@pytest.fixture
def delivery(order: Order) -> Delivery:
    return order()


@pytest.fixture
def by_mail(carl: Membership, dana: Membership, ada: Membership) -> None:
    kinds = ["round.given", "round.withdrawn", "stops.given", "stops.withdrawn", "delivery.to_give", "incident.reported"]
    for member in (carl, dana, ada):
        for kind in kinds:
            Preference.objects.create(person=member.person, kind=kind, channel=Channel.EMAIL, when=When.NOW)


def told(kind: str) -> list[tuple[str, str]]:
    """(who, what a push would say), once all errands are run."""
    while journal.run_waiting():
        pass
    return list(Message.objects.filter(kind=kind).order_by("pk").values_list("email", "short"))


def test_a_courier_on_the_road_hears_of_new_stops_with_place_and_hour_first(
    by_mail: None, delivery: Delivery, carls: Round, dana: Membership
) -> None:
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    assert told("stops.given") == [("carl@montreuil.test", "Fleurs 9:00: 2 stops are new in your day")]
    plan_tasks(tasks=refs(tasks_of(delivery))[:1], to_round=carls, by=dana.person)
    assert len(told("stops.given")) == 1


def test_who_is_not_on_the_road_is_left_in_peace(by_mail: None, delivery: Delivery, carl: Membership, dana: Membership) -> None:
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=loose_round_of(carl, TUESDAY), by=dana.person)
    assert told("stops.given") == []


def test_a_courier_hears_of_stops_taken_away_or_cancelled(
    by_mail: None, delivery: Delivery, carls: Round, lea: Membership, dana: Membership
) -> None:
    tasks = refs(tasks_of(delivery))
    plan_tasks(tasks=tasks, to_round=carls, by=dana.person)
    plan_tasks(tasks=tasks[1:], to_round=loose_round_of(lea, TUESDAY), by=dana.person)
    cancel_delivery(delivery=delivery, by=dana.person, reason="")
    assert [words for _who, words in told("stops.withdrawn") if _who.startswith("carl")] == [
        "100 rue de la République, M… 10:00: 1 stop is not yours any more",
        "Fleurs 9:00: 1 stop is not yours any more",
    ]


def test_a_whole_round_is_told_to_who_gets_it_and_to_who_loses_it(
    by_mail: None, delivery: Delivery, carl: Membership, lea: Membership, dana: Membership
) -> None:
    row = create_round(on=TUESDAY, name="Bakeries", by=dana.person)
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=row, by=dana.person)
    give_round(round=row, courier=carl, by=dana.person)
    give_round(round=row, courier=lea, by=dana.person)
    assert told("round.given")[0] == ("carl@montreuil.test", "Fleurs 9:00: round “Bakeries”, 2 stops, is yours")
    assert told("round.withdrawn") == [("carl@montreuil.test", "Fleurs 9:00: round “Bakeries” is not yours any more")]


def test_dispatch_hears_of_orders_and_incidents_but_not_of_its_own_doing(
    by_mail: None, delivery: Delivery, carls: Round, carl: Membership, dana: Membership
) -> None:
    assert told("delivery.to_give") == []  # Dana ordered it herself
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    task = Task.objects.get(pk=tasks_of(delivery)[0].pk)
    report_incident(task=task, reason="not_ready", by=carl.person, client_id=uuid.uuid4(), at=at(8))
    assert told("incident.reported") == [("dana@montreuil.test", "Fleurs: not ready at pickup (Carl)")]


def test_the_floor_below_knows_when_a_stop_is_planned_and_how_many_come_before(
    order: Order, carls: Round, dana: Membership, carl: Membership
) -> None:
    tasks = tasks_of(order(drops=2))
    plan_tasks(tasks=refs(tasks), to_round=carls, by=dana.person)
    stops = list(Stop.objects.order_by("position"))
    found = arrivals(stops)
    assert [(found[stop.pk].stops_before, found[stop.pk].courier) for stop in stops] == [(0, "Carl"), (1, "Carl"), (2, "Carl")]
    assert found[stops[0].pk].planned_at == at(9)
    finish_task(task=Task.objects.get(pk=tasks[0].pk), by=carl.person, at=at(8))
    assert arrivals(stops)[stops[1].pk].stops_before == 0


def test_a_deliverys_page_shows_its_work(client: Client, delivery: Delivery, carls: Round, dana: Membership, tuesday: Collective) -> None:
    plan_tasks(tasks=refs(tasks_of(delivery)), to_round=carls, by=dana.person)
    client.force_login(dana.person)
    page = client.get(reverse("orders:delivery", kwargs={"collective": "montreuil", "ref": delivery.ref})).content.decode()
    assert "On the road" in page
    assert page.count("/board/stops/") == 2
