"""What a visitor finds in the demo."""

import hashlib
import signal
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import StringIO
from threading import Event as Flag
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from collectives.models import AssemblyTime, Collective, Role, Standing, Zone
from collectives.services import add_member
from coopdelivery.decisions.models import Meeting, Proposal
from coopdelivery.decisions.services import tally_of
from coopdelivery.journal.models import Errand, Event
from coopdelivery.kit.tenancy import acting_for_everyone
from coopdelivery.ledger.models import Posting
from coopdelivery.notices.models import Message
from coopdelivery.people.models import Person
from coopdelivery.places.geocode.embedded import Embedded
from coopdelivery.places.models import Place
from dispatch.models import Incident, PlanChange, Proof, Task, TaskStatus
from federation.assembly.voices import voices
from federation.demo import clock
from federation.demo.building import PASSWORD
from federation.demo.home import Home
from federation.demo.play import Stage, play
from federation.demo.renewal import begin_today
from federation.demo.sign_ins import FRONT, SIGN_INS, table
from federation.demo.towns import COOPS
from federation.models import Delegate, Dossier, Evidence
from federation.register.conditions import State, conditions_on
from federation.register.standing import conditions_of
from orders.models import DeliveryStatus, Order, Partner, Settlement, Statement

pytestmark = pytest.mark.django_db
THEIR_KINDS = {"florist", "newspaper", "restaurant", "farm_shop", "pharmacy"}


def test_three_co_ops_in_three_countries_currencies_and_languages(homes: list[Home]) -> None:
    found = Collective.objects.order_by("pk").values_list("slug", "country", "currency", "language", "standing")
    assert list(found)[:3] == [
        ("helsinki", "FI", "EUR", "en", Standing.MEMBER),
        ("vauclair", "CH", "CHF", "fr", Standing.MEMBER),
        ("san-telmo", "MX", "MXN", "es", Standing.TRIAL),
    ]
    assert all(collective.may_trade() for collective in Collective.objects.all())


def test_the_federation_of_the_founders_has_34_co_ops_31_members_and_31_voices(homes: list[Home]) -> None:
    assert Counter(Collective.objects.values_list("standing", flat=True)) == {Standing.MEMBER: 31, Standing.TRIAL: 3}
    assert voices().count() == 31
    assert Delegate.objects.filter(until=None, collective__in=voices()).count() == 31
    assert all(row.until for dossier in Dossier.objects.all() for row in conditions_of(dossier))


def test_an_assembly_was_held_by_31_voices_and_the_next_is_convened(homes: list[Home], now: datetime) -> None:
    coming, held = Meeting.objects.filter(collective_id=None)
    assert (held.state, len(held.roll), coming.state) == ("closed", 31, "convened")
    assert hashlib.sha256(held.minutes.encode()).hexdigest() == held.minutes_sha256
    assert [row.role for row in held.signatures.order_by("role")] == ["chair", "secretary"]
    votes = Proposal.objects.filter(item__meeting=held)
    assert [(row.state, tally_of(row).cast) for row in votes.order_by("pk")] == [("passed", 25)] * 3
    assert coming.begins_at > now
    with acting_for_everyone("the demo of all three"):
        assert AssemblyTime.objects.get().lasted == timedelta(hours=3)


def test_each_condition_was_shown_by_one_officer_and_reviewed_by_another(homes: list[Home]) -> None:
    for evidence in Evidence.objects.exclude(verdict=Evidence.Verdict.WAITING):
        assert evidence.reviewer_id not in {None, evidence.added_by_id}
        assert evidence.purged_at or evidence.file.size > 1000
    assert Evidence.objects.filter(verdict=Evidence.Verdict.WAITING).count() == 1


def test_one_condition_is_about_to_expire(helsinki: Home) -> None:
    evidence = Evidence.objects.filter(dossier__collective=helsinki.collective)
    states = [condition.state for condition in conditions_on(evidence, helsinki.collective.today())]
    assert states == [State.HELD, State.EXPIRING, State.HELD]


@pytest.mark.parametrize("coop", COOPS, ids=lambda coop: coop.slug)
def test_every_shop_and_hub_stands_at_a_real_house(coop: object) -> None:
    addresses = [shop.address for shop in coop.shops] + [coop.hub[1]]  # type: ignore[attr-defined]  # pytest hands it over untyped
    found = [Embedded().locate(address, near=None, country=coop.country) for address in addresses]  # type: ignore[attr-defined]
    assert [place.precision if place else None for place in found] == ["address"] * len(addresses)


def test_the_kinds_of_partners_the_founders_named_are_there(homes: list[Home]) -> None:
    for home in homes:
        with home.acting():
            assert set(Partner.objects.values_list("kind", flat=True)) >= THEIR_KINDS
            assert all(partner.users.exists() for partner in Partner.objects.filter(is_front_door=False))
    with homes[0].acting():
        assert Partner.objects.filter(kind=Partner.Kind.FURNITURE).exists()


