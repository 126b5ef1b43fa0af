"""Taking gestures back, one by one, as far as nobody touched the same stops since."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from coopdelivery.people.models import Person
from dispatch.models import PlanChange, Round, Task, TaskStatus
from dispatch.services import ordering
from dispatch.services.cancelling import restore_cancelled
from dispatch.services.gesture import Spot, as_json, bump, locked_tasks, note_change, write_spots
from dispatch.services.legs import check_legs, restore_legs
from dispatch.services.refusals import CannotUndo
from dispatch.services.rounds import card, record_given
from dispatch.services.who import planner

REACH = timedelta(hours=16)
OVER = (TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.CANCELLED)


def undo_last(*, by: Person) -> PlanChange:
    """Take back the person's latest gesture of the working day that is not taken back yet: exact round and position return.

    Raises CannotUndo with the reason; a gesture refused once is passed over by the next call, so that older ones stay in reach.
    """
    since = timezone.now() - REACH
    mine = PlanChange.objects.filter(by=by, undoes=None, undone_by=None, passed_over_at=None, at__gte=since)
    change = mine.order_by("-pk").first()
    if change is None:
        raise CannotUndo(_("There is nothing to undo."))
    return undo(change=change, by=by)


def undo(*, change: PlanChange, by: Person) -> PlanChange:
    """Take back this gesture. Raises NotAPlanner, CannotUndo."""
    try:
        return _undo(change, by)
    except CannotUndo:
        PlanChange.objects.filter(pk=change.pk, passed_over_at=None).update(passed_over_at=timezone.now())
        raise


@transaction.atomic
def _undo(change: PlanChange, by: Person) -> PlanChange:
    _member, source = planner(by)
    if change.by_id != by.pk:
        raise CannotUndo(_("Only the person who did it can undo it."))
    restore_cancelled(change, by=by)
    refs = _refs_of_rounds(change)
    rounds = {str(row.ref): row for row in Round.objects.select_for_update(of=("self",)).filter(ref__in=refs).order_by("pk")}
    tasks = _still_there(change, rounds)
    if PlanChange.objects.filter(undoes=change).exists():
        raise CannotUndo(_("This was undone already."))
    _check_rounds(change, rounds)
    _check_tasks(change, tasks, rounds)
    check_legs(change, tasks)
    bump(rounds.values())
    cards = {ref: card(rounds[ref]) if ref in rounds else None for ref in _cards(change)}
    before = {"tasks": _spots_as_json(tasks, rounds), "rounds": cards}
    try:
        with transaction.atomic():
            _restore_cards(change, rounds, by=by)
    except IntegrityError as error:
        raise CannotUndo(_("Another round has its name that day by now.")) from error
    _restore_tasks(change, restore_legs(change, tasks), rounds)
    _remove_created(change, rounds)
    after = {"tasks": change.before.get("tasks", {}), "rounds": change.before.get("rounds", {})}
    alive = [row for row in rounds.values() if row.pk]
    return note_change(
        verb="undo",
        by=by,
        source=source,
        on=change.on,
        collective_id=change.collective_id,
        rounds=alive,
        before=before,
        after=after,
        undoes=change,
    )


def _cards(change: PlanChange) -> dict[str, Any]:
    return dict(change.before.get("rounds", {}))


def _refs_of_rounds(change: PlanChange) -> set[str]:
    spots = [*change.before.get("tasks", {}).values(), *change.after.get("tasks", {}).values()]
    return {spot["round"] for spot in spots if spot["round"]} | set(_cards(change))


def _still_there(change: PlanChange, rounds: dict[str, Round]) -> list[Task]:
    refs = list(change.after.get("tasks", {}))
    found = locked_tasks(refs, {row.pk: row for row in rounds.values()})
    gone = next((ref for ref in refs if ref not in found), None)
    if gone is not None:
        task = Task.objects.select_related("stop__place", "place").filter(ref=gone).first()
        if task is None:
            raise CannotUndo(_("%(name)s took this stop out of the plan since.") % {"name": _last_hand(change, gone)})
        raise CannotUndo(_("%(name)s moved %(stop)s since.") % {"name": _last_hand(change, gone), "stop": task.where})
    return list(found.values())


def _spots_as_json(tasks: list[Task], rounds: dict[str, Round]) -> dict[str, Any]:
    by_key = {row.pk: row for row in rounds.values()}
    by_key |= {task.round_id: task.round for task in tasks if task.round_id is not None and task.round is not None}
    return {str(task.ref): as_json(Spot(task.round_id, task.position, task.on), by_key) for task in tasks}


def _check_tasks(change: PlanChange, tasks: list[Task], rounds: dict[str, Round]) -> None:
    now = _spots_as_json(tasks, rounds)
    for task in tasks:
        if now[str(task.ref)] != change.after["tasks"][str(task.ref)]:
            who = _last_hand(change, str(task.ref))
            raise CannotUndo(_("%(name)s moved %(stop)s since.") % {"name": who, "stop": task.where})
        if task.status in OVER:
            raise CannotUndo(_("%(stop)s is %(state)s since.") % {"stop": task.where, "state": task.get_status_display()})
        if task.handed_to is not None:
            raise CannotUndo(_("%(stop)s is with %(co_op)s: look at the hand-over.") % {"stop": task.where, "co_op": task.handed_to.name})
    for spot in change.before.get("tasks", {}).values():
        if spot["round"] and spot["round"] not in rounds and not _cards(change).get(spot["round"]):
            raise CannotUndo(_("The round it came from was removed since."))


def _last_hand(change: PlanChange, ref: str) -> str:
    touched = Q(after__tasks__has_key=ref) | Q(before__tasks__has_key=ref)
    later = PlanChange.objects.filter(touched, pk__gt=change.pk).select_related("by").order_by("-pk").first()
    return later.by.first_name if later else _("Somebody")


def _check_rounds(change: PlanChange, rounds: dict[str, Round]) -> None:
    for ref, wanted in change.after.get("rounds", {}).items():
        row = rounds.get(ref)
        if (card(row) if row else None) != wanted:
            raise CannotUndo(_("This round was changed by somebody else since."))
        others = Task.objects.filter(round=row).exclude(ref__in=list(change.after.get("tasks", {})))
        if change.before["rounds"][ref] is None and row and others.exists():
            raise CannotUndo(_("“%(name)s” holds stops by now. Move them first.") % {"name": row})


def _restore_cards(change: PlanChange, rounds: dict[str, Round], *, by: Person) -> None:
    for ref, wanted in _cards(change).items():
        if wanted is None:
            continue
        values = {**wanted, "on": date.fromisoformat(wanted["on"]), "starts_at": _instant(wanted["starts_at"])}
        if ref not in rounds:
            rounds[ref] = Round.objects.create(collective_id=change.collective_id, ref=UUID(ref), **values)
            continue
        row = rounds[ref]
        previous = row.courier_id
        Round.objects.filter(pk=row.pk).update(**values)
        row.refresh_from_db()
        if previous != row.courier_id:
            record_given(row, previous=previous, by=by)


def _remove_created(change: PlanChange, rounds: dict[str, Round]) -> None:
    for ref, wanted in _cards(change).items():
        if wanted is None and ref in rounds:
            rounds.pop(ref).delete()


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _restore_tasks(change: PlanChange, tasks: list[Task], rounds: dict[str, Round]) -> None:
    back: dict[int, Spot] = {}
    for task in tasks:
        spot = change.before["tasks"][str(task.ref)]
        back[task.pk] = Spot(rounds[spot["round"]].pk if spot["round"] else None, spot["position"], date.fromisoformat(spot["on"]))
    back |= _beside_newcomers(back)
    moved = [task.pk for task in tasks if task.round_id != back[task.pk].round_id]
    write_spots(back)
    Task.objects.filter(pk__in=moved).update(seen_at=None, arrived_at=None, sent_at=timezone.now())
    Task.objects.filter(pk__in=moved, status=TaskStatus.DOING).update(status=TaskStatus.TODO, started_at=None)


def _beside_newcomers(back: dict[int, Spot]) -> dict[int, Spot]:
    """New places for those whose exact position somebody else's stop has taken since: right before it."""
    in_hands = {pk: spot for pk, spot in back.items() if spot.round_id is not None}
    wanted: dict[tuple[int | None, int | None], int] = {(spot.round_id, spot.position): pk for pk, spot in in_hands.items()}
    in_rounds = {round_id for round_id, _position in wanted}
    rows = Task.objects.filter(round__in=in_rounds).exclude(pk__in=list(back)).order_by("round_id", "position")
    found: dict[int, Spot] = {}
    taken = {(row.round_id, row.position) for row in rows} & set(wanted)
    for key in taken:
        pk, round_id = wanted[key], key[0]
        items = [ordering.Item(row.pk, row.position or 0, row.status in OVER) for row in rows if row.round_id == round_id]
        items += [
            ordering.Item(other, spot.position or 0, fixed=True)
            for other, spot in back.items()
            if spot.round_id == round_id and other != pk and (round_id, spot.position) not in taken
        ]
        items.sort(key=lambda item: item.position)
        index = next(n for n, item in enumerate(items) if item.position == key[1])
        on = back[pk].on
        found |= {each: Spot(round_id, position, on) for each, position in ordering.place(items, [pk], index).items()}
    return found
