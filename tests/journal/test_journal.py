"""Facts and what follows from them."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import time_machine
from celery import current_app
from django.db import transaction
from django.test import TestCase
from kombu.exceptions import OperationalError

from collectives.models import Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal import tasks
from coopdelivery.journal.models import Errand, Event
from coopdelivery.people.models import Person

pytestmark = pytest.mark.django_db
NAME = "kettle.boiled"


class Cook:
    """A subscriber that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.failing = False

    def __call__(self, event: Event) -> None:
        self.heard.append(event.subject)
        if self.failing:
            raise ValueError("no tea")


@pytest.fixture
def subscribe(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Cook]:
    """Registers cooks for this test only."""
    monkeypatch.setitem(journal._now, NAME, {})
    monkeypatch.setitem(journal._later, NAME, {})

    def register(*, within_transaction: bool = False) -> Cook:
        cook = Cook()

        def handler(event: Event) -> None:
            cook(event)

        journal.subscribe(NAME, within_transaction=within_transaction)(handler)
        return cook

    return register


def boil(subject: str = "k1", **data: Any) -> Event:
    with transaction.atomic():
        return journal.record(NAME, subject=subject, collective_id=7, **data)


@transaction.atomic
def rename_and_boil(collective: Collective) -> None:
    Collective.objects.filter(pk=collective.pk).update(name="Changed")
    boil()


@pytest.mark.django_db(transaction=True)
def test_a_fact_cannot_be_recorded_outside_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        journal.record(NAME, subject="k1", collective_id=None)
    assert not Event.objects.exists()


def test_who_where_and_what_are_kept(dana: Membership) -> None:
    with journal.source("courier"):
        event = boil(by=dana.person, before={"t": 20}, after={"t": 100})
    event.refresh_from_db()
    assert (event.name, event.subject, event.collective_id, event.by_id, event.source) == (NAME, "k1", 7, dana.person.pk, "courier")
    assert event.data == {"before": {"t": 20}, "after": {"t": 100}}


def test_an_unknown_door_is_refused() -> None:
    with pytest.raises(ValueError, match="window"), journal.source("window"):
        pass


def test_a_subscriber_within_the_transaction_takes_the_fact_back_when_it_fails(
    subscribe: Callable[..., Cook], montreuil: Collective
) -> None:
    subscribe(within_transaction=True).failing = True
    with pytest.raises(ValueError, match="no tea"):
        rename_and_boil(montreuil)
    assert not Event.objects.filter(name=NAME).exists()
    assert Collective.objects.get(pk=montreuil.pk).name == "Montreuil"


def test_a_later_subscriber_gets_an_errand_with_the_fact(subscribe: Callable[..., Cook]) -> None:
    cook = subscribe()
    boil()
    assert Errand.objects.count() == 1
    assert cook.heard == []
    assert journal.run_waiting() == 1
    assert cook.heard == ["k1"]
    assert Errand.objects.get().done_at is not None


def test_a_fact_that_is_taken_back_leaves_no_errand(subscribe: Callable[..., Cook]) -> None:
    subscribe()
    with transaction.atomic():
        boil()
        transaction.set_rollback(True)
    assert not Errand.objects.exists()


def test_an_errand_that_is_done_is_not_done_again(subscribe: Callable[..., Cook]) -> None:
    cook = subscribe()
    boil()
    errand = Errand.objects.get()
    assert [journal.run(errand.pk), journal.run(errand.pk)] == [True, False]
    assert cook.heard == ["k1"]


def test_a_failure_is_noted_and_tried_again_later_and_later(subscribe: Callable[..., Cook]) -> None:
    cook = subscribe()
    cook.failing = True
    now = dt.datetime(2027, 3, 1, 8, 0, tzinfo=dt.UTC)
    waits = []
    with time_machine.travel(now, tick=False) as clock:
        boil()
        for _ in range(3):
            journal.run_waiting()
            errand = Errand.objects.get()
            waits.append((errand.next_at - dt.datetime.now(dt.UTC)).total_seconds())
            clock.move_to(errand.next_at)
    assert waits == [10, 20, 40]
    assert (errand.attempts, errand.why, errand.done_at) == (3, "ValueError: no tea", None)