def test_helsinki_is_in_the_middle_of_a_day_of_about_120_stops(helsinki: Home, now: datetime) -> None:
    with helsinki.at(now):
        today = Task.objects.filter(on=helsinki.collective.today())
        states = Counter(today.values_list("status", flat=True))
        assert 112 <= today.count() <= 125
        assert today.unplanned().count() in {16, 17}
        assert set(states) <= {TaskStatus.TODO, TaskStatus.DOING, TaskStatus.DONE, TaskStatus.FAILED}
        assert states[TaskStatus.TODO] >= 40
        riders = today.exclude(round=None).exclude(round__courier=None).values("round__courier").distinct().count()
        assert riders == 9


def test_yesterday_left_three_things_over(helsinki: Home) -> None:
    with helsinki.acting():
        before = Task.objects.filter(on__lt=helsinki.collective.today())
        assert before.filter(status=TaskStatus.FAILED).count() == 1
        assert before.live().count() == 2


def test_every_gesture_was_made_by_a_dispatcher_of_the_co_op(homes: list[Home]) -> None:
    for home in homes:
        dispatchers = {home.people[worker.sign_in].pk for worker in home.coop.of_role(Role.DISPATCHER)}
        with home.acting():
            authors = set(PlanChange.objects.values_list("by", flat=True))
            sources = set(PlanChange.objects.values_list("source", flat=True))
        assert authors
        assert authors <= dispatchers
        assert sources == {"web"}


def test_nothing_happened_in_the_future_or_out_of_its_order(homes: list[Home], now: datetime) -> None:
    with acting_for_everyone("looks at the whole story"):
        assert not Event.objects.filter(at__gt=now).exists()
        assert not PlanChange.objects.filter(at__gt=now).exists()
        for task in Task.objects.exclude(finished_at=None).select_related("delivery"):
            finished, received = task.finished_at, task.received_at
            assert finished is not None
            assert received is not None
            assert task.delivery.placed_at < finished <= now
            assert received - finished < timedelta(minutes=1)


def test_what_was_not_picked_up_was_not_delivered(homes: list[Home]) -> None:
    with acting_for_everyone("looks at the whole story"):
        done = Task.objects.filter(kind="dropoff", status=TaskStatus.DONE)
        assert done.count() > 150
        assert not done.exclude(delivery__tasks__kind="pickup", delivery__tasks__status=TaskStatus.DONE).exists()


def test_proofs_and_an_open_incident_can_be_looked_at(helsinki: Home) -> None:
    with helsinki.acting():
        assert Proof.objects.filter(kind=Proof.Kind.PHOTO).count() >= 5
        assert Incident.objects.filter(state=Incident.State.OPEN, task__on=helsinki.collective.today()).count() == 1
        assert Incident.objects.filter(state=Incident.State.RETRY).count() <= 1


def test_what_was_delivered_before_today_is_in_the_books(homes: list[Home]) -> None:
    for home in homes:
        with home.acting():
            assert Settlement.objects.count() >= 9
            assert Statement.objects.exclude(closed_at=None).exists() or home.collective.today().day < 3
    assert Posting.objects.filter(book__collective_id=None).exists()  # what the federation will call
    assert Person.objects.filter(username="hanna").exists()


def test_one_card_order_waits_to_be_paid(helsinki: Home) -> None:
    with helsinki.acting():
        waiting = Order.objects.filter(deliveries__status=DeliveryStatus.AWAITING_PAYMENT)
        assert [order.partner.name for order in waiting.select_related("partner") if order.partner] == ["Patjapaja"]


def test_a_vote_is_open_in_helsinki(helsinki: Home) -> None:
    vote = Proposal.objects.get(collective_id=helsinki.collective.pk, state=Proposal.State.OPEN)
    assert vote.takes_votes()
    assert Counter(vote.ballots.values_list("choice", flat=True)) == {"for": 3, "against": 1}


def test_all_addresses_are_on_the_map_and_inside_the_area(homes: list[Home]) -> None:
    for home in homes:
        with home.acting():
            assert not Place.objects.filter(latitude=None).exists()
            assert Zone.objects.count() == 1


def test_nobody_is_told_of_the_past(homes: list[Home]) -> None:
    assert not Errand.objects.exists()
    assert not Message.objects.exists()


def test_no_address_leads_anywhere(homes: list[Home]) -> None:
    assert not Person.objects.exclude(email__endswith=".example").exists()


def test_every_sign_in_opens_the_page_it_promises(homes: list[Home], now: datetime) -> None:
    assert len(table().splitlines()) == len(SIGN_INS) + 2
    assert "Show the price" in Client().get(FRONT).content.decode()
    for row in SIGN_INS:
        client, person = Client(), Person.objects.get(username=row.sign_in)
        assert person.check_password(PASSWORD)
        client.force_login(person)
        with clock.at(now):
            answer = client.get(row.page)
        assert answer.status_code == 200, f"{row.sign_in} at {row.page}: {answer.status_code}"
    assert "es" not in dict(settings.LANGUAGES)  # San Telmo's people read English until there is a Spanish catalogue


