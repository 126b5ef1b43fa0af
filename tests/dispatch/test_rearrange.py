"""Whole rounds: split, merged, moved, copied, kept as templates; each taken back by one undo."""

import datetime as dt

import pytest

from collectives.models import ClosedDay, Collective, Membership
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from dispatch.models import PlanChange, Round, RoundTemplate, Task
from dispatch.services import refusals
from dispatch.services.plan import loose_round_of, plan_tasks, undo_last
from dispatch.services.progress import finish_task
from dispatch.services.rearrange import make_round, merge_rounds, move_round, split_round
from dispatch.services.rounds import give_round
from dispatch.services.templates import keep_template, lay, pattern_of, pattern_of_round, remove_template
from tests.dispatch.conftest import TUESDAY, Order, at, refs, tasks_of

FRIDAY = dt.date(2026, 11, 27)


def list_of(round_: Round) -> list[str]:
    return refs(list(Task.objects.filter(round=round_).order_by("position")))


def everything() -> list[object]:
    """The whole plan, to compare."""
    tasks = list(Task.objects.order_by("pk").values_list("ref", "round__ref", "position", "on"))
    return [tasks, list(Round.objects.order_by("ref").values_list("ref", "name", "on", "starts_at", "courier"))]


@pytest.fixture
def tasks(order: Order) -> list[str]:
    return refs(tasks_of(order(drops=3)))


@pytest.fixture
def bakeries(tasks: list[str], carl: Membership, dana: Membership) -> Round:
    """Carl rides it at nine: a pickup and three drops."""
    row, _change = make_round(on=TUESDAY, name="Bakeries", tasks=tasks, by=dana.person, courier=carl, starts=dt.time(9))
    return row


def test_a_round_made_from_stops_is_one_gesture(tasks: list[str], dana: Membership) -> None:
    row, change = make_round(on=TUESDAY, name="Bakeries", tasks=tasks, by=dana.person)
    assert (list_of(row), change.verb, PlanChange.objects.count()) == (tasks, "create", 1)
    undo_last(by=dana.person)
    assert not Round.objects.exists()
    assert not Task.objects.exclude(round=None).exists()


def test_a_made_round_that_got_more_stops_since_is_not_undone_over_them(
    order: Order, bakeries: Round, dana: Membership, ada: Membership
) -> None:
    more = refs(tasks_of(order()))
    plan_tasks(tasks=more, to_round=bakeries, by=ada.person)
    with pytest.raises(refusals.CannotUndo):
        undo_last(by=dana.person)
    assert list_of(bakeries)[-2:] == more


def test_a_split_puts_the_rest_in_a_round_with_the_same_rider(
    bakeries: Round, tasks: list[str], carl: Membership, dana: Membership
) -> None:
    before = everything()
    second, change = split_round(round=bakeries, first=tasks[2], name="Bakeries 2", by=dana.person, version=0)
    assert (list_of(bakeries), list_of(second)) == (tasks[:2], tasks[2:])
    assert (second.courier, second.name, change.verb) == (carl, "Bakeries 2", "split")
    undo_last(by=dana.person)
    assert everything() == before


def test_a_split_leaves_something_on_each_side(bakeries: Round, tasks: list[str], order: Order, dana: Membership) -> None:
    for first in (tasks[0], refs(tasks_of(order()))[0]):
        with pytest.raises(refusals.CannotMove) as refused:
            split_round(round=bakeries, first=first, name="Second", by=dana.person)
        assert refused.value.field == "first"
    assert Round.objects.count() == 1


def test_merged_rounds_are_one_list_and_come_apart_again(order: Order, bakeries: Round, tasks: list[str], dana: Membership) -> None:
    others = refs(tasks_of(order(drops=2)))
    into, _change = make_round(on=TUESDAY, name="Markets", tasks=others, by=dana.person)
    before = everything()
    merge_rounds(round=bakeries, into=into, by=dana.person, versions={str(bakeries.ref): 0, str(into.ref): 0})
    assert list_of(into) == [*others, *tasks]
    assert [row.name for row in Round.objects.all()] == ["Markets"]
    undo_last(by=dana.person)
    assert everything() == before


def test_a_merge_leaves_what_is_finished_in_its_round(
    order: Order, bakeries: Round, tasks: list[str], carl: Membership, lea: Membership, dana: Membership
) -> None:
    finish_task(task=Task.objects.get(ref=tasks[0]), by=carl.person, at=at(8))
    leas = loose_round_of(lea, TUESDAY)
    merge_rounds(round=bakeries, into=leas, by=dana.person)
    assert (list_of(bakeries), list_of(leas)) == (tasks[:1], tasks[1:])