def test_what_a_failed_errand_wrote_is_taken_back(subscribe: Callable[..., Cook], monkeypatch: pytest.MonkeyPatch) -> None:
    def writes_then_fails(event: Event) -> None:
        Person.objects.create_user(name="Half done")
        raise ValueError(event.name)

    journal.subscribe(NAME)(writes_then_fails)
    subscribe()
    journal._later[NAME] = {"x": writes_then_fails}
    boil()
    journal.run_waiting()
    assert not Person.objects.exists()


def test_after_twelve_failures_it_is_given_up(subscribe: Callable[..., Cook]) -> None:
    subscribe().failing = True
    with time_machine.travel(dt.datetime(2027, 3, 1, tzinfo=dt.UTC), tick=False) as clock:
        boil()
        for _ in range(20):
            journal.run_waiting()
            clock.shift(dt.timedelta(hours=7))
    errand = Errand.objects.get()
    assert (errand.attempts, errand.given_up_at is not None) == (journal.MAX_ATTEMPTS, True)


def test_one_failing_subscriber_does_not_hold_up_another(subscribe: Callable[..., Cook]) -> None:
    cook = subscribe()
    journal._later[NAME] = {**journal._later[NAME], "broken": Cook.__call__}  # type: ignore[dict-item]  # called wrongly on purpose
    boil()
    assert journal.run_waiting() == 1
    assert cook.heard == ["k1"]


def test_a_subscriber_that_is_gone_is_noted(subscribe: Callable[..., Cook]) -> None:
    subscribe()
    boil()
    journal._later[NAME] = {}
    assert journal.run(Errand.objects.get().pk) is False
    assert Errand.objects.get().why.startswith("KeyError")


def test_a_lost_wake_up_is_swept(subscribe: Callable[..., Cook]) -> None:
    cook = subscribe()
    now = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
    with time_machine.travel(now, tick=False):
        boil()
        assert tasks.sweep() == 0  # its wake-up may still be on the way
    with time_machine.travel(now + dt.timedelta(seconds=16), tick=False):
        assert tasks.sweep() == 1
    assert cook.heard == ["k1"]


def test_a_broker_that_is_down_loses_nothing(subscribe: Callable[..., Cook], monkeypatch: pytest.MonkeyPatch) -> None:
    cook = subscribe()

    def nobody_there(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", nobody_there)
    with TestCase.captureOnCommitCallbacks(execute=True):
        boil()
    assert Errand.objects.filter(done_at=None).count() == 1
    assert journal.run_waiting() == 1
    assert cook.heard == ["k1"]


def test_the_documentation_can_list_who_listens(subscribe: Callable[..., Cook]) -> None:
    subscribe()
    assert len(journal.subscribers()[NAME]) == 1


def test_facts_recorded_together_are_told_to_each_subscriber_and_wake_one_worker(
    subscribe: Callable[..., Cook], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []

    def listen(events: Sequence[Event]) -> None:
        told.append([event.subject for event in events])

    journal.subscribe_to_many(NAME)(listen)
    one_by_one, later = subscribe(within_transaction=True), subscribe()
    sent: list[tuple[str, Any]] = []
    monkeypatch.setattr(current_app, "send_task", lambda task, args, **_options: sent.append((task, args)))
    with TestCase.captureOnCommitCallbacks(execute=True), transaction.atomic():
        events = journal.record_all(NAME, [(f"k{n}", {"cups": n}, ()) for n in range(3)], collective_id=7)
    assert told == [["k0", "k1", "k2"]]
    assert one_by_one.heard == ["k0", "k1", "k2"]
    assert sent == [("coopdelivery.journal.tasks.run_errands_of_all", [[event.pk for event in events]])]
    assert (tasks.run_errands_of_all([event.pk for event in events]), later.heard) == (3, ["k0", "k1", "k2"])
    assert [event.data for event in Event.objects.order_by("pk")] == [{"cups": n} for n in range(3)]
