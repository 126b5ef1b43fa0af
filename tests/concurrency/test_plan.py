"""Several people plan and ride at once, on PostgreSQL: every task stays in exactly one place, and nothing is lost."""

import datetime as dt
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from uuid import UUID

import pytest
import time_machine
from django.db import connection

from collectives.models import Collective, Membership, Role
from collectives.tenancy import acting_for
from coopdelivery.journal import services as journal
from coopdelivery.journal.models import Event
from dispatch.models import PlanChange, Round, Task
from dispatch.services import refusals
from dispatch.services.plan import loose_round_of, plan_tasks
from dispatch.services.progress import finish_task, start_task
from dispatch.services.rearrange import merge_rounds, split_round
from dispatch.services.undo import undo
from tests.conftest import make_collective, make_member
from tests.dispatch.conftest import TUESDAY, at, make_florist, ordering_from, refs

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Act = Callable[[], object]


class Day:
    """Two dispatchers, two couriers with a round each, six stops with Carl."""

    def __init__(self, collective: Collective) -> None:
        self.collective = collective
        self.dana = make_member(collective, "Dana", Role.DISPATCHER)
        self.dora = make_member(collective, "Dora", Role.DISPATCHER)
        self.couriers = [make_member(collective, name, Role.COURIER) for name in ("Carl", "Lea", "Ines")]
        self.order = ordering_from(make_florist(collective), self.dana)
        self.order(drops=5)
        self.rounds = [loose_round_of(courier, TUESDAY) for courier in self.couriers]
        self.tasks = refs(list(Task.objects.order_by("pk")))
        plan_tasks(tasks=self.tasks, to_round=self.rounds[0], by=self.dana.person)


@pytest.fixture
def day(db: None) -> Iterator[Day]:
    with time_machine.travel(at(8)):
        montreuil = make_collective("Montreuil", "montreuil")
        with acting_for(montreuil), journal.source("web"):
            yield Day(montreuil)


def at_once(day: Day, *acts: Act) -> list[object]:
    """Each act in its own thread and connection, started together; what it returned, or the refusal it met."""
    start = Barrier(len(acts))

    def run(act: Act) -> object:
        try:
            with acting_for(day.collective), journal.source("web"):
                start.wait(10)
                return act()
        except refusals.Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def seen(*rounds: Round) -> dict[str, int]:
    return {str(row.ref): Round.objects.get(pk=row.pk).version for row in rounds}


def test_two_dispatchers_move_the_same_stop_and_one_is_told(day: Day) -> None:
    carl, lea, ines = day.rounds
    versions = seen(carl, lea, ines)
    first, second = at_once(
        day,
        lambda: plan_tasks(tasks=day.tasks[:1], to_round=lea, by=day.dana.person, versions=versions),
        lambda: plan_tasks(tasks=day.tasks[:1], to_round=ines, by=day.dora.person, versions=versions),
    )
    kinds = sorted(type(result).__name__ for result in (first, second))
    assert kinds == ["PlanChange", "StaleRound"]
    assert PlanChange.objects.count() == 2


def test_opposite_moves_do_not_lock_each_other_for_ever(day: Day) -> None:
    carl, lea, _ines = day.rounds
    plan_tasks(tasks=day.tasks[3:], to_round=lea, by=day.dana.person)
    for _ in range(5):
        results = at_once(
            day,
            lambda: plan_tasks(tasks=day.tasks[:3], to_round=lea, by=day.dana.person),
            lambda: plan_tasks(tasks=day.tasks[3:], to_round=carl, by=day.dora.person),
        )
        assert [type(result) for result in results] == [PlanChange, PlanChange]
        plan_tasks(tasks=day.tasks[:3], to_round=carl, by=day.dana.person)
        plan_tasks(tasks=day.tasks[3:], to_round=lea, by=day.dana.person)
    assert Task.objects.filter(round=None).count() == 0


def test_a_stop_is_finished_or_moved_never_both(day: Day) -> None:
    carl, lea, _ines = day.rounds
    for ref in day.tasks[:1]:
        task = Task.objects.get(ref=ref)
        finished, moved = at_once(
            day,
            lambda task=task: finish_task(task=task, by=day.couriers[0].person, at=at(8)),  # type: ignore[misc]
            lambda ref=ref: plan_tasks(tasks=[ref], to_round=lea, by=day.dana.person),  # type: ignore[misc]
        )
        now = Task.objects.get(ref=ref)
        if isinstance(moved, PlanChange):
            assert isinstance(finished, refusals.CannotProgress)
            assert (now.round_id, now.status) == (lea.pk, "todo")
        else:
            assert (now.round_id, now.status) == (carl.pk, "done")


def test_a_thousand_random_acts_leave_every_stop_in_one_place(day: Day) -> None:
    """Two dispatchers move, split and merge, three couriers ride.

    No courier changes without a PlanChange, versions only grow, and undoing everything returns to the start.
    """
    start = {row.ref: (row.round_id, row.position) for row in Task.objects.all()}
    first = PlanChange.objects.latest("pk").pk
    versions = dict(Round.objects.values_list("pk", "version"))
    dispatchers = [_planning(day, person, seed) for seed, person in enumerate([day.dana, day.dora])]
    couriers = [_riding(day, person, seed) for seed, person in enumerate(day.couriers)]
    acts = sum(result for result in at_once(day, *dispatchers, *couriers) if isinstance(result, int))
    assert acts == 1000
    for pk, version in Round.objects.filter(pk__in=versions).values_list("pk", "version"):
        assert version >= versions[pk]
    spots = list(Task.objects.exclude(round=None).values_list("round_id", "position"))
    assert len(spots) == len(set(spots))
    assert Event.objects.filter(name="task.planned").count() == PlanChange.objects.count()
    assert {change.verb for change in PlanChange.objects.filter(pk__gt=first)} >= {"plan", "split", "merge"}
    _replayed_changes_agree(first, start)
    for change in PlanChange.objects.filter(pk__gt=first, undoes=None).order_by("-pk"):
        undo(change=change, by=change.by)
    assert {row.ref: (row.round_id, row.position) for row in Task.objects.all()} == start
    assert not Round.objects.exclude(name="").exists()