def test_a_merge_on_an_old_version_or_with_itself_is_refused(bakeries: Round, carl: Membership, dana: Membership) -> None:
    loose = loose_round_of(carl, TUESDAY)
    with pytest.raises(refusals.StaleRound):
        merge_rounds(round=bakeries, into=loose, by=dana.person, versions={str(bakeries.ref): 7, str(loose.ref): 0})
    for into in (bakeries, loose_round_of(carl, FRIDAY)):
        with pytest.raises(refusals.CannotMove) as refused:
            merge_rounds(round=bakeries, into=into, by=dana.person)
        assert refused.value.field == "into"
    assert Task.objects.filter(round=bakeries).count() == 4


def test_a_round_moves_to_another_day_with_all_its_stops_at_the_same_hour(bakeries: Round, tasks: list[str], dana: Membership) -> None:
    before = everything()
    move_round(round=bakeries, on=FRIDAY, by=dana.person, version=0)
    bakeries.refresh_from_db()
    assert (bakeries.on, bakeries.starts_at) == (FRIDAY, at(9, day=FRIDAY))
    assert set(Task.objects.values_list("on", flat=True)) == {FRIDAY}
    assert list_of(bakeries) == tasks
    assert Event.objects.filter(name="task.planned").latest("pk").data["days"] == ["2026-11-24", "2026-11-27"]
    undo_last(by=dana.person)
    assert everything() == before


def test_the_hour_on_the_clock_stays_when_the_clocks_change(tuesday: Collective, dana: Membership) -> None:
    row, _change = make_round(on=TUESDAY, name="Bakeries", tasks=[], by=dana.person, starts=dt.time(9))
    summer = dt.date(2027, 3, 30)
    move_round(round=row, on=summer, by=dana.person)
    row.refresh_from_db()
    assert row.starts_at == dt.datetime(2027, 3, 30, 7, tzinfo=dt.UTC)


def test_a_closed_day_becomes_the_next_open_one(bakeries: Round, dana: Membership) -> None:
    ClosedDay.objects.create(collective_id=bakeries.collective_id, day=FRIDAY)
    move_round(round=bakeries, on=FRIDAY, by=dana.person)
    assert Round.objects.get().on == dt.date(2026, 11, 28)


def test_a_round_stays_on_its_day_when_a_stop_is_done_or_the_name_is_taken(
    bakeries: Round, tasks: list[str], carl: Membership, dana: Membership
) -> None:
    taken, _change = make_round(on=FRIDAY, name="bakeries", tasks=[], by=dana.person)
    for day in (FRIDAY, TUESDAY - dt.timedelta(days=1), TUESDAY):
        with pytest.raises(refusals.CannotMove):
            move_round(round=bakeries, on=day, by=dana.person)
    finish_task(task=Task.objects.get(ref=tasks[0]), by=carl.person, at=at(8))
    with pytest.raises(refusals.CannotMove) as refused:
        move_round(round=bakeries, on=FRIDAY + dt.timedelta(days=1), by=dana.person)
    assert refused.value.sentence == "Fleurs is done: the round stays on its day. Split it first."
    assert {row.on for row in Round.objects.exclude(pk=taken.pk)} == {TUESDAY}


def test_a_template_puts_a_days_stops_in_its_order(order: Order, bakeries: Round, tasks: list[str], dana: Membership) -> None:
    plan_tasks(tasks=[tasks[3]], to_round=bakeries, before=tasks[1], by=dana.person)  # order: pickup, 3, 1, 2
    template = keep_template(round=bakeries, name=" Tuesday  bakeries ", by=dana.person)
    assert (template.name, template.starts, len(template.calls)) == ("Tuesday bakeries", dt.time(9), 4)
    stranger = refs(tasks_of(order()))
    again = _same_places_on(order, tasks, [1, 3])
    move_round(round=bakeries, on=FRIDAY, by=dana.person)
    row, change = lay(pattern=pattern_of(template), on=TUESDAY, by=dana.person)
    assert (row.name, row.starts_at, row.courier, change.verb) == ("Tuesday bakeries", at(9), None, "template")
    assert list_of(row) == [again[0], again[2], again[1]]
    assert set(refs(list(Task.objects.filter(on=TUESDAY, round=None)))) == set(stranger)
    undo_last(by=dana.person)
    assert set(Round.objects.values_list("name", flat=True)) == {"Bakeries"}


