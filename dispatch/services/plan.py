"""Putting tasks into rounds. Every gesture has a human author, is refused on an old version, and can be taken back."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task, TaskStatus
from dispatch.services import ordering
from dispatch.services.gesture import (
    Ref,
    Spot,
    Versions,
    as_json,
    locked_rounds,
    locked_tasks,
    note_change,
    snapshot,
    tasks_of,
    write_spots,
)
from dispatch.services.refusals import CannotMove
from dispatch.services.rounds import loose_round_of
from dispatch.services.undo import undo_last
from dispatch.services.who import planner_or_volunteer

Cards = Mapping[str, dict[str, Any] | None]
__all__ = ["carry_out", "loose_round_of", "movable", "move_to_day", "plan_tasks", "undo_last"]

FINISHED = (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED)


@transaction.atomic
def plan_tasks(
    *,
    tasks: Sequence[Ref],
    to_round: Round | None,
    before: Ref | None = None,
    versions: Versions | None = None,
    by: Person,
    verb: str = "plan",
) -> PlanChange:
    """Put the tasks, in the order given, into a round before one of its tasks (None: at its end), or back into nobody's hands.

    `versions` maps the ref of every touched round to the version on the person's screen. Raises NotAPlanner, CannotMove, StaleRound.
    """
    source = planner_or_volunteer(by, tasks=tasks, to_round=to_round)
    target = to_round.pk if to_round else None
    asked = tasks_of(tasks)
    rounds = locked_rounds([target, *(task.round_id for task in asked)], versions, about=asked[0].where)
    if target is not None:
        to_round = rounds.get(target)
        if to_round is None:
            raise CannotMove(_("This round does not exist any more."), field="to")
    moving = movable(asked, rounds)
    spots = _spots(moving, to_round, before)
    return carry_out(moving, spots, rounds, by=by, source=source, verb=verb, on=to_round.on if to_round else moving[0].on)


@transaction.atomic
def move_to_day(*, tasks: Sequence[Ref], on: date, by: Person, versions: Versions | None = None) -> PlanChange:
    """Take the tasks out of their rounds and put them to give on another day. The promise to the recipient does not change."""
    source = planner_or_volunteer(by, tasks=tasks, to_round=None)
    asked = tasks_of(tasks)
    rounds = locked_rounds([task.round_id for task in asked], versions, about=asked[0].where)
    moving = movable(asked, rounds)
    spots = {task.pk: Spot(None, None, on) for task in moving}
    return carry_out(moving, spots, rounds, by=by, source=source, verb="day", on=moving[0].on)


def movable(asked: list[Task], rounds: dict[int, Round]) -> list[Task]:
    """The same tasks, now locked. Raises CannotMove when one is finished, another co-op's, or was taken elsewhere meanwhile."""
    found = locked_tasks([task.ref for task in asked], rounds)
    for task in asked:
        if str(task.ref) not in found:
            raise CannotMove(_("%(stop)s was moved by somebody else a moment ago.") % {"stop": task.where}, field="tasks")
        if found[str(task.ref)].status in FINISHED:
            words = {"stop": task.where, "state": found[str(task.ref)].get_status_display()}
            raise CannotMove(_("%(stop)s is %(state)s: it keeps its place.") % words, field="tasks")
        refuse_if_handed(found[str(task.ref)])
    return [found[str(task.ref)] for task in asked]


def refuse_if_handed(task: Task) -> None:
    """Raises CannotMove while the task is another co-op's."""
    if task.handed_to is not None:
        words = {"stop": task.where, "co_op": task.handed_to.name}
        raise CannotMove(_("%(stop)s is with %(co_op)s: look at the hand-over.") % words, field="tasks")


def _spots(moving: list[Task], to_round: Round | None, before: Ref | None) -> dict[int, Spot]:
    if to_round is None:
        return {task.pk: Spot(None, None, task.on) for task in moving}
    chosen = [task.pk for task in moving]
    rows = list(Task.objects.filter(round=to_round).order_by("position").values_list("pk", "position", "status", "ref"))
    index = len(rows) if before is None else next((n for n, row in enumerate(rows) if str(row[3]) == str(before)), -1)
    if index < 0:
        raise CannotMove(_("The stop you dropped it before is not in this round any more."), field="before")
    staying = [ordering.Item(pk, position or 0, status in FINISHED) for pk, position, status, _ref in rows if pk not in chosen]
    index -= sum(row[0] in chosen for row in rows[:index])
    found = ordering.place(staying, chosen, index)
    return {pk: Spot(to_round.pk, position, to_round.on) for pk, position in found.items()}


def carry_out(
    moving: list[Task],
    spots: dict[int, Spot],
    rounds: dict[int, Round],
    *,
    by: Person,
    source: str,
    verb: str,
    on: date,
    cards: tuple[Cards, Cards] = ({}, {}),
    legs: tuple[Cards, Cards] = ({}, {}),
) -> PlanChange:
    """Write the places of locked tasks, and note the gesture. `cards` are the rounds it made, changed or removed, before and after;
    `legs` the tasks at a hub that it made or takes out."""
    neighbours = Task.objects.filter(pk__in=[pk for pk in spots if pk not in {task.pk for task in moving}])
    touched = [*moving, *neighbours]
    before = {ref: spot for ref, spot in snapshot(touched, rounds).items() if legs[0].get(ref, spot)}
    write_spots(spots)
    moved = Task.objects.filter(pk__in=[task.pk for task in moving if spots[task.pk].round_id != task.round_id])
    moved.update(seen_at=None, arrived_at=None, sent_at=timezone.now())
    _hand_back(moving, spots)
    after = {str(task.ref): as_json(spots[task.pk], rounds) for task in touched if legs[1].get(str(task.ref), task)}
    return note_change(
        verb=verb,
        by=by,
        source=source,
        on=on,
        collective_id=moving[0].collective_id if moving else next(iter(rounds.values())).collective_id,
        rounds=list(rounds.values()),
        before={"tasks": before, "rounds": cards[0]} | ({"legs": legs[0]} if legs[0] else {}),
        after={"tasks": after, "rounds": cards[1]} | ({"legs": legs[1]} if legs[1] else {}),
    )


def _hand_back(moving: list[Task], spots: dict[int, Spot]) -> None:
    """What somebody had under way is to do again for whoever gets it."""
    left = [task.pk for task in moving if task.status == TaskStatus.DOING and spots[task.pk].round_id != task.round_id]
    if left:
        Task.objects.filter(pk__in=left, status=TaskStatus.DOING).update(status=TaskStatus.TODO, started_at=None)