def test_what_is_finished_keeps_its_courier_and_place_whatever_the_others_do(day: Day) -> None:
    """The same thousand acts, but the couriers finish stops; what was true when a stop was finished is true at the end."""
    for _ in range(6):
        day.order(drops=5)
    day.tasks = refs(list(Task.objects.order_by("pk")))
    plan_tasks(tasks=day.tasks[6:24], to_round=day.rounds[1], by=day.dora.person)
    plan_tasks(tasks=day.tasks[24:], to_round=day.rounds[2], by=day.dora.person)
    first, start = PlanChange.objects.latest("pk").pk, {row.ref: (row.round_id, row.position) for row in Task.objects.all()}
    finished: dict[UUID, tuple[int | None, int | None]] = {}
    dispatchers = [_planning(day, person, seed) for seed, person in enumerate([day.dana, day.dora])]
    couriers = [_finishing(day, person, seed, finished) for seed, person in enumerate(day.couriers)]
    results = at_once(day, *dispatchers, *couriers)
    assert sum(result for result in results if isinstance(result, int)) == 1000
    assert len(finished) >= 3
    now = {row.ref: (row.round_id, row.position) for row in Task.objects.filter(status="done")}
    assert now == finished
    spots = list(Task.objects.exclude(round=None).values_list("round_id", "position"))
    assert len(spots) == len(set(spots))
    assert not Task.objects.filter(round__courier=None, status="done").exists()
    _replayed_changes_agree(first, start)


def _finishing(day: Day, person: Membership, seed: int, finished: dict[UUID, tuple[int | None, int | None]]) -> Act:
    """A hundred tries, the first ones and later one in eight to finish a stop of one's own; where it stood then is written down."""
    dice = random.Random(seed + 20)  # noqa: S311  a test, not a secret
    mine: list[UUID] = []  # three of each courier's soon: how fast the others empty their rounds is nothing to count on

    def act(_n: int) -> object:
        own = list(Task.objects.filter(round__courier=person, status__in=["todo", "doing"]).order_by("pk"))
        if not own:
            return None
        task = dice.choice(own)
        if len(mine) >= 3 and dice.random() > 1 / 8:
            return start_task(task=task, by=person.person, at=at(8))
        finish_task(task=task, by=person.person, at=at(8))
        stood = Task.objects.get(pk=task.pk)
        finished[stood.ref] = (stood.round_id, stood.position)
        mine.append(stood.ref)
        return stood

    return lambda: _tried(act, 100)


def _planning(day: Day, person: Membership, seed: int) -> Act:
    """Three hundred and fifty gestures; how many were tried."""
    dice = random.Random(seed)  # noqa: S311  a test, not a secret

    def gesture(n: int) -> object:
        rounds = list(Round.objects.all())
        kind = dice.choices(["move", "split", "merge"], [8, 1, 1])[0]
        if kind == "split":
            row, first = dice.choice(rounds), dice.choice(day.tasks)
            return split_round(round=row, first=first, name=f"Part {seed} {n}", by=person.person)
        if kind == "merge":
            return merge_rounds(round=dice.choice(rounds), into=dice.choice(rounds), by=person.person)
        chosen = dice.sample(day.tasks, dice.randint(1, 3))
        before = dice.choice([None, dice.choice(day.tasks)])
        return plan_tasks(tasks=chosen, to_round=dice.choice([*rounds, None]), before=before, by=person.person)

    return lambda: _tried(gesture, 350)


def _riding(day: Day, person: Membership, seed: int) -> Act:
    """A hundred stops begun, whosever they are by then; how many were tried."""
    dice = random.Random(seed + 10)  # noqa: S311  a test, not a secret

    def begin(_n: int) -> object:
        return start_task(task=Task.objects.get(ref=dice.choice(day.tasks)), by=person.person, at=at(8))

    return lambda: _tried(begin, 100)


def _tried(act: Callable[[int], object], times: int) -> int:
    for n in range(times):
        with suppress(refusals.Refused):
            act(n)
    return times


def _replayed_changes_agree(first: int, start: dict[UUID, tuple[int | None, int | None]]) -> None:
    """Following every change from the start leads to where the tasks are now: none moved without one."""
    keys = dict(Round.objects.values_list("pk", "ref"))
    now = {str(ref): (str(keys[pk]) if pk else None, position) for ref, (pk, position) in start.items()}
    for change in PlanChange.objects.filter(pk__gt=first).order_by("pk"):
        for ref, spot in change.after["tasks"].items():
            now[ref] = (spot["round"], spot["position"])
    assert now == {str(row.ref): (str(keys[row.round_id]) if row.round_id else None, row.position) for row in Task.objects.all()}


def test_the_clock_of_this_file_is_the_mornings(day: Day) -> None:
    assert day.collective.today() == dt.date(2026, 11, 24)