def _same_places_on(order: Order, tasks: list[str], which: list[int]) -> list[str]:
    """A further delivery to the places of those tasks: its pickup and drops, in that order."""
    fresh = tasks_of(order(drops=len(which)))
    for task, n in zip(fresh[1:], which, strict=True):
        place = Task.objects.get(ref=tasks[n]).stop.place
        type(task.stop).objects.filter(pk=task.stop_id).update(place=place)
    return refs(fresh)


def test_a_copy_needs_no_template(order: Order, bakeries: Round, tasks: list[str], dana: Membership) -> None:
    again = _same_places_on(order, tasks, [2])
    row, change = lay(pattern=pattern_of_round(bakeries), on=TUESDAY, name="Second bakeries", by=dana.person, verb="copy")
    assert (list_of(row), change.verb, RoundTemplate.objects.count()) == (again, "copy", 0)


def test_a_day_without_any_of_the_places_makes_an_empty_round(bakeries: Round, dana: Membership) -> None:
    row, _change = lay(pattern=pattern_of_round(bakeries), on=FRIDAY, by=dana.person)
    assert (row.on, list_of(row)) == (FRIDAY, [])


def test_a_template_of_the_same_name_is_replaced_and_removed(bakeries: Round, tasks: list[str], carl: Membership, dana: Membership) -> None:
    keep_template(round=bakeries, name="Bakeries", by=dana.person)
    plan_tasks(tasks=tasks[3:], to_round=None, by=dana.person)
    template = keep_template(round=bakeries, name="bakeries", by=dana.person)
    assert [len(row.calls) for row in RoundTemplate.objects.all()] == [3]
    with pytest.raises(refusals.NotAPlanner):
        remove_template(template=template, by=carl.person)
    remove_template(template=template, by=dana.person)
    assert not RoundTemplate.objects.exists()


@pytest.mark.parametrize("source", ["system", "rule"])
def test_only_people_rearrange(bakeries: Round, tasks: list[str], carl: Membership, dana: Membership, source: str) -> None:
    before = everything()
    for by, door in ((carl.person, "web"), (dana.person, source)):
        with journal.source(door):
            for act in (
                lambda by=by: split_round(round=bakeries, first=tasks[2], name="Second", by=by),
                lambda by=by: merge_rounds(round=bakeries, into=loose_round_of(carl, TUESDAY), by=by),
                lambda by=by: move_round(round=bakeries, on=FRIDAY, by=by),
                lambda by=by: lay(pattern=pattern_of_round(bakeries), on=FRIDAY, by=by),
                lambda by=by: keep_template(round=bakeries, name="Mine", by=by),
            ):
                with pytest.raises(refusals.NotAPlanner):
                    act()
    Round.objects.filter(name="").delete()
    assert everything() == before


def test_a_given_round_is_still_given_after_coming_back(bakeries: Round, lea: Membership, dana: Membership) -> None:
    give_round(round=bakeries, courier=lea, by=dana.person)
    into, _change = make_round(on=TUESDAY, name="Markets", tasks=[], by=dana.person)
    merge_rounds(round=bakeries, into=into, by=dana.person)
    undo_last(by=dana.person)
    assert Round.objects.get(name="Bakeries").courier == lea


def test_stops_follow_the_round_as_it_is_now_and_not_as_somebody_read_it(order: Order, bakeries: Round, dana: Membership) -> None:
    more = refs(tasks_of(order()))
    read_before = Round.objects.get(pk=bakeries.pk)
    move_round(round=bakeries, on=FRIDAY, by=dana.person)
    plan_tasks(tasks=more, to_round=read_before, by=dana.person)
    assert set(Task.objects.filter(ref__in=more).values_list("on", flat=True)) == {FRIDAY}


def test_nothing_goes_into_a_round_that_was_merged_away(order: Order, bakeries: Round, carl: Membership, dana: Membership) -> None:
    more = refs(tasks_of(order()))
    merge_rounds(round=bakeries, into=loose_round_of(carl, TUESDAY), by=dana.person)
    with pytest.raises(refusals.CannotMove) as refused:
        plan_tasks(tasks=more, to_round=bakeries, by=dana.person)
    assert refused.value.field == "to"
    assert not Task.objects.filter(ref__in=more).exclude(round=None).exists()