# ---------------------------------------------------------------- another morning


def test_the_demo_has_a_new_day_on_another_morning(helsinki: Home, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    with clock.at(tomorrow), transaction.atomic():
        assert begin_today(tomorrow) == ["Kaupunkifillari", "Le Pignon Libre", "La Cadena"]
        assert begin_today(tomorrow) == []  # once is enough
        with helsinki.acting():
            on = helsinki.day_of(tomorrow)
            assert 112 <= Task.objects.filter(on=on).count() <= 125
            assert Task.objects.live().filter(on__lt=on).count() <= 5
            assert not Order.objects.filter(deliveries__placed_at__gt=tomorrow).exists()
        assert not Errand.objects.exists()
        transaction.set_rollback(True)


def test_a_co_op_that_visitors_changed_too_much_is_left_alone(helsinki: Home, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    with clock.at(tomorrow), transaction.atomic():
        Collective.objects.filter(pk=helsinki.collective.pk).update(standing=Standing.LAPSED)
        with helsinki.acting():
            before = Task.objects.count()
        assert begin_today(tomorrow) == ["Le Pignon Libre", "La Cadena"]
        with helsinki.acting():
            assert Task.objects.count() == before
        transaction.set_rollback(True)


# ---------------------------------------------------------------- play


@pytest.fixture
def quick(helsinki: Home, now: datetime) -> Iterator[Stage]:
    """Helsinki at a speed at which everything is due at once; taken back after the test."""
    with clock.at(now + timedelta(minutes=1)), transaction.atomic():
        stage = Stage(helsinki, speed=1e9)
        stage.order_due = 0.0
        yield stage
        transaction.set_rollback(True)


def test_the_day_moves_in_the_names_of_its_people(quick: Stage, helsinki: Home) -> None:
    with helsinki.acting():
        orders, finished = Order.objects.count(), Task.objects.filter(status=TaskStatus.DONE).count()
        changes = PlanChange.objects.count()
    for _ in range(6):
        quick.step()
    with helsinki.acting():
        assert Order.objects.count() > orders
        assert Task.objects.filter(status=TaskStatus.DONE).count() > finished
        assert PlanChange.objects.count() > changes
        authors = set(PlanChange.objects.values_list("by", flat=True))
        courier_only = helsinki.people["aino"].pk
    assert authors <= {helsinki.people[worker.sign_in].pk for worker in helsinki.coop.of_role(Role.DISPATCHER)}
    assert courier_only not in authors


def test_what_a_visitor_took_away_does_not_stop_the_show(quick: Stage, helsinki: Home) -> None:
    with helsinki.acting():
        Task.objects.unplanned().update(status=TaskStatus.CANCELLED)
        Collective.objects.filter(pk=helsinki.collective.pk).update(standing=Standing.LAPSED)
        before = Order.objects.count()
    quick.step()
    with helsinki.acting():
        assert Order.objects.count() == before


def test_nobody_orders_for_a_day_that_is_nearly_over(quick: Stage, helsinki: Home) -> None:
    with helsinki.acting():
        before = Order.objects.count()
    with clock.at(helsinki.local(quick.day, 23, 50)):
        quick.step()
    with helsinki.acting():
        assert Order.objects.count() == before


def test_the_show_ends_when_it_is_told_to(helsinki: Home) -> None:
    stop = Flag()
    stop.set()
    assert play(speed=10, stop=stop) == 0


def test_the_show_is_over_when_the_day_is(quick: Stage) -> None:
    assert not quick.is_over()
    quick.day -= timedelta(days=1)
    assert quick.is_over()


def test_a_signal_ends_the_command_between_two_acts(helsinki: Home, demo_instance: None, monkeypatch: pytest.MonkeyPatch) -> None:
    handlers: dict[int, Any] = {}
    monkeypatch.setattr(signal, "signal", lambda number, handler: handlers.setdefault(number, handler))

    def send_the_signal(stage: Stage) -> None:
        handlers[signal.SIGTERM](signal.SIGTERM, None)

    monkeypatch.setattr(Stage, "step", send_the_signal)
    out = StringIO()
    call_command("demo", "--play", stdout=out)
    assert out.getvalue() == "0 orders were placed.\n"


def test_roles_of_a_new_colleague_do_not_break_the_show(quick: Stage, helsinki: Home) -> None:
    newcomer = Person.objects.create_user(name="New", email="new@helsinki.example")
    add_member(collective=helsinki.collective, person=newcomer, roles=[Role.COURIER], by=helsinki.people["kirsi"])
    quick.step()
    assert not quick.is_over()
