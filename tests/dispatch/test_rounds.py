"""Rounds as wholes."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from collectives.models import Collective, Membership
from coopdelivery.journal.models import Event
from dispatch.models import Round, Task
from dispatch.services import refusals
from dispatch.services.plan import plan_tasks, undo_last
from dispatch.services.rounds import create_round, delete_round, give_round, loose_round_of, name_is_free, rename_round
from tests.dispatch.conftest import TUESDAY, Order, refs, tasks_of


@pytest.fixture
def bakeries(tuesday: Collective, dana: Membership) -> Round:
    return create_round(on=TUESDAY, name=" Bakeries ", by=dana.person)


def test_a_round_is_planned_before_anyone_is_on_it_and_given_as_a_whole(
    order: Order, bakeries: Round, carl: Membership, dana: Membership
) -> None:
    tasks = refs(tasks_of(order(drops=2)))
    plan_tasks(tasks=tasks, to_round=bakeries, by=dana.person)
    give_round(round=bakeries, courier=carl, by=dana.person, version=1)
    bakeries.refresh_from_db()
    assert (bakeries.name, bakeries.courier, bakeries.version) == ("Bakeries", carl, 2)
    given = Event.objects.get(name="round.given")
    assert (given.data["courier"], given.data["previous"], given.data["count"]) == (carl.pk, None, 3)
    undo_last(by=dana.person)
    bakeries.refresh_from_db()
    assert bakeries.courier is None
    assert refs(list(Task.objects.filter(round=bakeries).order_by("position"))) == tasks


def test_a_round_is_given_to_couriers_only(bakeries: Round, dana: Membership) -> None:
    with pytest.raises(refusals.CannotMove):
        give_round(round=bakeries, courier=dana, by=dana.person)
    assert Round.objects.get().courier is None


def test_giving_on_an_old_version_is_refused(order: Order, bakeries: Round, carl: Membership, dana: Membership) -> None:
    plan_tasks(tasks=refs(tasks_of(order())), to_round=bakeries, by=dana.person)
    with pytest.raises(refusals.StaleRound):
        give_round(round=bakeries, courier=carl, by=dana.person, version=0)
    assert Round.objects.get().courier is None


def test_names_are_given_once_a_day(bakeries: Round, dana: Membership) -> None:
    for name in ("bakeries", "", "   "):
        with pytest.raises(refusals.CannotMove) as refused:
            create_round(on=TUESDAY, name=name, by=dana.person)
        assert refused.value.field == "name"
    assert Round.objects.count() == 1


def test_renaming_and_making_are_taken_back(bakeries: Round, dana: Membership) -> None:
    rename_round(round=bakeries, name="Ovens", by=dana.person)
    undo_last(by=dana.person)
    assert Round.objects.get().name == "Bakeries"
    undo_last(by=dana.person)
    assert not Round.objects.exists()


def test_only_an_empty_round_is_removed_and_it_comes_back(order: Order, bakeries: Round, dana: Membership) -> None:
    tasks = refs(tasks_of(order()))
    plan_tasks(tasks=tasks, to_round=bakeries, by=dana.person)
    with pytest.raises(refusals.CannotMove):
        delete_round(round=bakeries, by=dana.person)
    plan_tasks(tasks=tasks, to_round=None, by=dana.person)
    delete_round(round=bakeries, by=dana.person)
    assert not Round.objects.exists()
    undo_last(by=dana.person)
    undo_last(by=dana.person)
    assert [str(task.round) for task in Task.objects.all()] == ["Bakeries", "Bakeries"]


def test_a_courier_has_one_loose_round_a_day(carl: Membership, tuesday: Collective) -> None:
    assert loose_round_of(carl, TUESDAY) == loose_round_of(carl, TUESDAY)


def test_only_planners_make_rounds(tuesday: Collective, carl: Membership) -> None:
    with pytest.raises(refusals.NotAPlanner):
        create_round(on=TUESDAY, name="Mine", by=carl.person)
    assert not Round.objects.exists()


def test_the_database_keeps_a_name_once_a_day_when_two_choose_it_at_the_same_moment(tuesday: Collective, dana: Membership) -> None:
    create_round(on=TUESDAY, name="Bakeries", by=dana.person)
    with pytest.raises(IntegrityError), transaction.atomic():
        Round.objects.create(collective=tuesday, on=TUESDAY, name="bakeries")
    with pytest.raises(refusals.CannotMove, match="already"), name_is_free("Bakeries"):
        Round.objects.create(collective=tuesday, on=TUESDAY, name="BAKERIES")
    Round.objects.create(collective=tuesday, on=TUESDAY + dt.timedelta(days=1), name="Bakeries")


def test_undo_says_when_another_round_has_the_name_by_now(tuesday: Collective, dana: Membership, ada: Membership) -> None:
    row = create_round(on=TUESDAY, name="Bakeries", by=dana.person)
    delete_round(round=row, by=dana.person)
    create_round(on=TUESDAY, name="bakeries", by=ada.person)
    with pytest.raises(refusals.CannotUndo, match="Another round has its name"):
        undo_last(by=dana.person)
    assert Round.objects.count() == 1
